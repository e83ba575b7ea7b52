"""Backtests on the user's own daily closes, worked out in processes of their own.

Options are priced at the realised volatility, or at `implied`: a table of a volatility index's
closes in percent; either times `volatility_factor`. A question may name `delta`, `days` to expiry,
`capital`, the first and last day (`begin`, `end`: ISO), and to `hold` what is sold to its expiry.
"""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from engine.agents.tool import Call, Refused, ToolError, Unavailable
from engine.agents.tools.backtest_inputs import (
    annual_returns,
    index_closes,
    period,
    read_past,
    years,
)
from engine.agents.tools.wheel_targets import wanted_days, wanted_delta
from engine.evidence import Evidence
from engine.market.book import DailyPrice, Dividend
from engine.market.parameters import HELD_TO_EXPIRY, ParameterError, Sourced
from engine.market.parameters_file import load
from engine.market.settings import Sources
from engine.process import ProcessError

if TYPE_CHECKING:
    from engine.market.backtest import Rules
    from engine.market.backtest_request import Kind, Request
    from engine.market.volatility import Implied

_DELTAS = (0.15, 0.20, 0.25, 0.30, 0.35, 0.40)
_DAYS = (14.0, 21.0, 35.0, 49.0)
_MOST_WORKERS = 8
_EXAMPLE = "an EXAMPLE: every price of it is invented"


@dataclass(frozen=True, slots=True)
class _Past:
    """Closes and dividends of the stock that is asked about, and what was assumed."""

    prices: tuple[DailyPrice, ...]
    dividends: tuple[Dividend, ...]
    rate: float
    dividend_yield: float | None
    sourced: Sourced
    sources: Sources
    said: tuple[str, ...]


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
    year and annual return in percent; `fit`, the years to fit on as 2007-2010.
    """
    return await _work(call, _validate)


async def _work(call: Call, ask: Callable[[Call, _Past], Awaitable[Evidence]]) -> Evidence:
    past = await _past(call)
    # Rules and requests import NumPy: not on the engine's loop.
    await anyio.to_thread.run_sync(import_module, "engine.market.backtest_client")
    from engine.market.backtest_client import BacktestFailed

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


async def _past(call: Call) -> _Past:
    try:
        sourced = await anyio.to_thread.run_sync(load, call.services.project, os.environ)
    except ParameterError as error:
        raise Refused(str(error), "correct it in that file") from error
    reading, sources = await read_past(call, sourced.parameters.ticker.strip().upper())
    book, wanted = reading.book, sources.ticker
    known = sorted(book.prices)
    symbol = wanted if wanted in book.prices else known[0] if not wanted and len(known) == 1 else ""
    if not symbol:
        held = ", ".join(known) or "none"
        raise Unavailable(
            f"there are no daily prices of {wanted or 'a stock that is named'} (prices of: {held})",
            'set [market] prices = "prices.csv" in bolt.toml, with a day and a close in each row',
        )
    said = [*book.notes, *sourced.notes, _told(symbol, book.prices[symbol], sources)]
    if book.rate is None:
        said.append("rate 0 %: neither data nor configuration tells another")
    else:
        said.append(f"rate {book.rate:.2%} a year throughout, from the configuration")
    return _Past(
        prices=book.prices[symbol],
        dividends=tuple(one for one in book.dividends if one.symbol == symbol),
        rate=book.rate or 0.0,
        dividend_yield=book.dividend_yield,
        sourced=sourced,
        sources=sources,
        said=tuple(said),
    )


def _told(symbol: str, prices: tuple[DailyPrice, ...], sources: Sources) -> str:
    """Return whose closes are taken, how many, and from where."""
    place = sources.places["prices"]
    span = f"{prices[0].day} to {prices[-1].day}"
    return f"{len(prices):,} closes of {symbol}, {span}, {place.shown if place else 'prices'}"


async def _one(kind: "Kind", call: Call, past: _Past) -> Evidence:
    from engine.market.backtest_client import ask

    asked = _request(kind, call, past, (_rules(kind, call, past),))
    request = await _sourced(call, past, _within(call, asked))
    return await ask(request, _telling(call, "days"))


async def _sweep(call: Call, past: _Past) -> Evidence:
    from engine.market.backtest_client import sweep as ask
    from engine.market.sweep import grid

    base = _rules("wheel", call, past)
    deltas = _DELTAS if (delta := wanted_delta(call)) is None else (delta,)
    lengths = _DAYS if (days := wanted_days(call)) is None else (days,)
    cases = grid(base, deltas, lengths, sorted({HELD_TO_EXPIRY, base.triggers}, key=repr))
    workers = min(os.cpu_count() or 2, _MOST_WORKERS)
    request = await _sourced(call, past, _within(call, _request("sweep", call, past, cases)))
    return await ask(request, workers, _telling(call, "rules"))


async def _validate(call: Call, past: _Past) -> Evidence:
    from msgspec.structs import replace

    from engine.market.backtest_client import ask
    from engine.market.put_write import COSTS, RULES

    implied, published = call.text("implied"), call.text("published")
    if not implied or not published:
        raise Refused(
            "a validation needs a volatility index and published annual returns",
            "name them: implied=vix.csv published=returns.csv fit=2007-2010",
        )
    closes = await index_closes(call, past.sources, implied)
    returns = await anyio.to_thread.run_sync(annual_returns, call.services.project / published)
    request = _request("validate", call, past, (RULES,))
    request = replace(
        request,
        implied=_implied(implied, closes),
        realised=None,
        costs=COSTS,
        published_pct=returns,
        fit_years=years(call.text("fit")),
    )
    return await ask(request, _telling(call, "days"))


def _rules(kind: "Kind", call: Call, past: _Past) -> "Rules":
    """Return the user's rules, with what the question says in place of the configured."""
    from dataclasses import replace

    from engine.market.backtest import rules_of

    rules = rules_of(past.sourced.parameters)
    if (delta := wanted_delta(call)) is not None:
        most = max(rules.max_put_delta, delta)
        rules = replace(rules, put_delta=delta, call_delta=delta, max_put_delta=most)
    if (days := wanted_days(call)) is not None:
        rules = replace(rules, days_to_expiry=days)
    if call.flag("hold"):
        rules = replace(rules, triggers=HELD_TO_EXPIRY)
    if kind == "put_write":
        rules = replace(rules, settlement="cash", early_exercise=False, whole_contracts=False)
    if call.flag("at_the_money"):
        rules = replace(rules, put_delta=None, max_put_delta=1.0)
    return rules


