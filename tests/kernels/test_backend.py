"""Chunks over threads, the two libraries, and the choice between them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import numpy as np
import pytest

from engine.kernels import american, backend, european
from engine.kernels.backend import Crossover, choose, european_prices
from engine.kernels.contracts import spread as terms
from engine.kernels.crossover import measure_crossover
from engine.kernels.devices import Absent, inventory
from engine.kernels.errors import OutOfRange
from engine.kernels.implied_vol import implied_volatility


@pytest.fixture(name="pool")
def _pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def test_threads_change_nothing(pool: ThreadPoolExecutor) -> None:
    """Worked off by threads, every kernel gives the same bits as one after the other."""
    spot, years, volatility = terms(150_000)
    market = (years, volatility, 0.03, 0.02)
    prices = european.price("put", spot, 100.0, *market, spread=pool.map).price
    assert (prices == european.price("put", spot, 100.0, *market).price).all()
    solved = [
        implied_volatility("put", prices, spot, 100.0, years, 0.03, 0.02, spread=spread).volatility
        for spread in (map, pool.map)
    ]
    assert np.array_equal(solved[0], solved[1], equal_nan=True)
    few = slice(0, 20_000)
    early = [
        american.price(
            "put", spot[few], 100.0, years[few], volatility[few], 0.03, 0.02, spread=spread
        ).price
        for spread in (map, pool.map)
    ]
    assert np.array_equal(early[0], early[1])


def test_errors_come_out_of_threads(pool: ThreadPoolExecutor) -> None:
    """What is wrong with the arguments is said before any thread starts."""
    spots = np.where(np.arange(100_000) == 7, -1.0, 100.0)
    with pytest.raises(OutOfRange, match=r"spot\[7\] is -1\.0"):
        european.price("put", spots, 100.0, 1.0, 0.2, spread=pool.map)


def test_numpy_prices_are_the_reference() -> None:
    """The price alone is the price of the full valuation, with its provenance."""
    spot, years, volatility = terms(10_000)
    for kind in ("call", "put"):
        found, said = european_prices(kind, spot, 100.0, years, volatility, 0.03, 0.01)
        expected = european.price(kind, spot, 100.0, years, volatility, 0.03, 0.01).price
        np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-14)
        assert said == backend.REFERENCE
        assert str(said) == "numpy float64, error at most 1e-12 of spot"
    assert float(european_prices("put", 90.0, 100.0, 0.0, 0.2)[0]) == 10.0


def test_mlx_prices_are_within_their_bound() -> None:
    """MLX's float32 prices are within the error that they carry, over the domain and its edges."""
    pytest.importorskip("mlx.core")
    random = np.random.default_rng(6)
    size = 50_000
    strike = 100.0 * random.uniform(0.65, 1.35, size)
    years = random.uniform(2 / 365, 2.0, size)
    market = (strike, years, random.uniform(0.12, 1.2, size), random.uniform(0.005, 0.06, size))
    for kind in ("call", "put"):
        found, said = european_prices(kind, 100.0, *market, 0.02, backend="mlx")
        expected = european.price(kind, 100.0, *market, 0.02).price
        assert said.dtype == "float32"
        assert np.abs(found - expected).max() < said.error * 100.0
    with pytest.raises(OutOfRange, match=r"years is 0\.0"):
        european_prices("put", 100.0, 100.0, 0.0, 0.2, backend="mlx")


def test_choice() -> None:
    """NumPy computes unless a measurement says that MLX wins at that size."""
    measured = Crossover(100_000, "measured", "Apple M4")
    assert choose(99_999, measured) == "numpy"
    assert choose(100_000, measured) == "mlx"
    assert choose(10**7, Crossover(None, "mlx is not installed", "none")) == "numpy"
    assert choose(10**7, None) == "numpy"


def test_without_metal_nothing_is_measured() -> None:
    """MLX on a CPU is no backend of ours: NumPy stays, with the reason."""
    mlx = inventory().mlx
    if isinstance(mlx, Absent) or not isinstance(mlx.metal, Absent):
        pytest.skip("needs MLX without Metal")
    found = measure_crossover(lambda: 0.0)
    assert found.contracts is None
    assert "no Metal here" in found.reason


def test_crossover_needs_a_clear_gain() -> None:
    """Where both take the same time by the clock, NumPy stays, and the reason says so."""
    pytest.importorskip("mlx.core")
    ticks = count()
    found = measure_crossover(lambda: float(next(ticks)), (100, 1000), without_metal=True)
    assert found.contracts is None
    assert "1.00 x NumPy's speed at 1,000 contracts" in found.reason
