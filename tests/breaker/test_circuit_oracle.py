"""The circuit beside interlock-cb's state machine: the same verdicts on every history."""

import math

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from interlock._state_machine import StateMachine  # its only part without locks and clocks
from interlock.config import Config
from interlock.outcome import Outcome
from interlock.window import WindowType

from engine.breaker.circuit import Circuit, Force, Permit
from engine.breaker.policy import Policy

OUTCOMES = st.sampled_from([*Outcome, Outcome.SUCCESS, Outcome.SUCCESS])
CALLS = st.lists(OUTCOMES, min_size=1, max_size=20)


class Moments:
    """The oracle's clock."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


class BesideInterlock(RuleBasedStateMachine):
    """Failures in a row, jitter and the longest wait of half-open are ours alone: they are off.

    Work goes to both only while they are closed, canaries only once they are not: to interlock-cb
    both are calls. Seconds are whole, as its time window counts them.
    """

    @initialize(
        by_time=st.booleans(),
        window=st.integers(1, 12),
        minimum=st.integers(1, 6),
        failure_rate=st.sampled_from([0.2, 0.5, 0.75, 1.0]),
        slow_rate=st.sampled_from([0.3, 0.5, 1.0]),
        canaries=st.integers(1, 4),
        wait=st.integers(1, 20),
        more=st.integers(0, 60),
        first=CALLS,
    )
    def begin(
        self,
        *,
        by_time: bool,
        window: int,
        minimum: int,
        failure_rate: float,
        slow_rate: float,
        canaries: int,
        wait: int,
        more: int,
        first: list[Outcome],
    ) -> None:
        self.clock = Moments()
        self.oracle = StateMachine(
            config=Config(
                failure_rate_threshold=failure_rate,
                slow_call_rate_threshold=slow_rate,
                minimum_number_of_calls=minimum,
                permitted_calls_in_half_open=canaries,
                max_concurrent_probes=canaries,
                wait_duration_in_open=float(wait),
                wait_duration_backoff_multiplier=2.0,
                wait_duration_in_open_max=float(wait + more),
                window_type=WindowType.TIME_BASED if by_time else WindowType.COUNT_BASED,
                window_size=60 if by_time else max(window, minimum),
            ),
            clock=self.clock,
        )
        policy = Policy(
            failure_threshold=1_000_000,
            failure_rate=failure_rate,
            slow_rate=slow_rate,
            slow_s=1.0,
            minimum_calls=minimum,
            window_calls=1_000_000 if by_time else max(window, minimum),
            window_s=60.0 if by_time else math.inf,
            canaries=canaries,
            wait_s=float(wait),
            max_wait_s=float(wait + more),
            jitter=0.0,
        )
        self.ours = Circuit(policy)
        self.flight: list[tuple[Permit, int]] = []
        self.calls_end_at_once(first)

    @rule(seconds=st.integers(0, 20) | st.integers(55, 65))
    def time_passes(self, seconds: int) -> None:
        self.clock.now += seconds

    @precondition(lambda self: self.ours.state == "closed")
    @rule()
    def a_call_begins(self) -> None:
        assert self.oracle.acquire()
        permit = self.ours.admit()
        assert permit is not None
        self.flight.append((permit, self.oracle.generation))

    @precondition(lambda self: self.ours.state == "closed")
    @rule(outcomes=CALLS)
    def calls_end_at_once(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            permit = self.ours.admit()
            if permit is not None:
                self.end((permit, self.oracle.generation), outcome)
                self.they_agree()

    @precondition(lambda self: self.ours.state != "closed" and self.ours.forced is None)
    @rule()
    def a_canary_asks(self) -> None:
        admitted = self.ours.try_canary(self.clock.now)
        assert self.oracle.acquire() == (admitted is not None)
        if admitted:
            self.flight.append((admitted[0], self.oracle.generation))

    @precondition(lambda self: self.ours.state == "open")
    @rule(outcomes=CALLS)
    def the_wait_ends_and_canaries_answer(self, outcomes: list[Outcome]) -> None:
        assert self.ours.try_at_s is not None
        self.clock.now = max(self.clock.now, self.ours.try_at_s)
        tries: list[tuple[Permit, int]] = []
        while admitted := self.ours.try_canary(self.clock.now):
            assert self.oracle.acquire()
            tries.append((admitted[0], self.oracle.generation))
        assert not self.oracle.acquire()
        for one, outcome in zip(tries, outcomes * len(tries), strict=False):
            self.end(one, outcome)
            self.they_agree()

    @precondition(lambda self: self.flight)
    @rule(data=st.data(), outcome=OUTCOMES)
    def a_call_ends(self, data: st.DataObject, outcome: Outcome) -> None:
        self.end(self.flight.pop(data.draw(st.integers(0, len(self.flight) - 1))), outcome)

    @precondition(lambda self: self.flight)
    @rule(data=st.data())
    def a_call_is_cancelled(self, data: st.DataObject) -> None:
        permit, era = self.flight.pop(data.draw(st.integers(0, len(self.flight) - 1)))
        self.ours.cancelled(permit)
        self.oracle.release_probe(generation=era)

    @precondition(lambda self: self.ours.state == "closed")
    @rule(reason=st.just("by hand"))
    def forced_open_and_released(self, reason: str) -> None:
        self.ours.force(Force("open", reason))
        self.oracle.force_open()
        assert self.ours.admit() is None
        assert not self.oracle.acquire()
        self.ours.release(self.clock.now, "released")
        self.oracle.reset()

    def end(self, call: tuple[Permit, int], outcome: Outcome) -> None:
        permit, era = call
        took_s = 2.0 if outcome.is_slow else 0.5
        if outcome.is_failure:
            self.ours.failed(permit, self.clock.now, "x", took_s)
        else:
            self.ours.succeeded(permit, self.clock.now, took_s)
        self.oracle.record(outcome, generation=era)

    @invariant()
    def they_agree(self) -> None:
        if not hasattr(self, "ours"):
            return
        assert self.ours.state == self.oracle.state.value
        if self.ours.state == "open":
            assert self.ours.try_at_s is not None
            left_s = max(0.0, self.ours.try_at_s - self.clock.now)
            assert left_s == pytest.approx(self.oracle.retry_after())
        if self.ours.state == "closed":
            seen = self.oracle.snapshot()
            counts = self.ours.counts(self.clock.now)
            assert counts == (seen.total_calls, seen.failed_calls, seen.slow_calls)


TestBesideInterlock = BesideInterlock.TestCase
TestBesideInterlock.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
