"""American calls and puts: price, Greeks and the boundary of early exercise.

The model is that of `engine.kernels.european`; the method is Andersen, Lake and Offengenden (2016),
see `engine.kernels.early_exercise`. A price is the European price plus the premium of early
exercise. A call on S struck at K is a put on K struck at S with rate and dividend yield exchanged
(McDonald and Schroder 1998), so a call on an asset without dividends is European, and so is a put
where the rate is 0 or less.

Errors against converged references are in `ERRORS`, and `tests/kernels` measures them again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, fields
from functools import cache, partial
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.kernels.american_arguments import american_arguments
from engine.kernels.american_block import boundary_block, greeks_block, price_block
from engine.kernels.arguments import Flags, Floats, Kinds, common_shape
from engine.kernels.chunks import Formula, Spread, evaluate
from engine.kernels.early_exercise_rule import Rule, Size, make_rule

Accuracy: TypeAlias = Literal["fast", "accurate"]

SIZES: Final[Mapping[Accuracy, Size]] = {
    "fast": Size(nodes=6, points=4, sweeps=2, premium_points=11, crowding=1.3),
    "accurate": Size(nodes=12, points=8, sweeps=4, premium_points=21),
}
ERRORS: Final[Mapping[Accuracy, float]] = {"fast": 1e-5, "accurate": 1e-6}
"""The tested bound of the price's error as a fraction of spot: 2 days to 2 years, volatilities of
12 to 120 %, rates of 0.5 to 6 %, yields of 0 to 5 %, strikes within 35 %."""

OUTER_ERRORS: Final[Mapping[Accuracy, float]] = {"fast": 5e-4, "accurate": 6e-5}
"""The same to 5 years, 1 to 300 %, rates of 0.01 to 10 % and yields of 0 to 30 %."""

GREEK_ERRORS: Final[Mapping[Accuracy, float]] = {"fast": 2e-4, "accurate": 2e-5}
"""The tested bound there of delta, of gamma times spot, and of the others over spot.

