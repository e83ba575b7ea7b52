import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.breaker.circuit import WAYS, Circuit, Force, Permit, Transition
from engine.breaker.policy import Policy

POLICY = Policy(failure_threshold=3, wait_s=10.0, max_wait_s=60.0, jitter=0.0)
RATES = Policy(
    failure_threshold=100,
    failure_rate=0.5,
    slow_s=1.0,
    slow_rate=0.5,
    minimum_calls=4,
    window_calls=8,
    window_s=60.0,
    jitter=0.0,
)


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


def standing(circuit: Circuit) -> tuple[object, ...]:
    return circuit.state, circuit.failures, circuit.cause, circuit.try_at_s, circuit.forced


def test_it_opens_at_the_threshold_and_not_before() -> None:
    """The failure that reaches the threshold opens the circuit, with its own cause."""
    circuit = Circuit(POLICY)
    assert circuit.failed(permit(circuit), 0.0, "first") is None
    assert circuit.failed(permit(circuit), 1.0, "second") is None
    assert circuit.failed(permit(circuit), 2.0, "third") == Transition("closed", "open", "third")
    assert (circuit.failures, circuit.cause, circuit.try_at_s) == (3, "third", 12.0)


def test_a_success_in_between_starts_the_count_again() -> None:
    """Only failures in a row open it, where there are too few calls for a rate."""
    circuit = Circuit(Policy(failure_threshold=3, minimum_calls=20))
    for _ in range(5):
        circuit.failed(permit(circuit), 0.0, "x")
        circuit.failed(permit(circuit), 0.0, "x")
        circuit.succeeded(permit(circuit), 0.0)
    assert (circuit.state, circuit.failures, circuit.cause) == ("closed", 0, "")


def test_a_rate_opens_at_the_minimum_of_calls_and_not_below() -> None:
    """Two failures of three are no rate yet; the fourth call makes it one, also a good one."""
    circuit = Circuit(RATES)
    for _ in range(2):
        assert circuit.failed(permit(circuit), 0.0, "no answer") is None
    assert circuit.succeeded(permit(circuit), 0.0) is None
    change = circuit.succeeded(permit(circuit), 0.0)
    said = "2 of 4 calls failed, the last: no answer"
    assert change == Transition("closed", "open", said)
    assert circuit.try_at_s == 10.0


def test_slow_calls_alone_trip() -> None:
    """Calls that succeed, but take longer than they may, open it by their share."""
    circuit = Circuit(RATES)
    changes = [circuit.succeeded(permit(circuit), 0.0, took) for took in (0.1, 1.0, 1.1, 2.0)]
    opened = Transition("closed", "open", "2 of 4 calls took longer than 1 s")
    assert changes == [None, None, None, opened]


def test_what_fell_out_of_the_count_window_no_longer_counts() -> None:
    """Eight good calls push four bad ones out."""
    circuit = Circuit(RATES)
    for _ in range(3):
        circuit.succeeded(permit(circuit), 0.0)
    for _ in range(2):
        circuit.failed(permit(circuit), 0.0, "x")
    assert circuit.counts(0.0) == (5, 2, 0)
    for _ in range(8):
        assert circuit.succeeded(permit(circuit), 0.0) is None
    assert circuit.counts(0.0) == (8, 0, 0)


def test_what_is_too_old_no_longer_counts() -> None:
    """Failures of over a minute ago are out of the time window."""
    circuit = Circuit(RATES)
    for _ in range(3):
        circuit.failed(permit(circuit), 30.0, "x")
    assert circuit.counts(89.99) == (3, 3, 0)
    assert circuit.counts(90.0) == (0, 0, 0)
    for _ in range(6):
        assert circuit.succeeded(permit(circuit), 91.0) is None


def test_calls_that_were_only_counted_are_in_the_window() -> None:
    """The short way of a good call loses none of them, also across an hour of slices."""
    circuit = Circuit(Policy(window_calls=10_000, window_s=60.0))
    for tenth in range(36_000):
        circuit.succeeded(permit(circuit), tenth / 10)
    assert circuit.counts(3599.9).calls == pytest.approx(600, abs=10)


