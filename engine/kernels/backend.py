"""Which library computes a batch, and what its figures are worth.

NumPy's float64 is the reference. MLX's float32 pays on a GPU and for large batches only; from how
many contracts on is measured once per machine (`engine.kernels.crossover`) and kept
(`engine.kernels.crossover_file`). `Door` is where batches come in. Log-moneyness, discounting and
the intrinsic part stay with NumPy in float64, so that float32 touches only the time value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from engine.kernels import european
from engine.kernels.arguments import Floats, Kinds, Range, check
from engine.kernels.black import out_of_the_money
from engine.kernels.chunks import Spread
from engine.kernels.errors import KernelError
from engine.kernels.european import european_arguments
from engine.kernels.legs import discounted_legs

Backend: TypeAlias = Literal["numpy", "mlx"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a figure was got, to be shown beside it.

    Attributes:
        error: tested bound of the price's error as a fraction of the spot.
    """

    backend: Backend
    dtype: Literal["float64", "float32"]
    error: float

    def __str__(self) -> str:
        return f"{self.backend} {self.dtype}, error at most {self.error:.0e} of spot"


REFERENCE: Final = Provenance("numpy", "float64", 1e-12)
SINGLE: Final = Provenance("mlx", "float32", 5e-7)

SMALLEST: Final = 10_000
"""Contracts in the smallest batch for which another backend than NumPy is thought of."""

_ABOVE_ZERO: Final = Range(1e-8, 1e3, "above 0 (1e-08 to 1000) with the mlx backend")


class MlxMissing(KernelError):
    """MLX was asked for and isn't there."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"mlx can't compute here: {reason}; use the numpy backend")


@dataclass(frozen=True, slots=True)
class Crossover:
    """From how many contracts on MLX is faster than NumPy on this machine.

    Attributes:
        contracts: the smallest such batch that was measured; None if MLX never won or is missing.
        reason: what was measured or missing, in a clause.
        device: where it holds; measure again if it changes.
    """

    contracts: int | None
    reason: str
    device: str


def choose(contracts: int, crossover: Crossover | None) -> Backend:
    """Return the backend for a batch of so many contracts; NumPy where nothing was measured."""
    if crossover is None or crossover.contracts is None:
        return "numpy"
    return "mlx" if contracts >= crossover.contracts else "numpy"


def european_prices(
    kind: Kinds,
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    rate: ArrayLike = 0.0,
    dividend_yield: ArrayLike = 0.0,
    *,
    backend: Backend = "numpy",
    spread: Spread = map,
) -> tuple[Floats, Provenance]:
    """Return European prices from one of the backends, and what they are worth.

    Arguments as in `european.price`; MLX needs `years` and `volatility` above 0.

    Raises:
        MlxMissing: `backend` is "mlx" and that isn't installed or doesn't load.
        NotNumeric, OutOfRange, UnknownKind, ShapeMismatch: see `engine.kernels.errors`.
    """
    arguments = (kind, spot, strike, years, volatility, rate, dividend_yield)
    if backend == "numpy":
        return european.price(*arguments, spread=spread).price, REFERENCE
    return _with_mlx(*arguments), SINGLE


class Door:
    """European prices of any batch, on the backend that is faster there; remembers which was used.

    Args:
        crossover: asked before the first batch of `SMALLEST` contracts or more, once; None where
            NumPy is always to compute.
    """

    def __init__(self, crossover: Callable[[], Crossover] | None = None) -> None:
        self._ask = crossover
        self._known: Crossover | None = None
        self._used: dict[Provenance, None] = {}

    @property
    def used(self) -> tuple[Provenance, ...]:
        """What the prices so far were computed with, in the order of first use."""
        return tuple(self._used)

    def european(
        self,
        kind: Kinds,
        spot: ArrayLike,
        strike: ArrayLike,
        years: ArrayLike,
        volatility: ArrayLike,
        rate: ArrayLike = 0.0,
        dividend_yield: ArrayLike = 0.0,
    ) -> Floats:
        """Return European prices; see `european_prices`.

        A batch with an expired or certain option in it, of which MLX knows nothing, is NumPy's.
        """
        market = (spot, strike, years, volatility, rate, dividend_yield)
        backend = self._backend(np.broadcast(kind, *market).size, years, volatility)
        try:
            found, provenance = european_prices(kind, *market, backend=backend)
        except MlxMissing:  # it was measured here, and has gone since
            self._known = None
            self._ask = None
            found, provenance = european_prices(kind, *market)
        self._used[provenance] = None
        return found

    def _backend(self, contracts: int, years: ArrayLike, volatility: ArrayLike) -> Backend:
        if self._ask is None or contracts < SMALLEST:
            return "numpy"
        if min(np.min(years), np.min(volatility)) < _ABOVE_ZERO.low:
            return "numpy"
        if self._known is None:
            self._known = self._ask()
        return choose(contracts, self._known)


REFERENCE_DOOR: Final = Door()
"""NumPy's float64, whatever the batch."""


def _with_mlx(
    kind: Kinds,
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
) -> Floats:
    is_call, values, shape = european_arguments(
        kind, spot, strike, years, volatility, rate, dividend_yield
    )
    check("years", values["years"], _ABOVE_ZERO)
    check("volatility", values["volatility"], _ABOVE_ZERO)
    legs = discounted_legs(
        values["spot"],
        values["strike"],
        values["years"],
        values["rate"],
        values["dividend_yield"],
    )
    deviation = np.broadcast_to(values["volatility"] * np.sqrt(values["years"]), shape)
    distance = np.broadcast_to(np.abs(legs.moneyness), shape)
    mlx = _mlx()
    near, wide = (mlx.array(values.astype(np.float32)) for values in (distance, deviation))
    value = np.array(mlx.value(near, wide)).astype(np.float64)
    intrinsic = np.maximum(np.where(is_call, legs.gain, -legs.gain), 0.0)
    found: Floats = legs.cheaper * value + intrinsic
    return found


class _Mlx:
    """The one formula that runs on MLX, compiled."""

    def __init__(self) -> None:
        try:
            core = import_module("mlx.core")
        # The boundary to foreign native code: a broken build raises whatever it likes.
        except Exception as error:
            raise MlxMissing(str(error).splitlines()[0]) from None
        self.array = core.array
        self.value = core.compile(lambda m, v: out_of_the_money(m, v, core).value)


@cache
def _mlx() -> _Mlx:
    return _Mlx()
