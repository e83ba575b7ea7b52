"""The ledger against hand-worked cases and against a machine that counts only cash and marks."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine.market.account import Account, unpaid
from engine.market.book import Dividend, Instrument, Option, Position, Stock
from engine.market.expiry_gain import expiry_gain
from engine.market.ledger import Running, fold
from engine.market.ledger_events import Event, Exercised, Expired, Filled, Paid, Received, Split
from engine.market.lots import Ledger, LedgerError
from engine.market.wheel.cycles import cycles

D = date(2024, 1, 2)
U = Stock("U")
PUT = Option("U", date(2024, 2, 16), "put", 20.0)
CALL = Option("U", date(2024, 3, 15), "call", 22.0)


def day(n: int) -> date:
    return D + timedelta(days=n)


def wheel() -> list[Event]:
    """Sell a put, be assigned, get a dividend, sell a call, be called away."""
    return [
        Filled(day(0), PUT, -2, 1.00, 1.30),
        Exercised(day(45), PUT, 2),
        Paid(day(50), "U", 0.10),
        Filled(day(55), CALL, -2, 0.50, 1.30),
        Exercised(day(73), CALL, 2),
    ]


def test_a_wheel_turns_with_true_basis_and_one_gain() -> None:
    """Assigned shares cost the strike less the premium, and the call's premium raises the sale."""
    events = wheel()
    assigned = fold(events[:2])
    assert assigned.basis(U) == pytest.approx(20 - (1.00 - 0.0065))
    assert assigned.quantity(U) == 200
    assert assigned.realised_gain == 0
    done = fold(events)
    expected = 200 * (22 - 20 + 1.0 + 0.5) - 2.60
    assert done.realised_gain == pytest.approx(expected)
    assert done.dividends == pytest.approx(20)
    assert done.cash == pytest.approx(expected + 20)
    assert done.lots == {}


def test_a_wheel_is_one_cycle() -> None:
    """The cycle counts what was sold, assigned and called away, and gains all of its cash."""
    (cycle,) = cycles(wheel())
    assert (cycle.puts_sold, cycle.calls_sold, cycle.assigned, cycle.called_away) == (2, 2, 2, 2)
    assert cycle.gain == pytest.approx(200 * 3.5 - 2.60 + 20)
    assert cycle.collateral == pytest.approx(4000)
    assert cycle.days(day(99)) == 73
    assert cycle.return_on_collateral == pytest.approx(cycle.gain / 4000)


def test_an_open_cycle_says_where_it_breaks_even() -> None:
    """Selling the shares at the breakeven brings the cycle's cash to nothing."""
    (cycle,) = cycles(wheel()[:4])
    assert cycle.closed is None
    assert cycle.breakeven is not None
    sold = fold([*wheel()[:4], Filled(day(56), U, -200, cycle.breakeven)])
    assert sold.cash == pytest.approx(0)


def test_what_open_puts_will_cost_is_in_the_breakeven() -> None:
    """A premium isn't earned while its put is open: below its strike the put takes it back."""
    deep = Option("U", date(2024, 3, 15), "put", 21.0)
    events = [*wheel()[:3], Filled(day(55), deep, -2, 0.50)]
    (cycle,) = cycles(events)
    assert cycle.open_options
    level = cycle.breakeven
    assert level is not None
    assert level < deep.strike
    assigned = fold([*events, Exercised(day(73), deep, 2), Filled(day(73), U, -400, level)])
    assert assigned.cash == pytest.approx(0)
    naive = -fold(events).cash / 200
    assert level > naive


def test_lots_close_first_in_first_out_and_signs_flip() -> None:
    """Selling more than is held realises the oldest lots first and leaves a short lot."""
    ledger = fold(
        [
            Filled(day(0), U, 100, 10),
            Filled(day(1), U, 100, 12),
            Filled(day(2), U, -250, 11),
        ]
    )
    assert [part.gain for part in ledger.realised] == [100, -100]
    assert ledger.quantity(U) == -50
    assert ledger.basis(U) == 11
    assert ledger.unrealised_gain({U: 12}) == pytest.approx(-50)


