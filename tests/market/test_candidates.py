"""Candidates, roll rules, assignment warnings, margins, limits and payoffs."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from engine.market.assignment import early_assignment
from engine.market.book import Book, Dividend, Option, Position, Quote, Stock
from engine.market.candidates_sources import from_model, from_quotes
from engine.market.limits import Exposure, headroom
from engine.market.parameters import Limits, Parameters, RollTriggers, Sourced
from engine.market.payoff import grid, payoff, smiles
from engine.market.rolls import Short, fired, rules
from engine.market.scene import Scene
from engine.market.wheel.cover import FreeCash, free_cash, free_shares
from engine.market.wheel.kelly import kelly_bet
from engine.market.wheel.margin import bound, uncovered
from engine.market.wheel.value import worth

TODAY = date(2024, 1, 12)
EXPIRY = date(2024, 2, 16)
SCENE = Scene("U", TODAY, 32.0, 0.05, 0.0, 0.6)


def put(strike: float, expiry: date = EXPIRY) -> Option:
    return Option("U", expiry, "put", strike)


def quote(strike: float, *, expiry: date = EXPIRY, spread: float = 0.1, **more: object) -> Quote:
    """A quote round the model's price at a volatility of 60 %."""
    years = max((expiry - TODAY).days, 0) / 365
    price = float(worth("put", 32.0, strike, years, 0.6, 0.05, 0.0, american=True).price)
    made = Quote(put(strike, expiry), bid=price - spread / 2, ask=price + spread / 2)
    return replace(made, **more)  # type: ignore[arg-type]


def test_the_put_nearest_to_both_targets_comes_first() -> None:
    """Delta 0.30 and 35 days lead, and every figure follows from bid, strike and days."""
    quotes = [quote(float(k), expiry=e) for k in range(24, 34) for e in (EXPIRY, date(2024, 3, 15))]
    found = from_quotes(SCENE, quotes, "put", Parameters())
    first = found.candidates[0]
    assert first.option == put(30.0)
    assert first.days == 35
    assert abs(first.delta) == pytest.approx(0.30, abs=0.05)
    assert first.breakeven == pytest.approx(30 - first.premium)
    assert first.annualised == pytest.approx(first.premium / 30 * 365 / 35)
    assert first.volatility == pytest.approx(0.6, abs=0.01)
    assert first.assigned < first.touched < 1
    assert first.assigned_in_the_past is not None
    assert first.assigned_in_the_past < first.assigned
    assert "target 0.30" in " ".join(first.reasons)


def test_each_rule_rejects_by_name() -> None:
    """Quotes that can't be sold are counted under the rule that they break."""
    parameters = Parameters(
        min_open_interest=50, max_bid_ask_spread=0.5, min_days_to_expiry=7, min_moneyness=0.8
    )
    quotes = [
        quote(30, bid=0.0),
        quote(29, bid=2.0, ask=1.0),
        quote(28.5, spread=0.8),
        quote(28, open_interest=10),
        quote(33.5),
        quote(25, bid=0.3, ask=0.4),
        quote(26, bid=0.1, ask=0.2),
        quote(30, expiry=date(2024, 1, 17)),
        quote(30, expiry=date(2024, 1, 5), volatility=0.6, bid=1.0, ask=1.1),
        replace(quote(30), instrument=Option("V", EXPIRY, "put", 30)),
    ]
    found = from_quotes(SCENE, quotes, "put", parameters)
    assert not found.candidates
    text = " | ".join(found.rejected)
    for part in (
        "nobody bids", "crossed", "spread is wider", "open interest", "max_delta_short_put",
        "min_premium_yield", "below 80% of spot", "fewer than 7 days", "expired",
    ):  # fmt: skip
        assert part in text
    assert sum(found.rejected.values()) == 9


def test_without_quotes_the_model_says_so() -> None:
    """Listed expiries and usual deltas are priced, and the assumption names the model."""
    found = from_model(SCENE, "put", Parameters())
    assert found.candidates
    assert abs(found.candidates[0].delta) == pytest.approx(0.3, abs=0.04)
    assert all(one.option.expiry.weekday() == 4 for one in found.candidates)
    assert "no quotes" in found.assumptions[0]
    with pytest.raises(ValueError, match="volatility"):
        from_model(replace(SCENE, volatility=None), "put", Parameters())


def test_calls_are_not_offered_below_the_basis() -> None:
    """Only strikes at or above what the shares cost remain."""
    found = from_model(replace(SCENE, basis=34.0), "call", Parameters())
    assert found.candidates
    assert all(one.option.strike >= 34 for one in found.candidates)
    assert any("basis" in why for why in found.rejected)


