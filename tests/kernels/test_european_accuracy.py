"""European prices and Greeks against 40 digits and against published examples."""

from dataclasses import astuple, replace
from itertools import product

import mpmath as mp  # type: ignore[import-untyped]
import numpy as np
import pytest

from engine.kernels import european

from .oracle import EPS, Contract, amplification, exact_greeks, exact_price

STRIKES = (1.0, 25.0, 60.0, 80.0, 95.0, 99.99, 100.0, 100.01, 105.0, 125.0, 170.0, 400.0, 1e4)
YEARS = (1 / 365, 0.1, 1.0, 5.0, 30.0)
VOLATILITIES = (0.01, 0.05, 0.2, 0.8, 3.0)
RATES = ((0.0, 0.0), (0.05, 0.0), (-0.01, 0.0), (0.03, 0.06), (-0.02, -0.01))

GRID = [
    Contract(kind, 100.0, strike, years, volatility, *rates)
    for kind, strike, years, volatility, rates in product(
        ("call", "put"), STRIKES, YEARS, VOLATILITIES, RATES
    )
]
# Primes apart, so that a part of the grid meets every value of every argument.
THIRTEENTH = GRID[::13]
SEVENTH = GRID[::7]


def value(contracts: list[Contract]) -> european.Valuation:
    """Price all contracts in one call."""
    kinds, *numbers = zip(*map(astuple, contracts), strict=True)
    return european.price(kinds, *numbers)


def test_prices_have_their_digits() -> None:
    """Prices above 1e-8 are right to 2e-14 of themselves, and to 6e-13 all the way to 1e-280."""
    found = value(GRID).price
    worst, worst_visible = 0.0, 0.0
    for contract, price in zip(GRID, found, strict=True):
        exact = exact_price(contract)
        if exact < 1e-280:
            assert 0.0 <= price < 2e-280
            continue
        error = float(abs(mp.mpf(float(price)) / exact - 1))
        worst = max(worst, error)
        worst_visible = max(worst_visible, error if exact > 1e-8 else 0.0)
    assert worst_visible < 2e-14
    assert worst < 6e-13


def test_prices_lose_only_what_rounded_arguments_lose() -> None:
    """A price is off by less than two eps in each argument would move it."""
    found = value(SEVENTH).price
    for contract, price in zip(SEVENTH, found, strict=True):
        if price > 1e-280:
            error = abs(mp.mpf(float(price)) - exact_price(contract))
            assert float(error / amplification(contract)) < 2 * EPS, contract


def test_greeks_are_the_slopes_of_the_exact_price() -> None:
    """Each Greek is within 3e-15 of the derivative of the 40-digit price, or of 3e-15 times it."""
    found = value(THIRTEENTH)
    for i, contract in enumerate(THIRTEENTH):
        for name, exact in exact_greeks(contract).items():
            error = abs(mp.mpf(float(getattr(found, name)[i])) - exact)
            assert float(error) < 3e-15 * max(1.0, abs(float(exact))), (name, contract)


@pytest.mark.parametrize("strike", [2.0, 20.0, 50.0, 200.0, 500.0, 5000.0])
def test_greeks_far_out_of_the_money_have_their_digits(strike: float) -> None:
    """Far out of the money each Greek keeps 12 digits of its own, however small it is."""
    contract = Contract("put" if strike < 100.0 else "call", 100.0, strike, 0.1, 0.5, 0.03, 0.01)
    found = value([contract])
    for name, exact in exact_greeks(contract).items():
        assert float(getattr(found, name)[0] / exact) == pytest.approx(1.0, rel=1e-12), name


@pytest.mark.parametrize("volatility", [1e-4, 1e-6, 1e-9, 1e-12])
def test_tiny_volatility_at_the_strike(volatility: float) -> None:
    """At the strike the price keeps its digits however little can happen."""
    contract = Contract("call", 100.0, 100.0, 0.25, volatility, 0.0, 0.0)
    price = float(value([contract]).price[0])
    assert float(price / exact_price(contract)) == pytest.approx(1.0, rel=1e-14)


@pytest.mark.parametrize(
    ("contract", "published"),
    [
        (Contract("call", 60.0, 65.0, 0.25, 0.30, 0.08, 0.0), 2.1334),
        (Contract("put", 100.0, 95.0, 0.5, 0.20, 0.10, 0.05), 2.4648),
        (Contract("call", 19.0, 19.0, 0.75, 0.28, 0.10, 0.10), 1.7011),
        (Contract("put", 19.0, 19.0, 0.75, 0.28, 0.10, 0.10), 1.7011),
        (Contract("call", 1.56, 1.60, 0.5, 0.12, 0.06, 0.08), 0.0291),
    ],
    ids=["stock", "index", "futures call", "futures put", "currency"],
)
def test_published_prices(contract: Contract, published: float) -> None:
    """The worked examples of Haug (2007), chapter 1, come out to their four decimals."""
    assert value([contract]).price[0] == pytest.approx(published, abs=5.1e-5)


@pytest.mark.parametrize(
    ("contract", "greek", "published"),
    [
        (Contract("call", 105.0, 100.0, 0.5, 0.36, 0.10, 0.10), "delta", 0.5946),
        (Contract("put", 105.0, 100.0, 0.5, 0.36, 0.10, 0.10), "delta", -0.3566),
        (Contract("call", 55.0, 60.0, 0.75, 0.30, 0.10, 0.0), "gamma", 0.0278),
        (Contract("put", 430.0, 405.0, 1 / 12, 0.20, 0.07, 0.05), "theta_per_day", -31.1924 / 365),
        (Contract("call", 72.0, 75.0, 1.0, 0.19, 0.09, 0.0), "rho_per_point", 38.7325 / 100),
    ],
)
def test_published_greeks(contract: Contract, greek: str, published: float) -> None:
    """The worked examples of Haug (2007), chapter 2, come out in a trader's units."""
    assert getattr(value([contract]), greek)[0] == pytest.approx(published, abs=5.1e-5)


def test_blocks_do_not_show() -> None:
    """A contract has one value, alone or among more than fit in one block."""
    many = value(GRID * 4)
    alone = value([replace(GRID[1234])])
    for name in ("price", "delta", "gamma", "theta_per_day"):
        assert getattr(many, name)[1234 + 3 * len(GRID)] == getattr(alone, name)[0]
    assert np.array_equal(many.price[: len(GRID)], many.price[-len(GRID) :])