def test_partial_fills_are_partial_assignments_too() -> None:
    """Two lots of one put, assigned one by one, carry each its own premium."""
    ledger = fold(
        [
            Filled(day(0), PUT, -1, 1.0),
            Filled(day(1), PUT, -1, 2.0),
            Exercised(day(9), PUT, 1),
            Expired(day(45), PUT, 1),
        ]
    )
    assert ledger.basis(U) == pytest.approx(19.0)
    assert ledger.realised_gain == pytest.approx(200)


def test_long_options_carry_their_cost_into_the_shares() -> None:
    """A call that we exercise makes shares dearer, a put that we exercise sells them cheaper."""
    called = fold([Filled(day(0), CALL, 1, 0.75), Exercised(day(9), CALL, 1)])
    assert called.basis(U) == pytest.approx(22.75)
    put = fold([Filled(day(0), U, 100, 18), Filled(day(0), PUT, 1, 0.4), Exercised(day(9), PUT, 1)])
    assert put.realised_gain == pytest.approx(100 * (20 - 0.4 - 18))


@pytest.mark.parametrize("ratio", [2.0, 1.5, 0.1])
def test_a_split_changes_no_value(ratio: float) -> None:
    """Shares and contracts times strike bind and gain the same before and after."""
    events: list[Event] = [Filled(day(0), U, 300, 20), Filled(day(0), CALL, -3, 1.5)]
    before, after = fold(events), fold([*events, Split(day(1), "U", ratio)])
    (option,) = (held for held in after.lots if isinstance(held, Option))
    assert after.quantity(option) * option.multiplier * option.strike == pytest.approx(-300 * 22)
    marks_before: dict[Instrument, float] = {U: 24, CALL: 2.5}
    marks_after: dict[Instrument, float] = {U: 24 / ratio, option: 2.5 / ratio}
    assert after.unrealised_gain(marks_after) == pytest.approx(before.unrealised_gain(marks_before))


@pytest.mark.parametrize(
    "events",
    [
        [Exercised(D, PUT, 1)],
        [Filled(D, PUT, -1, 1.0), Exercised(D, PUT, 2)],
        [Filled(D, PUT, -1, 1.0), Expired(D, PUT, 0)],
        [Filled(day(1), U, 1, 1.0), Filled(D, U, 1, 1.0)],
        [Filled(D, U, 0, 1.0)],
        [Filled(D, U, 1, -1.0)],
        [Split(D, "U", 0)],
        [Received(D, "U", 1.0)],
    ],
)
def test_what_cannot_follow_is_refused(events: list[Event]) -> None:
    """Ending more than is held, going back in time and impossible numbers are errors."""
    with pytest.raises(LedgerError):
        fold(events)


def test_without_a_mark_there_is_no_value() -> None:
    """A position that has no price is never valued at nothing."""
    with pytest.raises(LedgerError, match="no mark"):
        fold([Filled(D, U, 1, 1.0)]).unrealised_gain({})


@given(st.lists(st.tuples(st.integers(-5, 5).filter(bool), st.integers(1, 40)), min_size=1))
def test_the_negated_book_gains_the_negative(fills: list[tuple[int, int]]) -> None:
    """Short positions keep their sign: turning every trade round turns every gain round."""
    book = fold(Filled(D, PUT, size, price) for size, price in fills)
    other = fold(Filled(D, PUT, -size, price) for size, price in fills)
    assert other.realised_gain == pytest.approx(-book.realised_gain)
    assert other.unrealised_gain({PUT: 7.0}) == pytest.approx(-book.unrealised_gain({PUT: 7.0}))


