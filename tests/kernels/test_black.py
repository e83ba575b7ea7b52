"""Black's formula for the side out of the money, apart from units."""

import numpy as np
import pytest

from engine.kernels.black import out_of_the_money


def test_weights_add_up_to_the_value() -> None:
    """The value is what is received less what is paid, and the weights are complements."""
    distance, deviation = np.meshgrid(np.linspace(0.0, 3.0, 31), np.geomspace(0.01, 10.0, 31))
    found = out_of_the_money(distance, deviation, np)
    rebuilt = found.receives - np.exp(distance) * found.pays
    np.testing.assert_allclose(found.value, rebuilt, atol=1e-14)
    np.testing.assert_allclose(found.receives + found.receives_not, 1.0, rtol=1e-15)


def test_no_seam_where_the_mirror_begins() -> None:
    """Across the switch to the mirrored form the value has no step."""
    deviation = 1.4142135623730951 / 2 * 2 + np.linspace(-1e-13, 1e-13, 201)
    found = out_of_the_money(np.zeros(201), deviation, np).value
    assert np.abs(np.diff(found)).max() < 2e-15


def test_same_formulation_in_mlx() -> None:
    """MLX runs the same formula, to what its float32 can hold of the exponent."""
    mx = pytest.importorskip("mlx.core")
    distance, deviation = np.meshgrid(
        np.linspace(0.0, 1.0, 41, dtype=np.float32), np.geomspace(0.05, 5.0, 41, dtype=np.float32)
    )
    found = out_of_the_money(mx.array(distance), mx.array(deviation), mx)
    expected = out_of_the_money(distance.astype(np.float64), deviation.astype(np.float64), np)
    visible = expected.value > 1e-30
    np.testing.assert_allclose(
        np.array(found.value, dtype=np.float64)[visible], expected.value[visible], rtol=5e-5
    )
