"""Times of day as people write them: "14:03", "yesterday 9:30", "10 minutes ago", "since noon".

A time without a day is the latest such time that is not in the future; a span between two that
would end tomorrow is of the day before. Times are local to `zone` (the machine's own where it is
None); what comes back is wall time in seconds since 1970.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Final

AROUND_S: Final = 300.0
"""A single moment asked of a span means so much before and after it."""

_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMED: Final = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_PARTS: Final = {
    "morning": (time(5), time(12)),
    "afternoon": (time(12), time(18)),
    "evening": (time(18), time(23, 59, 59)),
}
_WORDS: Final = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "five": 5, "ten": 10}

_DAY = rf"today|yesterday|{'|'.join(_DAYS)}|\d{{4}}-\d{{2}}-\d{{2}}"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?\s*(?:am|pm)?|\d{1,2}\s*(?:am|pm)|noon|midday|midnight"
_AMOUNT = r"\d+(?:\.\d+)?|an?|one|two|three|five|ten"
_UNIT = r"s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?"
_POINT = (
    rf"(?:(?:{_DAY})(?:\s+at|t)?\s*(?:{_CLOCK})|(?:{_CLOCK})(?:\s+(?:on\s+)?(?:{_DAY}))?"
    rf"|-\s*\d+(?:\.\d+)?\s*(?:{_UNIT})|(?:{_AMOUNT})\s*(?:{_UNIT})\s+ago|now|{_DAY})"
)


class BadMoment(ValueError):
    """The text names no time; the sentence says what is understood."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start_s` to `end_s`, wall time; `said` is the piece of text it was read from."""

    start_s: float
    end_s: float
    said: str


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    sources = (
        rf"\b(?:between|from)\s+(?P<a>{_POINT})\s+(?:and|to|till|until)\s+(?P<b>{_POINT})(?!\w)",
        rf"(?<![\w-])(?P<a>{_POINT})\s*(?:-|–|to|till|until)\s*(?P<b>{_POINT})(?!\w)",
        rf"\b(?:since|after|from)\s+(?P<a>{_POINT})(?!\w)",
        rf"\b(?:in|over|during|for)?\s*(?:the\s+)?(?:last|past)\s+(?P<n>{_AMOUNT})?\s*(?P<unit>{_UNIT})\b",
        rf"\b(?:this|yesterday|today|in\s+the)?\s*(?P<part>{'|'.join(_PARTS)})\b",
        rf"\b(?:at|around|about|near)\s+(?P<at>{_POINT})(?!\w)",
        rf"(?<![\w-])(?P<at>{_POINT})(?!\w)",
    )
    return tuple(re.compile(source, re.IGNORECASE) for source in sources)


@cache
def _point() -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?P<day>{_DAY})(?:\s+at|t)?\s*)?(?P<clock>{_CLOCK})?(?:\s+(?:on\s+)?(?P<day2>{_DAY}))?"
        rf"|-\s*(?P<minus>\d+(?:\.\d+)?)\s*(?P<unit>{_UNIT})"
        rf"|(?P<n>{_AMOUNT})\s*(?P<unit2>{_UNIT})\s+ago|(?P<now>now)",
        re.IGNORECASE,
    )


def moment(text: str, now_s: float, zone: tzinfo | None = None) -> float:
    """Return the wall time that `text` names; a day alone is its beginning.

    Raises:
        BadMoment: it names none, or one in the future.
    """
    found = _point().fullmatch(text.strip())
    if found is None or not text.strip():
        raise BadMoment(
            f"{text.strip()[:40]!r} is no time; expected one like 14:03, yesterday 9:30, "
            "2026-11-21 14:03, -10m or 5 minutes ago"
        )
    return _resolved(found, now_s, zone)


def until(text: str, start_s: float, now_s: float, zone: tzinfo | None = None) -> float:
    """Return the end of a span that begins at `start_s`: no later than now.

    A time without a day is the first such time after the beginning.

    Raises:
        BadMoment: it names none.
    """
    if _day_of(text) or (clock := re.fullmatch(_CLOCK, text.strip(), re.IGNORECASE)) is None:
        return moment(text, now_s, zone)
    day = datetime.fromtimestamp(start_s, UTC).astimezone(zone)
    end = _on(f"{day:%Y-%m-%d}", _clock(clock[0]), now_s, zone)
    if end <= start_s:
        end = _on(f"{day + timedelta(days=1):%Y-%m-%d}", _clock(clock[0]), now_s, zone)
    return min(end, now_s)


def span(text: str, now_s: float, zone: tzinfo | None = None) -> Span | None:
    """Return the span of time that a sentence speaks of, None where it speaks of none.

    Raises:
        BadMoment: it ends before it begins, or lies in the future.
    """
    for pattern in _patterns():
        if found := pattern.search(text):
            return _span(found, now_s, zone)
    return None