def test_a_dividend_credited_after_the_cycle_is_the_cycles() -> None:
    """Also when the next put is sold by then; the next cycle starts without it."""
    late = Received(day(80), "U", 20.0)
    first, second = cycles([*wheel(), Filled(day(75), PUT, -1, 1.0), late])
    assert first.dividends == pytest.approx(40)
    assert first.gain == pytest.approx(200 * 3.5 - 2.60 + 40)
    assert (second.dividends, second.gain) == (0.0, 100.0)


def naive_bound(ledger: Ledger) -> float:
    """Return what every lot of short puts and long shares binds, added up one by one."""
    bound = 0.0
    for instrument, lots in ledger.lots.items():
        for lot in lots:
            if isinstance(instrument, Stock):
                bound += max(lot.quantity, 0.0) * (lot.basis - lot.premium)
            elif instrument.kind == "put":
                bound += max(-lot.quantity, 0.0) * instrument.multiplier * instrument.strike
    return bound


def naive_breakeven(ledger: Ledger) -> float | None:
    """Return the first break-even of the shares and of each option on its own."""
    shares = ledger.quantity(U)
    if shares <= 0:
        return None
    options = [Position(i, ledger.quantity(i), 0.0) for i in ledger.lots if isinstance(i, Option)]
    even = expiry_gain([Position(U, shares, -ledger.cash / shares), *options]).breakevens
    return even[0] if even else None


LATER_PUT = Option("U", date(2024, 6, 21), "put", 20.0)
RIGHTS = st.sampled_from([PUT, CALL, LATER_PUT])
EVENTS = st.one_of(
    st.builds(
        Filled,
        st.just(D),
        RIGHTS,
        st.sampled_from([-3, -2, -1, 1, 2]),
        st.integers(0, 300).map(lambda cents: cents / 100),
        st.sampled_from([0.0, 0.65]),
    ),
    st.builds(
        Filled, st.just(D), st.just(U), st.sampled_from([-200, -100, 50, 100]), st.just(21.0)
    ),
    st.builds(Expired, st.just(D), RIGHTS, st.integers(1, 2)),
    st.builds(Exercised, st.just(D), RIGHTS, st.integers(1, 2), st.sampled_from([0.0, 0.5])),
    st.builds(Paid, st.just(D), st.just("U"), st.just(0.1)),
    st.builds(Split, st.just(D), st.just("U"), st.sampled_from([2.0, 0.5])),
)


@given(st.lists(EVENTS, max_size=25))
def test_cycles_are_those_of_a_ledger_that_is_folded_anew_at_each_event(tried: list[Event]) -> None:
    """What one bound at most, gained and holds, counted over all lots of every day's ledger."""
    events: list[Event] = []
    afters: list[Ledger] = []
    for event in tried:
        one = replace(event, day=day(len(events)))
        try:
            afters.append(fold([*events, one]))
        except LedgerError:
            continue
        events.append(one)
    turns: list[list[Ledger]] = []
    idle = True
    for after in afters:
        if after.lots and idle:
            turns.append([])
        if turns and (after.lots or not idle):
            turns[-1].append(after)
        idle = not after.lots
    found = cycles(events)
    assert [one.opened for one in found] == [turn[0].last for turn in turns]
    assert [one.closed for one in found] == [
        None if turn[-1].lots else turn[-1].last for turn in turns
    ]
    assert [one.collateral for one in found] == [
        pytest.approx(max(map(naive_bound, turn)), abs=1e-6) for turn in turns
    ]
    assert sum(one.gain for one in found) == pytest.approx(fold(events).cash, abs=1e-6)
    if found and found[-1].closed is None:
        start = turns[-2][-1].cash if len(turns) > 1 else 0.0
        own = replace(afters[-1], cash=afters[-1].cash - start)
        even = naive_breakeven(own)
        assert found[-1].breakeven == (None if even is None else pytest.approx(even))


