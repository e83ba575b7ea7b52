"""What a backtest takes beside the book: a period, a volatility index, published returns."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from engine.agents.tool import Call, Refused, Unavailable
from engine.agents.tools.risk import failure
from engine.market.book import DailyPrice
from engine.market.reading import Reading, load
from engine.market.reading_errors import MarketDataError
from engine.market.settings import Absent, Sources, sources


@dataclass(frozen=True, slots=True)
class Period:
    """The prices up to the last day asked for, and the first day that may be traded on.

    Attributes:
        said: how the data falls short of the period, a sentence each.
    """

    prices: tuple[DailyPrice, ...]
    begin: date | None
    said: tuple[str, ...]


def period(call: Call, prices: Sequence[DailyPrice]) -> Period:
    """Return what of the prices lies in the question's period; what is before warms up.

    Raises:
        Refused: a day is none, the period is empty, or no price lies in it.
    """
    begin, end = _day(call, "begin"), _day(call, "end")
    first, last = prices[0].day, prices[-1].day
    if begin is not None and end is not None and end < begin:
        raise Refused(
            f"the period ends {end}, before it begins {begin}", "name the first day first"
        )
    kept = tuple(one for one in prices if end is None or one.day <= end)
    if not kept or (begin is not None and begin > kept[-1].day):
        raise Refused(
            f"no price lies in {begin or first} to {end or last}: they are of {first} to {last}",
            "name days that prices are known of",
        )
    said = []
    if begin is not None and begin < first:
        said.append(f"asked for from {begin}, but prices begin {first}")
    if end is not None and end > last:
        said.append(f"asked for until {end}, but prices end {last}")
    return Period(kept, begin, tuple(said))


def _day(call: Call, name: str) -> date | None:
    text = call.text(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused(f"{name} is {text!r}, which is no day", "days are as 2020-12-31") from error


async def read_past(call: Call, ticker: str) -> tuple[Reading, Sources]:
    """Read the prices that there are, positions or not; `ticker` says whose they are, if any does.

    Raises:
        Unavailable: there are no prices; Refused, ToolError: as `risk.read`.
    """
    services = call.services
    today = datetime.fromtimestamp(services.clock.wall_s(), UTC).astimezone().date()
    try:
        where = sources(services.settings, services.project, today, needs="prices")
        if isinstance(where, Absent):
            raise Unavailable(where.reason, where.remedy)
        where = replace(where, ticker=call.text("ticker").strip().upper() or where.ticker or ticker)
        call.progress("reading prices", None, None)
        return await load(services.pool, where), where
    except MarketDataError as error:
        raise failure(error) from error


async def index_closes(call: Call, sources: Sources, file: str) -> tuple[DailyPrice, ...]:
    """Return the closes of a volatility index from a table that is named as in `[market]`."""
    from engine.market.prices import read_prices
    from engine.market.reading import on
    from engine.market.reading_tables import opened
    from engine.market.settings import place
    from engine.store.pool import Execute

    def work(execute: Execute) -> tuple[DailyPrice, ...]:
        where = place(file, call.services.project)
        with opened(execute, where, "prices", sources.columns) as table:
            found = read_prices(table, ["VIX"], sources.as_of).by_symbol
        return found.get("VIX", ())

    try:
        async with call.services.pool.lease() as lease:
            return await on(lease, work)
    except MarketDataError as error:
        raise failure(error) from error


def annual_returns(path: Path) -> dict[int, float]:
    """Read year and return in percent from the first two columns of a CSV with a header."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            f"{path.name} can't be read: {error}", "name a CSV file of UTF-8 text"
        ) from error
    found: dict[int, float] = {}
    for number, row in enumerate(rows[1:], start=1):
        try:
            found[int(row[0])] = float(row[1])
        except (IndexError, ValueError) as error:
            raise Refused(
                f"{path.name}, row {number}: {', '.join(row)[:60]!r} is no year and return",
                "a row is a year and a percentage, as 2011,6.2",
            ) from error
    return found


def years(text: str) -> tuple[int, ...]:
    """Return the years of 2007-2010 or 2007,2008."""
    try:
        if "-" in text:
            first, _, last = text.partition("-")
            return tuple(range(int(first), min(int(last), int(first) + 200) + 1))
        return tuple(int(year) for year in text.split(","))
    except ValueError as error:
        raise Refused(f"{text!r} names no years to fit on", "for example fit=2007-2010") from error
