"""The arguments of American options, checked: what the method has been measured on."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from engine.kernels.arguments import (
    PRICE,
    Flags,
    Floats,
    Kinds,
    Range,
    calls,
    check,
    common_shape,
    numbers,
)
from engine.kernels.errors import OutOfRange

YEARS: Final = Range(0.0, 30.0, "0, or a number of years from 0.0001 to 30")
VOLATILITY: Final = Range(0.0, 10.0, "0, or a volatility per year from 0.01 to 10 (0.2 is 20 %)")
RATE: Final = Range(-0.5, 1.0, "a rate per year, -0.5 to 1 (0.05 is 5 %)")

NEVER_BELOW: Final = 1e-8
"""Nobody exercises early where the leg that is received earns no more than this rate."""

_SHORTEST_YEARS: Final = 1e-4
_LOWEST_VOLATILITY: Final = 0.01


def american_arguments(
    kind: Kinds,
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
) -> tuple[Flags, dict[str, Floats]]:
    """Return where the options are calls, and the other arguments in order, by name.

    Raises:
        NotNumeric, OutOfRange, UnknownKind, ShapeMismatch: see `engine.kernels.errors`.
    """
    is_call = calls("kind", kind)
    values = {
        "spot": numbers("spot", spot, PRICE),
        "strike": numbers("strike", strike, PRICE),
        "years": numbers("years", years, YEARS),
        "volatility": numbers("volatility", volatility, VOLATILITY),
        "rate": numbers("rate", rate, RATE),
        "dividend_yield": numbers("dividend_yield", dividend_yield, RATE),
    }
    common_shape({"kind": is_call, **values})
    _zero_or_from("years", values["years"], _SHORTEST_YEARS, YEARS)
    _zero_or_from("volatility", values["volatility"], _LOWEST_VOLATILITY, VOLATILITY)
    _single_boundary(is_call, values["rate"], values["dividend_yield"])
    return is_call, values


def _zero_or_from(argument: str, array: Floats, low: float, within: Range) -> None:
    check(argument, np.where(array > 0.0, array, low), Range(low, within.high, within.text))


def _single_boundary(is_call: Flags, rate: Floats, dividend_yield: Floats) -> None:
    received = np.where(is_call, dividend_yield, rate)
    paid = np.where(is_call, rate, dividend_yield)
    double = (received <= NEVER_BELOW) & (paid < np.minimum(received, 0.0))
    if double.any():
        index = tuple(int(i) for i in np.argwhere(double)[0])
        found = float(np.broadcast_to(paid, double.shape)[index])
        call = bool(np.broadcast_to(is_call, double.shape)[index])
        argument, other = ("rate", "dividend_yield") if call else ("dividend_yield", "rate")
        raise OutOfRange(
            argument,
            repr(found),
            f"at least 0 or the {other}: below both, early exercise has two boundaries",
            index,
        )
