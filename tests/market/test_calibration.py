"""Strikes by delta, Kelly bets, and chances of assignment against what happened to real stocks."""

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market.book import OptionKind
from engine.market.calibration import MEASURED, calibrate, realised_chance
from engine.market.wheel.kelly import Motion, full_kelly
from engine.market.wheel.value import strike_at, worth
from tests.market.real_data import twenty_stocks

KINDS = st.sampled_from(["call", "put"])


@given(KINDS, st.floats(0.02, 0.9), st.floats(0.02, 2), st.floats(0.1, 1.5), st.floats(0, 0.08))
def test_the_strike_at_a_delta_has_that_delta(
    kind: OptionKind, delta: float, years: float, volatility: float, rate: float
) -> None:
    """Inverting delta and valuing the strike gives the delta back."""
    strike = strike_at(kind, delta, 50.0, years, volatility, rate, 0.01)
    value = worth(kind, 50.0, strike, years, volatility, rate, 0.01, american=False)
    assert abs(float(value.delta)) == pytest.approx(delta, abs=1e-9)


def test_an_american_option_is_worth_no_less() -> None:
    """Where exercise pays the price is the intrinsic value and the delta that of the shares."""
    spots = np.linspace(10, 40, 31)
    own = worth("put", spots, 25.0, 0.25, 0.5, 0.05, 0.0, american=True)
    plain = worth("put", spots, 25.0, 0.25, 0.5, 0.05, 0.0, american=False)
    assert (own.price >= plain.price - 1e-9).all()
    assert own.exercised[0]
    assert own.price[0] == pytest.approx(15)
    assert own.delta[0] == -1
    assert not plain.exercised.any()


def test_kelly_is_nothing_without_an_edge_and_grows_with_it() -> None:
    """At the option's own volatility and rate the bet is 0; at a lower one it rises to all."""
    price = float(worth("put", 100, 95, 0.1, 0.5, 0.04, 0, american=False).price)
    bets = [
        full_kelly(95, price, Motion(100, 0.1, volatility, 0.04), 0.04)
        for volatility in (0.51, 0.50, 0.45, 0.40, 0.2)
    ]
    assert bets[0] == 0
    assert bets[1] == pytest.approx(0, abs=0.01)
    assert bets == sorted(bets)
    assert bets[-1] == 1


def test_kelly_maximises_growth() -> None:
    """No other fraction has a higher expected logarithm than the one returned."""
    motion = Motion(100, 0.25, 0.9, 0.0)
    premium = 1.03 * float(worth("put", 100, 100, 0.25, 0.9, 0.0, 0, american=False).price)
    best = full_kelly(100, premium, motion)
    assert 0 < best < 1
    draws = np.random.default_rng(2).standard_normal(400_000)
    final = 100 * np.exp(motion.mean + motion.deviation * draws)
    gain = (100 - np.maximum(100 - final, 0)) / (100 - premium) - 1
    growth = {f: float(np.log1p(f * gain).mean()) for f in (best / 2, best, min(best * 1.7, 0.99))}
    assert max(growth, key=lambda f: growth[f]) == best


def test_assignment_chances_are_calibrated_on_real_stocks() -> None:
    """On 20 stocks puts are assigned more rarely than implied, as the kept table says."""
    _, _, closes, volatilities = twenty_stocks()
    found = calibrate(closes, volatilities, horizon_days=24, years=35 / 365, rate=0.01)
    for now, kept in zip(found, MEASURED, strict=True):
        assert now.realised == pytest.approx(kept.realised, abs=0.001)
        assert now.error == pytest.approx(kept.error, abs=0.001)
        assert (now.outcomes, now.windows) == (kept.outcomes, kept.windows)
        assert now.high < now.predicted
        assert now.error > now.binomial_error


def test_a_true_model_is_found_calibrated() -> None:
    """On simulated stocks that follow their volatility, predicted lies within three errors."""
    rng = np.random.default_rng(5)
    steps = rng.normal(-(0.3**2) / 2 / 252, 0.3 / 252**0.5, (252 * 60, 20))
    closes = 50 * np.exp(np.cumsum(steps, axis=0))
    found = calibrate(closes, np.full_like(closes, 0.3), horizon_days=21, years=21 / 252)
    for one in found:
        assert one.realised == pytest.approx(one.predicted, abs=3 * one.error)
        assert one.error == pytest.approx(one.binomial_error, rel=0.2)


def test_realised_chances_rise_with_predicted_ones() -> None:
    """Between the buckets the chance is a straight line, with 0 and 1 as they are."""
    assert realised_chance(0.3) == pytest.approx(MEASURED[2].realised)
    assert realised_chance(0) == 0
    assert realised_chance(1) == 1
    values = [realised_chance(p / 50) for p in range(51)]
    assert values == sorted(values)


def test_calibration_needs_windows() -> None:
    """Too few days and arrays that don't match are refused."""
    with pytest.raises(ValueError, match="windows"):
        calibrate(np.ones((30, 2)), np.ones((30, 2)), horizon_days=24, years=exp(0) / 10)
    with pytest.raises(ValueError, match="not alike"):
        calibrate(np.ones((30, 2)), np.ones((30, 3)), horizon_days=5, years=0.1)