It holds however close the spot is to the boundary, where gamma jumps: up to the boundary it is
exactly 0, and right beyond it is 2·|r·K - q·S| / (σ·S)². Seen away from the boundary by more than
1 %: 3e-5 and 3e-6. The boundary of `price_and_greeks` is within 2e-5 and 5e-6 of itself.
"""

# The right slope of the boundary now takes more nodes than its place, and gamma shows it.
GREEK_SIZES: Final[Mapping[Accuracy, Size]] = {
    "fast": Size(nodes=10, points=8, sweeps=5, premium_points=31, crowding=3.0),
    "accurate": Size(nodes=16, points=12, sweeps=6, premium_points=31, crowding=3.0),
}

# So many points at a time: an intermediate array is then half a megabyte, few enough for the
# processor's larger cache, and enough that two threads spend their time in NumPy, not in waiting
# for each other. Measured: 32 768 to 131 072.
_BLOCK_POINTS: Final = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """What American options are worth; arrays of the arguments' broadcast shape.

    Attributes:
        price: in the currency of spot and strike, per unit of the underlying, for who is long.
        boundary: the spot today at or below which a put is exercised, at or above which a call
            is; NaN where early exercise never pays.
        exercise: whether the spot is there.
    """

    price: Floats
    boundary: Floats
    exercise: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Valuation:
    """What American options are worth, and how that changes; units as in `european.Valuation`.

    An option that is to be exercised has the Greeks of what exercise pays.
    """

    price: Floats
    delta: Floats
    gamma: Floats
    vega_per_point: Floats
    theta_per_day: Floats
    rho_per_point: Floats
    boundary: Floats
    exercise: Flags


def price(
    kind: Kinds,
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    rate: ArrayLike = 0.0,
    dividend_yield: ArrayLike = 0.0,
    *,
    accuracy: Accuracy = "fast",
    spread: Spread = map,
) -> Priced:
    """Price American options; the arguments broadcast together as NumPy's do.

    Args:
        kind, spot, strike, rate, dividend_yield: as in `european.price`.
        years: 0, or an hour (1e-4) to 30 years.
        volatility: 0, or 1 % to 1000 %.
        accuracy: see `ERRORS`.
        spread: see `engine.kernels.chunks`.

    Raises:
        NotNumeric, OutOfRange, UnknownKind, ShapeMismatch: see `engine.kernels.errors`. Where
            early exercise has two boundaries is out of range: puts at a rate below 0 and a yield
            below that, calls at a yield below 0 and a rate below that.
    """
    is_call, values = american_arguments(
        kind, spot, strike, years, volatility, rate, dividend_yield
    )
    formula = partial(price_block, _rule(SIZES[accuracy]))
    return Priced(*_evaluate(formula, SIZES[accuracy], fields(Priced), is_call, values, spread))


def price_and_greeks(
    kind: Kinds,
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    rate: ArrayLike = 0.0,
    dividend_yield: ArrayLike = 0.0,
    *,
    accuracy: Accuracy = "accurate",
    spread: Spread = map,
    slopes_only: bool = False,
) -> Valuation:
    """Price American options with their Greeks: some ten times the work of `price`.

    Delta and gamma are the integrals' own slopes, theta follows from the equation of Black and
    Scholes, vega and rho are central differences of the premium, boundary and all. An option on
    the boundary is to be exercised, and has the Greeks of that; see `GREEK_ERRORS`.

    Args and Raises: as in `price`; with `slopes_only`, vega and rho, which are half of the work,
    are NaN where early exercise may pay.
    """
    is_call, values = american_arguments(
        kind, spot, strike, years, volatility, rate, dividend_yield
    )
    size = GREEK_SIZES[accuracy]
    moved = None if slopes_only else _rule(SIZES[accuracy])
    formula = partial(greeks_block, _rule(size), moved)
    return Valuation(*_evaluate(formula, size, fields(Valuation), is_call, values, spread))


def boundary(
    kind: Kinds,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    rate: ArrayLike = 0.0,
    dividend_yield: ArrayLike = 0.0,
    *,
    points: int = 50,
    accuracy: Accuracy = "accurate",
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the boundary of early exercise over an option's life, as a curve.

    Args:
        points: of the curve, evenly in the root of the time left, from 0 to `years`.
        others: as in `price`.

    Returns:
        The years left and the spot at which to exercise then, both of the arguments' broadcast
        shape with a last axis of `points`; the spot is NaN where early exercise never pays.

    Raises:
        As `price`.
    """
    is_call, values = american_arguments(kind, 1.0, strike, years, volatility, rate, dividend_yield)
    shape = common_shape({"kind": is_call, **values})
    places = np.linspace(0.0, 1.0, points)
    formula = partial(boundary_block, _rule(SIZES[accuracy]), places)
    flat = [np.broadcast_to(array, shape).reshape(-1) for array in (is_call, *values.values())]
    with np.errstate(all="ignore"):
        spots = formula(*flat).reshape(*shape, points)
    left = np.broadcast_to(values["years"], shape)[..., None] * places**2
    return left, spots


@cache
def _rule(size: Size) -> Rule[Floats]:
    return make_rule(size, np.asarray)


def _evaluate(
    formula: Formula,
    size: Size,
    results: Sequence[Field[Any]],
    is_call: Flags,
    values: Mapping[str, Floats],
    spread: Spread,
) -> list[NDArray[Any]]:
    shape = common_shape({"kind": is_call, **values})
    dtypes = [np.bool_ if result.name == "exercise" else np.float64 for result in results]
    block = _BLOCK_POINTS // (size.nodes * size.points)
    arguments = [is_call, *values.values()]
    return evaluate(formula, arguments, shape, dtypes, block, spread, blocks_per_chunk=1)
