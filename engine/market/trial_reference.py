"""What the kernels say of the contracts that a pricing function is tried on."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from engine.kernels import american, european
from engine.kernels.arguments import Floats
from engine.kernels.errors import KernelError
from engine.market.trial import Target
from engine.market.trial_grid import PROBES, Point, points, probes

_FIELDS: Final = {
    "price": "price",
    "delta": "delta",
    "gamma": "gamma",
    "vega": "vega_per_point",
    "theta": "theta_per_day",
    "rho": "rho_per_point",
    "probability in the money": "probability_in_the_money",
}
# Below this price out of the money, over spot, a volatility is not in the price any more.
_LEAST_TIME_VALUE: Final = 1e-6


def prices_of(contracts: Sequence[Point]) -> Floats:
    """Return what they are worth by the kernel; NaN where the time is below 0."""
    return reference(contracts, "price", None, early=False)


def grid(target: Target) -> list[tuple[Point, float | None]]:
    """Return the contracts to try, for an implied volatility with the prices to solve."""
    contracts = points(target)
    if target.computes != "implied volatility":
        return [(one, None) for one in contracts]
    prices = prices_of(contracts)
    other = [_other(one) for one in contracts]
    time_values = np.minimum(prices, prices_of(other)) / contracts[0].spot
    return [
        (one, float(price))
        for one, price, left in zip(contracts, prices, time_values, strict=True)
        if left > _LEAST_TIME_VALUE
    ]


def probed(target: Target) -> list[tuple[str, Point, float | None]]:
    """Return the probes that make sense for a function, named, with prices as in `grid`."""
    every = list(zip(PROBES, probes(target), strict=True))
    if target.computes == "implied volatility":
        zero = every[0][1]
        inside = next(p for name, p in every if name == "deep in the money")
        worth = float(prices_of([inside])[0])
        return [(PROBES[0], zero, 12.0), ("a price below the intrinsic value", inside, 0.9 * worth)]
    if "rate" not in target.roles:
        every = [one for one in every if one[0] != "a negative rate"]
    if "volatility" not in target.roles:
        every = [one for one in every if one[0] != "zero volatility"]
    return [(name, point, None) for name, point in every]


def reference(contracts: Sequence[Point], what: str, kind: str | None, *, early: bool) -> Floats:
    """Return the kernel's figures; NaN for contracts that no kernel takes."""
    found = np.full(len(contracts), np.nan)
    usable = [n for n, one in enumerate(contracts) if one.days >= 0 and one.volatility >= 0]
    if not usable:
        return found
    chosen = [contracts[n] for n in usable]
    numbers = [
        np.array([getattr(one, name) for one in chosen], dtype=np.float64)
        for name in ("spot", "strike", "years", "volatility", "rate", "dividend_yield")
    ]
    kinds = [kind or one.kind for one in chosen]
    try:
        if early:
            found[usable] = american.price(kinds, *numbers, accuracy="accurate").price
        else:
            found[usable] = getattr(european.price(kinds, *numbers), _FIELDS[what])
    except KernelError:
        return found  # outside of what the kernel is sure of there is nothing to compare with
    return found


def _other(point: Point) -> Point:
    """Return the put of a call, the call of a put."""
    kind = "put" if point.kind == "call" else "call"
    return Point(kind, point.strike, point.days, point.volatility, point.rate, point.dividend_yield)
