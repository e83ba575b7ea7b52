"""The terms of an option, read from words: "put 20 spot 22 vol 55% 35 days r 4.5%".

`read` takes what is there; what is missing stays None for the caller to refuse or to assume.
"""

import re
from dataclasses import dataclass
from datetime import date

_NUMBER = r"\$?(?P<n>\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)"
_IS = r"(?:\s*(?:=|:|of|is|at|to)\s*|\s+)?"
_PERCENT = r"\s*(?P<p>%|percent|pct)?"

_PATTERNS: dict[str, tuple[str, ...]] = {
    "strike": (
        rf"\b(?:strike(?:\s+price)?|struck(?:\s+at)?|k){_IS}{_NUMBER}",
        rf"{_NUMBER}[\s-]*strike\b",
        rf"{_NUMBER}\s*(?:-\s*)?(?:puts?|calls?)\b",
        rf"{_NUMBER}[pc]\b",
        rf"\b(?:puts?|calls?)(?:\s+(?:on\s+[a-z]+\s+)?at)?\s+{_NUMBER}(?!\s*(?:-?\s*(?:d|days?|dte|w|"
        r"weeks?|m|months?|y|yrs?|years?)\b|%))",
    ),
    "spot": (
        rf"\b(?:spot|underlying|stock|shares?|share\s+price|s)(?:\s+price)?(?:\s+(?:now|trading))?"
        rf"{_IS}{_NUMBER}",
        rf"\b(?:trading|trades|quoted)\s+at\s+{_NUMBER}",
        rf"\b(?:at|@)\s*{_NUMBER}\s*(?:spot|now)\b",
    ),
    "volatility": (
        rf"\b(?:implied\s+)?(?:volatility|vol|iv|sigma|σ){_IS}{_NUMBER}{_PERCENT}",
        rf"{_NUMBER}{_PERCENT}\s*(?:implied\s+)?(?:volatility|vol|iv|sigma)\b",
    ),
    "rate": (
        rf"\b(?:risk[\s-]*free(?:\s+rate)?|interest(?:\s+rate)?|rates?|r){_IS}{_NUMBER}{_PERCENT}",
        rf"{_NUMBER}{_PERCENT}\s*(?:risk[\s-]*free|interest|rate)\b",
    ),
    "dividend_yield": (
        rf"\b(?:dividend(?:\s+yield)?|div|yield|q){_IS}{_NUMBER}{_PERCENT}",
        rf"{_NUMBER}{_PERCENT}\s*(?:dividend|div)\b",
    ),
}
_YEARS = rf"\b(?:t|tau|years?|maturity){_IS}{_NUMBER}(?!\s*-?\s*(?:d|days?|w|weeks?|m|months?)\b)"
_SPAN = rf"{_NUMBER}[\s-]*(?P<u>d|days?|dte|w|weeks?|months?|y|yrs?|years?)\b(?!\s*[=:])"
_DTE = rf"\b(?:dte|days?(?:\s+to\s+expir\w+)?){_IS}{_NUMBER}\b"
_DATE = r"\b(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b"
_DAYS = {"d": 1.0, "w": 7.0, "m": 365 / 12, "y": 365.0}


@dataclass(frozen=True, slots=True)
class Terms:
    """What was said of an option; rates and volatility as fractions a year, time in days."""

    kind: str | None = None
    strike: float | None = None
    spot: float | None = None
    volatility: float | None = None
    days: float | None = None
    rate: float | None = None
    dividend_yield: float | None = None
    readings: tuple[str, ...] = ()  # how what was ambiguous has been read

    def missing(self) -> list[str]:
        """Name what a price can't do without."""
        needed = {
            "strike": self.strike,
            "spot (the stock's price)": self.spot,
            "volatility": self.volatility,
            "time to expiry": self.days,
        }
        return [name for name, value in needed.items() if value is None]


def read(text: str, today: date) -> Terms:
    """Read the terms; each number is taken by the first pattern that fits it.

    Raises:
        ValueError: the expiry is no date or lies in the past.
    """
    left = re.sub(r"\s+", " ", text.lower().replace("−", "-"))
    found = re.search(r"\b(put|call)s?\b", left)
    kind = found.group(1) if found else None
    if kind is None and (short := re.search(r"\d([pc])\b", left)):
        kind = {"p": "put", "c": "call"}[short.group(1)]
    days, left, readings = _time(left, today)
    values: dict[str, float | None] = {}
    for name in ("volatility", "rate", "dividend_yield", "spot", "strike"):
        values[name], left = _take(name, left, readings)
    return Terms(kind=kind, days=days, readings=tuple(readings), **values)


def _time(text: str, today: date) -> tuple[float | None, str, list[str]]:
    if match := re.search(_DATE, text):
        expiry = date(int(match["y"]), int(match["m"]), int(match["d"]))
        if expiry < today:
            raise ValueError(f"the expiry {expiry} is in the past (today is {today})")
        return float((expiry - today).days), _without(text, match), []
    if match := re.search(_SPAN, text):
        days = _value(match) * _DAYS[match["u"][0]]
        exact = match["u"][0] in "dw" or match["u"].startswith("y")
        note = [] if exact else [f"{match.group(0)} read as {days:.1f} days (365/12 a month)"]
        return days, _without(text, match), note
    if match := re.search(_DTE, text):
        return _value(match), _without(text, match), []
    if match := re.search(_YEARS, text):
        return _value(match) * 365, _without(text, match), []
    return None, text, []


def _take(name: str, text: str, readings: list[str]) -> tuple[float | None, str]:
    for pattern in _PATTERNS[name]:
        if match := re.search(pattern, text):
            value = _value(match)
            if "p" in match.groupdict():
                if match["p"]:
                    value /= 100
                elif value > (3 if name == "volatility" else 0.5):
                    readings.append(f"{name.replace('_', ' ')} {value:g} read as {value:g} %")
                    value /= 100
            # "20 put" names the strike: the word put stays for nobody else.
            return value, _without(text, match)
    return None, text


def _value(match: re.Match[str]) -> float:
    return float(match["n"].replace(",", ""))


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} ; {text[match.end() :]}"
