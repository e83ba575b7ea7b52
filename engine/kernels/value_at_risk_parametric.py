"""VaR from delta, gamma and theta, for returns that are normal: quick, and honest about where.

The P&L of dS = S·x, x normal with covariance Σ, is a quadratic form theta + d'x + x'Gx/2. Its
cumulants are exact (Mathai and Provost 1992, *Quadratic Forms in Random Variables*, 3.2b):

    k1 = theta + tr(GΣ)/2     k2 = d'Σd + tr(GΣ)²/2     k3 = 3·d'ΣGΣd + tr(GΣ)³
    k4 = 12·d'Σ(GΣ)²d + 3·tr(GΣ)⁴

and its quantile is Cornish and Fisher's (1937) expansion in them. The expansion is no quantile any
more where it stops rising with its argument, as much long gamma makes it; that is found out and
told. With gamma left out it is the closed form of a linear book.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, pi, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from engine.kernels.arguments import Floats
from engine.kernels.portfolio import Portfolio, greeks
from engine.kernels.value_at_risk import (
    CALENDAR_DAYS_PER_TRADING_DAY,
    LEVELS,
    TRADING_DAYS_PER_YEAR,
    Tail,
)
from engine.kernels.value_at_risk_covariance import covariance

_LOWEST = -8.0  # the chance of less is 6e-16


@dataclass(frozen=True, slots=True)
class ParametricTail:
    """A tail, and whether the expansion still stands there.

    Attributes:
        monotone: False where Cornish and Fisher's quantile falls somewhere in the tail: then the
            figures mean nothing, and simulation is to be believed.
    """

    tail: Tail
    monotone: bool


@dataclass(frozen=True, slots=True)
class Parametric:
    """What moments make of a book.

    Attributes:
        horizon_days: trading days.
        mean, deviation: of the P&L, in currency.
        skewness, excess_kurtosis: of the P&L; 0 for a linear book.
    """

    tails: tuple[ParametricTail, ...]
    horizon_days: float
    mean: float
    deviation: float
    skewness: float
    excess_kurtosis: float


def parametric(
    book: Portfolio,
    volatility: ArrayLike,
    correlation: ArrayLike | None = None,
    horizon_days: float = 1.0,
    levels: Sequence[float] = LEVELS,
    *,
    gamma: bool = True,
    days: float | None = None,
) -> Parametric:
    """Return VaR and ES from the book's Greeks.

    Args:
        volatility: of each underlying's returns, per year, (m,).
        correlation: of the returns, (m, m); None where there is one underlying.
        horizon_days: trading days, 252 a year.
        gamma: False leaves gamma out (delta-normal).
        days: calendar days of theta; None takes the horizon's.

    Raises:
        OutOfRange, ShapeMismatch: see `value_at_risk_covariance`.
    """
    found = greeks(book)
    years = horizon_days / TRADING_DAYS_PER_YEAR
    spread = covariance(volatility, correlation, book.spot.size) * years
    age = horizon_days * CALENDAR_DAYS_PER_TRADING_DAY if days is None else days
    curved = np.diag(found.gamma * book.spot**2) if gamma else np.zeros_like(spread)
    mean, variance, third, fourth = _cumulants(
        float(found.theta_per_day.sum()) * age, found.delta_amount, curved, spread
    )
    deviation = sqrt(variance)
    skewness = third / deviation**3 if deviation > 0.0 else 0.0
    kurtosis = fourth / variance**2 if variance > 0.0 else 0.0
    return Parametric(
        tuple(_tail(level, mean, deviation, skewness, kurtosis) for level in levels),
        horizon_days,
        mean,
        deviation,
        skewness,
        kurtosis,
    )


def _cumulants(
    theta: float, delta: Floats, gamma: Floats, spread: Floats
) -> tuple[float, float, float, float]:
    once = gamma @ spread
    twice = once @ once
    tilted = spread @ delta
    return (
        theta + 0.5 * float(np.trace(once)),
        float(delta @ tilted) + 0.5 * float(np.trace(twice)),
        3.0 * float(tilted @ gamma @ tilted) + float(np.trace(twice @ once)),
        12.0 * float(tilted @ once @ gamma @ tilted) + 3.0 * float(np.trace(twice @ twice)),
    )


def _tail(
    level: float, mean: float, deviation: float, skewness: float, kurtosis: float
) -> ParametricTail:
    """Return the tail of Cornish and Fisher's quantile, its mean in closed form."""
    chance = 1.0 - level
    z = NormalDist().inv_cdf(chance)
    density = exp(-0.5 * z * z) / sqrt(2.0 * pi)
    # Means of z, z² and z³ over the tail below z.
    means = (-density / chance, 1.0 - z * density / chance, -(z * z + 2.0) * density / chance)
    edge = _expansion((z, z * z, z**3), skewness, kurtosis)
    inner = _expansion(means, skewness, kurtosis)
    found = Tail(level, -(mean + deviation * edge), -(mean + deviation * inner))
    return ParametricTail(found, _rises_up_to(z, skewness, kurtosis))


def _expansion(powers: tuple[float, float, float], skewness: float, kurtosis: float) -> float:
    first, second, third = powers
    return (
        first
        + (second - 1.0) * skewness / 6.0
        + (third - 3.0 * first) * kurtosis / 24.0
        - (2.0 * third - 5.0 * first) * skewness**2 / 36.0
    )


def _rises_up_to(z: float, skewness: float, kurtosis: float) -> bool:
    """Return whether the expansion rises everywhere from -8 to z: its slope is a parabola."""
    square = kurtosis / 8.0 - skewness**2 / 6.0
    linear = skewness / 3.0
    constant = 1.0 - kurtosis / 8.0 + 5.0 * skewness**2 / 36.0
    places = [_LOWEST, z]
    if square > 0.0:
        places.append(min(max(-linear / (2.0 * square), _LOWEST), z))
    return all((square * place + linear) * place + constant > 0.0 for place in places)
