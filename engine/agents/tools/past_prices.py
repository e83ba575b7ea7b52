"""What a stock's daily closes were like: how deep they fell, and how stocks moved together."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import anyio

from engine.agents.tool import Call, Refused
from engine.agents.tools.backtest.inputs import period
from engine.agents.tools.book_reading import read
from engine.evidence import Cell, Evidence, Table
from engine.market.book import DailyPrice
from engine.market.reading.reading import Reading, underlying
from engine.market.settings import Sources

if TYPE_CHECKING:
    from engine.market.returns import Performance

_EXAMPLE = "an EXAMPLE: every price of it is invented"
MOST = 200
_FELL = (
    "stock", "deepest fall %", "high", "high on", "low", "low on", "recovered",
    "now against its high %",
)  # fmt: skip
_PAIRS = ("pair", "correlation", "returns", "from", "to", "why not")
_AS_THEY_STAND = "closes as they stand in the table: dividends are not added back"


async def drawdown(call: Call) -> Evidence:
    """Show the deepest fall of a stock's closes; of every stock held where none is named."""
    return await work(call, _fallen)


async def correlation(call: Call) -> Evidence:
    """Show how the daily returns of the stocks held, and of a named one, went together."""
    return await work(call, _correlated)


Compose = Callable[[Call, Reading, Sources, list[str]], Evidence]


async def work(call: Call, compose: Compose) -> Evidence:
    """Read the closes of what is held and of what is named, and compose the answer in a thread."""
    first, *others = [one for one in (call.text("against"), call.text("ticker")) if one] or [""]
    reading, where = await _read(call, first)
    for other in others:
        if other not in reading.book.prices:
            more, _ = await _read(call, other)
            book = replace(reading.book, prices={**more.book.prices, **reading.book.prices})
            reading = replace(reading, book=book)
    if not reading.book.prices:
        raise Refused("no daily closes are on hand", 'set [market] prices = "prices.csv"')
    return await anyio.to_thread.run_sync(compose, call, reading, where, _held(reading))


async def _read(call: Call, named: str) -> tuple[Reading, Sources]:
    """Read the closes of what is held and, beside it, of one stock."""
    configured = call.services.settings.config.market.ticker
    asked = Call({"ticker": named or configured}, call.services, progress=call.progress)
    asked.poorer = call.poorer
    return await read(asked, "prices", ticker=configured)


def _held(reading: Reading) -> list[str]:
    """Return the stocks that are held; with no position, those that there are closes of."""
    held = {underlying(one) for one in reading.book.positions}
    return sorted(held or reading.book.prices)


def evidence(
    verdict: str,
    table: Table,
    reading: Reading,
    where: Sources,
    said: Sequence[str],
    *,
    found: bool = True,
) -> Evidence:
    return Evidence(
        f"{_EXAMPLE}; {verdict}" if where.example else verdict,
        (table,),
        found=found,
        weight=3,
        assumptions=(*reading.book.notes, _AS_THEY_STAND, *said),
    )


def with_closes(call: Call, reading: Reading, held: list[str]) -> tuple[list[str], list[str]]:
    """Return the named stocks, or those held, that there are closes of; and what is to be said.

    Raises:
        Refused: there are closes of none.
    """
    named, against = call.text("ticker"), call.text("against")
    symbols = [named] if named else held
    symbols = [*symbols, against] if against and against not in symbols else symbols
    known = [symbol for symbol in symbols if symbol in reading.book.prices]
    if not known:
        there = ", ".join(reading.book.prices)
        raise Refused(f"there are no closes of {', '.join(symbols)}, but of {there}", "name one")
    said = [f"no closes of {symbol} are on hand" for symbol in symbols if symbol not in known]
    if not named:
        said.append("what the book itself was worth is on no record: these are its stocks")
    return known, said


def source_of(where: Sources) -> str:
    """Return the table of the closes, as it is shown."""
    place = where.places["prices"]
    return place.shown if place else "prices"


# ── how deep ─────────────────────────────────────────────────────────────────────────────────────