def test_a_cancelled_call_is_no_failure() -> None:
    """Cancellation neither counts nor clears what was counted."""
    circuit = Circuit(POLICY)
    circuit.failed(permit(circuit), 0.0, "x")
    for _ in range(10):
        circuit.cancelled(permit(circuit))
    assert (circuit.state, circuit.failures, circuit.counts(0.0)) == ("closed", 1, (1, 1, 0))


def test_an_open_circuit_admits_nobody_and_makes_nothing() -> None:
    """A rejected call changes neither state nor count nor wait, and gets no object of its own."""
    circuit = opened()
    before = standing(circuit)
    assert [circuit.admit() for _ in range(5)] == [None] * 5
    assert standing(circuit) == before
    closed = Circuit(POLICY)
    assert closed.admit() is closed.admit()


def test_no_canary_goes_before_the_wait_is_over() -> None:
    """The canary is admitted at the end of the wait, to the instant."""
    circuit = opened(now_s=5.0)
    assert circuit.try_canary(14.999) is None
    assert circuit.try_canary(15.0) is not None


def test_a_closed_circuit_needs_no_canary() -> None:
    """Nothing is tried while everything works."""
    assert Circuit(POLICY).try_canary(1e9) is None


@pytest.mark.parametrize("most", [1, 3, 16])
def test_of_fifty_at_once_exactly_as_many_pass_as_there_are_canaries(most: int) -> None:
    """A half-open circuit admits so many tries, and no user's work at all."""
    circuit = opened(policy=Policy(failure_threshold=3, canaries=most, jitter=0.0))
    admitted = [circuit.try_canary(10.0) for _ in range(50)]
    assert sum(one is not None for one in admitted) == most
    assert sum(one is not None and one[1] is not None for one in admitted) == 1
    assert (circuit.state, circuit.admit(), circuit.canaries) == ("half_open", None, most)


def test_the_canarys_success_closes_it_and_clears_the_past() -> None:
    """After closing, window, count and wait are those of a new circuit."""
    circuit = opened()
    circuit.failed(canary(circuit, 10.0), 10.0, "still")
    change = circuit.succeeded(canary(circuit, 30.0), 30.0)
    assert change == Transition("half_open", "closed", "the canary succeeded")
    assert (circuit.failures, circuit.cause, circuit.try_at_s) == (0, "", None)
    assert circuit.counts(30.0) == (0, 0, 0)
    circuit.failed(permit(circuit), 40.0, "x")
    circuit.failed(permit(circuit), 40.0, "x")
    assert circuit.state == "closed"
    circuit.failed(permit(circuit), 40.0, "x")
    assert circuit.try_at_s == 50.0


def test_a_round_is_judged_when_all_its_canaries_are_back() -> None:
    """One of three that fails is below the rate and closes it; two of three reopen it."""
    policy = Policy(failure_threshold=3, canaries=3, jitter=0.0)
    for bad, state in ((1, "closed"), (2, "open")):
        circuit = opened(policy=policy)
        tries = [canary(circuit, 10.0) for _ in range(3)]
        for one in tries[:bad]:
            assert circuit.failed(one, 10.0, "still") is None
        for one in tries[bad:-1]:
            assert circuit.succeeded(one, 10.0) is None
        change = circuit.succeeded(tries[-1], 10.0)
        assert change is not None
        assert (change.was, circuit.state) == ("half_open", state)


def test_a_slow_canary_is_no_recovery() -> None:
    """It answered, but took longer than a call may."""
    circuit = opened(policy=Policy(failure_threshold=3, slow_s=2.0, jitter=0.0))
    change = circuit.succeeded(canary(circuit, 10.0), 13.0, took_s=3.0)
    assert change == Transition("half_open", "open", "its canary took longer than 2 s")


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


