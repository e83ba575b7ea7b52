"""What a backtest takes beside its rules: the prices of a period, and a volatility index."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.agents.periods import days_of
from engine.agents.tool import Call, Refused
from engine.agents.tools.book_reading import failure, read
from engine.market.book import DailyPrice
from engine.market.reading.errors import MarketDataError
from engine.market.reading.reading import Reading
from engine.market.settings import Sources


@dataclass(frozen=True, slots=True)
class Period:
    """The prices up to the last day asked for, and the first day that may be traded on.

    Attributes:
        said: how the period was counted and how the data falls short of it, a sentence each.
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
    said = []
    if span := call.text("last"):
        begin, end = _counted(span, last if end is None else min(end, last))
        said.append(f"{span}: {begin} to {end}, counted back from the last price")
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
    if begin is not None and begin < first:
        said.append(f"asked for from {begin}, but prices begin {first}")
    if end is not None and end > last:
        said.append(f"asked for until {end}, but prices end {last}")
    return Period(kept, begin, tuple(said))


def _counted(span: str, end: date) -> tuple[date, date]:
    if (found := days_of(span, end)) is None:
        raise Refused(f"last is {span!r}, which is no span of time", "spans are as 3y or 6 months")
    return found


def _day(call: Call, name: str) -> date | None:
    text = call.text(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused(f"{name} is {text!r}, which is no day", "days are as 2020-12-31") from error


async def read_past(call: Call, ticker: str) -> tuple[Reading, Sources]:
    """Read the prices that there are, positions or not; `ticker` says whose they are, if any does.

    Raises:
        Unavailable: there are no prices; Refused, ToolError: as `book_reading.read`.
    """
    return await read(call, "prices", ticker=ticker)


async def index_closes(call: Call, sources: Sources, file: str) -> tuple[DailyPrice, ...]:
    """Return the closes of a volatility index from a table that is named as in `[market]`.

    Raises:
        Refused, ToolError: the table isn't there or can't be.
    """
    from engine.market.prices import read_prices
    from engine.market.reading.reading import on
    from engine.market.reading.tables import opened
    from engine.market.settings import place
    from engine.store.leases.pool import Execute

    where = place(file, call.services.project)
    if not where.path.exists():
        raise Refused(
            f"--implied names {file}, which does not exist",
            "name a table of day and close, in percent, by its path from the project's folder",
        )

    def work(execute: Execute) -> tuple[DailyPrice, ...]:
        with opened(execute, where, "prices", sources.columns) as table:
            found = read_prices(table, ["VIX"], sources.as_of).by_symbol
        return found.get("VIX", ())

    try:
        async with call.services.pool.lease() as lease:
            return await on(lease, work)
    except MarketDataError as error:
        raise failure(error) from error
