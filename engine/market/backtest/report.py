"""Turns a run into its result: figures, cycles, benchmark, and what all of it rests on."""

from collections.abc import Iterator

import numpy as np

from engine.market.backtest.backtest import Costs, Result, Rules
from engine.market.backtest.market import Market
from engine.market.backtest.run import Progress, walk
from engine.market.returns import Floats, performance
from engine.market.wheel.cycles import cycles
from engine.market.wheel.value import MODEL


def backtest(
    market: Market,
    rules: Rules,
    costs: Costs | None = None,
    capital: float = 100_000.0,
    progress: Progress | None = None,
) -> Result:
    """Run `rules` on `market` and sum up.

    Raises:
        BadMarket, ValueError: see `backtest_run.walk`.
    """
    costs = costs or Costs()
    track = walk(market, rules, costs, capital, progress)
    days = market.days[track.start :]
    rate = market.rate[track.start :]
    held = _bought_and_held(market, track.start, capital)
    return Result(
        rules=rules,
        days=days,
        equity=track.equity,
        benchmark=held,
        performance=performance(days, track.equity, rate),
        benchmark_performance=performance(days, held, rate),
        sales=track.sales,
        events=track.events,
        cycles=cycles(track.events),
        idle_days=dict(track.idle),
        assumptions=(*market.notes, *_assumptions(market, rules, costs)),
    )


def _bought_and_held(market: Market, start: int, capital: float) -> Floats:
    """Return the worth of the stock bought at `start`, its dividends reinvested at the close."""
    close = market.close[start:]
    reinvested = 1 + market.dividends[start:] / close
    reinvested[0] = 1.0
    worth: Floats = capital * close / close[0] * np.cumprod(reinvested)
    return worth


def _assumptions(market: Market, rules: Rules, costs: Costs) -> Iterator[str]:
    midday = rules.hour == "midday"
    yield f"rules: {rules.label}"
    yield f"options are priced by a model ({MODEL}), not at quotes of the time"
    if market.skew:
        yield (
            f"volatility: {market.source}, plus {100 * market.skew:.1f} points a unit of "
            "ln(spot/strike)/√years, kept within half and twice of it; the same for all expiries"
        )
    else:
        yield f"volatility: {market.source}, the same for all strikes and expiries"
    spread = f"{costs.half_spread:g} a share"
    if costs.half_spread_fraction:
        spread += f", or {costs.half_spread_fraction:.1%} of the price if that is more,"
    yield f"each trade loses {spread} to the spread and {costs.commission:g} a contract"
    hour = "half-way between the close before and the day's" if midday else "at the close"
    yield f"trades happen {hour}; an option is exercised if a cent or more in the money then"
    yield "cash, the collateral too, earns the rate; margin is never used; taxes are left out"
    if rules.settlement == "cash":
        yield "settled in cash on the last trading day by the expiry"
    elif rules.early_exercise:
        yield (
            "holders exercise calls before a dividend that is worth more than their time value, "
            "and puts that have none left"
        )
    if not rules.strike_interval:
        yield (
            "strikes are exactly where the delta is, between listed ones: strike_intervals in "
            "config.yaml rounds them"
        )
    yield (
        "whole contracts of 100 shares"
        if rules.whole_contracts
        else "fractions of contracts, so that all of the capital is at work"
    )
