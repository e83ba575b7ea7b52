"""What holds for every American option, whatever the numbers."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.kernels import american, european
from engine.kernels.errors import OutOfRange


class Market(NamedTuple):
    """Arguments of `american.price` without the kind."""

    spot: float
    strike: float
    years: float
    volatility: float
    rate: float
    dividend_yield: float


markets = st.builds(
    Market,
    st.floats(50.0, 200.0),
    st.floats(50.0, 200.0),
    st.one_of(st.just(0.0), st.floats(1e-4, 10.0)),
    st.one_of(st.just(0.0), st.floats(0.01, 5.0)),
    st.floats(0.0, 0.2),
    st.floats(0.0, 0.2),
)
relaxed = settings(deadline=None, max_examples=200)
KINDS = ["call", "put"]
SLACK = 2.0 * american.OUTER_ERRORS["fast"]


@relaxed
@given(markets)
def test_bounds(market: Market) -> None:
    """A price is at least the European one and what exercise pays, and at most its dearer leg."""
    found = american.price(KINDS, *market)
    floor = european.price(KINDS, *market).price
    gain = np.array([market.spot - market.strike, market.strike - market.spot])
    assert (found.price >= floor * (1 - 1e-12)).all()
    assert (found.price >= gain).all()
    assert (found.price <= np.array([market.spot, market.strike]) * (1 + 1e-12)).all()


@relaxed
@given(markets)
def test_premium_is_at_most_the_interest(market: Market) -> None:
    """Exercising early earns at most interest on the strike (put) or all dividends (call)."""
    added = american.price(KINDS, *market).price - european.price(KINDS, *market).price
    most = [
        -market.spot * np.expm1(-market.dividend_yield * market.years),
        -market.strike * np.expm1(-market.rate * market.years),
    ]
    slack = 1e-9 * (market.spot + market.strike)
    assert (added <= np.array(most) + slack).all()


@relaxed
@given(markets)
def test_symmetry(market: Market) -> None:
    """A call is the put with spot and strike, rate and yield exchanged."""
    mirrored = Market(
        market.strike,
        market.spot,
        market.years,
        market.volatility,
        market.dividend_yield,
        market.rate,
    )
    call = american.price("call", *market).price
    put = american.price("put", *mirrored).price
    assert float(call) == pytest.approx(float(put), rel=1e-9, abs=1e-9)


@relaxed
@given(markets, st.floats(1.001, 2.0))
def test_monotonicity(market: Market, factor: float) -> None:
    """More time and more volatility never make it cheaper, beyond the method's own error."""
    base = american.price(KINDS, *market).price
    slack = SLACK * market.spot + SLACK * market.strike
    if 0.0 < market.years * factor <= 10.0:
        longer = american.price(KINDS, *market._replace(years=market.years * factor)).price
        assert (longer >= base - slack).all()
    if market.volatility > 0.0:
        wilder = market._replace(volatility=market.volatility * factor)
        assert (american.price(KINDS, *wilder).price >= base - slack).all()


@relaxed
@given(markets)
def test_boundary_is_where_exercise_begins(market: Market) -> None:
    """Beyond the boundary the price is what exercise pays, and not before."""
    found = american.price("put", *market)
    if np.isnan(found.boundary):
        return
    beyond = american.price("put", float(found.boundary) * 0.99, *market[1:])
    before = american.price("put", float(found.boundary) * 1.01, *market[1:])
    assert not before.exercise
    if beyond.exercise:
        assert beyond.price == market.strike - float(found.boundary) * 0.99


powers = st.builds(
    Market,
    st.just(100.0),
    st.floats(-4.0, 4.0).map(lambda power: 100.0 * float(np.exp(power))),
    st.floats(-4.0, 1.4).map(lambda power: float(10.0**power)),
    st.floats(-2.0, 1.0).map(lambda power: float(10.0**power)),
    st.floats(-8.0, 0.0).map(lambda power: float(10.0**power)),
    st.floats(-8.0, 0.0).map(lambda power: float(10.0**power)),
)


@relaxed
@given(powers)
@example(Market(100.0, 119.71, 1.5144e-4, 0.099485, 3.4493e-8, 1.5926e-4))
def test_always_a_number(market: Market) -> None:
    """Wherever the arguments are admitted, however small, price and Greeks are numbers."""
    for accuracy in american.SIZES:
        found = american.price_and_greeks(KINDS, *market, accuracy=accuracy)
        for name in ("price", "delta", "gamma", "vega_per_point", "theta_per_day", "rho_per_point"):
            assert np.isfinite(getattr(found, name)).all(), (accuracy, name)


