"""Small tables that a backtest's question names: published returns, rates, the years of a fit.

Each is a CSV with a header, of which the first two columns count.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import isfinite, log1p
from pathlib import Path

from engine.agents.tool import Refused
from engine.market.reading.cells import BadCell, day, number


@dataclass(frozen=True, slots=True)
class Published:
    """What an index returned: percent a year, and its closes by day where the table has those."""

    annual_pct: dict[int, float]
    levels: dict[date, float]


def published(path: Path) -> Published:
    """Read years and returns in percent (2011,6.2), or days and closes (2011-01-03,1064.63).

    Raises:
        Refused: the file can't be read, or a row is neither.
    """
    rows = list(_rows(path))
    if all(len(first) == 4 and first.isdigit() for _, first, _ in rows):
        annual = {
            int(first): _number(path, place, value, "a return in percent, as 6.2")
            for place, first, value in rows
        }
        return Published(annual, {})
    from engine.market.returns import annual_pct

    levels = {
        _day(path, place, first): _number(path, place, value, "a close above 0", least=0.0)
        for place, first, value in rows
    }
    return Published(annual_pct(levels), levels)


def rates(path: Path) -> dict[date, float]:
    """Read days and rates in percent a year (2011-01-03,0.11); return them continuous, by day.

    Raises:
        Refused: the file can't be read or is empty, or a row is no day and rate.
    """
    found = {
        _day(path, place, first): log1p(
            _number(path, place, value, "a rate in percent a year above -100", least=-100.0) / 100
        )
        for place, first, value in _rows(path)
    }
    if not found:
        raise Refused(f"{path.name} has no rates", "a row is a day and a percentage")
    return dict(sorted(found.items()))


def years(text: str) -> tuple[int, ...]:
    """Return the years of 2007-2010 or 2007,2008."""
    try:
        if "-" in text:
            first, last = (int(part) for part in text.split("-"))
            if last < first:
                raise Refused(
                    f"the years to fit on, {text}, end before they begin",
                    f"name the first year first: {last}-{first}",
                )
            return tuple(range(first, min(last, first + 200) + 1))
        return tuple(int(year) for year in text.split(","))
    except ValueError as error:
        raise Refused(f"{text!r} names no years to fit on", "for example 2007-2010") from error


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield the line of each row below the header and its first two cells."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines)
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        cause = f"{path.name} can't be read: {error}"
        raise Refused(cause, "name a CSV file of UTF-8 text") from error
    for place, row in rows[1:]:
        if len(row) > 1:
            yield place, row[0].strip(), row[1].strip()
        elif any(cell.strip() for cell in row):
            raise _bad(path, place, row[0], "two columns")


def _day(path: Path, place: int, text: str) -> date:
    try:
        return day(text)
    except BadCell as error:
        raise _bad(path, place, text, str(error)) from error


def _number(path: Path, place: int, text: str, expected: str, least: float | None = None) -> float:
    try:
        found = number(text)
    except BadCell as error:
        raise _bad(path, place, text, expected) from error
    if not isfinite(found) or (least is not None and found <= least):
        raise _bad(path, place, text, expected)
    return found


def _bad(path: Path, place: int, text: str, expected: str) -> Refused:
    return Refused(
        f"{path.name}:{place}: found {text[:60]!r}, expected {expected}", "correct that row"
    )