def _request(kind: "Kind", call: Call, past: _Past, rules: tuple["Rules", ...]) -> "Request":
    from engine.market.backtest import costs_of
    from engine.market.backtest_request import Request
    from engine.market.volatility import Realised

    parameters = past.sourced.parameters
    factor = call.number("volatility_factor") or 1.0
    capital = call.number("capital")
    origin = "the question" if capital else past.sourced.origin("initial_capital")
    capital = capital or parameters.initial_capital
    return Request(
        kind=kind,
        prices=past.prices,
        rules=rules,
        costs=costs_of(parameters),
        capital=capital,
        realised=Realised(past.sources.volatility_days, factor),
        rates=(past.rate,),
        dividends=past.dividends,
        dividend_yield=None if past.dividends else past.dividend_yield,
        assumptions=(*past.said, f"capital {capital:,.0f} at the start ({origin})"),
    )


def _within(call: Call, request: "Request") -> "Request":
    """Return the request for the question's period."""
    from msgspec.structs import replace

    asked = period(call, request.prices)
    said = (*request.assumptions, *asked.said)
    return replace(request, prices=asked.prices, begin=asked.begin, assumptions=said)


async def _sourced(call: Call, past: _Past, request: "Request") -> "Request":
    """Return the request with the volatility index that the question names, if it names one."""
    from msgspec.structs import replace

    if not (file := call.text("implied")):
        return request
    closes = await index_closes(call, past.sources, file)
    factor = call.number("volatility_factor") or 1.0
    return replace(request, implied=_implied(file, closes, factor), realised=None)


def _implied(file: str, closes: tuple[DailyPrice, ...], factor: float = 1.0) -> "Implied":
    from engine.market.volatility import Implied

    return Implied(Path(file).name, {one.day: one.close / 100 for one in closes}, factor)


def _telling(call: Call, unit: str) -> Callable[[int, int], None]:
    return lambda done, total: call.progress(f"backtest: {unit}", float(done), float(total))
