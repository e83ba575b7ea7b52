"""How many European contracts a second, against a plain loop over `math`.

    python tests/benchmarks/kernels.py

Ratios are worth more than times: both sides run on the same machine in the same minute.
"""

import math
from collections.abc import Callable, Iterator
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from engine.clock import SystemClock
from engine.kernels import european
from engine.kernels.black import out_of_the_money
from engine.kernels.devices import Absent, inventory

CONTRACTS = 1_000_000
LOOPED = 20_000
ROUNDS = 5
RATE, DIVIDEND_YIELD = 0.03, 0.01

Floats = NDArray[np.float64]


def best_s(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the shortest of several runs, in seconds: what the work costs undisturbed."""
    clock = SystemClock()

    def once() -> float:
        start = clock.monotonic_s()
        work()
        return clock.monotonic_s() - start

    return min(once() for _ in range(rounds))


def book(size: int) -> tuple[NDArray[np.str_], Floats, Floats, Floats, Floats]:
    """Return kinds, spots, strikes, years and volatilities of listed options, always the same."""
    random = np.random.default_rng(7)
    spot = random.uniform(20.0, 500.0, size)
    return (
        random.choice(np.array(["call", "put"]), size),
        spot,
        spot * random.uniform(0.6, 1.6, size),
        random.uniform(1 / 365, 2.0, size),
        random.uniform(0.08, 0.9, size),
    )


def textbook(
    kind: str, spot: float, strike: float, years: float, volatility: float
) -> tuple[float, ...]:
    """Return price, delta, gamma, vega, theta, rho and chance of one contract, from `math`."""
    root = math.sqrt(years)
    deviation = volatility * root
    drift = (RATE - DIVIDEND_YIELD + 0.5 * volatility * volatility) * years
    d1 = (math.log(spot / strike) + drift) / deviation
    d2 = d1 - deviation
    sign = 1.0 if kind == "call" else -1.0
    chance_1 = 0.5 * math.erfc(-sign * d1 / math.sqrt(2.0))
    chance_2 = 0.5 * math.erfc(-sign * d2 / math.sqrt(2.0))
    carried = math.exp(-DIVIDEND_YIELD * years)
    asset, cash = spot * carried, strike * math.exp(-RATE * years)
    density = asset * math.exp(-0.5 * d1 * d1) / math.sqrt(2.0 * math.pi)
    flow = sign * (DIVIDEND_YIELD * asset * chance_1 - RATE * cash * chance_2)
    return (
        sign * (asset * chance_1 - cash * chance_2),
        sign * carried * chance_1,
        density / (spot * spot * deviation),
        density * root / 100.0,
        (flow - 0.5 * density * volatility / root) / 365.0,
        sign * years * cash * chance_2 / 100.0,
        chance_2,
    )


def black_in_blocks(distance: Floats, deviation: Floats) -> None:
    """Evaluate Black's formula alone as the kernel does, a cacheful at a time."""
    for start in range(0, len(distance), 8192):
        part = slice(start, start + 8192)
        out_of_the_money(distance[part], deviation[part], np)


def mlx_line(distance: Floats, deviation: Floats, numpy_s: float) -> str:
    """Time Black's formula alone in MLX, float32, against the same in NumPy, float64."""
    found = inventory().mlx
    if isinstance(found, Absent):
        return found.reason
    mx = import_module("mlx.core")
    near, wide = (mx.array(values.astype(np.float32)) for values in (distance, deviation))
    formula = mx.compile(lambda m, v: out_of_the_money(m, v, mx).value)
    mlx_s = best_s(lambda: mx.eval(formula(near, wide)))
    return (
        f"Black's formula alone, MLX {found.version} on the {found.default_device}, float32: "
        f"{mlx_s * 1e3:.0f} ms, {numpy_s / mlx_s:.2f} x NumPy float64"
    )


def report() -> Iterator[str]:
    """Measure, line by line."""
    kinds, spot, strike, years, volatility = book(CONTRACTS)

    def whole() -> european.Valuation:
        return european.price(kinds, spot, strike, years, volatility, RATE, DIVIDEND_YIELD)

    whole_s = best_s(whole)
    numbers = (spot, strike, years, volatility)
    rows = list(zip(kinds[:LOOPED].tolist(), *(n[:LOOPED].tolist() for n in numbers), strict=True))
    loop_s = best_s(lambda: [textbook(*row) for row in rows]) * CONTRACTS / LOOPED
    one_s = best_s(lambda: european.price("put", 100.0, 95.0, 0.5, 0.2, RATE), rounds=200)

    looped = np.array([textbook(*row)[0] for row in rows])
    apart = np.abs(looped - whole().price[:LOOPED]).max()
    yield f"price and Greeks of {CONTRACTS:,} contracts, one thread: {whole_s * 1e3:.0f} ms"
    yield f"  {CONTRACTS / whole_s:,.0f} contracts/s, {loop_s / whole_s:.1f} x a loop over math"
    yield f"  the loop measured on {LOOPED:,} of them; prices at most {apart:.1e} apart"
    yield f"one contract: {one_s * 1e6:.0f} us"

    distance, deviation = np.abs(np.log(spot / strike)), volatility * np.sqrt(years)
    yield mlx_line(distance, deviation, best_s(lambda: black_in_blocks(distance, deviation)))


if __name__ == "__main__":
    for line in report():
        print(line)
