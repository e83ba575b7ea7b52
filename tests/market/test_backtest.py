"""The backtest never looks ahead, keeps books that add up, and follows its rules."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.market.backtest.backtest import Costs, Rules, costs_of, rules_of
from engine.market.backtest.expiries import nearest, third_friday
from engine.market.backtest.market import BadMarket, market
from engine.market.backtest.report import backtest
from engine.market.backtest.run import walk
from engine.market.book import DailyPrice, Dividend, Instrument, Stock
from engine.market.ledger import fold
from engine.market.ledger_events import Exercised
from engine.market.parameters import Parameters, RollTriggers
from engine.market.volatility import Implied, Realised
from tests.market.real_data import unity
from tests.market.synthetic import REALISED, prices, quarterly, walk_of, weekdays

FREE = Costs(0.0, 0.0)
ROLLING = RollTriggers(0.5, 0.7, 7.0)
SOME_RULES = st.builds(
    Rules,
    put_delta=st.sampled_from([None, 0.15, 0.3, 0.45]),
    call_delta=st.sampled_from([0.2, 0.4]),
    days_to_expiry=st.sampled_from([7.0, 21.0, 35.0, 60.0]),
    max_put_delta=st.just(0.6),
    min_premium_yield=st.sampled_from([0.0, 0.005, 0.02]),
    triggers=st.sampled_from([RollTriggers(None, None, None), ROLLING, RollTriggers()]),
    calls_above_basis=st.booleans(),
    strike_interval=st.sampled_from([0.0, 0.5, 2.5]),
    listing=st.sampled_from(["monthly", "weekly"]),
    settlement=st.sampled_from(["shares", "cash"]),
    hour=st.sampled_from(["close", "midday"]),
    whole_contracts=st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), SOME_RULES, st.integers(60, 290), st.floats(-0.3, 0.3))
def test_the_past_does_not_know_the_future(
    seed: int, rules: Rules, place: int, shift: float
) -> None:
    """Changing every price after a day changes nothing of the equity up to that day."""
    found = prices(seed)
    other = [
        replace(p, close=p.close * (1 + shift) + i % 7) if i > place else p
        for i, p in enumerate(found)
    ]
    dividends = quarterly(found, 0.2)
    one = walk(walk_of(found, REALISED, dividends=dividends), rules, Costs(), 1e5)
    two = walk(walk_of(other, REALISED, dividends=dividends), rules, Costs(), 1e5)
    same = place - one.start + 1
    # On the day itself a dividend of tomorrow may be known, a price of tomorrow never.
    np.testing.assert_array_equal(one.equity[:same], two.equity[:same])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), SOME_RULES)
def test_equity_is_what_the_ledger_of_its_trades_says(seed: int, rules: Rules) -> None:
    """Capital, interest and the ledger's gains at the last marks are the last equity."""
    found = prices(seed)
    walked = walk_of(found, dividends=quarterly(found, 0.2))
    track = walk(walked, rules, Costs(), 1e5)
    ledger = fold(track.events)
    marks: dict[Instrument, float] = {Stock("U"): found[-1].close}
    for sale in track.sales:
        if sale.ending == "open":
            marks[sale.option] = (
                sale.premium
                - (sale.gain / sale.contracts + Costs().commission) / sale.option.multiplier
            )
    gained = ledger.realised_gain + ledger.dividends + ledger.unrealised_gain(marks)
    assert track.equity[-1] == pytest.approx(1e5 + track.interest + gained, rel=1e-9)
    assert np.isfinite(track.equity).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), SOME_RULES)
def test_cash_secures_every_put_and_shares_every_call(seed: int, rules: Rules) -> None:
    """No sale is larger than the capital can honour, so the equity never falls below nothing."""
    track = walk(walk_of(prices(seed)), rules, FREE, 1e5)
    assert (track.equity > 0).all()
    held = 0.0
    for event in track.events:
        if isinstance(event, Exercised):
            held += event.contracts * (1 if event.option.kind == "put" else -1)
            assert held >= -1e-9


def test_nothing_is_sold_when_the_premium_is_too_small() -> None:
    """With no volatility to speak of the capital lies idle, earns the rate, and says why."""
    found = prices(1)
    calm = Implied("calm", {price.day: 0.02 for price in found})
    result = backtest(walk_of(found, calm), Rules())
    assert not result.sales
    assert result.idle_days == {"the premium yield is below the minimum": 300}
    years = (found[-1].day - found[0].day).days / 365
    assert result.equity[-1] == pytest.approx(1e5 * np.exp(0.03 * years))
    assert result.performance.sharpe is None


def test_a_falling_stock_is_assigned_at_the_strike() -> None:
    """A put in the money at expiry becomes shares whose calls are not sold below the basis."""
    days = weekdays(80)
    found = [DailyPrice("U", day, 30.0 if i < 15 else 20.0) for i, day in enumerate(days)]
    result = backtest(walk_of(found), replace(Rules(), early_exercise=False), FREE)
    first = result.sales[0]
    assert first.ending == "assigned"
    assert first.ended == first.option.expiry
    assert first.gain == pytest.approx(
        first.contracts * 100 * (first.premium - (first.option.strike - 20)), rel=1e-9
    )
    calls = [sale.option.strike for sale in result.sales if sale.option.kind == "call"]
    assert all(strike >= first.option.strike - first.premium - 1e-9 for strike in calls)
    assert result.assignment_rate is not None