def short(**changes: object) -> Short:
    made = Short(put(30.0), 1, sold_at=1.2, costs_now=0.6, delta=-0.25, days=20)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, ["profit_target_percent"]),
        ({"costs_now": 0.61}, []),
        ({"costs_now": 2.0, "delta": -0.7}, ["delta_breach_threshold"]),
        ({"costs_now": 2.0, "days": 7}, ["dte_threshold"]),
        ({"sold_at": None, "delta": None, "days": 30}, []),
    ],
)
def test_each_roll_rule_fires_at_its_threshold(
    changes: dict[str, object], names: list[str]
) -> None:
    """Half the premium, a delta of 0.7 and seven days each fire alone, on the threshold itself."""
    sourced = Sourced(Parameters(roll_triggers=RollTriggers(0.5, 0.7, 7)))
    found = rules(short(**changes), sourced)
    assert [rule.name for rule in fired(found)] == names
    assert len(found) == 3
    assert all(rule.explanation for rule in found)
    if changes.get("sold_at", 1) is None:
        assert [rule.fired for rule in found] == [None, None, False]


def test_a_call_before_a_dividend_is_called_likely() -> None:
    """Time value below the dividend warns, with the day before the ex-date as the last one."""
    call = Option("U", EXPIRY, "call", 25.0)
    ex = date(2024, 2, 8)
    paying = [Dividend("U", ex, 0.5), Dividend("V", ex, 9.0), Dividend("U", date(2024, 1, 2), 9.0)]
    warn = early_assignment(call, spot=32, price=7.2, as_of=TODAY, rate=0.05, dividends=paying)
    assert warn is not None
    assert warn.danger == "likely"
    assert warn.by == ex - timedelta(days=1)
    monday = [Dividend("U", date(2024, 2, 5), 0.5)]
    warn = early_assignment(call, spot=32, price=7.2, as_of=TODAY, rate=0.05, dividends=monday)
    assert warn is not None
    assert warn.by == date(2024, 2, 2)
    calm = early_assignment(call, spot=32, price=8.5, as_of=TODAY, rate=0.05, dividends=paying)
    assert calm is not None
    assert calm.danger == "unlikely"
    assert early_assignment(call, spot=32, price=7.2, as_of=TODAY, rate=0.05) is None
    assert (
        early_assignment(call, spot=24, price=1, as_of=TODAY, rate=0.05, dividends=paying) is None
    )
    european = replace(call, american=False)
    assert (
        early_assignment(european, spot=32, price=7, as_of=TODAY, rate=0.05, dividends=paying)
        is None
    )


def test_a_deep_put_is_exercised_for_the_interest() -> None:
    """A put whose time value is less than the interest on its strike warns; without rate never."""
    warn = early_assignment(put(60.0), spot=32, price=28.05, as_of=TODAY, rate=0.05)
    assert warn is not None
    assert warn.danger == "likely"
    assert early_assignment(put(60.0), spot=32, price=28.05, as_of=TODAY, rate=0.0) is None
    unknown = early_assignment(put(60.0), spot=32, price=None, as_of=TODAY, rate=0.05)
    assert unknown is not None
    assert unknown.danger == "possible"


def test_margin_is_the_rulebooks() -> None:
    """20 % less what is out of the money, 10 % of the strike at least, the premium on top."""
    assert uncovered(put(30), 32, 1.0) == pytest.approx(100 * (1 + 0.2 * 32 - 2))
    assert uncovered(put(20), 32, 0.05) == pytest.approx(100 * (0.05 + 0.1 * 20))
    call = Option("U", EXPIRY, "call", 50)
    assert uncovered(call, 32, 0.1) == pytest.approx(100 * (0.1 + 3.2))


def test_shares_cover_calls_and_the_rest_is_naked() -> None:
    """Of three short calls over 200 shares one needs margin, and puts bind their strikes."""
    call = Option("U", EXPIRY, "call", 35)
    positions = (
        Position(Stock("U"), 200, 30.0),
        Position(call, -3, 1.0),
        Position(put(30), -2, 1.0),
        Position(put(28), 5, 1.0),
    )
    found = bound(positions, {"U": 32.0}, {call: 1.0, put(30): 1.0})
    assert found.naked_calls == 1
    assert found.cash_secured == 6000
    assert found.margin == pytest.approx(
        0.5 * 200 * 32 + uncovered(call, 32, 1.0) + 2 * uncovered(put(30), 32, 1.0)
    )


def test_what_is_bound_counts_what_puts_would_bring_and_no_covered_call() -> None:
    """Shares at their price, puts at their strikes; a call adds only where no share covers it."""
    call = Option("U", EXPIRY, "call", 35)
    held = (Position(Stock("U"), 200, 30.0), Position(put(30), -2, 1.0), Position(call, -2, 1.0))
    covered = bound(held, {"U": 32.0}, {})
    assert covered.assigned == {"U": 200 * 32 + 200 * 30}
    naked = bound((*held, Position(call, -1, 1.0)), {"U": 32.0}, {})
    assert naked.assigned["U"] - covered.assigned["U"] == 100 * 32


