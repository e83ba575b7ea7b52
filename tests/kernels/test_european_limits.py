"""What European options are worth where the formula divides by nothing."""

import numpy as np
import pytest

from engine.kernels import european


@pytest.mark.parametrize(
    ("kind", "strike", "worth", "delta"),
    [
        ("call", 90.0, 10.0, 1.0),
        ("call", 110.0, 0.0, 0.0),
        ("put", 90.0, 0.0, 0.0),
        ("put", 110.0, 10.0, -1.0),
    ],
)
def test_expiry(kind: str, strike: float, worth: float, delta: float) -> None:
    """At expiry an option is worth what exercise pays, exactly, and moves with it or not at all."""
    found = european.price(kind, 100.0, strike, 0.0, 0.2, 0.05, 0.02)
    assert found.price == worth
    assert found.delta == delta
    assert found.gamma == 0.0
    assert found.vega_per_point == 0.0
    assert found.rho_per_point == 0.0
    assert found.probability_in_the_money == abs(delta)


def test_expiry_at_the_strike() -> None:
    """At expiry at the strike the option is worth nothing, is half in the money, and has a kink."""
    found = european.price(["call", "put"], 100.0, 100.0, 0.0, 0.2, 0.05)
    assert found.price.tolist() == [0.0, 0.0]
    assert found.delta.tolist() == [0.5, -0.5]
    assert found.probability_in_the_money.tolist() == [0.5, 0.5]
    assert found.gamma.tolist() == [np.inf, np.inf]
    assert found.theta_per_day.tolist() == [-np.inf, -np.inf]
    assert found.vega_per_point.tolist() == [0.0, 0.0]


def test_neighbouring_floats_are_not_the_strike() -> None:
    """At expiry one rounding step above the strike is in the money by that step."""
    strike = 1.9999
    above = float(np.nextafter(strike, 2.0))
    found = european.price("call", above, strike, 0.0, 0.2)
    assert found.price == above - strike
    assert found.delta == 1.0


def test_no_volatility() -> None:
    """Without volatility an option is worth the discounted intrinsic value of the forward."""
    found = european.price(["call", "put"], 100.0, [100.0, 120.0], 2.0, 0.0, 0.05, 0.01)
    asset, discount = 100.0 * np.exp(-0.02), np.exp(-0.1)
    expected = [asset - 100.0 * discount, 120.0 * discount - asset]
    np.testing.assert_allclose(found.price, expected, rtol=1e-14)
    np.testing.assert_allclose(found.delta, [np.exp(-0.02), -np.exp(-0.02)], rtol=1e-15)
    assert found.gamma.tolist() == [0.0, 0.0]
    assert found.vega_per_point.tolist() == [0.0, 0.0]


def test_no_volatility_at_the_strike() -> None:
    """Without volatility and with the forward at the strike, a first point of it has a price."""
    found = european.price("call", 100.0, 100.0, 1.0, 0.0)
    first_point = european.price("call", 100.0, 100.0, 1.0, 0.01)
    assert found.price == 0.0
    assert found.theta_per_day == 0.0
    assert float(found.vega_per_point) == pytest.approx(float(first_point.price), rel=1e-4)


@pytest.mark.parametrize("volatility", [20.0, 1e3, 1e6])
def test_boundless_volatility(volatility: float) -> None:
    """With boundless volatility a call is worth the asset and a put the discounted strike."""
    found = european.price(["call", "put"], 100.0, [1.0, 5000.0], 30.0, volatility, 0.03, 0.01)
    asset, cash = 100.0 * np.exp(-0.3), 5000.0 * np.exp(-0.9)
    np.testing.assert_allclose(found.price, [asset, cash], rtol=1e-15)
    np.testing.assert_allclose(found.probability_in_the_money, [0.0, 1.0], atol=1e-300)
    np.testing.assert_allclose(found.delta, [np.exp(-0.3), 0.0], rtol=1e-15)


def test_limits_are_reached_smoothly() -> None:
    """The price a microsecond before expiry is next to the price at expiry."""
    spots = np.array([80.0, 100.0, 120.0])
    late = european.price("put", spots, 100.0, 1e-6 / (365 * 86400), 0.3, 0.05)
    expired = european.price("put", spots, 100.0, 0.0, 0.3, 0.05)
    np.testing.assert_allclose(late.price, expired.price, atol=1e-5)
    np.testing.assert_allclose(late.delta, expired.delta, atol=1e-6)


def test_extreme_arguments_stay_numbers() -> None:
    """At the ends of the accepted ranges no result is NaN."""
    ends = [1e-100, 1.0, 1e100]
    spot, strike, years, volatility, rate = np.meshgrid(
        ends, ends, [0.0, 1e-300, 1.0, 1e6], [0.0, 1e-300, 1e-8, 1.0, 1e6], [-4e-4, 0.0, 4e-4]
    )
    for kind in ("call", "put"):
        found = european.price(kind, spot, strike, years, volatility, rate, -rate)
        for name in european.Valuation.__dataclass_fields__:
            assert not np.isnan(getattr(found, name)).any(), name


def test_no_negative_zeros() -> None:
    """A zero is shown without a sign."""
    found = european.price("put", 100.0, [50.0, 150.0], 0.0, 0.2)
    for name in european.Valuation.__dataclass_fields__:
        values = getattr(found, name)
        assert not np.signbit(values[values == 0.0]).any(), name
