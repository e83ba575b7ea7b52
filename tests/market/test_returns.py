"""Figures of equity curves and volatilities against hand-worked cases and the arch of a year."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market.returns import by_year, drawdown, performance
from engine.market.volatility import Implied, Realised, realised, series
from tests.market.synthetic import weekdays

CURVES = st.lists(st.floats(0.5, 2.0), min_size=3, max_size=60)


def test_a_year_of_steady_growth_is_its_own_rate() -> None:
    """CAGR is what was earned, there is no drawdown, and no Sharpe ratio without any spread."""
    days = [date(2023, 1, 1) + timedelta(days=n) for n in range(366)]
    equity = 100 * np.exp(np.arange(366) * 0.1 / 365)
    found = performance(days, equity, np.full(366, 0.1))
    assert found.total_return == pytest.approx(np.expm1(0.1))
    assert found.cagr == pytest.approx(np.exp(0.1 * 365.25 / 365) - 1)
    assert found.max_drawdown == 0
    assert found.sharpe is None
    assert found.sortino is None


def test_the_deepest_fall_has_its_dates() -> None:
    """High, low and recovery of the deepest drawdown, and none where it never recovers."""
    days = weekdays(7)
    found = performance(days, np.array([10.0, 12, 9, 11, 6, 12, 13]), np.zeros(7))
    assert found.max_drawdown == pytest.approx(-0.5)
    assert (found.drawdown_from, found.drawdown_to) == (days[1], days[4])
    assert found.recovered == days[5]
    assert performance(days[:5], np.array([10.0, 12, 9, 11, 6]), np.zeros(5)).recovered is None


def test_sharpe_and_sortino_are_the_textbooks() -> None:
    """Mean over spread, and mean over the root mean square of the losses, times √252."""
    days = weekdays(5)
    returns = np.array([0.02, -0.01, 0.03, -0.02])
    equity = 100 * np.cumprod(np.concatenate([[1.0], 1 + returns]))
    found = performance(days, equity, np.zeros(5))
    assert found.sharpe == pytest.approx(returns.mean() / returns.std(ddof=1) * 252**0.5)
    losses = np.sqrt(np.mean(np.minimum(returns, 0) ** 2))
    assert found.sortino == pytest.approx(returns.mean() / losses * 252**0.5)


@given(CURVES, st.floats(0.1, 1000))
def test_the_size_of_the_account_changes_no_figure(curve: list[float], size: float) -> None:
    """Ten times the equity has the same return, spread and drawdown."""
    days, equity = weekdays(len(curve)), np.array(curve)
    rate = np.zeros(len(curve))
    one, other = performance(days, equity, rate), performance(days, equity * size, rate)
    assert other.total_return == pytest.approx(one.total_return)
    assert other.max_drawdown == pytest.approx(one.max_drawdown, abs=1e-9)
    assert -1 <= one.max_drawdown <= 0
    assert (drawdown(equity) <= 0).all()


def test_only_whole_years_count() -> None:
    """A year that begins or ends outside of the curve has no return."""
    days = [date(2020, 12, 31), date(2021, 12, 31), date(2022, 12, 30), date(2023, 6, 1)]
    found = by_year(days, np.array([100.0, 110.0, 99.0, 120.0]))
    assert found == {2021: pytest.approx(0.1), 2022: pytest.approx(-0.1)}


def test_a_curve_that_is_none_is_refused() -> None:
    """No days, a length that differs, NaN and an empty account are errors."""
    days = weekdays(2)
    for equity in ([], [1.0], [1.0, float("nan")], [0.0, 1.0]):
        with pytest.raises(ValueError, match="expected an equity a day"):
            performance(days, np.array(equity), np.zeros(2))


def test_realised_volatility_is_of_the_window_alone() -> None:
    """Alternating returns of 1 % are 1 % times √252, and nothing later moves an earlier value."""
    close = 100 * np.exp(np.cumsum(np.where(np.arange(40) % 2, 0.01, -0.01)))
    found = realised(close, 10)
    assert np.isnan(found[:10]).all()
    assert found[10:] == pytest.approx(0.01 * 252**0.5)
    changed = close.copy()
    changed[30:] *= 3
    np.testing.assert_array_equal(realised(changed, 10)[:30], found[:30])
    with pytest.raises(ValueError, match="window is 1"):
        realised(close, 1)


def test_an_implied_series_is_carried_and_grows_stale() -> None:
    """A day without a value has the last one, fresh for a week, and NaN before the first."""
    days = weekdays(20)
    source = Implied("VIX", {days[2]: 0.2, days[3]: 0.3}, 0.5)
    values, fresh = series(source, days, np.ones(20))
    assert np.isnan(values[:2]).all()
    assert values[2] == pytest.approx(0.1)
    assert values[3:] == pytest.approx(0.15)
    assert fresh.tolist() == [False, False] + [
        (day - days[3]).days <= 7 for day in days[2:]
    ]  # fmt: skip
    assert not series(Implied("none", {}), days, np.ones(20))[1].any()


def test_impossible_volatilities_are_refused() -> None:
    """A value that isn't above 0 is named with its day, and so is a factor."""
    days = weekdays(3)
    with pytest.raises(ValueError, match=f"VIX is 0 on {days[0]}"):
        series(Implied("VIX", {days[0]: 0}), days, np.ones(3))
    with pytest.raises(ValueError, match="factor"):
        series(Realised(5, 0.0), days, np.ones(3))
