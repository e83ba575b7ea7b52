"""Chances against the European kernel, simulated paths and each other."""

import mpmath as mp  # type: ignore[import-untyped]
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kernels import european, probabilities
from engine.kernels.errors import OutOfRange

from .oracle import DIGITS, cdf

drifts = st.floats(-2.0, 2.0)
levels = st.floats(10.0, 1000.0)


@settings(deadline=None, max_examples=200)
@given(levels, st.floats(0.001, 5.0), st.floats(0.03, 3.0), st.floats(0.0, 0.2), st.floats(0, 0.2))
def test_risk_neutral_chance_is_the_kernel_s(
    strike: float, years: float, volatility: float, rate: float, dividend_yield: float
) -> None:
    """With the drift rate - yield it is the chance of exercise that prices contain."""
    kinds = ["call", "put"]
    found = probabilities.in_the_money(
        kinds, 100.0, strike, years, volatility, rate - dividend_yield
    )
    price = european.price(kinds, 100.0, strike, years, volatility, rate, dividend_yield)
    np.testing.assert_allclose(found, price.probability_in_the_money, rtol=1e-9, atol=1e-14)


@settings(deadline=None, max_examples=200)
@given(levels, st.floats(0.001, 5.0), st.floats(0.03, 3.0), drifts)
def test_touch_against_40_digits(
    barrier: float, years: float, volatility: float, drift: float
) -> None:
    """The chance of touch is the reflection formula's at 40 digits, from either side."""
    found = float(probabilities.touch(100.0, barrier, years, volatility, drift))
    with mp.workdps(DIGITS):
        away = mp.log(mp.mpf(barrier) / 100)
        side = 1 if away > 0 else -1
        pull = mp.mpf(drift) - mp.mpf(volatility) ** 2 / 2
        wide = mp.mpf(volatility) * mp.sqrt(years)
        first = cdf((side * pull * years - abs(away)) / wide)
        weight = mp.exp(2 * pull * away / mp.mpf(volatility) ** 2)
        exact = first + weight * cdf((-side * pull * years - abs(away)) / wide)
    assert found == pytest.approx(float(min(exact, 1)), rel=1e-9, abs=1e-12)
    ends_beyond = probabilities.in_the_money(
        "call" if barrier > 100.0 else "put", 100.0, barrier, years, volatility, drift
    )
    assert found >= float(ends_beyond) - 1e-14


def test_touch_of_simulated_paths() -> None:
    """Of paths that are watched often, the share that touches is the chance, to its noise."""
    random = np.random.default_rng(4)
    steps, paths, years, volatility, drift = 500, 10_000, 0.5, 0.4, 0.1
    width = volatility * np.sqrt(years / steps)
    moves = random.normal((drift - 0.08) * years / steps, width, (paths, steps))
    walks = np.cumsum(moves, axis=1)
    for barrier in (80.0, 125.0):
        # Seen at steps only, a barrier is as good as 0.5826 of a step's deviation farther.
        level = np.log(barrier / 100.0)
        seen = (walks <= level) if level < 0 else (walks >= level)
        shifted = 100.0 * np.exp(level + np.sign(level) * 0.5826 * width)
        chance = probabilities.touch(100.0, shifted, years, volatility, drift)
        assert seen.any(axis=1).mean() == pytest.approx(float(chance), abs=0.015)


def test_profit() -> None:
    """Who is long profits beyond breakeven and who is short on this side of it."""
    market = (0.5, 0.3, 0.05)
    for kind, breakeven in (("call", 115.0), ("put", 105.0)):
        long = probabilities.profit(kind, "long", 100.0, 110.0, 5.0, *market)
        short = probabilities.profit(kind, "short", 100.0, 110.0, 5.0, *market)
        beyond = probabilities.in_the_money(kind, 100.0, breakeven, *market)
        assert float(long) == float(beyond)
        assert float(long + short) == pytest.approx(1.0, abs=1e-15)
    assert probabilities.profit("put", "long", 100.0, 10.0, 11.0, *market) == 0.0
    assert probabilities.profit("put", "short", 100.0, 10.0, 11.0, *market) == 1.0


def test_nothing_random() -> None:
    """Without time or volatility chances are 0 or 1, a touched level is touched."""
    spots = np.array([90.0, 100.0, 110.0])
    assert probabilities.in_the_money("call", spots, 100.0, 0.0, 0.3).tolist() == [0.0, 0.5, 1.0]
    assert probabilities.touch(spots, 100.0, 0.0, 0.3).tolist() == [0.0, 1.0, 0.0]
    assert probabilities.touch(90.0, 100.0, 1.0, 0.0, [0.05, 0.2]).tolist() == [0.0, 1.0]


def test_bad_arguments() -> None:
    """What has no meaning is refused by name and value."""
    with pytest.raises(OutOfRange, match=r"barrier is 0\.0"):
        probabilities.touch(100.0, 0.0, 1.0, 0.2)
    with pytest.raises(OutOfRange, match=r"volatility is -0\.2"):
        probabilities.in_the_money("put", 100.0, 90.0, 1.0, -0.2)
    with pytest.raises(OutOfRange, match=r"premium is nan"):
        probabilities.profit("put", "short", 100.0, 90.0, np.nan, 1.0, 0.2)