def _span(found: re.Match[str], now_s: float, zone: tzinfo | None) -> Span:
    said, parts = found[0].strip(), found.groupdict()
    if parts.get("unit"):
        seconds = _amount(parts.get("n") or "1") * _UNITS[parts["unit"][0].lower()]
        return Span(now_s - seconds, now_s, said)
    if parts.get("part"):
        return _part(parts["part"].lower(), said.lower(), now_s, zone)
    if parts.get("at"):
        return _around(parts["at"], said, now_s, zone)
    start = moment(parts["a"], now_s, zone)
    end = until(parts["b"], start, now_s, zone) if parts.get("b") else now_s
    if parts.get("b") and _ends_tomorrow(parts["a"], parts["b"], start, now_s, zone):
        # "from 22:00 to 2:00", asked at 23:00, is of last night: tonight's end is still to come.
        end = moment(parts["b"], now_s, zone)
        start = start if _day_of(parts["a"]) else moment(f"yesterday {parts['a']}", now_s, zone)
    if end <= start:
        raise BadMoment(f"{said!r} ends before it begins")
    return Span(start, end, said)


def _ends_tomorrow(
    first: str, last: str, start_s: float, now_s: float, zone: tzinfo | None
) -> bool:
    """Whether a span that began today has for its end a time of day before that of its begin."""
    clock = re.fullmatch(_CLOCK, last.strip(), re.IGNORECASE)
    if clock is None or re.search(_CLOCK, first, re.IGNORECASE) is None:
        return False
    start, now = (datetime.fromtimestamp(s, UTC).astimezone(zone) for s in (start_s, now_s))
    return start.date() == now.date() and _clock(clock[0]) <= start.time()


def _around(point: str, said: str, now_s: float, zone: tzinfo | None) -> Span:
    at = moment(point, now_s, zone)
    if _day_of(point) and not re.search(_CLOCK, point, re.IGNORECASE):
        return Span(at, min(at + 86_400, now_s), said)
    return Span(at - AROUND_S, min(at + AROUND_S, now_s), said)


def _part(name: str, said: str, now_s: float, zone: tzinfo | None) -> Span:
    first, last = _PARTS[name]
    day = "yesterday" if "yesterday" in said else "today"
    start = _on(day, first, now_s, zone)
    end = _on(day, last, now_s, zone)
    if start >= now_s:  # "in the evening", asked at noon
        start, end = start - 86_400, end - 86_400
    return Span(start, min(end, now_s), said)


def _resolved(found: re.Match[str], now_s: float, zone: tzinfo | None) -> float:
    if found["now"]:
        return now_s
    if amount := found["minus"] or found["n"]:
        unit = (found["unit"] or found["unit2"])[0].lower()
        return now_s - _amount(amount) * _UNITS[unit]
    day = found["day"] or found["day2"]
    clock = _clock(found["clock"]) if found["clock"] else time(0)
    at = _on(day.lower() if day else "today", clock, now_s, zone)
    if at > now_s and not day:
        at = _on("yesterday", clock, now_s, zone)
    if at > now_s:
        raise BadMoment(f"{found[0].strip()!r} is in the future")
    return at


def _on(day: str, clock: time, now_s: float, zone: tzinfo | None) -> float:
    now = datetime.fromtimestamp(now_s, UTC).astimezone(zone)
    if day in _DAYS:
        back = (now.weekday() - _DAYS.index(day)) % 7
        date = (now - timedelta(days=back)).date()
        if back == 0 and datetime.combine(date, clock, now.tzinfo) > now:
            date -= timedelta(days=7)
    elif day in ("today", "yesterday"):
        date = (now - timedelta(days=day == "yesterday")).date()
    else:
        try:
            date = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).date()
        except ValueError:
            raise BadMoment(f"there is no day {day}") from None
    if zone is not None:
        return datetime.combine(date, clock, zone).timestamp()
    return datetime.combine(date, clock).timestamp()  # the machine's own zone


def _clock(text: str) -> time:
    text = text.strip().lower()
    if text in _NAMED:
        return _NAMED[text]
    half = text[-2:] if text[-2:] in ("am", "pm") else ""
    numbers = [int(part) for part in text.removesuffix(half).strip().split(":")]
    hour, minute, second = [*numbers, 0, 0][:3]
    if half:
        if not 1 <= hour <= 12:
            raise BadMoment(f"there is no time {text}")
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        raise BadMoment(f"there is no time {text}") from None


def _amount(text: str) -> float:
    return float(_WORDS.get(text.lower(), 0) or text)


def _day_of(point: str) -> str | None:
    found = re.search(_DAY, point, re.IGNORECASE)
    return found[0] if found else None
