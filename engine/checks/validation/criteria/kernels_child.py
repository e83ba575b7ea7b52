"""Prices one batch in each way that this machine has, in a process of its own; JSON on stdout."""

import math
import sys
from typing import Final

import msgspec
import numpy as np

from engine.checks.validation.criteria.shown import Shown, judged, unproven
from engine.clock import SystemClock
from engine.kernels import european
from engine.kernels.backend import european_prices
from engine.kernels.contracts import spread
from engine.kernels.crossover import measure_crossover
from engine.kernels.devices import Absent, inventory

_CONTRACTS: Final = 20_000
_STRIKE: Final = 100.0
_RATE: Final = 0.04
_VECTOR_GAIN: Final = 5.0
_VECTOR_ERROR: Final = 1e-10
# float32 has some 7 digits; a price here is up to 100.
_METAL_ERROR: Final = 1e-3


def main() -> None:
    """Measure and write."""
    found = {"acceleration": _metal(), "vectors": _vectors()}
    sys.stdout.buffer.write(msgspec.json.encode(found))


def _metal() -> Shown:
    """Hold Metal's prices against float64's, and its speed against NumPy's."""
    mlx = inventory().mlx
    if isinstance(mlx, Absent):
        return unproven(f"{mlx.reason}; Metal needs a Mac with Apple silicon", "no Metal")
    if isinstance(mlx.metal, Absent):
        reason = f"{mlx.metal.reason}; Metal needs a Mac with Apple silicon"
        return unproven(reason, "no Metal")
    spot, years, volatility = spread(_CONTRACTS)
    market = (spot, _STRIKE, years, volatility, _RATE)
    exact, _ = european_prices("put", *market)
    metal, said = european_prices("put", *market, backend="mlx")
    error = float(np.max(np.abs(metal - exact)))
    crossover = measure_crossover(SystemClock().monotonic_s)
    figure = f"{crossover.device}: error {error:.1e}, {crossover.reason}"
    wins = crossover.contracts is not None
    return judged(wins and error < _METAL_ERROR, figure, f"{said}, against NumPy in float64")


def _vectors() -> Shown:
    """Hold the kernel against a loop over the same contracts, by the formula of Black (1976)."""
    spot, years, volatility = spread(_CONTRACTS)
    now_s = SystemClock().monotonic_s
    european.price("put", spot, _STRIKE, years, volatility, _RATE)
    began_s = now_s()
    batch = european.price("put", spot, _STRIKE, years, volatility, _RATE).price
    batch_s = now_s() - began_s
    began_s = now_s()
    each = [_put(*terms) for terms in zip(spot, years, volatility, strict=True)]
    each_s = now_s() - began_s
    error, gain = float(np.max(np.abs(batch - np.array(each)))), each_s / batch_s
    figure = f"{gain:.0f} x a loop, off by {error:.0e}"
    proof = f"{_CONTRACTS:,} European puts: {each_s * 1000:.1f} ms and {batch_s * 1000:.1f} ms"
    return judged(gain > _VECTOR_GAIN and error < _VECTOR_ERROR, figure, proof)


def _put(spot: float, years: float, volatility: float) -> float:
    deviation = volatility * math.sqrt(years)
    worth = _STRIKE * math.exp(-_RATE * years)
    d1 = math.log(spot / worth) / deviation + deviation / 2
    return worth * _below(deviation - d1) - spot * _below(-d1)


def _below(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


if __name__ == "__main__":
    main()
