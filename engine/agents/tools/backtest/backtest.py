"""Backtests on the user's own daily closes, worked out in processes of their own.

What a question may name beside the book is told in `backtest_asked`.
"""

import os
from collections.abc import Awaitable, Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

import anyio

from engine.agents.tool import Call, Refused, ToolError, Unavailable
from engine.agents.tools.backtest.asked import Past, of_validation, request, rules
from engine.agents.tools.backtest.inputs import read_past
from engine.agents.tools.backtest.tables import published, years
from engine.agents.tools.wheel.targets import wanted_days, wanted_delta
from engine.evidence import Evidence
from engine.market.book import DailyPrice
from engine.market.parameters import HELD_TO_EXPIRY, ParameterError
from engine.market.parameters_file import load
from engine.market.settings import Sources
from engine.process import ProcessError

if TYPE_CHECKING:
    from engine.market.backtest.request import Kind

_DELTAS = (0.15, 0.20, 0.25, 0.30, 0.35, 0.40)
_DAYS = (14.0, 21.0, 35.0, 49.0)
_MOST_WORKERS = 8
_EXAMPLE = "an EXAMPLE: every price of it is invented"


async def wheel(call: Call) -> Evidence:
    """Run the wheel with the user's parameters through the stock's past."""
    return await _work(call, partial(_one, "wheel"))


async def put_write(call: Call) -> Evidence:
    """Run put-writing, settled in cash, with the user's delta; at the money on `at_the_money`."""
    return await _work(call, partial(_one, "put_write"))


async def sweep(call: Call) -> Evidence:
    """Run the wheel at every delta, days to expiry and set of rules, in parallel."""
    return await _work(call, _sweep)


async def validate(call: Call) -> Evidence:
    """Fit the volatility factor of put-writing on some years and score it on the others.

    Arguments: `implied`, a table of a volatility index's closes in percent; `published`, a CSV of
    year and annual return in percent or of day and close of the index that is to be repeated;
    `fit`, the years to fit on as 2007-2010; `rates`, a CSV of day and T-bill rate in percent.
    """
    return await _work(call, _validate)


async def _work(call: Call, ask: Callable[[Call, Past], Awaitable[Evidence]]) -> Evidence:
    past = await _past(call)
    # Rules and requests import NumPy: not on the engine's loop.
    await anyio.to_thread.run_sync(import_module, "engine.market.backtest.client")
    from engine.market.backtest.client import BacktestFailed

    try:
        found = await ask(call, past)
    except BacktestFailed as error:
        raise Refused(str(error), "check the prices, dates and numbers of the question") from error
    except ProcessError as error:
        raise ToolError(str(error)) from error
    if past.sources.example:
        from msgspec.structs import replace

        return replace(found, verdict=f"{_EXAMPLE}; {found.verdict}")
    return found


async def _past(call: Call) -> Past:
    try:
        sourced = await anyio.to_thread.run_sync(load, call.services.project, os.environ)
    except ParameterError as error:
        raise Refused(str(error), "correct it in that file") from error
    reading, sources = await read_past(call, sourced.parameters.ticker.strip().upper())
    book, wanted = reading.book, sources.asked or sources.ticker
    known = sorted(book.prices)
    symbol = wanted if wanted in book.prices else known[0] if not wanted and len(known) == 1 else ""
    if not symbol:
        raise _whose(wanted, known)
    said = [*book.notes, *sourced.notes, _told(symbol, book.prices[symbol], sources)]
    return Past(symbol, book, sourced, sources, tuple(said))


def _whose(wanted: str, known: list[str]) -> ToolError:
    """Return why no stock's prices are taken: several are there and none is named, or not this."""
    if known and not wanted:
        return Refused(
            f"there are daily prices of several stocks ({', '.join(known)}), and none is named",
            f"name one, as in: backtest the wheel on {known[0]}",
        )
    held = ", ".join(known) or "none"
    return Unavailable(
        f"there are no daily prices of {wanted or 'any stock'} (prices of: {held})",
        'set [market] prices = "prices.csv" in bolt.toml, with a day and a close in each row',
    )


def _told(symbol: str, prices: tuple[DailyPrice, ...], sources: Sources) -> str:
    """Return whose closes are taken, how many, and from where."""
    place = sources.places["prices"]
    span = f"{prices[0].day} to {prices[-1].day}"
    return f"{len(prices):,} closes of {symbol}, {span}, {place.shown if place else 'prices'}"


async def _one(kind: "Kind", call: Call, past: Past) -> Evidence:
    from engine.market.backtest.client import ask

    asked = await request(kind, call, past, (rules(kind, call, past),))
    return await ask(asked, _telling(call, "days"))


async def _sweep(call: Call, past: Past) -> Evidence:
    from engine.market.backtest.client import sweep as ask
    from engine.market.sweep import grid

    base = rules("wheel", call, past)
    deltas = _DELTAS if (delta := wanted_delta(call)) is None else (delta,)
    lengths = _DAYS if (days := wanted_days(call)) is None else (days,)
    cases = grid(base, deltas, lengths, sorted({HELD_TO_EXPIRY, base.triggers}, key=repr))
    workers = min(os.cpu_count() or 2, _MOST_WORKERS)
    asked = await request("sweep", call, past, cases)
    return await ask(asked, workers, _telling(call, "rules"))


async def _validate(call: Call, past: Past) -> Evidence:
    from msgspec.structs import replace

    from engine.market.backtest.client import ask
    from engine.market.put_write import RULES

    file = call.text("published")
    if not call.text("implied") or not file:
        raise Refused(
            "a validation needs a volatility index and what the put-write index returned",
            "name them: :backtest validate --implied vix.csv --published put.csv --fit 2007-2010",
        )
    fit = years(call.text("fit"))
    returned = await anyio.to_thread.run_sync(published, call.services.project / file)
    if returned.annual_pct and not returned.annual_pct.keys() - set(fit):
        first, last = min(returned.annual_pct), max(returned.annual_pct)
        raise Refused(
            f"all published years, {first} to {last}, are to be fitted, and none is left to score",
            f"fit on fewer, as in --fit {first}-{(first + last) // 2}",
        )
    asked = replace(
        await of_validation(call, past, RULES),
        published_pct=returned.annual_pct,
        published_levels=returned.levels,
        fit_years=fit,
    )
    return await ask(asked, _telling(call, "days"))


def _telling(call: Call, unit: str) -> Callable[[int, int], None]:
    return lambda done, total: call.progress(f"backtest: {unit}", float(done), float(total))
