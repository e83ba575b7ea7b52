"""One cell of a table as a number, a day or a word; what can't be said for sure is refused.

Cells come as text (CSV) or typed (Parquet, DuckDB). An amount may have a currency sign, commas
between thousands, a percent sign where a fraction is meant, and parentheses for a negative. A
decimal comma is never guessed: `1,5` and `1.234,50` are refused with the reason.

BadCell    also a ValueError; its text is what was expected
"""

import math
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from engine.market.book import OptionKind

_MISSING: Final = frozenset({"", "--", "-", "n/a", "na", "null", "none", "nan", "nat", "*", "—"})
_PLAIN: Final = re.compile(r"(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_DECIMAL_COMMA: Final = re.compile(r"\d{1,3}(\.\d{3})*,\d+|\d+,\d+", re.ASCII)
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAYS: Final = (
    re.compile(r"(?P<y>\d{4})[-/](?P<m>\d\d?)[-/](?P<d>\d\d?)", re.ASCII),
    re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)", re.ASCII),
    re.compile(r"(?P<m>\d\d?)/(?P<d>\d\d?)/(?P<y>\d{4})", re.ASCII),
    re.compile(r"(?P<d>\d\d?)[- ]?(?P<name>[a-z]{3})[a-z]*[- ]?(?P<y>\d{4})", re.ASCII),
    re.compile(r"(?P<name>[a-z]{3})[a-z]*\.? (?P<d>\d\d?),? (?P<y>\d{4})", re.ASCII),
)
_CLOCK: Final = re.compile(r"[t ]\d\d:\d\d.*")


class BadCell(ValueError):
    """A cell is not what it has to be; the text says what was expected."""


def missing(value: object) -> bool:
    """Return whether the cell holds nothing: empty, NULL, NaN, or a broker's mark for it."""
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return isinstance(value, str) and value.strip().lower() in _MISSING


def number(value: object, *, commas_are_thousands: bool = True) -> float:
    """Return the cell's number.

    Raises:
        BadCell: it is none, is missing, NaN or infinite, or has a decimal comma.
    """
    if isinstance(value, bool) or missing(value):
        raise BadCell("a number")
    if isinstance(value, int | float | Decimal):
        found = float(value)
    else:
        found = _number_in(str(value).strip(), commas_are_thousands)
    if not math.isfinite(found):
        raise BadCell("a finite number")
    return found


def _number_in(text: str, commas_are_thousands: bool) -> float:
    bare = text.replace("\N{MINUS SIGN}", "-")
    sign = 1.0
    if bare.startswith("(") and bare.endswith(")"):
        sign, bare = -1.0, bare[1:-1].strip()
    bare = re.sub(r"^([-+]?)\s*[$€£]\s*", r"\1", bare)
    if bare[:1] in ("-", "+"):
        sign, bare = (-sign if bare[0] == "-" else sign), bare[1:].lstrip()
    bare = bare.lstrip("$€£ ")
    percent = bare.endswith("%")
    bare = bare[:-1].rstrip() if percent else bare
    if "," in bare and (not commas_are_thousands or not _PLAIN.fullmatch(bare)):
        if _DECIMAL_COMMA.fullmatch(bare):
            raise BadCell("a number with a decimal point (a decimal comma is not guessed at)")
        raise BadCell("a number")
    if not _PLAIN.fullmatch(bare) or not any(letter.isdigit() for letter in bare):
        raise BadCell("a number")
    found = sign * float(bare.replace(",", ""))
    return found / 100.0 if percent else found


def day(value: object) -> date:
    """Return the cell's day; of a moment, its day as written.

    Days are 2025-01-17, 20250117, 01/17/2025 (month first, as U.S. brokers write), 17 Jan 2025 or
    Jan 17, 2025.

    Raises:
        BadCell: it is none of these, or there is no such day.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if missing(value):
        raise BadCell("a day such as 2025-01-17")
    text = _CLOCK.sub("", str(value).strip().lower())
    for pattern in _DAYS:
        if (match := pattern.fullmatch(text)) and (found := _day(match)):
            return found
    raise BadCell("a day such as 2025-01-17 or 01/17/2025")


def _day(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    name = parts.get("name")
    if name is not None and name not in _MONTHS:
        return None
    month = _MONTHS.index(name) + 1 if name else int(parts["m"])
    try:
        return date(int(parts["y"]), month, int(parts["d"]))
    except ValueError:
        return None


def option_kind(value: object) -> OptionKind:
    """Return which kind of option the cell names.

    Raises:
        BadCell: neither put nor call.
    """
    word = str(value).strip().lower()
    if word in ("p", "put", "puts"):
        return "put"
    if word in ("c", "call", "calls"):
        return "call"
    raise BadCell("put or call")


def words(value: object) -> frozenset[str]:
    """Return the words of a cell in small letters: `SHORT_PUT` has short and put."""
    return frozenset(re.findall(r"[a-z]+", "" if missing(value) else str(value).lower()))
