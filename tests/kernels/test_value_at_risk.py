"""VaR and ES against closed forms, brute force, Cornish-Fisher in another hand, and each other."""

from math import ceil, exp, sqrt
from statistics import NormalDist, fmean

import numpy as np
import pytest
import QuantLib  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kernels.errors import OutOfRange, ShapeMismatch
from engine.kernels.portfolio import Portfolio, greeks, portfolio
from engine.kernels.value_at_risk import Tail, tail
from engine.kernels.value_at_risk_historical import historical, window_returns
from engine.kernels.value_at_risk_parametric import parametric
from engine.kernels.value_at_risk_simulated import simulated

_VOLATILITY = 0.6
_NORMAL = NormalDist()


def stock_only(shares: float = 1000.0) -> Portfolio:
    return portfolio(spot=20.0, stock=shares)


def wheel(times: float = 1.0) -> Portfolio:
    """300 shares, five short puts and three covered calls."""
    return portfolio(
        spot=20.0,
        stock=300.0 * times,
        kind=["put", "call"],
        strike=[18.0, 25.0],
        years=[30 / 365, 30 / 365],
        volatility=[0.6, 0.55],
        shares=np.array([-500.0, -300.0]) * times,
        rate=0.045,
    )


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400),
    st.sampled_from((0.5, 0.9, 0.95, 0.975, 0.99)),
)
def test_var_and_shortfall_are_those_of_quantlibs_sorting(
    outcomes: list[float], level: float
) -> None:
    """VaR is the order statistic of its definition, and ES integrates the quantiles beyond it."""
    found = tail(np.array(outcomes), level)
    losses = sorted((-outcome for outcome in outcomes), reverse=True)
    weight = len(losses) * (1 - level)
    whole = int(weight + 1e-9)
    assert found.value_at_risk == losses[min(whole, len(losses) - 1)]
    steps = np.linspace(0, 1, 20_001)[1:] * (1 - level)
    quantiles = [
        losses[min(ceil(step * len(losses) - 1e-9) - 1, len(losses) - 1)] for step in steps
    ]
    spread = losses[0] - losses[-1] + 1.0
    assert found.expected_shortfall == pytest.approx(fmean(quantiles), abs=2e-2 * spread)
    assert found.expected_shortfall >= found.value_at_risk - 1e-9 * spread


@pytest.mark.parametrize("level", [0.95, 0.99])
def test_a_linear_book_has_its_closed_form(level: float) -> None:
    """For stock alone delta-normal VaR and ES are those of the normal law, as QuantLib has them."""
    found = parametric(stock_only(), _VOLATILITY, horizon_days=5.0, levels=(level,))
    deviation = 20_000.0 * _VOLATILITY * sqrt(5 / 252)
    z = _NORMAL.inv_cdf(level)
    shortfall = deviation * _NORMAL.pdf(z) / (1 - level)
    got = found.tails[0].tail
    assert got.value_at_risk == pytest.approx(z * deviation, rel=1e-12)
    assert got.expected_shortfall == pytest.approx(shortfall, rel=1e-12)
    statistics = QuantLib.RiskStatistics()
    grid = (np.arange(200_000) + 0.5) / 200_000
    for outcome in grid:
        statistics.add(deviation * _NORMAL.inv_cdf(float(outcome)))
    assert got.value_at_risk == pytest.approx(statistics.valueAtRisk(level), rel=1e-3)
    assert got.expected_shortfall == pytest.approx(statistics.expectedShortfall(level), rel=1e-3)


@pytest.mark.parametrize("level", [0.95, 0.99])
def test_simulated_stock_has_the_lognormal_quantile_within_its_error(level: float) -> None:
    """Simulation of stock alone ends at the lognormal law's own VaR."""
    found = simulated(stock_only(), _VOLATILITY, seed=3, horizon_days=10, levels=(level,))
    deviation = _VOLATILITY * sqrt(10 / 252)
    worst = exp(-_NORMAL.inv_cdf(level) * deviation - deviation**2 / 2) - 1
    got = found.tails[0]
    assert got.tail.value_at_risk == pytest.approx(-20_000 * worst, abs=5 * got.value_at_risk_error)
    assert got.value_at_risk_error < 1.0


def test_simulation_and_curve_agree_path_by_path() -> None:
    """With the same seed, curves and plain revaluation give the same figures to a cent."""
    fast = simulated(wheel(), _VOLATILITY, seed=5, paths=1 << 14)
    plain = simulated(wheel(), _VOLATILITY, seed=5, paths=1 << 14, curves=False)
    assert fast.curve_error < 1e-6
    for one, other in zip(fast.tails, plain.tails, strict=True):
        assert one.tail.value_at_risk == pytest.approx(other.tail.value_at_risk, abs=1e-2)
        assert one.tail.expected_shortfall == pytest.approx(other.tail.expected_shortfall, abs=1e-2)