def test_slopes_only_leave_vega_and_rho_out() -> None:
    """Without vega and rho every other figure is bit for bit the same; a European call has both."""
    market = (KINDS, 100.0, [90.0, 120.0], 0.5, 0.4, 0.04)
    whole = american.price_and_greeks(*market)
    part = american.price_and_greeks(*market, slopes_only=True)
    for name in ("price", "delta", "gamma", "theta_per_day", "boundary", "exercise"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name))
    put = np.array(KINDS) == "put"
    assert np.isnan(part.vega_per_point).tolist() == put.tolist()
    assert np.isnan(part.rho_per_point).tolist() == put.tolist()


def test_boundary_curve() -> None:
    """The boundary of a put falls with the time left, from the strike, and a call's mirrors it."""
    left, put = american.boundary("put", 100.0, 1.0, 0.3, 0.05, 0.0)
    assert left.shape == put.shape == (50,)
    assert left[0] == 0.0
    assert left[-1] == 1.0
    assert put[0] == 100.0
    assert (np.diff(put) < 0.0).all()
    today = american.price("put", 100.0, 100.0, 1.0, 0.3, 0.05, accuracy="accurate").boundary
    assert put[-1] == pytest.approx(float(today), rel=1e-12)
    _, call = american.boundary("call", [100.0, 50.0], 1.0, 0.3, 0.0, 0.05)
    assert call.shape == (2, 50)
    np.testing.assert_allclose(call[0] * put, 1e4, rtol=1e-12)
    np.testing.assert_allclose(call[1], call[0] / 2.0, rtol=1e-12)
    assert np.isnan(american.boundary("call", 100.0, 1.0, 0.3, 0.05, 0.0)[1]).all()


def test_exercised_greeks() -> None:
    """An option that is to be exercised moves with the spot and with nothing else."""
    found = american.price_and_greeks(KINDS, [300.0, 20.0], 100.0, 1.0, 0.2, 0.05, 0.08)
    assert found.exercise.all()
    assert found.price.tolist() == [200.0, 80.0]
    assert found.delta.tolist() == [1.0, -1.0]
    for name in ("gamma", "vega_per_point", "theta_per_day", "rho_per_point"):
        assert (getattr(found, name) == 0.0).all(), name


def test_nothing_random() -> None:
    """Expired, an option pays what exercise pays; without volatility, the best moment does."""
    expired = american.price(KINDS, 110.0, 100.0, 0.0, 0.3, 0.05)
    assert expired.price.tolist() == [10.0, 0.0]
    assert expired.exercise.tolist() == [True, False]
    still = american.price("put", 90.0, 100.0, 2.0, 0.0, 0.05, 0.0)
    assert still.price == 10.0
    moments = np.linspace(0.0, 5.0, 100_001)
    paid = 120.0 * np.exp(-0.08 * moments) - 100.0 * np.exp(-0.02 * moments)
    call = american.price("call", 120.0, 100.0, 5.0, 0.0, 0.02, 0.08)
    assert float(call.price) == pytest.approx(paid.max(), rel=1e-8)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"spot": -1.0}, "spot is -1.0"),
        ({"strike": 0.0}, "strike is 0.0"),
        ({"years": -0.1}, "years is -0.1"),
        ({"years": 1e-6}, "years is 1e-06"),
        ({"volatility": [0.2, np.nan]}, r"volatility\[1\] is nan"),
        ({"volatility": 0.001}, "volatility is 0.001"),
        ({"rate": -0.01, "dividend_yield": -0.02}, "dividend_yield is -0.02; .*two boundaries"),
    ],
)
def test_bad_arguments(changed: dict[str, object], message: str) -> None:
    """What the method has no meaning for, or was not measured on, is refused by name and value."""
    arguments = {
        "kind": "put",
        "spot": 100.0,
        "strike": 100.0,
        "years": 1.0,
        "volatility": 0.2,
        "rate": 0.03,
        "dividend_yield": 0.0,
        **changed,
    }
    with pytest.raises(OutOfRange, match=message):
        american.price(**arguments)  # type: ignore[arg-type]


def test_blocks_do_not_show() -> None:
    """A contract has one value, alone or among more than fit in one block."""
    strikes = np.tile([80.0, 100.0, 120.0], 1000)
    many = american.price("put", 100.0, strikes, 0.7, 0.3, 0.04, 0.01).price
    alone = american.price("put", 100.0, 120.0, 0.7, 0.3, 0.04, 0.01).price
    np.testing.assert_allclose(many[2::3], alone, rtol=1e-14)
