"""From how many contracts on MLX beats NumPy here, measured in about a second.

Nothing is stored here; `engine.kernels.crossover_file` keeps the answer between runs.
"""

from collections.abc import Callable, Sequence
from typing import Final

from engine.kernels.backend import SMALLEST, Backend, Crossover, MlxMissing, european_prices
from engine.kernels.contracts import spread as terms
from engine.kernels.devices import Absent, inventory

SIZES: Final = (SMALLEST, 100_000, 1_000_000)
_ROUNDS: Final = 3
_STRIKE: Final = 100.0

# Less than this isn't worth float32.
_GAIN: Final = 1.2


def measure_crossover(
    now_s: Callable[[], float], sizes: Sequence[int] = SIZES, *, without_metal: bool = False
) -> Crossover:
    """Time European prices in both libraries; call it from a worker thread.

    Without Metal MLX is not even loaded: its CPU build has no float32 that would pay, and ends the
    process with an abort where a thread of another's making computed with it.

    Args:
        now_s: a monotonic clock, in seconds.
        without_metal: measure MLX on the CPU all the same.
        sizes: batches to try, ascending; the crossover is the first of those from which on MLX
            wins by a fifth at every size.
    """
    mlx = inventory().mlx
    if isinstance(mlx, Absent):
        return Crossover(None, mlx.reason, "none")
    metal = mlx.metal
    if isinstance(metal, Absent) and not without_metal:
        return Crossover(None, f"MLX has no Metal here ({metal.reason})", "none")
    device = "cpu" if isinstance(metal, Absent) else str(metal.name)
    found: int | None = None
    said = []
    try:
        for size in sizes:
            ratio = _time_s("numpy", size, now_s) / _time_s("mlx", size, now_s)
            said.append(f"{ratio:.2f} x NumPy's speed at {size:,} contracts")
            found = (found or size) if ratio >= _GAIN else None
    except MlxMissing as error:
        return Crossover(None, str(error), "none")
    return Crossover(found, f"MLX {mlx.version} has {', '.join(said)}", device)


def _time_s(backend: Backend, size: int, now_s: Callable[[], float]) -> float:
    spot, years, volatility = terms(size)

    def once() -> float:
        start = now_s()
        european_prices("put", spot, _STRIKE, years, volatility, 0.03, 0.01, backend=backend)
        return now_s() - start

    once()  # compiles
    return max(min(once() for _ in range(_ROUNDS)), 1e-9)