def test_the_standard_error_covers_the_true_figure_at_its_rate() -> None:
    """Over 40 seeds VaR is within two stated errors of a far larger run nine times in ten."""
    truth = simulated(wheel(), _VOLATILITY, seed=0, paths=1 << 20, levels=(0.95,)).tails[0].tail
    hits = 0
    for seed in range(1, 41):
        got = simulated(wheel(), _VOLATILITY, seed=seed, paths=1 << 12, levels=(0.95,)).tails[0]
        gap = abs(got.tail.value_at_risk - truth.value_at_risk)
        hits += gap <= 2.0 * got.value_at_risk_error
    assert hits >= 36


def test_the_same_seed_gives_the_same_figures_and_another_does_not() -> None:
    """A simulation is its seed's."""
    one, again, other = (simulated(wheel(), 0.6, seed=s, paths=4096) for s in (1, 1, 2))
    assert one == again
    assert one.tails != other.tails


def test_cornish_fisher_is_near_simulation_for_a_curved_book() -> None:
    """One day's delta-gamma VaR is within 4 % of full revaluation; delta alone isn't."""
    full = simulated(wheel(), _VOLATILITY, seed=1, paths=1 << 18)
    curved = parametric(wheel(), _VOLATILITY)
    flat = parametric(wheel(), _VOLATILITY, gamma=False)
    for place in (0, 1):
        truth = full.tails[place].tail.value_at_risk
        assert curved.tails[place].monotone
        assert curved.tails[place].tail.value_at_risk == pytest.approx(truth, rel=0.04)
        assert flat.tails[place].tail.value_at_risk < 0.93 * truth


def test_moments_of_the_quadratic_form_are_those_of_a_sample() -> None:
    """Mean, deviation, skewness and kurtosis agree with a quadratic form that is really drawn."""
    book = portfolio(
        spot=[20.0, 50.0],
        stock=[300.0, -50.0],
        kind=["put", "call"],
        strike=[19.0, 52.0],
        years=[0.1, 0.2],
        volatility=[0.6, 0.3],
        shares=[-800.0, -300.0],
        underlying=[0, 1],
        rate=0.03,
    )
    volatility, correlation = np.array([0.6, 0.3]), np.array([[1.0, 0.4], [0.4, 1.0]])
    found = parametric(book, volatility, correlation, horizon_days=5.0)
    g = greeks(book)
    spread = np.outer(volatility, volatility) * correlation * 5 / 252
    draws = np.random.default_rng(1).multivariate_normal([0, 0], spread, 1_000_000)
    draws = np.concatenate([draws, -draws])
    profit = (
        g.theta_per_day.sum() * 5 * 365 / 252
        + draws @ g.delta_amount
        + 0.5 * (draws**2) @ (g.gamma * book.spot**2)
    )
    centred = (profit - profit.mean()) / profit.std()
    assert found.mean == pytest.approx(profit.mean(), abs=0.001 * profit.std())
    assert found.deviation == pytest.approx(profit.std(), rel=0.003)
    assert found.skewness == pytest.approx((centred**3).mean(), rel=0.03)
    assert found.excess_kurtosis == pytest.approx((centred**4).mean() - 3, rel=0.08)


def test_an_expansion_that_folds_back_is_told() -> None:
    """Where long gamma makes the P&L, the expansion is no quantile any more, and says so."""
    straddle = portfolio(
        spot=20.0,
        kind=["put", "call"],
        strike=20.0,
        years=0.02,
        volatility=0.6,
        shares=[1000.0, 1000.0],
    )
    assert not all(t.monotone for t in parametric(straddle, 2.0, horizon_days=20.0).tails)


def parametric_tail(book: Portfolio) -> Tail:
    return parametric(book, _VOLATILITY).tails[0].tail


def simulated_tail(book: Portfolio) -> Tail:
    return simulated(book, _VOLATILITY, seed=2, paths=2048).tails[0].tail


@given(st.floats(0.25, 4.0))
@settings(max_examples=20)
def test_risk_grows_with_the_book_and_both_sides_have_one(times: float) -> None:
    """VaR of k times a book is k times its VaR; the opposite book has a VaR of its own."""
    for compute in (parametric_tail, simulated_tail):
        one, more = compute(wheel()), compute(wheel(times))
        assert more.value_at_risk == pytest.approx(times * one.value_at_risk, rel=1e-6)
        assert more.expected_shortfall == pytest.approx(times * one.expected_shortfall, rel=1e-6)
        assert compute(wheel(-1.0)).value_at_risk > 0


