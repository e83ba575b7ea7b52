"""VaR by full revaluation at simulated returns, with the error that the simulation itself makes.

Log-returns are normal and stratified (`sampling`), without excess return: the mean of the stock's
return is the drift asked for, 0 unless said. Independent replications, each stratified, give the
standard error; the figures are those of all paths together.

Within one slice of probability a replication has one path, anywhere; all R together put VaR on an
order statistic of R uniform places, whose deviation is up to √3 times that of their mean. VaR's
error is the spread of the replications' VaR over √R times that √3: an upper bound.

With `curves` each underlying's positions are revalued on a fine grid and interpolated by
cubics (`portfolio_curve`); the largest error against plain revaluation on paths of the sample is
measured each time and returned. Without, each option is revalued on each path.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from engine.kernels.arguments import Floats
from engine.kernels.backend import REFERENCE_DOOR, Door
from engine.kernels.errors import OutOfRange
from engine.kernels.portfolio import Portfolio, only
from engine.kernels.portfolio_curve import curve, largest_error
from engine.kernels.portfolio_moves import changes, moves
from engine.kernels.sampling import stratified_normals
from engine.kernels.value_at_risk import (
    CALENDAR_DAYS_PER_TRADING_DAY,
    LEVELS,
    TRADING_DAYS_PER_YEAR,
    Tail,
    tails,
)
from engine.kernels.value_at_risk_covariance import covariance

REPLICATIONS: Final = 16
_CHECKED: Final = 257
_MOST: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class SimulatedTail:
    """A tail with the standard errors of its two figures, in currency."""

    tail: Tail
    value_at_risk_error: float
    shortfall_error: float


@dataclass(frozen=True, slots=True)
class Simulated:
    """What simulation makes of a book.

    Attributes:
        horizon_days: trading days.
        paths: simulated, in all replications together.
        seed: that gives the same paths again.
        mean, deviation: of the P&L, in currency.
        curve_error: largest difference of the curves from plain revaluation that was seen, in
            currency; 0 where each path was revalued plainly.
    """

    tails: tuple[SimulatedTail, ...]
    horizon_days: float
    paths: int
    seed: int
    mean: float
    deviation: float
    curve_error: float


def simulated(
    book: Portfolio,
    volatility: ArrayLike,
    correlation: ArrayLike | None = None,
    *,
    seed: int,
    horizon_days: float = 1.0,
    paths: int = 1 << 18,
    drift: float = 0.0,
    levels: Sequence[float] = LEVELS,
    days: float | None = None,
    curves: bool = True,
    door: Door = REFERENCE_DOOR,
) -> Simulated:
    """Revalue the book at simulated returns of its underlyings.

    Args:
        volatility: of each underlying's log-returns, per year, (m,).
        correlation: of the log-returns, (m, m); None where there is one underlying.
        seed: of the random numbers.
        horizon_days: trading days, 252 a year.
        paths: rounded up to a multiple of the replications.
        drift: mean return of every underlying, per year, continuous.
        days: calendar days that options age by; None takes the horizon's.

    Raises:
        OutOfRange, ShapeMismatch: paths, volatilities or correlations that can't be.
    """
    if not REPLICATIONS <= paths <= _MOST:
        raise OutOfRange("paths", str(paths), f"{REPLICATIONS} to {_MOST} paths")
    years = horizon_days / TRADING_DAYS_PER_YEAR
    spread = covariance(volatility, correlation, book.spot.size) * years
    root = _root(spread)
    age = horizon_days * CALENDAR_DAYS_PER_TRADING_DAY if days is None else days
    each = -(-paths // REPLICATIONS)
    source = np.random.default_rng(seed)
    returns = np.concatenate(
        [stratified_normals(each, book.spot.size, source) @ root.T for _ in range(REPLICATIONS)]
    )
    returns += drift * years - 0.5 * np.diag(spread)
    profit, error = _profit(book, returns, age, door, curves=curves)
    return Simulated(
        _tails(profit.reshape(REPLICATIONS, each), levels),
        horizon_days,
        profit.size,
        seed,
        float(profit.mean(dtype=np.float64)),
        float(profit.std(dtype=np.float64)),
        error,
    )


def _profit(
    book: Portfolio, returns: Floats, age: float, door: Door, *, curves: bool
) -> tuple[Floats, float]:
    """Return the P&L of each path, and the largest error seen of the curves."""
    if not curves:
        return changes(book, moves(np.expm1(returns), days=age), door), 0.0
    profit, error = np.zeros(len(returns)), 0.0
    for place in range(book.spot.size):
        part, own = only(book, place), np.ascontiguousarray(returns[:, place])
        found = curve(part, float(own.min()), float(own.max()), age)
        profit += found.at(own)
        sample = own[:: max(1, own.size // _CHECKED)]
        error += largest_error(found, part, sample, age)
    return profit, error


def _tails(profit: Floats, levels: Sequence[float]) -> tuple[SimulatedTail, ...]:
    together = tails(profit.ravel(), levels)
    apart = [tails(replication, levels) for replication in profit]
    found = []
    for place, tail in enumerate(together):
        ones = [replication[place] for replication in apart]
        found.append(
            SimulatedTail(
                tail,
                sqrt(3.0) * _error([one.value_at_risk for one in ones]),
                _error([one.expected_shortfall for one in ones]),
            )
        )
    return tuple(found)


def _error(of_replications: list[float]) -> float:
    return float(np.std(of_replications, ddof=1)) / sqrt(len(of_replications))


def _root(spread: Floats) -> Floats:
    """Return R with R·R' = spread, for matrices that may lack rank."""
    values, vectors = np.linalg.eigh(spread)
    # The first factor carries most of the variance: the strongest direction goes first.
    size = np.sqrt(np.maximum(values[::-1], 0.0))
    result: Floats = vectors[:, ::-1] * size
    return result