def test_a_ledger_refuses_an_event_and_goes_on_as_if_it_had_not_come() -> None:
    """What can't follow changes nothing, so that the caller may ask for another."""
    ledger = Running(fold(wheel()[:3]))
    before = ledger.ledger()
    for event in (Exercised(day(90), PUT, 1), Filled(day(90), U, 1, -1.0), Split(day(90), "U", 0)):
        with pytest.raises(LedgerError):
            ledger.add(event)
    assert ledger.ledger() == before


def test_a_dividend_is_missed_by_who_held_shares_before_its_ex_date() -> None:
    """In whatever order they are told; one that is credited or still to come is not missed."""
    events = (Filled(day(0), U, 100, 10.0), Received(day(12), "U", 5.0), Filled(day(20), U, -60, 9))
    account = Account("trades.csv", events, fold(events), "USD", ())
    told = [Dividend("U", day(n), 0.1) for n in (30, 10, 20, 0, 90)]
    missed = unpaid(account, told, day(60))
    assert [(one.dividend.ex_date, one.shares) for one in missed] == [(day(20), 100), (day(30), 40)]
    assert missed[0].amount == pytest.approx(10)


class Desk(RuleBasedStateMachine):
    """Trades at random beside an account that knows only cash and how many of each are held."""

    @initialize()
    def start(self) -> None:
        self.ledger = Running()
        self.cash = 0.0
        self.held: dict[Instrument, float] = {U: 0, PUT: 0, CALL: 0}

    def _add(self, event: Event) -> None:
        self.ledger.add(event)

    @rule(
        instrument=st.sampled_from([U, PUT, CALL]),
        quantity=st.integers(-4, 4).filter(bool),
        price=st.integers(0, 3000),
        fees=st.integers(0, 200),
    )
    def trade(self, instrument: Instrument, quantity: int, price: int, fees: int) -> None:
        size = 100 if isinstance(instrument, Option) else 1
        quantity *= 1 if size == 100 else 100
        self._add(Filled(D, instrument, quantity, price / 100, fees / 100))
        self.cash -= quantity * size * price / 100 + fees / 100
        self.held[instrument] += quantity

    @rule(option=st.sampled_from([PUT, CALL]), part=st.integers(1, 4), fees=st.integers(0, 200))
    def exercise(self, option: Option, part: int, fees: int) -> None:
        count = min(part, abs(self.held[option]))
        if count:
            short = self.held[option] < 0
            self._add(Exercised(D, option, count, fees / 100))
            sign = 1 if short == (option.kind == "put") else -1
            self.cash -= sign * count * 100 * option.strike + fees / 100
            self.held[U] += sign * count * 100
            self.held[option] += count if short else -count

    @rule(option=st.sampled_from([PUT, CALL]))
    def expire(self, option: Option) -> None:
        if self.held[option]:
            self._add(Expired(D, option, abs(self.held[option])))
            self.held[option] = 0

    @rule(amount=st.integers(1, 100))
    def dividend(self, amount: int) -> None:
        self._add(Paid(D, "U", amount / 100))
        self.cash += self.held[U] * amount / 100

    @rule(cents=st.integers(-100, 1000))
    def credited(self, cents: int) -> None:
        if self.ledger.has_held(U):
            self._add(Received(D, "U", cents / 100))
            self.cash += cents / 100

    @invariant()
    def accounts_agree(self) -> None:
        if not hasattr(self, "ledger"):
            return
        marks: dict[Instrument, float] = {U: 21.5, PUT: 0.7, CALL: 1.3}
        value = sum(
            self.held[i] * marks[i] * (100 if isinstance(i, Option) else 1) for i in self.held
        )
        ledger = self.ledger.ledger()
        gained = ledger.realised_gain + ledger.dividends + ledger.unrealised_gain(marks)
        assert ledger.cash == pytest.approx(self.cash, abs=1e-6)
        assert ledger.value(marks) == pytest.approx(value, abs=1e-6)
        assert gained == pytest.approx(self.cash + value, abs=1e-6)
        assert all(ledger.quantity(i) == self.held[i] for i in self.held)
        assert all(self.ledger.quantity(i) == self.held[i] for i in self.held)


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
