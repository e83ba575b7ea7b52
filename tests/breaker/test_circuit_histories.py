"""Any history of calls, canaries, force and time, against what a circuit promises."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.breaker.circuit import WAYS, Circuit, Force, How, Permit, Transition
from engine.breaker.policy import Policy

ENDS = st.sampled_from(["ok", "slow", "bad", "cancelled"])


class AnyHistory(RuleBasedStateMachine):
    """Every step is checked; in the end nothing is in flight, time passes, and work is admitted."""

    @initialize(
        threshold=st.integers(1, 4),
        wait=st.floats(0.1, 20),
        more=st.floats(0, 90),
        canaries=st.integers(1, 4),
        jitter=st.floats(0, 0.9),
        chance=st.floats(0, 1),
    )
    def begin(
        self,
        threshold: int,
        wait: float,
        more: float,
        canaries: int,
        jitter: float,
        chance: float,
    ) -> None:
        self.policy = Policy(
            failure_threshold=threshold,
            wait_s=wait,
            max_wait_s=wait + more,
            canaries=canaries,
            jitter=jitter,
            minimum_calls=3,
            window_calls=6,
            slow_s=1.0,
        )
        self.circuit = Circuit(self.policy, lambda: chance)
        self.now_s = 0.0
        self.flight: list[Permit] = []
        self.canaries: list[Permit] = []
        self.last: Transition | None = None

    def note(self, change: Transition | None, before: str) -> None:
        """A transition is told when there was one, and they follow on each other."""
        if change is None:
            assert self.circuit.state == before
            return
        assert (change.was, change.state) == (before, self.circuit.state)
        assert change.cause
        if self.last is not None:
            assert self.last.state == change.was
        self.last = change
        self.canaries.clear()  # whatever began a new era, its canaries are not these

    @rule(seconds=st.floats(0, 100))
    def time_passes(self, seconds: float) -> None:
        self.now_s += seconds
        before = self.circuit.state
        self.note(self.circuit.tick(self.now_s), before)

    @rule()
    def someone_asks(self) -> None:
        before = self.circuit.state
        permit = self.circuit.admit()
        assert (permit is not None) == (before == "closed")
        assert self.circuit.state == before
        if permit:
            self.flight.append(permit)

    @rule()
    def a_canary_asks(self) -> None:
        before = self.circuit.state
        admitted = self.circuit.try_canary(self.now_s)
        self.note(admitted[1] if admitted else None, before)
        if admitted:
            assert before in ("open", "half_open")
            assert self.circuit.forced is None
            self.canaries.append(admitted[0])

    @precondition(lambda self: self.flight)
    @rule(data=st.data(), how=ENDS)
    def a_call_ends(self, data: st.DataObject, how: str) -> None:
        self.end(self.flight.pop(data.draw(st.integers(0, len(self.flight) - 1))), how)

    @precondition(lambda self: self.canaries)
    @rule(data=st.data(), how=ENDS)
    def a_canary_ends(self, data: st.DataObject, how: str) -> None:
        self.end(self.canaries.pop(data.draw(st.integers(0, len(self.canaries) - 1))), how)

    @rule(how=st.sampled_from(WAYS), left=st.none() | st.floats(0.1, 200))
    def someone_forces(self, how: How, left: float | None) -> None:
        before = self.circuit.state
        until = None if left is None else self.now_s + left
        self.note(self.circuit.force(Force(how, "by hand", until)), before)
        assert self.circuit.state == ("open" if how == "open" else "closed")

    @rule()
    def someone_releases(self) -> None:
        before, forced = self.circuit.state, self.circuit.forced
        change = self.circuit.release(self.now_s, "released")
        assert (change is not None) == (forced is not None)
        self.note(change, before)

    def end(self, permit: Permit, how: str) -> None:
        before = self.circuit.state
        if how == "cancelled":
            self.circuit.cancelled(permit)
            change = None
        elif how == "bad":
            change = self.circuit.failed(permit, self.now_s, "cause")
        else:
            took_s = 2.0 if how == "slow" else 0.5
            change = self.circuit.succeeded(permit, self.now_s, took_s)
        if self.circuit.forced is not None:
            assert change is None
        self.note(change, before)

    @invariant()
    def canaries_are_counted_and_bounded(self) -> None:
        if hasattr(self, "circuit"):
            assert self.circuit.canaries == len(self.canaries) <= self.policy.canaries
            assert not self.canaries or self.circuit.state == "half_open"

    @invariant()
    def what_is_not_closed_says_when_it_is_tried(self) -> None:
        if not hasattr(self, "circuit") or self.circuit.forced is not None:
            return
        if self.circuit.state != "closed":
            assert self.circuit.next_at_s is not None
            assert self.circuit.next_at_s <= self.now_s + self.policy.max_wait_s + 1e-6
        if self.circuit.state == "closed":
            assert self.circuit.try_at_s is None

    @invariant()
    def counts_are_of_a_window(self) -> None:
        if hasattr(self, "circuit"):
            calls, failed, slow = self.circuit.counts(self.now_s)
            assert 0 <= max(failed, slow) <= calls <= self.policy.window_calls
            if self.circuit.state == "closed" and self.circuit.forced is None:
                assert self.circuit.failures < self.policy.failure_threshold

    def teardown(self) -> None:
        """Liveness: released, nothing in flight: time alone brings canaries, which close it."""
        if not hasattr(self, "circuit"):
            return
        while self.canaries:
            self.end(self.canaries.pop(), "cancelled")
        while self.flight:
            self.end(self.flight.pop(), "bad")
        self.circuit.release(self.now_s, "released")
        if self.circuit.state != "closed":
            self.now_s += self.policy.max_wait_s + 1e-6
            self.circuit.tick(self.now_s)
            self.now_s += self.policy.max_wait_s + 1e-6
            while admitted := self.circuit.try_canary(self.now_s):
                self.circuit.succeeded(admitted[0], self.now_s)
        assert self.circuit.admit() is not None


TestAnyHistory = AnyHistory.TestCase