def test_free_cash_and_shares_are_what_nothing_is_sold_against() -> None:
    """The account less shares at their price less strikes; unknown without an account."""
    call = Option("U", EXPIRY, "call", 35)
    held = (Position(Stock("U"), 300, 30.0), Position(put(30), -2, 1.0), Position(call, -2, 1.0))
    book = Book(TODAY, held, (Quote(Stock("U"), 31.9, 32.1),))
    found = free_cash(book, 20_000.0)
    assert isinstance(found, FreeCash)
    assert found.left == pytest.approx(20_000 - 300 * 32 - 200 * 30)
    assert free_shares(book, "U") == (300, 100)
    assert free_cash(book, None) == "[market] account_value is not set"
    assert free_cash(replace(book, quotes=()), 1.0) == "no price of U is known"


def test_the_kelly_bet_is_the_configured_part_of_the_full_one() -> None:
    """Half of the full bet, and never more than the limit; the full one stays told."""
    best = from_quotes(SCENE, [quote(30)], "put", Parameters()).candidates[0]
    calm = replace(SCENE, volatility=0.3)
    half = kelly_bet(best, calm, Parameters(kelly_fraction=0.5))
    assert half is not None
    assert half.full == 1.0
    assert half.bet == 0.5
    held = kelly_bet(best, calm, Parameters(limits=Limits(max_kelly_fraction=0.2)))
    assert held is not None
    assert (held.full, held.bet) == (1.0, 0.2)
    assert kelly_bet(best, replace(SCENE, volatility=None), Parameters()) is None


def test_headroom_tells_what_is_left_breached_and_unknown() -> None:
    """A short delta counts by its size, a missing figure has a reason, a missing limit says so."""
    sourced = Sourced(
        Parameters(limits=Limits(max_delta_exposure=2, max_var_95=0.15, max_vega_exposure=500)),
        {"max_delta_exposure": "config.yaml:93"},
    )
    exposure = Exposure(
        portfolio_value=1e5, delta_shares=-250, var_95=1e4, unknown=(("max_vega_exposure", "why"),)
    )
    found = {one.name: one for one in headroom(exposure, sourced)}
    assert found["max_delta_exposure"].breached
    assert found["max_delta_exposure"].left == pytest.approx(-0.5)
    assert found["max_delta_exposure"].source == "config.yaml:93"
    assert found["max_var_95"].used == pytest.approx(0.1 / 0.15)
    assert found["max_vega_exposure"].breached is None
    assert found["max_vega_exposure"].reason == "why"
    assert found["max_rho_exposure"].reason == "the configuration sets no limit"


def test_payoff_of_a_covered_call_is_capped_and_of_a_put_keeps_its_sign() -> None:
    """Breakevens are strike less premium; a book turned round gains the negative."""
    call = Option("U", EXPIRY, "call", 35)
    held = [Position(Stock("U"), 100, 32.0), Position(call, -1, 1.0), Position(put(30), -1, 1.5)]
    volatilities = {call: 0.6, put(30): 0.6}
    spots = grid(32)
    found = payoff(held, "U", spots, as_of=TODAY, volatilities=volatilities, rate=0.05)
    assert found.at_expiry[-1] == pytest.approx(100 * (3 + 1 + 1.5))
    other = payoff(
        [replace(one, quantity=-one.quantity) for one in held],
        "U", spots, as_of=TODAY, volatilities=volatilities, rate=0.05,
    )  # fmt: skip
    np.testing.assert_allclose(other.today, -found.today)
    alone = payoff(held[2:], "U", spots, as_of=TODAY, volatilities=volatilities)
    assert list(alone.breakevens) == pytest.approx([28.5])
    late = payoff(held, "U", spots, as_of=EXPIRY, volatilities=volatilities)
    np.testing.assert_allclose(late.today, late.at_expiry, atol=1e-9)
    without = payoff(held, "U", spots, as_of=TODAY, volatilities={})
    assert len(without.left_out) == 2
    with pytest.raises(ValueError, match="ascending"):
        payoff(held, "U", [3, 2], as_of=TODAY, volatilities={})


def test_smiles_are_by_expiry_and_kind() -> None:
    """Only quotes with a volatility of their own are points, ascending by strike."""
    quotes = [replace(quote(k), volatility=v) for k, v in ((31, 0.5), (29, 0.6), (30, 0.55))]
    (found,) = smiles([*quotes, quote(28)], "U")
    assert found.strikes == (29, 30, 31)
    assert found.volatilities == (0.6, 0.55, 0.5)
