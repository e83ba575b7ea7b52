"""What a stock's daily closes were like: how deep they fell, and how stocks moved together."""

from collections.abc import Callable, Iterator, Sequence
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
_MOST = 200
_FELL = (
    "stock", "deepest fall %", "high", "high on", "low", "low on", "recovered",
    "now against its high %",
)  # fmt: skip
_PAIRS = ("pair", "correlation", "returns", "from", "to", "why not")
_BETAS = ("stock", "against", "beta", "correlation", "returns", "from", "to", "why not")
_AS_THEY_STAND = "closes as they stand in the table: dividends are not added back"


async def drawdown(call: Call) -> Evidence:
    """Show the deepest fall of a stock's closes; of every stock held where none is named."""
    return await _work(call, _fallen, call.text("ticker"))


async def correlation(call: Call) -> Evidence:
    """Show how the daily returns of the stocks held, and of a named one, went together."""
    return await _work(call, _correlated, call.text("against"))


async def beta(call: Call) -> Evidence:
    """Show the beta of the stocks held, or of a named one, against a stock or index on hand."""
    return await _work(call, _betas, call.text("against"))


_Compose = Callable[[Call, Reading, Sources, list[str]], Evidence]


async def _work(call: Call, compose: _Compose, named: str) -> Evidence:
    """Read the closes of what is held and of `named`, and compose the answer in a thread."""
    configured = call.services.settings.config.market.ticker
    asked = Call({"ticker": named or configured}, call.services, progress=call.progress)
    asked.poorer = call.poorer
    reading, where = await read(asked, "prices", ticker=configured)
    if not reading.book.prices:
        raise Refused("no daily closes are on hand", 'set [market] prices = "prices.csv"')
    return await anyio.to_thread.run_sync(compose, call, reading, where, _held(reading))


def _held(reading: Reading) -> list[str]:
    """Return the stocks that are held; with no position, those that there are closes of."""
    held = {underlying(one) for one in reading.book.positions}
    return sorted(held or reading.book.prices)


def _evidence(
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


# ── how deep ─────────────────────────────────────────────────────────────────────────────────────


def _fallen(call: Call, reading: Reading, where: Sources, held: list[str]) -> Evidence:
    from engine.market.returns import of_closes

    named = call.text("ticker")
    symbols = [named] if named else held
    known = [symbol for symbol in symbols if symbol in reading.book.prices]
    if not known:
        there = ", ".join(reading.book.prices)
        raise Refused(f"there are no closes of {', '.join(symbols)}, but of {there}", "name one")
    said = [f"no closes of {symbol} are on hand" for symbol in symbols if symbol not in known]
    if not named:
        said.append("what the book itself was worth is on no record: these are its stocks")
    found = []
    for symbol in known:
        closes, more = _asked(call, reading.book.prices[symbol])
        found.append((symbol, closes, of_closes(closes)))
        said += more
    found.sort(key=lambda one: one[2].max_drawdown)
    place = where.places["prices"]
    source = place.shown if place else "prices"
    verdict = "; ".join(_fall(*one, source) for one in found[:3])
    rows = tuple(_fall_row(*one) for one in found[:_MOST])
    return _evidence(verdict, Table("Deepest falls of closes", _FELL, rows), reading, where, said)


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
    table = Table(f"Correlation of daily log returns{_first(rows)}", _PAIRS, tuple(rows[:_MOST]))
    said = ("each pair over the days that both have a close", "the past of the stocks alone")
    return _evidence(verdict, table, reading, where, said, found=bool(known))


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


def _betas(call: Call, reading: Reading, where: Sources, held: list[str]) -> Evidence:
    index, named = call.text("against"), call.text("ticker")
    there = reading.book.prices
    if not index or index not in there:
        lacks = f"no closes of {index} are on hand" if index else "the question names none"
        raise Refused(
            f"a beta is against an index's closes: {lacks}",
            "add the index's rows to the prices and name it, as in: beta of my stocks against SPY",
        )
    symbols = [named] if named else [one for one in held if one != index]
    rows = tuple(_betas_of(reading, symbols, index))
    known = [row for row in rows if row[2] is not None]
    verdict = "; ".join(
        f"the beta of {stock} against {index} is {value:.2f} over {count} daily returns, "
        f"{first} to {last} (correlation {both:+.2f})"
        for stock, _, value, both, count, first, last, _ in known[:3]
    )
    verdict = verdict or "; ".join(f"no beta of {row[0]}: {row[-1]}" for row in rows[:3])
    table = Table(f"Beta against {index}{_first(rows)}", _BETAS, rows[:_MOST])
    said = (
        "beta: covariance of daily log returns over the index's variance",
        "of the stocks, a share each: the options on them and how many are held are not in it",
    )
    return _evidence(verdict, table, reading, where, said, found=bool(known))


def _betas_of(reading: Reading, symbols: Sequence[str], index: str) -> Iterator[tuple[Cell, ...]]:
    from engine.market.risk.market import FEWEST_RETURNS
    from engine.market.together import pair

    for symbol in symbols:
        found = pair(reading.book.prices, symbol, index, FEWEST_RETURNS)
        if isinstance(found, str):
            yield symbol, index, None, None, None, None, None, found
        else:
            both = round(found.beta, 4), round(found.correlation, 4)
            yield symbol, index, *both, found.returns, str(found.first), str(found.last), ""


def _first(rows: Sequence[object]) -> str:
    return f" (the first {_MOST} of {len(rows):,})" if len(rows) > _MOST else ""


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0
