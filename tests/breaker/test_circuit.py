from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.breaker.circuit import Circuit, Permit, Policy, Transition

POLICY = Policy(failure_threshold=3, wait_s=10.0, max_wait_s=60.0)


def opened(now_s: float = 0.0, policy: Policy = POLICY) -> Circuit:
    circuit = Circuit(policy)
    for _ in range(policy.failure_threshold):
        circuit.failed(permit(circuit), now_s, "it broke")
    assert circuit.state == "open"
    return circuit


def permit(circuit: Circuit) -> Permit:
    given = circuit.admit()
    assert given is not None
    return given


def canary(circuit: Circuit, now_s: float) -> Permit:
    admitted = circuit.try_canary(now_s)
    assert admitted is not None
    return admitted[0]


def test_it_opens_at_the_threshold_and_not_before() -> None:
    """The failure that reaches the threshold opens the circuit, with its own cause."""
    circuit = Circuit(POLICY)
    assert circuit.failed(permit(circuit), 0.0, "first") is None
    assert circuit.failed(permit(circuit), 1.0, "second") is None
    assert circuit.failed(permit(circuit), 2.0, "third") == Transition("closed", "open", "third")
    assert (circuit.failures, circuit.cause, circuit.try_at_s) == (3, "third", 12.0)


def test_a_success_in_between_starts_the_count_again() -> None:
    """Only failures in a row open it."""
    circuit = Circuit(POLICY)
    for _ in range(5):
        circuit.failed(permit(circuit), 0.0, "x")
        circuit.failed(permit(circuit), 0.0, "x")
        circuit.succeeded(permit(circuit))
    assert (circuit.state, circuit.failures, circuit.cause) == ("closed", 0, "")


def test_a_cancelled_call_is_no_failure() -> None:
    """Cancellation neither counts nor clears what was counted."""
    circuit = Circuit(POLICY)
    circuit.failed(permit(circuit), 0.0, "x")
    for _ in range(10):
        assert circuit.cancelled(permit(circuit), 0.0) is None
    assert (circuit.state, circuit.failures) == ("closed", 1)


def test_an_open_circuit_admits_nobody_and_makes_nothing() -> None:
    """A rejected call changes neither state nor count nor wait."""
    circuit = opened()
    before = (circuit.state, circuit.failures, circuit.try_at_s)
    assert [circuit.admit() for _ in range(5)] == [None] * 5
    assert (circuit.state, circuit.failures, circuit.try_at_s) == before


def test_no_canary_goes_before_the_wait_is_over() -> None:
    """The canary is admitted at the end of the wait, to the instant."""
    circuit = opened(now_s=5.0)
    assert circuit.try_canary(14.999) is None
    assert circuit.try_canary(15.0) is not None


def test_a_closed_circuit_needs_no_canary() -> None:
    """Nothing is tried while everything works."""
    assert Circuit(POLICY).try_canary(1e9) is None


def test_of_fifty_canaries_at_once_one_passes() -> None:
    """A half-open circuit admits exactly one try, and no user's work at all."""
    circuit = opened()
    admitted = [circuit.try_canary(10.0) for _ in range(50)]
    assert sum(one is not None for one in admitted) == 1
    assert circuit.state == "half_open"
    assert circuit.admit() is None


def test_the_canarys_success_closes_it_and_clears_the_past() -> None:
    """After closing, the count and the wait are those of a new circuit."""
    circuit = opened()
    circuit.failed(canary(circuit, 10.0), 10.0, "still")
    change = circuit.succeeded(canary(circuit, 30.0))
    assert change == Transition("half_open", "closed", "the canary succeeded")
    assert (circuit.failures, circuit.cause, circuit.try_at_s) == (0, "", None)
    circuit.failed(permit(circuit), 40.0, "x")
    circuit.failed(permit(circuit), 40.0, "x")
    assert circuit.state == "closed"
    circuit.failed(permit(circuit), 40.0, "x")
    assert circuit.try_at_s == 50.0


def test_each_failed_canary_doubles_the_wait_up_to_the_longest() -> None:
    """The wait restarts at each reopening: 10, 20, 40, then 60 for good."""
    circuit, now_s, waits = opened(), 0.0, []
    for _ in range(5):
        assert circuit.try_at_s is not None
        waits.append(circuit.try_at_s - now_s)
        now_s = circuit.try_at_s
        change = circuit.failed(canary(circuit, now_s), now_s, "still")
        assert change == Transition("half_open", "open", "still")
    assert waits == [10, 20, 40, 60, 60]


def test_a_longest_wait_below_the_first_never_shortens_it() -> None:
    """A policy whose cap lies below its first wait keeps the first wait."""
    circuit = opened(policy=Policy(failure_threshold=1, wait_s=10.0, max_wait_s=1.0))
    circuit.failed(canary(circuit, 10.0), 10.0, "still")
    assert circuit.try_at_s == 20.0


def test_late_results_of_an_earlier_era_change_nothing() -> None:
    """What was admitted before the circuit opened may report whatever it likes."""
    circuit = Circuit(POLICY)
    late = [permit(circuit) for _ in range(6)]
    for _ in range(3):
        circuit.failed(permit(circuit), 0.0, "x")
    before = (circuit.state, circuit.failures, circuit.cause, circuit.try_at_s)
    assert circuit.succeeded(late[0]) is None
    assert circuit.failed(late[1], 9.0, "late") is None
    assert circuit.cancelled(late[2], 9.0) is None
    assert (circuit.state, circuit.failures, circuit.cause, circuit.try_at_s) == before
    half_open = canary(circuit, 10.0)
    assert circuit.succeeded(late[3]) is None
    circuit.succeeded(half_open)
    assert circuit.failed(late[4], 20.0, "late") is None
    assert (circuit.state, circuit.failures) == ("closed", 0)
    circuit.failed(permit(circuit), 20.0, "x")
    assert circuit.succeeded(late[5]) is None
    assert circuit.failures == 1


