"""Implied volatilities against the volatilities that made the prices."""

from dataclasses import astuple, replace
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.kernels import european
from engine.kernels.errors import OutOfRange
from engine.kernels.implied_vol import Status, implied_volatility

from .oracle import EPS, Contract, exact_price

VOLATILITIES = (0.12, 0.3, 0.6, 1.2)
RATES = ((0.005, 0.0), (0.03, 0.05), (0.06, 0.02))

GRID = [
    Contract("put" if strike < 100.0 else "call", 100.0, strike, years, volatility, *rates)
    for strike, years, volatility, rates in product(
        (65.0, 80.0, 95.0, 100.0, 105.0, 120.0, 135.0),
        (2 / 365, 0.1, 0.5, 2.0),
        VOLATILITIES,
        RATES,
    )
]


def test_out_of_the_money_prices_give_their_volatility_back() -> None:
    """From 40-digit prices above 1e-6 of spot the volatility comes back to 1e-12."""
    made = [(contract, float(exact_price(contract))) for contract in GRID]
    visible = [(contract, price) for contract, price in made if price > 1e-4]
    assert len(visible) > 250
    kinds, spots, strikes, years, volatility, rate, dividend_yield = zip(
        *(astuple(contract) for contract, _ in visible), strict=True
    )
    prices = [price for _, price in visible]
    found = implied_volatility(kinds, prices, spots, strikes, years, rate, dividend_yield)
    assert (found.status == Status.SOLVED).all()
    assert np.abs(found.volatility - volatility).max() < 1e-12


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(["call", "put"]),
    st.floats(20.0, 500.0),
    st.floats(0.003, 5.0),
    st.floats(0.03, 3.0),
    st.floats(-0.05, 0.1),
    st.floats(-0.05, 0.1),
)
def test_price_of_the_solution_is_the_price(
    kind: str, strike: float, years: float, volatility: float, rate: float, dividend_yield: float
) -> None:
    """A volatility that was found reprices to the given price, to its rounding."""
    market = (years, volatility, rate, dividend_yield)
    price = float(european.price(kind, 100.0, strike, *market).price)
    assume(price > 1e-200)
    found = implied_volatility(kind, price, 100.0, strike, years, rate, dividend_yield)
    if found.status == Status.SOLVED:
        again = european.price(
            kind, 100.0, strike, years, found.volatility, rate, dividend_yield
        ).price
        assert float(again) == pytest.approx(price, rel=2e-13, abs=64 * EPS * (100.0 + strike))
    else:
        assert int(found.status) in {Status.NO_TIME_VALUE, Status.ABOVE_BOUND}
        assert np.isnan(found.volatility)


@settings(deadline=None)
@given(st.floats(1e-5, 0.999), st.floats(1.0001, 1.5), st.floats(-30.0, 30.0))
def test_a_dearer_option_is_more_volatile(share: float, factor: float, log_ratio: float) -> None:
    """Implied volatility rises with the price, at any distance from the strike."""
    spot = float(np.exp(-abs(log_ratio)))
    dearer = min(share * factor, 0.9999)
    found = implied_volatility("call", [share * spot, dearer * spot], spot, 1.0, 1.0)
    assert (found.status == Status.SOLVED).all()
    assert found.volatility[0] < found.volatility[1]


@pytest.mark.parametrize(
    ("kind", "price", "years", "status"),
    [
        ("call", 9.0, 0.5, Status.BELOW_INTRINSIC),
        ("call", 100.0, 0.5, Status.ABOVE_BOUND),
        ("put", 95.0, 0.5, Status.ABOVE_BOUND),
        ("put", 0.0, 0.5, Status.NO_TIME_VALUE),
        ("call", 10.0, 0.5, Status.NO_TIME_VALUE),
        ("call", 12.0, 0.0, Status.EXPIRED),
    ],
)
def test_prices_without_a_volatility(kind: str, price: float, years: float, status: Status) -> None:
    """A price that no volatility gives has a status with a reason, and NaN for a number."""
    found = implied_volatility(kind, [price, 11.0], 100.0, 90.0, [years, 0.5])
    assert found.status.tolist() == [status, Status.SOLVED]
    assert np.isnan(found.volatility[0])
    assert Status(found.status[0]).reason
    assert not Status.SOLVED.reason


def test_bad_prices_are_errors() -> None:
    """A price that is negative or no number is refused with its place."""
    with pytest.raises(OutOfRange, match=r"price\[1\] is nan"):
        implied_volatility("call", [3.0, np.nan], 100.0, 100.0, 1.0)
    with pytest.raises(OutOfRange, match=r"price is -1\.0"):
        implied_volatility("call", -1.0, 100.0, 100.0, 1.0)


def test_shapes_and_blocks() -> None:
    """A contract has one volatility, as a scalar, in a grid, and among more than a block."""
    one = Contract("call", 100.0, 105.0, 0.5, 0.4, 0.03, 0.01)
    other = replace(one, strike=120.0)
    prices = [float(exact_price(contract)) for contract in (one, other)]
    grid = implied_volatility("call", [prices], 100.0, [105.0, 120.0], [[0.5]] * 3, 0.03, 0.01)
    assert grid.volatility.shape == (3, 2)
    many = implied_volatility("call", [prices[0]] * 20_001, 100.0, 105.0, 0.5, 0.03, 0.01)
    alone = implied_volatility("call", prices[0], 100.0, 105.0, 0.5, 0.03, 0.01)
    assert alone.volatility.shape == ()
    assert (many.volatility == alone.volatility).all()
    assert float(alone.volatility) == pytest.approx(0.4, abs=1e-14)
