"""European prices at 40 digits from the textbook formula, and Greeks as derivatives of that price.

Nothing of the engine is used here: mpmath's erfc and its high-precision numerical differentiation
are the truth that the kernels are held against.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any

import mpmath as mp  # type: ignore[import-untyped]

DIGITS = 40
EPS = 2.0**-52

Exact = Any
"""An mpmath number; mpmath has no types of its own."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One option, in the arguments of `european.price`."""

    kind: str
    spot: float
    strike: float
    years: float
    volatility: float
    rate: float
    dividend_yield: float


def erfcx(x: Exact) -> Exact:
    """Return exp(x²)·erfc(x)."""
    return mp.exp(mp.mpf(x) ** 2) * mp.erfc(x)


def cdf(x: Exact) -> Exact:
    """Return the standard normal distribution function."""
    return mp.erfc(-x / mp.sqrt(2)) / 2


def price(kind: str, *numbers: Exact) -> Exact:
    """Return S·exp(-qt)·N(d1) - K·exp(-rt)·N(d2), or the put's counterpart."""
    spot, strike, years, volatility, rate, dividend_yield = map(mp.mpf, numbers)
    deviation = volatility * mp.sqrt(years)
    drift = (rate - dividend_yield) * years
    d1 = (mp.log(spot / strike) + drift) / deviation + deviation / 2
    sign = 1 if kind == "call" else -1
    asset = spot * mp.exp(-dividend_yield * years) * cdf(sign * d1)
    cash = strike * mp.exp(-rate * years) * cdf(sign * (d1 - deviation))
    return sign * (asset - cash)


def exact_price(contract: Contract) -> Exact:
    """Return the price to 40 digits."""
    with mp.workdps(DIGITS):
        return price(*astuple(contract))


def exact_chance(contract: Contract) -> Exact:
    """Return the risk-neutral chance of exercise: minus the discounted slope of price in strike."""
    sign = -1 if contract.kind == "call" else 1
    with mp.workdps(DIGITS):
        return sign * _slope(contract, 1) * mp.exp(mp.mpf(contract.rate) * contract.years)


def exact_greeks(contract: Contract) -> dict[str, Exact]:
    """Return the Greeks of `european.Valuation` by its field names, as derivatives of the price."""
    with mp.workdps(DIGITS):
        return {
            "delta": _slope(contract, 0),
            "gamma": _slope(contract, 0, order=2),
            "vega_per_point": _slope(contract, 3) / 100,
            "theta_per_day": -_slope(contract, 2) / 365,
            "rho_per_point": _slope(contract, 4) / 100,
            "probability_in_the_money": exact_chance(contract),
        }


def amplification(contract: Contract) -> Exact:
    """Return by how much, in the price's unit, one relative unit in each argument moves the price.

    Rounding the arguments to float64 alone costs this times EPS / 2: no method can promise less.
    """
    numbers = astuple(contract)[1:]
    with mp.workdps(DIGITS):
        moved = sum(abs(_slope(contract, i) * number) for i, number in enumerate(numbers))
        return exact_price(contract) + moved


def _slope(contract: Contract, argument: int, order: int = 1) -> Exact:
    kind, *numbers = astuple(contract)

    def along(value: Exact) -> Exact:
        return price(kind, *numbers[:argument], value, *numbers[argument + 1 :])

    differentiate: Callable[..., Exact] = mp.diff
    return differentiate(along, mp.mpf(numbers[argument]), order)
