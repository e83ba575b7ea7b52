"""What an option is worth to the wheel: one door to the pricing kernels."""

from dataclasses import dataclass
from math import exp, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.kernels import american as american_kernel
from engine.kernels import european
from engine.market.book import OptionKind

Floats = NDArray[np.float64]

MODEL: Final = "Black-Scholes-Merton, American where shares are delivered"

_AMERICAN_VOLATILITIES: Final = (0.01, 10.0)


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """Price and delta per share, for a holder who is long; shapes as the arguments broadcast.

    Attributes:
        exercised: a holder who may would rather exercise now than hold on.
    """

    price: Floats
    delta: Floats
    exercised: NDArray[np.bool_]


def worth(
    kind: OptionKind,
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    *,
    american: bool,
) -> Worth:
    """Value options, those that may be exercised early by the American kernel.

    The delta is the European one, or that of the shares where exercise pays: the difference is
    below 0.02 out of the money at the wheel's lengths.

    Raises:
        KernelError: an argument out of the kernels' ranges.
    """
    value = european.price(kind, spot, strike, years, volatility, rate, dividend_yield)
    pays_early = np.max(rate if kind == "put" else dividend_yield) > 0
    if not american or not pays_early:
        return Worth(value.price, value.delta, np.zeros(np.shape(value.price), dtype=np.bool_))
    within = np.clip(volatility, *_AMERICAN_VOLATILITIES)
    early = american_kernel.price(kind, spot, strike, years, within, rate, dividend_yield)
    sign = 1.0 if kind == "call" else -1.0
    delta = np.where(early.exercise, sign, value.delta)
    return Worth(np.maximum(early.price, value.price), delta, np.asarray(early.exercise))


def strike_at(
    kind: OptionKind,
    delta: float,
    spot: float,
    years: float,
    volatility: float,
    rate: float,
    dividend_yield: float,
) -> float:
    """Return the strike whose European delta has the size `delta`, 0 to 1 exclusive.

    Inverts delta = ±exp(-q·T)·N(±d1) (Wystup 2006, *FX Options and Structured Products*, ch. 1).
    """
    size = min(delta * exp(dividend_yield * years), 1 - 1e-12)
    sign = 1.0 if kind == "call" else -1.0
    steps = sign * NormalDist().inv_cdf(size)
    deviation = volatility * sqrt(years)
    drift = (rate - dividend_yield) * years + deviation * deviation / 2
    return spot * exp(drift - steps * deviation)
