"""A backtest's question put together: the user's rules and data, and what the question changes.

Options are priced at the realised volatility, or at `implied`: a table of a volatility index's
closes in percent; either times `volatility_factor`, the same for all strikes unless the quoted
chain or the question tells a `skew`. A question may name `delta`, `days` to expiry, `capital`,
`commission` a contract, a table of `rates`, the first and last day (`begin`, `end`: ISO), and to
`hold` to the expiry.
"""

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from engine.agents.tool import Call, Refused
from engine.agents.tools.backtest.inputs import index_closes, period
from engine.agents.tools.backtest.tables import rates
from engine.agents.tools.wheel.targets import wanted_days, wanted_delta
from engine.market.book import Book, DailyPrice, Dividend
from engine.market.parameters import HELD_TO_EXPIRY, Sourced
from engine.market.settings import Sources

if TYPE_CHECKING:
    from engine.market.backtest.backtest import Rules
    from engine.market.backtest.request import Kind, Request
    from engine.market.volatility import Implied


@dataclass(frozen=True, slots=True)
class Past:
    """Closes and dividends of the stock that is asked about, and what was assumed."""

    symbol: str
    book: Book
    sourced: Sourced
    sources: Sources
    said: tuple[str, ...]

    @property
    def prices(self) -> tuple[DailyPrice, ...]:
        return self.book.prices[self.symbol]

    @property
    def dividends(self) -> tuple[Dividend, ...]:
        return tuple(one for one in self.book.dividends if one.symbol == self.symbol)


def rules(kind: "Kind", call: Call, past: Past) -> "Rules":
    """Return the user's rules, with what the question says in place of the configured."""
    from dataclasses import replace

    from engine.market.backtest.backtest import rules_of

    found = rules_of(past.sourced.parameters)
    if (delta := wanted_delta(call)) is not None:
        most = max(found.max_put_delta, delta)
        found = replace(found, put_delta=delta, call_delta=delta, max_put_delta=most)
    if (days := wanted_days(call)) is not None:
        found = replace(found, days_to_expiry=days)
    if call.flag("hold"):
        found = replace(found, triggers=HELD_TO_EXPIRY)
    if kind == "put_write":
        found = replace(found, settlement="cash", early_exercise=False, whole_contracts=False)
    if call.flag("at_the_money"):
        found = replace(found, put_delta=None, max_put_delta=1.0)
    return found


async def request(kind: "Kind", call: Call, past: Past, cases: tuple["Rules", ...]) -> "Request":
    """Return the request of a backtest in the question's period, on the question's data."""
    from msgspec.structs import replace

    asked = _plain(kind, call, past, cases)
    within = period(call, asked.prices)
    asked = replace(asked, prices=within.prices, begin=within.begin)
    told = f"capital {asked.capital:,.0f} at the start ({_capital(call, past)[1]})"
    asked = await _rated(call, past, said(asked, told, *within.said))
    asked = await anyio.to_thread.run_sync(_skewed, call, past, asked)
    if not call.text("implied"):
        return asked
    found = await implied(call, past)
    return replace(asked, implied=found, realised=None)


async def of_validation(call: Call, past: Past, written: "Rules") -> "Request":
    """Return the request of a validation but for what was published: rules, rates, volatility."""
    from dataclasses import replace as changed

    from msgspec.structs import replace

    from engine.market.put_write import COSTS

    interval = min(past.sourced.parameters.strike_intervals, default=0.0)
    cases = (changed(written, strike_interval=interval),)
    asked = await _rated(call, past, _plain("validate", call, past, cases))
    found = await implied(call, past)
    return replace(asked, implied=found, realised=None, costs=COSTS)


async def implied(call: Call, past: Past) -> "Implied":
    """Return the volatility index that the question names."""
    from engine.market.volatility import Implied

    file = call.text("implied")
    closes = await index_closes(call, past.sources, file)
    days = {one.day: one.close / 100 for one in closes}
    return Implied(Path(file).name, days, _factor(call))