def _fallen(call: Call, reading: Reading, where: Sources, held: list[str]) -> Evidence:
    from engine.market.returns import of_closes

    known, said = with_closes(call, reading, held)
    found = []
    for symbol in known:
        closes, more = _asked(call, reading.book.prices[symbol])
        found.append((symbol, closes, of_closes(closes)))
        said += more
    found.sort(key=lambda one: one[2].max_drawdown)
    verdict = "; ".join(_fall(*one, source_of(where)) for one in found[:3])
    rows = tuple(_fall_row(*one) for one in found[:MOST])
    return evidence(verdict, Table("Deepest falls of closes", _FELL, rows), reading, where, said)


def _asked(
    call: Call, prices: Sequence[DailyPrice]
) -> tuple[Sequence[DailyPrice], tuple[str, ...]]:
    """Return the closes in the question's period, and what was odd about it."""
    within = period(call, prices)
    first = within.begin
    return [one for one in within.prices if first is None or one.day >= first], within.said


def _fall(symbol: str, prices: Sequence[DailyPrice], found: "Performance", source: str) -> str:
    counted = f"{len(prices):,} closes, {prices[0].day} to {prices[-1].day}, {source}"
    if found.max_drawdown == 0.0:
        return f"no close of {symbol} is below an earlier one ({counted})"
    closes = {one.day: one.close for one in prices}
    high, low = found.drawdown_from, found.drawdown_to
    back = f"recovered {found.recovered}" if found.recovered else "not recovered since"
    return (
        f"the deepest fall of {symbol}'s closes is {found.max_drawdown:.1%}: from {closes[high]:g} "
        f"on {high} to {closes[low]:g} on {low}, {back} ({counted})"
    )


def _fall_row(symbol: str, prices: Sequence[DailyPrice], found: "Performance") -> tuple[Cell, ...]:
    closes = {one.day: one.close for one in prices}
    high, low, highest = found.drawdown_from, found.drawdown_to, max(closes.values())
    return (
        symbol, round(100 * found.max_drawdown, 2), closes[high], str(high), closes[low], str(low),
        str(found.recovered or "not yet"), round(100 * (prices[-1].close / highest - 1), 2),
    )  # fmt: skip


# ── together ─────────────────────────────────────────────────────────────────────────────────────


def _correlated(call: Call, reading: Reading, where: Sources, held: list[str]) -> Evidence:
    named = [one for one in (call.text("ticker"), call.text("against")) if one]
    symbols = named if len(named) > 1 else sorted({*held, *named})
    if len(symbols) < 2:
        return Evidence(
            f"a correlation takes two stocks, and there is one: {symbols[0]}; name another that "
            f"the prices have, as in: correlation of {symbols[0]} with SPY",
            found=False,
            assumptions=reading.book.notes,
        )
    rows = sorted(_pairs(reading, symbols), key=lambda row: -abs(_number(row[1])))
    known = [row for row in rows if row[1] is not None]
    verdict = "; ".join(
        f"{pair}: {value:+.2f} over {count} returns, {first} to {last}"
        for pair, value, count, first, last, _ in known[:3]
    )
    if not known:
        verdict = f"no correlation is known: {rows[0][0]}: {rows[0][-1]}"
    elif len(rows) > len(known[:3]):
        verdict += f"; {len(rows) - len(known[:3])} more pairs"
    table = Table(f"Correlation of daily log returns{first_of(rows)}", _PAIRS, tuple(rows[:MOST]))
    said = ("each pair over the days that both have a close", "the past of the stocks alone")
    return evidence(verdict, table, reading, where, said, found=bool(known))


def _pairs(reading: Reading, symbols: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
    from engine.market.risk.market import FEWEST_RETURNS
    from engine.market.together import pair

    for first, second in combinations(symbols, 2):
        name, found = (
            f"{first} and {second}",
            pair(reading.book.prices, first, second, FEWEST_RETURNS),
        )
        if isinstance(found, str):
            yield name, None, None, None, None, found
        else:
            days = str(found.first), str(found.last)
            yield name, round(found.correlation, 4), found.returns, *days, ""


def first_of(rows: Sequence[object]) -> str:
    return f" (the first {MOST} of {len(rows):,})" if len(rows) > MOST else ""


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0
