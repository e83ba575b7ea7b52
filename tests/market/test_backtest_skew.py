"""Volatility over strikes: measured on a chain, and priced into a backtest."""

from dataclasses import replace
from datetime import date, timedelta
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market.backtest.backtest import Costs, Rules
from engine.market.backtest.market import market
from engine.market.backtest.report import backtest
from engine.market.backtest.skew import quoted_skew
from engine.market.book import Book, DailyPrice, Option, Quote
from engine.market.volatility import Implied
from tests.market.synthetic import prices

TODAY = date(2025, 1, 2)
SPOT = 20.0


def chain(slope: float, *, days: tuple[int, ...] = (21, 49, 105)) -> Book:
    """A book whose quotes lie on a straight smile; each expiry has a level of its own."""
    quotes = []
    for length in days:
        for strike in (15.0, 17.0, 18.0, 19.0, 21.0, 22.0, 24.0):
            steps = log(SPOT / strike) / sqrt(length / 365)
            kind = "put" if strike < SPOT else "call"
            option = Option("U", TODAY + timedelta(days=length), kind, strike)  # type: ignore[arg-type]
            quotes.append(Quote(option, volatility=0.5 + length / 1000 + slope * steps))
    price = DailyPrice("U", TODAY, SPOT)
    return Book(as_of=TODAY, positions=(), quotes=tuple(quotes), prices={"U": (price,)})


@given(st.floats(-0.2, 0.2))
def test_the_slope_of_a_straight_smile_is_found(slope: float) -> None:
    """Whatever the levels of the expiries, the slope is the one that the quotes were made with."""
    found = quoted_skew(chain(slope), "U")
    assert found is not None
    assert found.slope == pytest.approx(slope, abs=1e-9)
    assert found.expiries == 3


def test_too_little_to_measure_is_no_skew() -> None:
    """Few quotes, another stock's, expiries of this week or an old close tell nothing."""
    book = chain(0.1)
    assert quoted_skew(replace(book, quotes=book.quotes[:4]), "U") is None
    assert quoted_skew(book, "V") is None
    assert quoted_skew(chain(0.1, days=(2, 4, 6)), "U") is None
    old = DailyPrice("U", TODAY - timedelta(days=30), SPOT)
    assert quoted_skew(replace(book, prices={"U": (old,)}), "U") is None


def test_a_skew_makes_puts_below_the_stock_dearer() -> None:
    """Puts at a delta move down and are sold at the tilted volatility, and the answer says so."""
    found = prices(2)
    source = Implied("flat", {price.day: 0.5 for price in found})
    flat = backtest(market(found, source, rate=0.03), Rules(), Costs(0.0, 0.0))
    tilted = backtest(market(found, source, rate=0.03, skew=0.1), Rules(), Costs(0.0, 0.0))
    one, other = flat.sales[0], tilted.sales[0]
    assert other.option.strike < one.option.strike
    assert abs(other.delta) == pytest.approx(0.3, abs=1e-3)
    assert any("plus 10.0 points a unit" in told for told in tilted.assumptions)
    assert any("the same for all strikes" in told for told in flat.assumptions)


def test_a_tilted_volatility_stays_within_half_and_twice() -> None:
    """Far from the money and near the expiry the straight line is cut."""
    found = prices(2, 40)
    walked = market(found, Implied("flat", {price.day: 0.4 for price in found}), skew=0.3)
    spot, years = np.array([20.0, 20.0, 20.0]), np.array([0.1, 0.0, 0.1])
    strikes = np.array([1.0, 400.0, 20.0])
    told = walked.volatility_at(np.array([5, 6, 7]), spot, strikes, years)
    assert told.tolist() == pytest.approx([0.8, 0.2, 0.4])
