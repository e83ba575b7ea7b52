"""How much daily closes moved, and what they earned for it: volatility and Sharpe ratio."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from engine.market.book import DailyPrice
from engine.market.returns import TRADING_DAYS, performance
from engine.market.volatility import realised


@dataclass(frozen=True, slots=True)
class Moved:
    """How much closes moved from day to day and what they earned for it, per year.

    Attributes:
        volatility: of the daily log returns, their mean not taken out, as `realised`;
            its standard error is that of normal returns, volatility / sqrt(2 n).
        sharpe: as in `Performance`; its standard error is that of independent returns (Lo 2002,
            *The Statistics of Sharpe Ratios*, equation 9).
    """

    returns: int
    volatility: float
    volatility_error: float
    sharpe: float
    sharpe_error: float


def moved(prices: Sequence[DailyPrice], rate: float, fewest: int) -> Moved | str:
    """Return the figures of daily closes, or in a clause why there are none.

    Args:
        rate: of cash, continuous per year.
        fewest: returns that it takes.
    """
    count = len(prices) - 1
    if count < fewest:
        lie = f"{max(count, 0)} daily return{' lies' if count == 1 else 's lie'}"
        return f"only {lie} in that time, expected {fewest} or more: ask for a longer one"
    closes = np.array([one.close for one in prices])
    found = performance([one.day for one in prices], closes, np.full(len(closes), rate))
    volatility = float(realised(closes, count)[-1])
    if found.sharpe is None or volatility == 0.0:
        return "its returns never change"
    return Moved(
        returns=count,
        volatility=volatility,
        volatility_error=volatility / sqrt(2 * count),
        sharpe=found.sharpe,
        sharpe_error=sqrt((TRADING_DAYS + found.sharpe**2 / 2) / count),
    )
