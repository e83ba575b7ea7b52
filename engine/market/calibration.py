"""Whether options that should be assigned with 30 % chance are: predicted against what happened.

Windows of one stock don't overlap, so one outcome is not counted twice. Stocks fall together,
though: all outcomes that begin on one day count as one observation of their mean, and the error is
that of those means. The plain binomial error beside it, which takes all as independent, is smaller
and wrong by the ratio of the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CHANCES: Final = (0.1, 0.2, 0.3, 0.4, 0.5)
_95_PCT: Final = 1.959964


@dataclass(frozen=True, slots=True)
class Bucket:
    """All puts that were predicted to end in the money with one chance.

    Attributes:
        predicted, realised: fractions, 0 to 1.
        error: standard error of `realised`, outcomes of one window taken as one.
        binomial_error: the same if all outcomes were independent.
        outcomes, windows: how many options, over how many periods that don't overlap.
    """

    predicted: float
    realised: float
    error: float
    binomial_error: float
    outcomes: int
    windows: int

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return max(self.realised - _95_PCT * self.error, 0.0)

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return min(self.realised + _95_PCT * self.error, 1.0)


MEASURED: Final = (
    Bucket(0.1, 0.062, 0.010, 0.005, 2720, 136),
    Bucket(0.2, 0.129, 0.015, 0.006, 2720, 136),
    Bucket(0.3, 0.207, 0.018, 0.008, 2720, 136),
    Bucket(0.4, 0.296, 0.019, 0.009, 2720, 136),
    Bucket(0.5, 0.391, 0.021, 0.009, 2720, 136),
)
"""Measured on 20 large U.S. stocks, 2010 to 2022, a time in which stocks rose: puts of 35 days by
their 3-month at-the-money implied volatility, total-return closes, a rate of 1 %."""
MEASURED_ON: Final = "20 large U.S. stocks, 2010 to 2022, 136 windows of 24 trading days"


def calibrate(
    closes: Floats,
    volatilities: Floats,
    *,
    horizon_days: int,
    years: float,
    rate: float = 0.0,
    chances: Sequence[float] = CHANCES,
) -> tuple[Bucket, ...]:
    """Return how often puts ended in the money that should have with each of `chances`.

    Args:
        closes: of shape (days, stocks), dividends reinvested, so that the drift is the rate.
        volatilities: implied, per year, of the same shape.
        horizon_days: trading days from sale to expiry.
        years: the same, ACT/365.

    Raises:
        ValueError: shapes that differ, or fewer than two windows.
    """
    if closes.shape != volatilities.shape or closes.ndim != 2:
        raise ValueError(f"closes {closes.shape} and volatilities {volatilities.shape}: not alike")
    starts = np.arange(0, len(closes) - horizon_days, horizon_days)
    if len(starts) < 2:
        raise ValueError(f"{len(closes)} days hold {len(starts)} windows of {horizon_days} days")
    deviation = volatilities[starts] * sqrt(years)
    growth = np.log(closes[starts + horizon_days] / closes[starts])
    steps = (growth - rate * years + deviation**2 / 2) / deviation
    return tuple(_bucket(chance, steps) for chance in chances)


def _bucket(chance: float, steps: Floats) -> Bucket:
    """Return the bucket of puts whose strike lies at the quantile `chance`."""
    hits = steps < NormalDist().inv_cdf(chance)
    means = hits.mean(axis=1)
    realised = float(hits.mean())
    return Bucket(
        predicted=chance,
        realised=realised,
        error=float(means.std(ddof=1)) / sqrt(len(means)),
        binomial_error=sqrt(realised * (1 - realised) / hits.size),
        outcomes=int(hits.size),
        windows=len(means),
    )


def realised_chance(predicted: float, buckets: Sequence[Bucket] = MEASURED) -> float:
    """Return what a risk-neutral chance came to, between the buckets in a straight line.

    Ends are joined to 0 and 1, which come to themselves.
    """
    x = [0.0, *(one.predicted for one in buckets), 1.0]
    y = [0.0, *(one.realised for one in buckets), 1.0]
    return float(np.interp(predicted, x, y))
