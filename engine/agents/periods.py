"""The past that a question names: days, months and years, or a span that ends with the data.

"from March 2021 to June 2022"   begin 2021-03-01, end 2022-06-30
"since 2022", "in 2021"          begin 2022-01-01; begin 2021-01-01, end 2021-12-31
"over the last 3 years"          last "the last 3 years": the data tell the days,
                                 see `days_of`
"this year", "last year"         last "the year to date", "last year"
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from typing import Final

from engine.evidence import Argument

Slots = dict[str, Argument]

_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_COUNTS: Final = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12, "couple of": 2,
}  # fmt: skip
_UNITS: Final = {"d": "day", "w": "week", "m": "month", "q": "quarter", "y": "year"}
_MONTHS_IN: Final = {"month": 1, "quarter": 3, "year": 12}
_MOST: Final = 1200
_TO_DATE: Final = "the year to date"
_YEAR_BEFORE: Final = "last year"

_NAME = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY = (
    rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}|{_NAME}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}"
    rf"|\d{{4}}-\d{{1,2}}|{_NAME}\s*(?:of\s+)?\d{{4}}|(?:19|20)\d\d"
)
_N = rf"\d{{1,4}}|{'|'.join(_COUNTS)}"
_UNIT = r"(?P<unit>d|w|m|q|y)(?:ays?|(?:ee)?ks?|o|os|onths?|uarters?|(?:ea)?rs?)?"


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    sources = (
        rf"\bbetween\s+(?P<a>{_DAY})\s+and\s+(?P<b>{_DAY})\b(?!-)",
        rf"(?<![\w.-])(?P<a>{_DAY})\s*(?:to|until|till|through|[-–])\s*(?P<b>{_DAY})\b(?!-)",
        rf"\b(?:since|from|after|starting(?:\s+in)?)\s+(?P<a>{_DAY})\b(?!-)",
        rf"\b(?:until|till|before|up\s+to|to)\s+(?P<b>{_DAY})\b(?!-)",
        rf"\b(?:in|for|during|over|through)\s+(?:(?:the|all\s+of|just|only)\s+)?(?:(?:year|crash|bear\s+market|sell.?off)\s+(?:of\s+)?)?(?P<in>{_DAY})\b(?!-)",
        r"\b(?:the\s+)?(?P<in>(?:19|20)\d\d)\s+(?:crash|bear\s+market|sell.?off|rally|bull\s+market|drawdown)\b",
    )
    return tuple(re.compile(source, re.IGNORECASE) for source in sources)


@cache
def _spans() -> tuple[re.Pattern[str], ...]:
    sources = (
        rf"\b(?:last|past|previous|trailing|recent|latest)\s+(?P<n>{_N})\s*-?\s*{_UNIT}\b",
        rf"\b(?:the|a)\s+(?:last|past|previous|trailing)\s+{_UNIT}\b",
        r"\b(?:last|past|previous)\s+(?P<unit>w|m|q)(?:eek|onth|uarter)\b|\bpast\s+year\b",
        rf"\b(?P<n>{_N})\s*-?\s*{_UNIT}\s+(?:back|of\s+(?:data|prices?|history|closes))\b",
        rf"\b(?:over|for|across)\s+(?P<n>{_N})\s+(?P<unit>y)(?:ea)?rs?\b",
    )
    return tuple(re.compile(source, re.IGNORECASE) for source in sources)


_YTD = re.compile(r"\byear[\s-]+to[\s-]+date\b|\bytd\b|\bthis\s+year\b", re.IGNORECASE)
_LAST_YEAR = re.compile(r"\b(?:last|previous)\s+year\b", re.IGNORECASE)


def period(text: str) -> tuple[Slots, str]:
    """Return the slots of the period that a question names, and the text without its words."""
    for pattern in _spans():
        if match := pattern.search(text):
            found = match.groupdict()
            unit = _UNITS[(found.get("unit") or "y").lower()]
            said = (found.get("n") or "1").lower()
            count = _COUNTS.get(said) or int(said)
            last = f"the last {unit}" if count == 1 else f"the last {count} {unit}s"
            return {"last": last}, _without(text, match)
    for pattern, last in ((_YTD, _TO_DATE), (_LAST_YEAR, _YEAR_BEFORE)):
        if match := pattern.search(text):
            return {"last": last}, _without(text, match)
    return _dated(text)


def days_of(last: str, end: date) -> tuple[date, date] | None:
    """Return the first and last day of a span that ends with `end`; None if it names no span.

    `last` is as in the slot, or short as in "3y": a span of N units begins as many before `end`,
    on the same day of the month or the month's last.
    """
    said = " ".join(last.lower().replace("-", " ").split())
    if said in (_TO_DATE, "year to date", "ytd"):
        return date(end.year, 1, 1), end
    if said == _YEAR_BEFORE:
        return date(end.year - 1, 1, 1), date(end.year - 1, 12, 31)
    match = re.fullmatch(rf"(?:the last )?(?P<n>\d{{1,4}})?\s*{_UNIT}", said)
    if match is None:
        return None
    count, unit = int(match["n"] or 1), _UNITS[match["unit"]]
    if unit in _MONTHS_IN:
        return _months_before(end, min(count * _MONTHS_IN[unit], _MOST)), end
    return end - timedelta(days=count * (7 if unit == "week" else 1)), end


def _months_before(end: date, count: int) -> date:
    months = end.year * 12 + end.month - 1 - count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(end.day, monthrange(year, month + 1)[1]))


def _dated(text: str) -> tuple[Slots, str]:
    slots: Slots = {}
    for pattern in _patterns():
        match = pattern.search(text)
        if match is None:
            continue
        found = match.groupdict()
        first, last = found.get("a") or found.get("in"), found.get("b") or found.get("in")
        if first and (span := _span(first)):
            slots.setdefault("begin", span[0].isoformat())
        if last and (span := _span(last)):
            slots.setdefault("end", span[1].isoformat())
        text = _without(text, match)
        if (found.get("a") and found.get("b")) or found.get("in"):
            break
    return slots, text


def _span(text: str) -> tuple[date, date] | None:
    """Return the first and last day of a day, month or year; None if there is no such day."""
    name = re.match(r"[a-z]{3}", text.lower())
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    year, *rest = sorted(numbers, reverse=True) if name else numbers
    if name:
        rest = [_MONTHS.index(name[0]) + 1, *rest]
    try:
        if len(rest) == 2:
            day = date(year, rest[0], rest[1])
            return day, day
        first, last = (rest[0], rest[0]) if rest else (1, 12)
        return date(year, first, 1), date(year, last, monthrange(year, last)[1])
    except (ValueError, IndexError):
        return None


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} , {text[match.end() :]}"