def test_two_stocks_that_move_as_one_add_up_and_opposites_cancel() -> None:
    """With correlation 1 long books add; with correlation -1 equal amounts have almost no risk."""
    pair = portfolio(spot=[20.0, 20.0], stock=[100.0, 100.0])
    alone = simulated(stock_only(200.0), 0.5, seed=1, levels=(0.95,)).tails[0].tail.value_at_risk
    for correlation, expected in ((1.0, alone), (-1.0, 0.0)):
        matrix = [[1.0, correlation], [correlation, 1.0]]
        found = simulated(pair, [0.5, 0.5], matrix, seed=1, levels=(0.95,)).tails[0].tail
        assert found.value_at_risk == pytest.approx(expected, abs=0.02 * alone)


def test_history_is_the_book_at_the_returns_that_were() -> None:
    """For stock alone P&L is shares times spot times each return, and VaR its quantile."""
    closes = np.array([10.0, 11.0, 9.9, 9.9, 12.0])
    found = historical(stock_only(), closes, levels=(0.75,))
    assert found.profit == pytest.approx([2000.0, -2000.0, 0.0, 20_000 * (12 / 9.9 - 1)])
    assert found.tails[0].tail.value_at_risk == pytest.approx(0.0)
    assert found.tails[0].tail.expected_shortfall == pytest.approx(2000.0)


def test_windows_over_several_days_say_how_many_are_independent() -> None:
    """Overlapping windows use every day and count the few that share none; scaling takes √days."""
    closes = 20 * np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.02, 501)))
    over = historical(stock_only(), closes, 10)
    apart = historical(stock_only(), closes, 10, "side by side")
    scaled = historical(stock_only(), closes, 10, "one day scaled")
    assert (over.returns, over.independent) == (491, 50)
    assert (apart.returns, apart.independent) == (50, 50)
    one = historical(stock_only(), closes, 1).tails[0].tail
    assert scaled.tails[0].tail.value_at_risk == pytest.approx(one.value_at_risk * sqrt(10))
    assert window_returns(closes, 10, "side by side")[-1] == closes[-1] / closes[-11] - 1
    low, high = over.tails[0].low, over.tails[0].high
    assert low is not None
    assert low < over.tails[0].tail.value_at_risk
    assert high is None or high > over.tails[0].tail.value_at_risk
    assert over.tails[1].high is None  # 50 windows can't bound a 99 % quantile from above


def test_the_interval_of_history_covers_the_true_quantile_nine_times_in_ten() -> None:
    """Over 300 pasts of 250 normal days the interval holds the law's own VaR about 90 %."""
    truth = 20_000 * 0.02 * _NORMAL.inv_cdf(0.95)
    source, hits = np.random.default_rng(11), 0
    for _ in range(300):
        closes = 20 * np.cumprod(1 + np.concatenate([[0.0], source.normal(0, 0.02, 250)]))
        found = historical(stock_only(), closes, levels=(0.95,)).tails[0]
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= truth <= found.high
    assert 0.86 <= hits / 300 <= 0.96


def test_a_long_past_is_no_trouble() -> None:
    """8000 days have an interval: the binomial is summed in logarithms."""
    closes = 20 * np.exp(np.cumsum(np.random.default_rng(5).normal(0, 0.01, 8001)))
    found = historical(stock_only(), closes).tails[0]
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.tail.value_at_risk < found.high


def test_what_no_market_can_be_is_refused_by_name() -> None:
    """Correlations, closes, levels, paths and horizons out of reach are named."""
    pair = portfolio(spot=[20.0, 20.0], stock=1.0)
    with pytest.raises(ShapeMismatch, match="correlation is missing"):
        parametric(pair, [0.5, 0.5])
    with pytest.raises(OutOfRange, match="not symmetric"):
        parametric(pair, 0.5, [[1.0, 0.2], [0.3, 1.0]])
    three = portfolio(spot=[1.0, 1.0, 1.0], stock=1.0)
    with pytest.raises(OutOfRange, match="no possible returns"):
        parametric(three, 0.5, [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    with pytest.raises(OutOfRange, match=r"closes\[1, 0\] is -1.0"):
        historical(stock_only(), np.array([1.0, -1.0, 2.0]))
    with pytest.raises(OutOfRange, match="horizon_days is 3"):
        historical(stock_only(), np.array([1.0, 1.0, 2.0]), 3)
    with pytest.raises(OutOfRange, match="level"):
        tail(np.array([1.0]), 1.0)
    with pytest.raises(OutOfRange, match="paths is 3"):
        simulated(stock_only(), 0.5, seed=1, paths=3)
