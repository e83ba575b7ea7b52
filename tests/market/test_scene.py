"""Candidates and smiles with a cash dividend to come: as QuantLib and the positions have them."""

from dataclasses import replace
from datetime import date
from math import erf, exp, log, sqrt

import numpy as np
import pytest

from engine.market.book import Book, Dividend, Option, Position, Quote, Stock
from engine.market.candidates_sources import from_model, from_quotes
from engine.market.chain_smile import chain_smile
from engine.market.exposure import lines
from engine.market.parameters import Parameters
from engine.market.risk.market import priced
from engine.market.scene import Scene
from engine.market.wheel.book import scene

ql = pytest.importorskip("QuantLib")

TODAY = date(2024, 3, 1)
EXPIRY = date(2024, 3, 28)
EX = date(2024, 3, 20)
PUT, CALL = Option("U", EXPIRY, "put", 26.0), Option("U", EXPIRY, "call", 31.0)
BOOK = Book(
    as_of=TODAY,
    positions=(Position(Stock("U"), 500), Position(PUT, -4, 0.8), Position(CALL, -5, 0.95)),
    quotes=(
        Quote(Stock("U"), 28.90, 28.92),
        Quote(PUT, 0.50, 0.56),
        Quote(CALL, 0.62, 0.68),
        Quote(Option("U", EXPIRY, "call", 25.0), 4.20, 4.40),
    ),
    dividends=(Dividend("U", EX, 0.60),),
    rate=0.05,
)


def in_quantlib(option: Option, volatility: float) -> tuple[float, float]:
    """Price and delta of QuantLib's finite differences with the dividend."""
    day = ql.Date(TODAY.day, TODAY.month, TODAY.year)
    ql.Settings.instance().evaluationDate = day
    count = ql.Actual365Fixed()
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(28.91)),
        ql.YieldTermStructureHandle(ql.FlatForward(day, 0.0, count)),
        ql.YieldTermStructureHandle(ql.FlatForward(day, 0.05, count)),
        ql.BlackVolTermStructureHandle(
            ql.BlackConstantVol(day, ql.NullCalendar(), volatility, count)
        ),
    )
    side = ql.Option.Put if option.kind == "put" else ql.Option.Call
    exercise = ql.AmericanExercise(day, day + (option.expiry - TODAY).days)
    made = ql.VanillaOption(ql.PlainVanillaPayoff(side, option.strike), exercise)
    cash = ql.DividendVector([ql.Date(EX.day, EX.month, EX.year)], [0.60])
    made.setPricingEngine(ql.FdBlackScholesVanillaEngine(process, cash, 400, 800))
    return made.NPV(), made.delta()


def test_a_candidate_stands_as_its_position_and_as_quantlib_has_it() -> None:
    """Volatility and delta count the dividend: QuantLib's price at them is the middle again."""
    (found,) = from_quotes(scene(BOOK, "U", 60), BOOK.quotes, "put", Parameters()).candidates
    price, delta = in_quantlib(PUT, found.volatility)
    assert price == pytest.approx(0.53, abs=2e-3)
    assert found.delta == pytest.approx(delta, abs=1e-3)
    (line,) = [one for one in lines(priced(BOOK)) if one.position.instrument == PUT]
    assert found.volatility == pytest.approx(line.volatility, abs=1e-6)
    assert found.delta == pytest.approx(line.exposure.delta / line.position.shares, abs=1e-5)
    plain = from_quotes(
        scene(replace(BOOK, dividends=()), "U", 60), BOOK.quotes, "put", Parameters()
    )
    assert plain.candidates[0].volatility - found.volatility == pytest.approx(0.064, abs=0.003)


def test_a_smile_has_the_volatility_that_gives_quantlib_the_middle() -> None:
    """Calls and puts alike, told volatilities replaced where the price tells better."""
    told = tuple(replace(one, volatility=0.9) for one in BOOK.quotes[1:])
    found = chain_smile(replace(BOOK, quotes=told), "U", EXPIRY, 28.91)
    assert (found.computed, found.paying, found.unknown) == (3, 3, 0)
    middles = {PUT: 0.53, CALL: 0.65, Option("U", EXPIRY, "call", 25.0): 4.30}
    for smile in found.smiles:
        for strike, volatility in zip(smile.strikes, smile.volatilities, strict=True):
            option = Option("U", EXPIRY, smile.kind, strike)
            assert in_quantlib(option, volatility)[0] == pytest.approx(middles[option], abs=0.01)


@pytest.mark.parametrize("level", [22.0, 26.0, 28.0, 33.0])
def test_the_chance_of_an_end_beyond_a_strike_counts_the_dividend(level: float) -> None:
    """The shifted lognormal is within 0.3 points of the stock that falls on the ex-date."""
    at = Scene("U", TODAY, 28.91, 0.05, dividends=((18.5 / 365, 0.60),))
    years, volatility, before = 27 / 365, 0.476, 18.5 / 365
    spot, shifted = at.split(level, years)

    def below(start: float, end: float, span: float) -> float:
        away = log(end / start) - (0.05 - volatility**2 / 2) * span
        return 0.5 * (1 + erf(away / volatility / sqrt(2 * span)))

    steps = (np.arange(4000) + 0.5) / 4000
    normal = ql.InverseCumulativeNormal()
    drift = (0.05 - volatility**2 / 2) * before
    fallen = [
        28.91 * exp(drift + volatility * sqrt(before) * normal(float(step))) - 0.60
        for step in steps
    ]
    exact = float(np.mean([below(start, level, years - before) for start in fallen]))
    assert below(spot, shifted, years) == pytest.approx(exact, abs=0.003)


def test_without_quotes_the_model_counts_the_dividend_too() -> None:
    """A put is dearer with the dividend to come, and the strikes lie where the deltas are."""
    bare = Scene("U", TODAY, 28.91, 0.05, volatility=0.5)
    paying = replace(bare, dividends=((18.5 / 365, 0.60),))
    for one in from_model(paying, "put", Parameters()).candidates:
        assert (
            bare.price_and_delta(one.option, 0.5)[0] <= paying.price_and_delta(one.option, 0.5)[0]
        )
    best = from_model(paying, "put", Parameters()).candidates[0]
    assert abs(best.delta) == pytest.approx(0.3, abs=0.05)
