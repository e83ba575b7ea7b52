"""How stocks moved together: their closes on the days that all have, correlation and beta."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from engine.market.book import DailyPrice

Floats = NDArray[np.float64]
Prices = Mapping[str, Sequence[DailyPrice]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two stocks' daily log returns, from close to close on the days that both have.

    Attributes:
        correlation: Pearson's, -1 to 1.
        beta: of the first against the second: covariance over the second's variance (Sharpe 1964).
        returns: so many, from the close of `first` to that of `last`.
    """

    correlation: float
    beta: float
    returns: int
    first: date
    last: date


def shared_closes(prices: Prices, symbols: Sequence[str]) -> tuple[list[date], Floats] | str:
    """Return the days that all of the stocks have and their closes, (days, stocks); or why not."""
    by_day = [{one.day: one.close for one in prices.get(symbol, ())} for symbol in symbols]
    for symbol, closes in zip(symbols, by_day, strict=True):
        if not closes:
            return f"there are no closes of {symbol}"
    days = sorted(set.intersection(*(set(closes) for closes in by_day)))
    return days, np.array([[closes[day] for closes in by_day] for day in days])


def pair(prices: Prices, first: str, second: str, fewest: int) -> Pair | str:
    """Return how two stocks moved together, or in a clause why that isn't known.

    Args:
        fewest: returns that it takes.
    """
    found = shared_closes(prices, (first, second))
    if isinstance(found, str):
        return found
    days, closes = found
    if len(days) <= fewest:
        return f"only {len(days)} days have closes of both, expected {fewest + 1} or more"
    spread = np.cov(np.diff(np.log(closes), axis=0), rowvar=False)
    if not (np.diag(spread) > 0.0).all():
        return "a stock's closes never change"
    both = float(spread[0, 1])
    correlation = both / float(np.sqrt(spread[0, 0] * spread[1, 1]))
    return Pair(
        float(np.clip(correlation, -1.0, 1.0)),
        both / float(spread[1, 1]),
        len(days) - 1,
        days[0],
        days[-1],
    )
