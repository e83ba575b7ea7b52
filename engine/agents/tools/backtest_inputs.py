"""What a backtest takes beside the book: a volatility index, published returns, years to fit on."""

import csv
from pathlib import Path

from engine.agents.tool import Call, Refused
from engine.agents.tools.risk import failure
from engine.market.book import DailyPrice
from engine.market.reading_errors import MarketDataError
from engine.market.settings import Sources


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
