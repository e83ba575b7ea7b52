"""The formulas that take their array library as an argument give the same numbers in MLX."""

import numpy as np
import pytest

from engine.kernels.american import SIZES
from engine.kernels.black import out_of_the_money
from engine.kernels.black_inverse import deviation_of
from engine.kernels.early_exercise import solve_boundary
from engine.kernels.early_exercise_premium import premium
from engine.kernels.early_exercise_rule import make_rule
from engine.kernels.early_exercise_start import Terms


def test_inverse_of_black() -> None:
    """The deviation comes back from the value, to what float32 can hold of it."""
    mx = pytest.importorskip("mlx.core")
    distance, deviation = (
        x.astype(np.float32).ravel()
        for x in np.meshgrid(np.linspace(0.0, 0.5, 21), np.linspace(0.1, 1.5, 21))
    )
    value = np.asarray(out_of_the_money(distance, deviation, np).value)
    seen = value > 1e-4
    m, c = mx.array(distance[seen]), mx.array(value[seen])
    found = np.array(deviation_of(m, c, 1.0 - c, 2, mx))
    np.testing.assert_allclose(found, deviation[seen], rtol=2e-5)


def test_early_exercise() -> None:
    """The premium of early exercise in float32 is within 2e-6 of the strike of float64's."""
    mx = pytest.importorskip("mlx.core")
    random = np.random.default_rng(8)
    years = random.uniform(0.1, 2.0, 200)
    volatility = random.uniform(0.15, 1.0, 200)
    rate, dividend_yield = random.uniform(0.01, 0.06, 200), random.uniform(0.0, 0.05, 200)
    top = np.minimum(1.0, rate / np.maximum(dividend_yield, 1e-12))
    numbers = (years, volatility, rate, dividend_yield, np.sqrt(years), top)
    spot = random.uniform(1.0, 1.3, 200)

    rule = make_rule(SIZES["fast"], np.asarray)
    terms = Terms(*numbers)
    expected = premium(spot, solve_boundary(terms, rule, np), terms, rule, np)

    single = make_rule(SIZES["fast"], lambda x: mx.array(x.astype(np.float32)))
    mine = Terms(*(mx.array(number.astype(np.float32)) for number in numbers))
    depth = solve_boundary(mine, single, mx)
    found = premium(mx.array(spot.astype(np.float32)), depth, mine, single, mx)
    assert np.abs(np.array(found) - expected).max() < 2e-6
