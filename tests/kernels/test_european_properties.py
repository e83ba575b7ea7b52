"""What holds for every European option, whatever the numbers."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kernels import european

from .oracle import EPS


class Market(NamedTuple):
    """Arguments of `european.price` without the kind."""

    spot: float
    strike: float
    years: float
    volatility: float
    rate: float
    dividend_yield: float


rates = st.floats(-0.2, 0.3)
markets = st.builds(
    Market,
    st.floats(0.01, 1e5),
    st.floats(0.01, 1e5),
    st.one_of(st.just(0.0), st.floats(1e-6, 40.0)),
    st.one_of(st.just(0.0), st.floats(1e-3, 4.0)),
    rates,
    rates,
)
relaxed = settings(deadline=None, max_examples=300)


def legs(market: Market) -> tuple[float, float]:
    """Return the discounted asset and the discounted strike."""
    return (
        market.spot * np.exp(-market.dividend_yield * market.years),
        market.strike * np.exp(-market.rate * market.years),
    )


@relaxed
@given(markets)
def test_parity(market: Market) -> None:
    """A call less a put is the discounted asset less the discounted strike."""
    call, put = european.price(["call", "put"], *market).price
    asset, cash = legs(market)
    assert call - put == pytest.approx(asset - cash, abs=8 * EPS * (asset + cash))


@relaxed
@given(markets)
def test_bounds(market: Market) -> None:
    """A price lies between the discounted intrinsic value and the leg that it can pay at most."""
    call, put = european.price(["call", "put"], *market).price
    asset, cash = legs(market)
    slack = 8 * EPS * (asset + cash)
    assert max(asset - cash, 0.0) - slack <= call <= asset * (1 + 2 * EPS)
    assert max(cash - asset, 0.0) - slack <= put <= cash * (1 + 2 * EPS)
    assert min(call, put) >= 0.0


@relaxed
@given(markets)
def test_greeks_of_both_sides(market: Market) -> None:
    """Call and put share gamma and vega; their deltas and chances complement each other."""
    found = european.price(["call", "put"], *market)
    assert found.gamma[0] == found.gamma[1] >= 0.0
    assert found.vega_per_point[0] == found.vega_per_point[1] >= 0.0
    carried = np.exp(-market.dividend_yield * market.years)
    assert found.delta[0] - found.delta[1] == pytest.approx(carried, rel=4 * EPS)
    assert found.delta[0] >= 0.0 >= found.delta[1]
    assert found.probability_in_the_money.sum() == pytest.approx(1.0, rel=4 * EPS)


@relaxed
@given(markets, st.floats(1.001, 2.0))
def test_monotonicity(market: Market, factor: float) -> None:
    """More spot makes a call dearer and a put cheaper; more volatility makes both dearer."""
    more_spot = market._replace(spot=market.spot * factor)
    more_volatility = market._replace(volatility=market.volatility * factor)
    base = european.price(["call", "put"], *market).price
    slack = 8 * EPS * sum(legs(more_spot))
    by_spot = european.price(["call", "put"], *more_spot).price - base
    by_volatility = european.price(["call", "put"], *more_volatility).price - base
    assert by_spot[0] >= -slack
    assert by_spot[1] <= slack
    assert (by_volatility >= -slack).all()


@relaxed
@given(markets, st.integers(-60, 60))
def test_scale(market: Market, power: int) -> None:
    """In another unit of account the price scales and the delta stays, until float64 underflows."""
    scale = 2.0**power
    scaled = market._replace(spot=market.spot * scale, strike=market.strike * scale)
    here, there = european.price("put", *market), european.price("put", *scaled)
    for found, expected in (
        (there.price, here.price * scale),
        (there.delta, here.delta),
        (there.theta_per_day, here.theta_per_day * scale),
    ):
        assert float(found) == pytest.approx(float(expected), rel=EPS, abs=1e-280)


def test_shapes_broadcast() -> None:
    """Arguments broadcast as NumPy's do; scalars give 0-d arrays and nothing gives nothing."""
    column, row = np.array([[90.0], [110.0]]), np.array([0.1, 0.2, 0.3])
    grid = european.price("call", 100.0, column, 0.5, row)
    assert grid.price.shape == (2, 3)
    assert grid.delta[1, 2] == european.price("call", 100.0, 110.0, 0.5, 0.3).delta
    assert european.price(["call", "put"], 100.0, column, 0.5, 0.2).gamma.shape == (2, 2)
    assert european.price("put", 100.0, 90.0, 0.5, 0.2).price.shape == ()
    assert european.price("put", np.empty(0), 90.0, 0.5, 0.2).price.shape == (0,)
    assert grid.price.dtype == np.float64