def test_many_failures_at_once_are_one_transition() -> None:
    """Calls that were in flight together open the circuit once."""
    circuit = Circuit(POLICY)
    flight = [permit(circuit) for _ in range(20)]
    changes = [circuit.failed(one, 0.0, "x") for one in flight]
    assert [change for change in changes if change] == [Transition("closed", "open", "x")]


def test_a_cancelled_canary_gives_its_place_back() -> None:
    """The next canary may go at once, only one of them, and the wait has not grown."""
    circuit = opened()
    change = circuit.cancelled(canary(circuit, 10.0), 10.5)
    assert change == Transition("half_open", "open", "the canary was cancelled")
    assert [circuit.try_canary(10.5) is not None for _ in range(3)] == [True, False, False]
    circuit.cancelled(Permit(era=0, canary=True), 11.0)
    assert circuit.state == "half_open"


def test_a_canary_that_reports_twice_counts_once() -> None:
    """The second report of a permit is of an earlier era."""
    circuit = opened()
    one = canary(circuit, 10.0)
    circuit.failed(one, 10.0, "still")
    assert circuit.succeeded(one) is None
    assert circuit.state == "open"


@given(st.integers(1, 20), st.lists(st.booleans(), max_size=60))
def test_it_is_open_exactly_when_the_threshold_was_met_in_a_row(
    threshold: int, results: list[bool]
) -> None:
    """Without a canary the circuit opens at the first run of that many failures, and stays open."""
    circuit = Circuit(Policy(failure_threshold=threshold))
    run = 0
    for ok in results:
        given = circuit.admit()
        if given is None:
            break
        if ok:
            circuit.succeeded(given)
        else:
            circuit.failed(given, 0.0, "x")
        run = 0 if ok else run + 1
        assert (circuit.state == "open") == (run >= threshold)


class AnyHistory(RuleBasedStateMachine):
    """Calls, canaries and time in any order, against what the circuit promises."""

    @initialize(threshold=st.integers(1, 4), wait=st.floats(0.1, 20), longest=st.floats(0.1, 90))
    def begin(self, threshold: int, wait: float, longest: float) -> None:
        self.policy = Policy(threshold, wait, longest)
        self.circuit = Circuit(self.policy)
        self.now_s = 0.0
        self.flight: list[Permit] = []
        self.canaries: list[Permit] = []
        self.transitions: list[Transition] = []

    def note(self, change: Transition | None, before: str) -> None:
        assert (change is not None) == (before != self.circuit.state)
        if change:
            assert (change.was, change.state) == (before, self.circuit.state)
            if self.transitions:
                assert self.transitions[-1].state == change.was
            self.transitions.append(change)

    @rule(seconds=st.floats(0, 100))
    def time_passes(self, seconds: float) -> None:
        self.now_s += seconds

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
            assert before == "open"
            self.canaries.append(admitted[0])

    @precondition(lambda self: self.flight)
    @rule(data=st.data(), how=st.sampled_from(["ok", "bad", "cancelled"]))
    def a_call_ends(self, data: st.DataObject, how: str) -> None:
        permit = self.flight.pop(data.draw(st.integers(0, len(self.flight) - 1)))
        self.end(permit, how)

    @precondition(lambda self: self.canaries)
    @rule(data=st.data(), how=st.sampled_from(["ok", "bad", "cancelled"]))
    def a_canary_ends(self, data: st.DataObject, how: str) -> None:
        permit = self.canaries.pop(data.draw(st.integers(0, len(self.canaries) - 1)))
        self.end(permit, how)
        assert self.circuit.state == ("closed" if how == "ok" else "open")

    def end(self, permit: Permit, how: str) -> None:
        before = self.circuit.state
        if how == "ok":
            change = self.circuit.succeeded(permit)
        elif how == "bad":
            change = self.circuit.failed(permit, self.now_s, "cause")
        else:
            change = self.circuit.cancelled(permit, self.now_s)
        self.note(change, before)
        if how == "cancelled" and not permit.canary:
            assert change is None

    @invariant()
    def at_most_one_canary(self) -> None:
        if hasattr(self, "circuit"):
            assert len(self.canaries) == (self.circuit.state == "half_open")

    @invariant()
    def an_open_circuit_says_when_it_is_tried(self) -> None:
        if hasattr(self, "circuit") and self.circuit.state == "open":
            assert self.circuit.try_at_s is not None
            longest_s = max(self.policy.wait_s, self.policy.max_wait_s)
            assert self.circuit.try_at_s <= self.now_s + longest_s

    @invariant()
    def a_closed_circuit_is_below_the_threshold(self) -> None:
        if hasattr(self, "circuit") and self.circuit.state == "closed":
            assert self.circuit.failures < self.policy.failure_threshold
            assert self.circuit.try_at_s is None

    def teardown(self) -> None:
        """Liveness: once nothing is in flight, time alone brings a canary, whose success closes."""
        if not hasattr(self, "circuit"):
            return
        while self.canaries:
            self.end(self.canaries.pop(), "cancelled")
        while self.flight:
            self.end(self.flight.pop(), "bad")
        if self.circuit.state != "closed":
            self.now_s += max(self.policy.wait_s, self.policy.max_wait_s)
            admitted = self.circuit.try_canary(self.now_s)
            assert admitted is not None
            self.circuit.succeeded(admitted[0])
        assert self.circuit.admit() is not None


TestAnyHistory = AnyHistory.TestCase
