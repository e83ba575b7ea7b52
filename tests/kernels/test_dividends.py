"""Cash dividends against QuantLib's grids in the spot model, and against the kernels without."""

import numpy as np
import pytest

from engine.kernels import american, dividends, european
from engine.kernels.arguments import Kind
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