@given(st.floats(0, 1), st.floats(0, 0.99))
def test_chance_shortens_a_wait_by_its_share_and_never_lengthens_it(
    chance: float, jitter: float
) -> None:
    """The longest wait is a promise, the shortest is what the policy leaves of it."""
    circuit = Circuit(Policy(failure_threshold=1, jitter=jitter), lambda: chance)
    circuit.failed(permit(circuit), 0.0, "x")
    assert circuit.try_at_s is not None
    assert 10 * (1 - jitter) <= circuit.try_at_s + 1e-9
    assert circuit.try_at_s <= 10


def test_late_results_of_an_earlier_era_change_nothing() -> None:
    """What was admitted before the circuit opened may report whatever it likes."""
    circuit = Circuit(POLICY)
    late = permit(circuit)
    for _ in range(3):
        circuit.failed(permit(circuit), 0.0, "x")
    before = standing(circuit)
    assert circuit.succeeded(late, 9.0) is None
    assert circuit.failed(late, 9.0, "late") is None
    circuit.cancelled(late)
    assert standing(circuit) == before
    half_open = canary(circuit, 10.0)
    assert circuit.succeeded(late, 10.0) is None
    circuit.succeeded(half_open, 10.0)
    assert circuit.failed(late, 20.0, "late") is None
    assert circuit.succeeded(half_open, 20.0) is None
    assert (circuit.state, circuit.failures, circuit.counts(20.0)) == ("closed", 0, (0, 0, 0))
    circuit.failed(permit(circuit), 20.0, "x")
    assert circuit.succeeded(late, 20.0) is None
    assert circuit.failures == 1


def test_many_failures_at_once_are_one_transition() -> None:
    """Calls that were in flight together open the circuit once."""
    circuit = Circuit(POLICY)
    flight = [permit(circuit) for _ in range(20)]
    changes = [circuit.failed(one, 0.0, "x") for one in flight]
    assert [change for change in changes if change] == [Transition("closed", "open", "x")]


def test_a_cancelled_canary_gives_exactly_its_place_back() -> None:
    """One other may go at once, and the wait has not grown."""
    circuit = opened(policy=Policy(failure_threshold=3, canaries=2, jitter=0.0))
    first, second = canary(circuit, 10.0), canary(circuit, 10.0)
    circuit.cancelled(first)
    circuit.cancelled(first)
    assert [circuit.try_canary(10.5) is not None for _ in range(3)] == [True, False, False]
    circuit.cancelled(Permit(canary=True))
    assert circuit.try_canary(11.0) is None
    assert (circuit.state, circuit.canaries) == ("half_open", 2)
    assert circuit.succeeded(first, 11.0) is None
    assert circuit.succeeded(second, 11.0) is None


def test_a_canary_that_reports_twice_counts_once() -> None:
    """The second report of a permit changes nothing."""
    circuit = opened()
    one = canary(circuit, 10.0)
    circuit.failed(one, 10.0, "still")
    assert circuit.succeeded(one, 10.0) is None
    assert circuit.state == "open"


def test_half_open_has_a_longest_wait() -> None:
    """A canary that never comes back leaves an open circuit with a longer wait, not a dead one."""
    circuit = opened()
    lost = canary(circuit, 10.0)
    assert circuit.next_at_s == 70.0
    assert circuit.tick(69.9) is None
    change = circuit.tick(70.0)
    assert change == Transition("half_open", "open", "its canary took longer than 60 s")
    assert circuit.try_at_s == 90.0
    assert circuit.succeeded(lost, 71.0) is None
    assert circuit.state == "open"


def test_forced_open_never_recovers_by_itself() -> None:
    """Neither time nor results nor canaries move it; releasing it does."""
    circuit = Circuit(POLICY)
    late = permit(circuit)
    change = circuit.force(Force("open", "maintenance"))
    assert change == Transition("closed", "open", "forced open: maintenance")
    circuit.succeeded(late, 1.0)
    assert [circuit.admit(), circuit.try_canary(1e9), circuit.tick(1e9)] == [None, None, None]
    assert circuit.next_at_s is None
    assert circuit.release(1e9, "released") == Transition("open", "closed", "released")
    assert circuit.admit() is not None


