"""The normal law and erfcx, against mpmath at 40 digits."""

from collections.abc import Callable

import mpmath as mp  # type: ignore[import-untyped]
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.kernels import normal

from .oracle import DIGITS, EPS, Exact, cdf, erfcx

Floats = NDArray[np.float64]


def worst_eps(found: Floats, x: Floats, exact: Callable[[Exact], Exact]) -> float:
    """Return the largest relative error of `found`, in units of EPS."""
    with mp.workdps(DIGITS):
        return max(
            float(abs(mp.mpf(float(value)) / exact(mp.mpf(float(at))) - 1) / EPS)
            for value, at in zip(found, x, strict=True)
        )


def test_erfcx_right_of_zero() -> None:
    """On 0 <= x <= 1e6 erfcx is within 4 eps of the truth."""
    x = np.concatenate([np.linspace(0.0, 6.0, 3001), np.geomspace(6.0, 1e6, 1500)])
    assert worst_eps(normal.erfcx(x, np), x, erfcx) < 4.0


def test_erfcx_left_of_zero() -> None:
    """On -26.6 <= x < 0 erfcx is within 4 eps of the truth, however large it grows."""
    x = np.concatenate([np.linspace(-1.0, -1e-9, 1001), np.linspace(-26.6, -1.0, 2001)])
    assert worst_eps(normal.erfcx(x, np), x, erfcx) < 4.0


def test_cdf_in_the_left_tail() -> None:
    """The distribution function is within 5 eps of the truth down to -37.5 deviations."""
    x = np.concatenate([np.linspace(-37.5, -3.0, 2001), np.linspace(-3.0, 9.0, 2001)])
    assert worst_eps(normal.cdf(x, np), x, cdf) < 5.0


def test_fall_of_erfcx_keeps_its_digits() -> None:
    """A difference of erfcx keeps relative accuracy when the two arguments all but coincide."""
    near = np.concatenate([np.linspace(-0.5, 5.0, 301), np.geomspace(5.0, 1e5, 200)])
    with mp.workdps(60):
        for gap in (1e-14, 1e-9, 1e-4, 1.0, 300.0):
            far = near + gap * (1.0 + np.abs(near))
            at_far, fall = normal.erfcx_fall(near, far, far - near)
            exact_far = [erfcx(mp.mpf(float(x))) for x in far]
            exact_near = [erfcx(mp.mpf(float(x))) for x in near]
            for i in range(len(near)):
                true_fall = exact_near[i] - exact_far[i]
                assert abs(float(at_far[i] / exact_far[i]) - 1.0) < 4 * EPS
                assert abs(float(fall[i] / true_fall) - 1.0) < 8 * EPS


def test_coefficients_are_the_chebyshev_interpolant() -> None:
    """The polynomial is the one that its module says it is, derived here again."""
    degree = len(normal._COEFFICIENTS) - 1
    with mp.workdps(60):
        nodes = [mp.cos(mp.pi * (2 * j + 1) / (2 * degree + 2)) for j in range(degree + 1)]
        shifted = [4 / (1 - t) for t in nodes]
        values = [z * erfcx(z - mp.mpf(5) / 2) for z in shifted]
        powers = mp.lu_solve(
            mp.matrix([[t**k for k in range(degree + 1)] for t in nodes]), mp.matrix(values)
        )
        assert [float(power) for power in powers] == list(normal._COEFFICIENTS)


def test_ends_of_the_line() -> None:
    """Infinity, overflow and NaN give their limits, without a warning."""
    x = np.array([-np.inf, -1e300, -30.0, 0.0, 1e300, np.inf, np.nan])
    assert normal.cdf(x, np).tolist()[:6] == [0.0, 0.0, normal.cdf(x[2:3], np)[0], 0.5, 1.0, 1.0]
    assert normal.erfcx(x, np).tolist()[:4] == [np.inf, np.inf, np.inf, 1.0]
    assert normal.erfcx(x, np)[5] == 0.0
    assert all(np.isnan(f(x, np)[6]) for f in (normal.cdf, normal.erfcx))


@settings(deadline=None)
@given(st.floats(-50.0, 50.0))
def test_both_tails_make_one(x: float) -> None:
    """The chances of falling below x and below -x add up to one."""
    pair = normal.cdf(np.array([x, -x]), np)
    assert pair.sum() == pytest.approx(1.0, abs=EPS)
    assert pair.min() >= 0.0
    assert pair.max() <= 1.0


def test_same_formulation_in_mlx() -> None:
    """MLX runs the same functions, to what its float32 can hold."""
    mx = pytest.importorskip("mlx.core")
    x = np.concatenate([np.linspace(-5.0, 5.0, 401), np.geomspace(5.0, 1e6, 50)])
    x = x.astype(np.float32).astype(np.float64)
    for function in (normal.erfcx, normal.cdf):
        found = np.array(function(mx.array(x.astype(np.float32)), mx), dtype=np.float64)
        expected = np.asarray(function(x, np))
        normal_range = expected > 1e-37
        np.testing.assert_allclose(found[normal_range], expected[normal_range], rtol=5e-6)
