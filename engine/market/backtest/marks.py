"""What an option of a backtest is worth, day by day, at each day's own volatility."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from engine.market.backtest.backtest import Rules
from engine.market.backtest.market import Market
from engine.market.book import OptionKind
from engine.market.returns import Floats
from engine.market.wheel.value import Worth, worth


def marks(
    market: Market, rules: Rules, kind: OptionKind, span: slice, strike: float, expiry: date
) -> Worth:
    """Return what an option is worth at the close of each day of `span`, at its own volatility."""
    years = market.years(span, expiry)
    places = np.arange(span.start, span.stop)
    return worth_on(market, rules, kind, places, market.close, np.array(strike), years)


def worth_on(
    market: Market,
    rules: Rules,
    kind: OptionKind,
    places: NDArray[np.int64],
    spots: Floats,
    strike: Floats,
    years: Floats,
) -> Worth:
    """Return what options are worth on the days at `places`, the stock at `spots` of each day.

    `spots` has a value for every day of the market; `strike` and `years` one for each place.
    """
    spot = spots[places]
    return worth(
        kind,
        spot,
        strike,
        years,
        market.volatility_at(places, spot, strike, years),
        market.rate[places],
        market.yields[places],
        american=rules.early_exercise and rules.settlement == "shares",
    )