def test_calls_are_exercised_early_for_a_dividend() -> None:
    """A call deep in the money is called away on the day before a large dividend."""
    days = weekdays(120)
    closes = [30.0] * 5 + [20.0] * 15 + [60.0] * 100
    found = [DailyPrice("U", d, c) for d, c in zip(days, closes, strict=True)]
    rules = Rules(days_to_expiry=21, calls_above_basis=False, early_exercise=True)
    plain = backtest(walk_of(found), rules, FREE)
    call = next(s for s in plain.sales if s.option.kind == "call" and s.ended > days[25])
    ex = days[days.index(call.ended) - 2]
    paying = backtest(walk_of(found, dividends=[Dividend("U", ex, 1.0)]), rules, FREE)
    early = next(
        s for s in paying.sales if s.ending == "assigned early" and s.option.kind == "call"
    )
    assert early.ended == days[days.index(ex) - 1]
    assert not any(getattr(event, "amount", 0) for event in paying.events)


def test_rules_fire_on_the_first_day_that_meets_them() -> None:
    """A put of which half is earned is bought back then, at the day's mark and the spread."""
    days = weekdays(60)
    found = [DailyPrice("U", day, 30.0 + 0.2 * i) for i, day in enumerate(days)]
    rules = Rules(triggers=RollTriggers(0.5, None, None))
    result = backtest(walk_of(found), rules, FREE)
    first = result.sales[0]
    assert first.ending == "profit"
    assert first.closing <= 0.5 * first.premium
    held = backtest(walk_of(found), Rules(), FREE).sales[0]
    assert first.ended < held.ended == held.option.expiry


def test_costs_only_ever_cost() -> None:
    """The same rules with a spread and commissions end with less."""
    found = prices(3)
    rules = Rules(triggers=ROLLING, whole_contracts=False, min_premium_yield=0.0)
    assert (
        walk(walk_of(found), rules, Costs(), 1e5).equity[-1]
        < walk(walk_of(found), rules, FREE, 1e5).equity[-1]
    )


def test_gaps_jumps_and_strange_days_are_told() -> None:
    """Missing weeks and split-like moves become notes; days out of order are refused."""
    found = prices(4, 100)
    holed = [*found[:40], *(replace(p, close=p.close / 2) for p in found[60:])]
    notes = walk_of(holed).notes
    assert any("1 gap of" in note for note in notes)
    assert any("unadjusted split" in note for note in notes)
    with pytest.raises(BadMarket, match="each day once"):
        walk_of([*found, found[-1]])
    with pytest.raises(BadMarket, match="close of U"):
        walk_of([replace(found[0], close=float("nan"))])
    with pytest.raises(BadMarket, match="no daily prices"):
        market([], Realised())
    with pytest.raises(BadMarket, match="has a volatility"):
        backtest(walk_of(found[:10], REALISED), Rules())


def test_stale_volatility_stops_selling_and_not_marking() -> None:
    """After a week without a new value nothing is sold, but what is held keeps a mark."""
    found = prices(5, 120)
    source = Implied("old", {price.day: 0.5 for price in found[:30]})
    result = backtest(walk_of(found, source), Rules(days_to_expiry=60))
    assert result.idle_days["no fresh volatility"] > 10
    assert np.isfinite(result.equity).all()


def test_expiries_are_third_fridays_or_fridays() -> None:
    """The listed expiry nearest to the wanted days is taken, and never today."""
    assert third_friday(2024, 3) == date(2024, 3, 15)
    assert nearest(date(2024, 2, 16), 30, "monthly") == date(2024, 3, 15)
    assert nearest(date(2024, 3, 15), 0, "monthly") == date(2024, 4, 19)
    assert nearest(date(2024, 3, 15), 7, "weekly") == date(2024, 3, 22)
    assert nearest(date(2024, 3, 14), 0, "weekly") == date(2024, 3, 15)


def test_the_users_parameters_become_rules() -> None:
    """Targets, triggers and costs are the configuration's; the maximum delta caps the target."""
    parameters = Parameters(delta_target=0.5, max_delta_short_put=0.4, strike_intervals=(1.0, 5.0))
    rules = rules_of(parameters)
    assert rules.put_delta == 0.4
    assert rules.strike_interval == 1.0
    assert rules.triggers == parameters.roll_triggers
    assert costs_of(parameters).commission == 0.65


def test_the_wheel_on_unity_beats_no_bound() -> None:
    """On U's real closes the wheel stays within what cash and stock could ever have earned."""
    result = backtest(market(unity(), Realised(42), rate=0.04), Rules(triggers=RollTriggers()))
    assert result.performance.max_drawdown > result.benchmark_performance.max_drawdown
    assert len(result.days) == len(result.equity) == len(result.benchmark)
    assert result.cycles[0].opened == result.days[0]
    assert result.win_rate is not None
    assert 0.5 < result.win_rate < 1.0
