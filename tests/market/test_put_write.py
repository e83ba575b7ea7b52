"""The put-write model against what the Cboe S&P 500 PutWrite Index really returned."""

from dataclasses import replace
from datetime import date

import pytest

from engine.market.backtest.market import market
from engine.market.backtest.run import walk
from engine.market.put_write import COSTS, RULES, CannotScore, Validation, validate
from engine.market.volatility import Implied
from tests.market.real_data import bills, premium_pct, put_index_pct, sp500, vix

FIT = (2007, 2008, 2009, 2010)
LISTED = replace(RULES, strike_interval=5.0)


@pytest.fixture(scope="module")
def validation() -> Validation:
    prices = [p for p in sp500() if date(2006, 6, 1) <= p.day <= date(2016, 1, 15)]
    rates = bills()
    rate = [rates[p.day.year, p.day.month] for p in prices]
    return validate(
        prices,
        Implied("VIX", vix()),
        rate,
        put_index_pct(),
        FIT,
        dividend_yield=0.02,
        rules=LISTED,
    )


def test_years_never_fitted_are_met_within_two_and_a_half_points(validation: Validation) -> None:
    """Fitted on 2007–10 alone, the annual returns of 2011–15 are off by 1.9 points rms."""
    assert [row.year for row in validation.years if not row.fitted] == list(range(2011, 2016))
    assert validation.score_rms_points <= 2.5
    assert 0.84 <= validation.factor <= 0.92


def test_half_way_between_closes_is_nearer_in_the_years_of_the_fit(validation: Validation) -> None:
    """The hour of the trades was chosen by the fitted years: 1.5 points rms against 1.9."""
    prices = [p for p in sp500() if date(2006, 6, 1) <= p.day <= date(2016, 1, 15)]
    at_close = validate(
        prices,
        Implied("VIX", vix()),
        0.01,
        put_index_pct(),
        FIT,
        dividend_yield=0.02,
        rules=replace(LISTED, hour="close"),
    )
    assert validation.fit_rms_points < at_close.fit_rms_points - 0.2


def test_months_are_compared_where_levels_are_published() -> None:
    """Against its own equity the model has every month of the scored years, and correlation 1."""
    prices = [p for p in sp500() if date(2007, 6, 1) <= p.day <= date(2010, 1, 15)]
    source = Implied("VIX", vix())
    published = {2008: -26.8, 2009: 31.5}
    first = validate(prices, source, 0.01, published, [2008])
    assert (first.months, first.month_correlation) == (0, None)
    levels = dict(zip(first.result.days, map(float, first.result.equity), strict=True))
    again = validate(prices, source, 0.01, published, [2008], levels=levels)
    assert again.months == 12
    assert again.month_correlation == pytest.approx(1.0)


def test_the_years_rise_and_fall_together(validation: Validation) -> None:
    """Over all nine published years the correlation is 0.99; over the five quiet ones 0.73."""
    assert validation.correlation is not None
    assert validation.correlation >= 0.98
    assert validation.score_correlation is not None
    assert validation.score_correlation >= 0.7


def test_the_premiums_are_those_that_were_really_paid(validation: Validation) -> None:
    """Premium taken in a year, in percent of the equity, is off by 1.3 points in the mean."""
    published = premium_pct()
    result = validation.result
    equity = dict(zip(result.days, result.equity, strict=True))
    errors = []
    for year in range(2007, 2016):
        sold = [sale for sale in result.sales if sale.sold.year == year]
        taken = sum(100 * 100 * s.contracts * s.premium / equity[s.sold] for s in sold)
        errors.append(abs(taken - published[year]))
    assert sum(errors) / len(errors) <= 1.5


def test_the_raw_index_of_volatility_flatters(validation: Validation) -> None:
    """Without the factor the model earns more than two points a year too much."""
    prices = [p for p in sp500() if date(2006, 6, 1) <= p.day <= date(2016, 1, 15)]
    raw = walk(
        market(prices, Implied("VIX", vix()), rate=0.01, dividend_yield=0.02), RULES, COSTS, 1.0
    )
    fitted = walk(
        market(prices, Implied("VIX", vix(), validation.factor), rate=0.01, dividend_yield=0.02),
        RULES,
        COSTS,
        1.0,
    )
    years = (prices[-1].day - prices[0].day).days / 365.25
    gap = (raw.equity[-1] ** (1 / years) - fitted.equity[-1] ** (1 / years)) * 100
    assert gap > 2


def test_years_without_data_are_refused() -> None:
    """A year to fit on that the data or the published returns lack is named."""
    prices = [p for p in sp500() if p.day.year in (2006, 2007, 2008)]
    source = replace(Implied("VIX", vix()), factor=0.5)
    with pytest.raises(CannotScore, match="2009"):
        validate(prices, source, 0.02, put_index_pct(), [2009])
    with pytest.raises(CannotScore, match="others"):
        validate(prices, source, 0.02, {2007: 9.5, 2008: -26.8}, [2007, 2008])