def test_what_was_counted_is_shown_while_forced_open() -> None:
    """The operator sees what it was closed for, or against; released, it begins anew."""
    circuit = Circuit(POLICY)
    for _ in range(3):
        circuit.succeeded(permit(circuit), 0.0)
    circuit.force(Force("open", "maintenance"))
    assert circuit.counts(0.0) == (3, 0, 0)
    circuit.release(0.0, "released")
    circuit.succeeded(permit(circuit), 0.0)
    assert circuit.counts(0.0) == (1, 0, 0)


def test_a_force_with_an_end_ends_there() -> None:
    """At its expiry the circuit goes by itself again."""
    circuit = Circuit(POLICY)
    circuit.force(Force("open", "maintenance", until_s=60.0))
    assert circuit.next_at_s == 60.0
    assert circuit.tick(59.9) is None
    change = circuit.tick(60.0)
    assert change == Transition("open", "closed", "the time of its force is over")
    assert circuit.forced is None


def test_forced_closed_counts_and_never_opens() -> None:
    """The operator sees the failures; they open it only once it is released and they go on."""
    circuit = Circuit(POLICY)
    circuit.force(Force("closed", "I know better"))
    for _ in range(50):
        assert circuit.failed(permit(circuit), 0.0, "x") is None
    assert (circuit.state, circuit.failures, circuit.counts(0.0)) == ("closed", 50, (20, 20, 0))
    circuit.release(0.0, "released")
    assert (circuit.failures, circuit.counts(0.0)) == (0, (0, 0, 0))


def test_disabled_admits_all_and_counts_nothing() -> None:
    """As if there were no circuit."""
    circuit = Circuit(POLICY)
    for _ in range(3):
        circuit.succeeded(permit(circuit), 0.0)
    circuit.force(Force("disabled", "noise"))
    for _ in range(50):
        assert circuit.failed(permit(circuit), 0.0, "x") is None
        assert circuit.succeeded(permit(circuit), 0.0, 99.0) is None
    assert (circuit.state, circuit.failures, circuit.counts(0.0)) == ("closed", 0, (0, 0, 0))


def test_what_was_out_when_it_was_forced_comes_back_by_its_canary() -> None:
    """A force hides an open circuit, it does not heal it."""
    for how in WAYS:
        circuit = opened()
        circuit.force(Force(how, "because"))
        circuit.force(Force("closed", "on second thoughts"))
        change = circuit.release(20.0, "released")
        assert change == Transition("closed", "open", "released")
        assert circuit.succeeded(canary(circuit, 20.0), 20.0) is not None
        assert circuit.admit() is not None


def test_releasing_what_is_not_forced_does_nothing() -> None:
    """There is nothing to let go of."""
    circuit = opened()
    before = standing(circuit)
    assert circuit.release(1.0, "released") is None
    assert standing(circuit) == before


def test_what_an_earlier_session_left_open_is_tried_at_its_time() -> None:
    """The wait goes on where it was, and grows from there."""
    circuit = Circuit(POLICY)
    change = circuit.stay_open(7.0, 20.0, 4, "it broke then")
    assert change == Transition("closed", "open", "it broke then")
    assert circuit.try_canary(6.9) is None
    circuit.failed(canary(circuit, 7.0), 7.0, "still")
    assert (circuit.try_at_s, circuit.failures) == (47.0, 5)


@given(st.integers(1, 20), st.lists(st.booleans(), max_size=60))
def test_it_is_open_exactly_when_the_threshold_was_met_in_a_row(
    threshold: int, results: list[bool]
) -> None:
    """Below the minimum of calls it opens at the first run of that many failures, and stays so."""
    circuit = Circuit(
        Policy(failure_threshold=threshold, minimum_calls=1000, window_calls=1000, jitter=0.0)
    )
    run = 0
    for ok in results:
        given = circuit.admit()
        if given is None:
            break
        if ok:
            circuit.succeeded(given, 0.0)
        else:
            circuit.failed(given, 0.0, "x")
        run = 0 if ok else run + 1
        assert (circuit.state == "open") == (run >= threshold)
