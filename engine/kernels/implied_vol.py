"""Implied volatility: the volatility at which a European option is worth its price.

Prices are solved on the side that is out of the money, whose value carries the time value without
cancellation: an option in the money is first turned into the other by put-call parity. Two steps
after a rational guess suffice (`engine.kernels.black_inverse`).

Measured against volatilities whose prices are known to 40 digits (`tests/kernels`): the error is
at most 1e-12, absolute, where the price out of the money is above 1e-6 of the spot, over 2 days to
2 years, volatilities of 12 to 120 %, rates of 0.5 to 6 %, yields of 0 to 5 % and strikes within
35 %. What no method can recover: a price's own last digit, worth eps · price / vega. Deep in the
money that is much, as the time value is the small rest of a large price.

A price that no volatility gives has a status instead of a number.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.kernels.arguments import (
    EXPONENT,
    PRICE,
    RATE,
    YEARS,
    Flags,
    Floats,
    Kinds,
    Range,
    calls,
    check,
    common_shape,
    numbers,
)
from engine.kernels.black_inverse import deviation_of
from engine.kernels.chunks import Spread, evaluate
from engine.kernels.legs import discounted_legs

PREMIUM: Final = Range(0.0, 1e100, "a price, 0 to 1e+100")

_BLOCK: Final = 8192
_LOWEST_VALUE: Final = 1e-290
_ROUNDING: Final = 4.0 * float(np.finfo(np.float64).eps)

# Farther than this ratio of the legs, e**2, the guess is worse and takes more steps.
_NEAR: Final = 2.0
_STEPS: Final = 2
_FAR_STEPS: Final = 6


class Status(IntEnum):
    """What came of the question for one option."""

    SOLVED = 0
    NO_TIME_VALUE = 1
    BELOW_INTRINSIC = 2
    ABOVE_BOUND = 3
    EXPIRED = 4

    @property
    def reason(self) -> str:
        """Return why there is no volatility, as a clause; empty if there is one."""
        return _REASONS[self]


_REASONS: Final = {
    Status.SOLVED: "",
    Status.NO_TIME_VALUE: "the price is the discounted intrinsic value: it has no time value",
    Status.BELOW_INTRINSIC: "the price is below the discounted intrinsic value: an arbitrage",
    Status.ABOVE_BOUND: "the price is not below the discounted asset (call) or strike (put)",
    Status.EXPIRED: "the option has expired: no time is left for volatility",
}


@dataclass(frozen=True, slots=True, eq=False)
class ImpliedVolatility:
    """Volatilities and how each was found; both of the arguments' broadcast shape.

    Attributes:
        volatility: float64, per square root of a year; NaN wherever `status` is not SOLVED.
        status: uint8, the values of `Status`.
    """

    volatility: Floats
    status: NDArray[np.uint8]


def implied_volatility(
    kind: Kinds,
    price: ArrayLike,
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    rate: ArrayLike = 0.0,
    dividend_yield: ArrayLike = 0.0,
    *,
    spread: Spread = map,
) -> ImpliedVolatility:
    """Solve European prices for their volatilities; the arguments broadcast as NumPy's do.

    Args:
        kind: "call" or "put", or an array of them.
        price: what the option costs, 0 or more, in the currency of spot and strike.
        spot, strike, years, rate, dividend_yield: as in `european.price`.
        spread: see `engine.kernels.chunks`.

    Raises:
        NotNumeric, OutOfRange, UnknownKind, ShapeMismatch: see `engine.kernels.errors`. A price
            that allows an arbitrage is no error but a status.
    """
    is_call = calls("kind", kind)
    values = {
        "price": numbers("price", price, PREMIUM),
        "spot": numbers("spot", spot, PRICE),
        "strike": numbers("strike", strike, PRICE),
        "years": numbers("years", years, YEARS),
        "rate": numbers("rate", rate, RATE),
        "dividend_yield": numbers("dividend_yield", dividend_yield, RATE),
    }
    shape = common_shape({"kind": is_call, **values})
    check("rate * years", values["rate"] * values["years"], EXPONENT)
    check("dividend_yield * years", values["dividend_yield"] * values["years"], EXPONENT)
    arguments = [is_call, *values.values()]
    volatility, status = evaluate(_block, arguments, shape, (np.float64, np.uint8), _BLOCK, spread)
    return ImpliedVolatility(volatility, status)


def _block(
    is_call: Flags,
    price: Floats,
    spot: Floats,
    strike: Floats,
    years: Floats,
    rate: Floats,
    dividend_yield: Floats,
) -> tuple[Floats, NDArray[np.uint8]]:
    legs = discounted_legs(spot, strike, years, rate, dividend_yield)
    is_in = is_call != legs.call_is_out
    cheaper = legs.cheaper
    time_value = price - np.where(is_in, np.abs(legs.gain), 0.0)
    value = time_value / cheaper
    status = _status(value, np.where(is_in, _ROUNDING * price / cheaper, _LOWEST_VALUE), years)
    solved = status == Status.SOLVED
    distance = np.abs(legs.moneyness)
    steps = _STEPS if distance.max(initial=0.0) < _NEAR else _FAR_STEPS
    rest = np.where(solved, (cheaper - time_value) / cheaper, 0.5)
    deviation = deviation_of(distance, np.where(solved, value, 0.5), rest, steps, np)
    return np.where(solved, deviation / np.sqrt(years), np.nan), status


def _status(value: Floats, slack: Floats, years: Floats) -> NDArray[np.uint8]:
    """Return what can be said of a time `value` that is known to within `slack`."""
    status = np.where(value > slack, Status.SOLVED, Status.NO_TIME_VALUE)
    status = np.where(value < -slack, Status.BELOW_INTRINSIC, status)
    status = np.where(value >= 1.0, Status.ABOVE_BOUND, status)
    return np.where(years > 0.0, status, Status.EXPIRED).astype(np.uint8)
