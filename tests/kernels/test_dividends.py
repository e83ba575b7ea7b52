"""Cash dividends against QuantLib's grids in the spot model, and against the kernels without."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kernels import american, dividends, european
from engine.kernels.arguments import Kind
from engine.kernels.dividends_sheet import Contract, sheets
from engine.kernels.errors import OutOfRange

from .american_oracle import with_dividends

SCHEDULES = [
    (90, 0.25, 0.04, [(45, 1.0)]),
    (365, 0.4, 0.05, [(30, 0.5), (120, 0.5), (210, 0.5), (300, 0.5)]),
    (20, 0.2, 0.03, [(10, 2.0)]),
]


@pytest.mark.parametrize("kind", ["call", "put"])
@pytest.mark.parametrize("early", [False, True], ids=["european", "american"])
@pytest.mark.parametrize(("days", "volatility", "rate", "paid"), SCHEDULES)
def test_prices_agree_with_another_grid(
    kind: Kind,
    early: bool,
    days: int,
    volatility: float,
    rate: float,
    paid: list[tuple[int, float]],
) -> None:
    """Prices are within the stated bound of QuantLib's, delta and gamma within 5e-5."""
    schedule = [(day / 365.0, amount) for day, amount in paid]
    for strike in (85.0, 105.0):
        expected = with_dividends(kind, strike, days, volatility, rate, paid, american=early)
        found = dividends.price(
            kind, 100.0, strike, days / 365.0, volatility, rate, schedule, american=early
        )
        assert abs(found.price - expected[0]) < dividends.ERROR * 100.0
        assert abs(found.delta - expected[1]) < 5e-5
        assert abs(found.gamma - expected[2]) < 5e-5


@pytest.mark.parametrize("kind", ["call", "put"])
def test_without_dividends_the_kernels_agree(kind: Kind) -> None:
    """With nothing paid the grid gives what the formulas give, American and European."""
    market = (100.0, 105.0, 0.5, 0.3, 0.04)
    plain = dividends.price(kind, *market, american=False)
    assert abs(plain.price - float(european.price(kind, *market).price)) < 1e-3
    early = dividends.price(kind, *market, dividend_yield=0.03)
    expected = american.price(kind, *market, 0.03, accuracy="accurate")
    assert abs(early.price - float(expected.price)) < dividends.ERROR * 100.0


def test_dividends_that_do_not_matter() -> None:
    """What was paid before now or is paid after expiry changes nothing."""
    market = (100.0, 95.0, 0.25, 0.35, 0.03)
    alone = dividends.price("put", *market)
    others = dividends.price("put", *market, [(0.0, 3.0), (0.25, 3.0), (1.0, 3.0), (0.1, 0.0)])
    assert others == alone


def test_a_call_is_exercised_for_its_dividend() -> None:
    """Deep in the money a call before a large dividend is worth what exercise pays."""
    found = dividends.price("call", 100.0, 60.0, 0.3, 0.2, 0.0, [(0.01, 8.0)])
    assert found.price == pytest.approx(40.0, abs=1e-3)
    kept = dividends.price("call", 100.0, 60.0, 0.3, 0.2, 0.0, [(0.01, 8.0)], american=False)
    assert kept.price == pytest.approx(32.0, abs=0.01)


def test_bad_dividends() -> None:
    """A negative amount or moment, and an expired option, are refused."""
    with pytest.raises(OutOfRange, match=r"dividends\[0\] is -1\.0"):
        dividends.price("put", 100.0, 100.0, 1.0, 0.2, 0.0, [(0.5, -1.0)])
    with pytest.raises(OutOfRange, match=r"dividends\[1\] is nan"):
        dividends.price("put", 100.0, 100.0, 1.0, 0.2, 0.0, [(0.5, 1.0), (np.nan, 1.0)])
    with pytest.raises(OutOfRange, match=r"years is 0\.0"):
        dividends.price("put", 100.0, 100.0, 0.0, 0.2)


@settings(max_examples=15, deadline=None)
@given(
    years=st.floats(2 / 365, 2.0),
    volatility=st.floats(0.05, 0.8),
    rate=st.floats(-0.01, 0.08),
    strike=st.floats(60.0, 150.0),
    paid=st.lists(st.tuples(st.floats(0.05, 0.95), st.floats(0.01, 4.0)), min_size=1, max_size=3),
)
def test_no_arbitrage_at_any_spot(
    years: float,
    volatility: float,
    rate: float,
    strike: float,
    paid: list[tuple[float, float]],
) -> None:
    """Parity less the dividends, bounds, early exercise worth 0 or more: at any spot."""
    spots = np.array([0.01, 5.0, 40.0, 80.0, 100.0, 103.0, 130.0, 250.0, 1000.0])
    schedule = dividends.schedule_of([(share * years, amount) for share, amount in paid])
    sides = [(is_call, early) for is_call in (True, False) for early in (False, True)]
    contracts = [
        Contract(is_call, early, strike, years, volatility, rate, schedule)
        for is_call, early in sides
    ]
    known = sheets(contracts)
    call, early_call, put, early_put = (known[one].price(spots) for one in contracts)
    slack = 2.0 * dividends.ERROR * np.maximum(spots, strike)
    away = sum(amount * np.exp(-rate * at) for at, amount in schedule)
    forward = spots - away - strike * np.exp(-rate * years)
    rich = spots * np.exp(-5.0 * volatility * np.sqrt(years)) > away  # it never lacks the cash
    assert (np.abs(call - put - forward)[rich] < 5.0 * slack[rich]).all()
    assert (early_call >= call - slack).all()
    assert (early_put >= put - slack).all()
    assert (early_call <= spots + slack).all()
    assert (early_put <= strike * max(1.0, np.exp(-rate * years)) + slack).all()
    for one in contracts:
        delta, gamma = known[one].derivatives(spots)
        assert np.isfinite(delta).all()
        assert np.isfinite(gamma).all()
        assert (np.abs(delta) <= 1.0 + 1e-3).all()