def said(asked: "Request", *sentences: str) -> "Request":
    """Return the request with more that its answer is to repeat."""
    from msgspec.structs import replace

    return replace(asked, assumptions=(*asked.assumptions, *sentences))


def _plain(kind: "Kind", call: Call, past: Past, cases: tuple["Rules", ...]) -> "Request":
    from dataclasses import replace as changed

    from engine.market.backtest.backtest import costs_of
    from engine.market.backtest.request import Request
    from engine.market.volatility import Realised

    parameters = past.sourced.parameters
    costs = costs_of(parameters)
    if (commission := call.number("commission")) is not None:
        if commission < 0:
            raise Refused(f"the commission is {commission:g} a contract", "expected is 0 or more")
        costs = changed(costs, commission=commission)
    return Request(
        kind=kind,
        prices=past.prices,
        rules=cases,
        costs=costs,
        capital=_capital(call, past)[0],
        realised=Realised(past.sources.volatility_days, _factor(call)),
        dividends=past.dividends,
        dividend_yield=None if past.dividends else past.book.dividend_yield,
        assumptions=past.said,
    )


def _capital(call: Call, past: Past) -> tuple[float, str]:
    """Return what a backtest starts with, and who says so.

    Raises:
        Refused: it is 0 or less.
    """
    origin = past.sourced.origin("initial_capital")
    capital = past.sourced.parameters.initial_capital
    if (account := past.sources.account_value) is not None:
        capital, origin = account, "[market] account_value"
    if (asked := call.number("capital")) is not None:
        capital, origin = asked, "the question"
    if capital <= 0:
        raise Refused(
            f"the capital to start with is {capital:,.10g} ({origin}), expected more than 0",
            "name what a backtest is to start with, as in: with a capital of 50,000",
        )
    return capital, origin


def _factor(call: Call) -> float:
    """Return what the volatility is multiplied by; Refused where it is 0 or less."""
    factor = call.number("volatility_factor")
    if factor is not None and factor <= 0:
        cause = f"the factor on the volatility is {factor:g}, expected more than 0"
        raise Refused(cause, "leave --factor out, or name one as 1.2")
    return 1.0 if factor is None else factor


async def _rated(call: Call, past: Past, asked: "Request") -> "Request":
    """Return the request with a rate a day of the question's table, or the configured one."""
    from msgspec.structs import replace

    if file := call.text("rates"):
        known = await anyio.to_thread.run_sync(rates, call.services.project / file)
        days = list(known)
        places = [bisect_right(days, one.day) - 1 for one in asked.prices]
        daily = tuple(known[days[max(place, 0)]] for place in places)
        told = [f"rate of each day from {Path(file).name}, the last one known by then"]
        if early := sum(place < 0 for place in places):
            told.append(f"its first rate, of {days[0]}, also for {early} days before it")
        return said(replace(asked, rates=daily), *told)
    if (rate := past.book.rate) is None:
        return said(asked, "rate 0 %: neither data nor configuration tells another")
    told_of = f"rate {rate:.2%} a year throughout, from the configuration"
    return said(replace(asked, rates=(rate,)), told_of)


def _skewed(call: Call, past: Past, asked: "Request") -> "Request":
    """Return the request with the skew of the question, or else of the quoted chain."""
    from msgspec.structs import replace

    from engine.market.backtest.skew import quoted_skew

    if (skew := call.number("skew")) is not None:
        return said(replace(asked, skew=skew), f"skew {skew:g}, from the question")
    if (quoted := quoted_skew(past.book, past.symbol)) is None:
        return asked
    return said(
        replace(asked, skew=quoted.slope),
        f"skew {quoted.slope:.3f}, measured on {quoted.quotes} quotes of {quoted.expiries} "
        f"expiries of {past.book.as_of} and taken for all of the past",
    )
