"""What the ladder does over time, whatever fails and whenever."""

from itertools import pairwise
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.breaker.degradation import LEVELS, NEEDS, BadPin, Ladder, standing
from engine.events import CircuitState
from engine.evidence import Level

CAPABILITIES = sorted(set().union(*NEEDS.values()) | {"kernels.gpu", "market"})
STATES: tuple[CircuitState, ...] = ("closed", "open", "half_open", "absent")
DOWN: dict[str, CircuitState] = {"graph": "open"}
UP: dict[str, CircuitState] = {"graph": "closed"}


def height(level: Level) -> int:
    return LEVELS.index(level)


def relapsed(times: int) -> tuple[Ladder, float]:
    """Return a ladder whose graph failed so often, a second apart, and works again since when."""
    ladder, now_s = Ladder(), 0.0
    ladder.take(UP, now_s)
    for _ in range(times):
        ladder.take(DOWN, now_s + 1)
        ladder.take(UP, now_s + 2)
        now_s += 2
    return ladder, now_s


def test_it_falls_at_once_and_climbs_after_its_dwell() -> None:
    """A failure is told at once; the level is back ten seconds after the canary succeeded."""
    ladder = Ladder()
    assert ladder.take(UP, 0) is None
    fallen = ladder.take(DOWN, 5)
    assert fallen is not None
    assert (fallen.level, fallen.since_s, fallen.held_until_s) == ("limited", 5, None)
    assert ladder.take(UP, 30) is None
    assert (ladder.next_at_s, ladder.standing.held_until_s) == (40, 40)
    assert ladder.tick(39.9) is None
    assert ladder.tick(40) == ladder.standing
    assert (ladder.level, ladder.next_at_s) == ("full", None)


def test_a_fall_over_several_levels_is_one_change_and_the_way_back_is_one_by_one() -> None:
    """From existing_tools to full there are three changes, a step apart, and then no more."""
    ladder = Ladder()
    out: dict[str, CircuitState] = {"probes.host": "open", "store.read": "open"}
    ladder.take(dict.fromkeys(out, "closed"), 0)
    fallen = ladder.take(out, 1)
    assert fallen is not None
    assert fallen.level == "existing_tools"
    ladder.take({**out, "store.read": "closed"}, 2)
    seen = []
    while ladder.next_at_s is not None:
        at = ladder.next_at_s
        ladder.tick(at)
        seen.append((ladder.level, at))
    assert seen == [("monitoring", 12), ("limited", 22), ("full", 32)]


@pytest.mark.parametrize(
    ("times", "dwell_s"), [(1, 10), (2, 20), (3, 40), (4, 60), (5, 60), (30, 60)]
)
def test_each_relapse_doubles_the_dwell_up_to_a_minute(times: int, dwell_s: float) -> None:
    """10, 20, 40 and then 60 seconds, however often it fails."""
    ladder, since_s = relapsed(times)
    assert ladder.next_at_s == pytest.approx(since_s + dwell_s, rel=0.01)


def test_a_calm_time_halves_the_dwell_again() -> None:
    """What worked for an hour is given the first dwell again; what was dead so long is not."""
    ladder, now_s = relapsed(10)
    ladder.tick(now_s + 3600)
    ladder.take(DOWN, now_s + 3601)
    ladder.take(UP, now_s + 7200)
    assert ladder.next_at_s == now_s + 7210
    ladder.take(DOWN, now_s + 7201)
    ladder.take(UP, now_s + 9000)
    assert ladder.next_at_s == pytest.approx(now_s + 9020, rel=0.01)


def test_what_fails_on_one_level_does_not_slow_another() -> None:
    """A graph that relapsed for long does not hold the climb back to limited."""
    ladder, now_s = relapsed(10)
    ladder.take({**DOWN, "search.scan": "open"}, now_s + 1)
    ladder.take({**DOWN, "search.scan": "closed"}, now_s + 2)
    assert ladder.next_at_s == now_s + 12


def test_it_says_what_it_waits_for() -> None:
    """While it could climb but waits, the reason is that it works again, not that it failed."""
    ladder, _ = relapsed(1)
    assert ladder.standing.why == "graph was out and works again"
    assert ladder.standing.lift == "graph working on for 10 s"
    ladder.take({"memory": "open", "agents": "open", "symbols": "open"}, 3)
    assert ladder.standing.lift == "an agent free again and memory back within its budget"


def test_a_clock_that_stands_or_goes_back_changes_nothing() -> None:
    """A day back, or no number at all, neither lifts the level nor delays it."""
    ladder, now_s = relapsed(2)
    before = ladder.standing
    for odd in (now_s, now_s - 86_400, -inf, nan):
        assert ladder.tick(odd) is None
        assert ladder.standing == before
    assert ladder.tick(now_s + 20) is not None


def test_no_level_is_above_the_cap() -> None:
    """Under the cap of a phase everything may work: the level is the cap's, and says why."""
    ladder = Ladder("limited")
    ladder.take(UP, 0)
    assert ladder.level == "limited"
    assert ladder.standing.why == "phase in [rollout] allows no more than limited"
    assert ladder.standing.lift == "another phase in [rollout]"
    ladder.take({"search.scan": "open"}, 1)
    ladder.take({"search.scan": "closed"}, 2)
    ladder.tick(12)
    assert (ladder.level, ladder.next_at_s) == ("limited", None)


def test_a_pin_wins_until_it_expires() -> None:
    """A pinned level stays through failures and recoveries and says by whose word; then it ends."""
    ladder = Ladder()
    ladder.take(UP, 0)
    pinned = ladder.pin("monitoring", "trying it", 1, for_s=100)
    assert pinned is not None
    assert pinned.pinned
    assert pinned.why == "pinned (trying it); else it would be full: everything present works"
    assert (pinned.lift, ladder.next_at_s) == ("the end of the pin", 101)
    assert ladder.take(DOWN, 50) is None
    now = ladder.tick(101)
    assert now is not None
    assert (now.level, now.pinned) == ("limited", False)


def test_a_pin_that_is_taken_back_lets_the_level_fall_at_once() -> None:
    """Pinned to full while the graph is out, it is limited as soon as the pin goes."""
    ladder = Ladder()
    ladder.take(DOWN, 0)
    ladder.pin("full", "I know better", 1)
    assert ladder.level == "full"
    assert ladder.standing.why.endswith("else it would be limited: graph failed")
    assert ladder.next_at_s is None
    now = ladder.unpin(2)
    assert now is not None
    assert now.level == "limited"


@pytest.mark.parametrize(
    ("level", "reason", "for_s", "said"),
    [
        ("limitd", "why", None, 'there is no level "limitd"; did you mean "limited"?'),
        ("", "why", None, "expected one of existing_tools, monitoring, limited, full"),
        ("full", "why", None, "full is above limited, the highest level that phase in [rollout]"),
        ("monitoring", " \n", None, "a pin needs a reason"),
        ("monitoring", "why", 0.0, "expected seconds above 0, found 0"),
        ("monitoring", "why", -5.0, "expected seconds above 0, found -5"),
        ("monitoring", "why", nan, "expected seconds above 0, found nan"),
    ],
)
def test_a_pin_that_means_nothing_is_refused(
    level: str, reason: str, for_s: float | None, said: str
) -> None:
    """The sentence says what was expected, and the level is what it was."""
    ladder = Ladder("limited")
    ladder.take(UP, 0)
    with pytest.raises(BadPin) as caught:
        ladder.pin(level, reason, 1, for_s)
    assert said in str(caught.value)
    assert (ladder.level, ladder.standing.pinned) == ("limited", False)


class AnyHistory(RuleBasedStateMachine):
    """Capabilities come and go, time passes or doesn't, the operator pins: the laws hold."""

    def __init__(self) -> None:
        super().__init__()
        self.ladder = Ladder()
        self.states: dict[str, CircuitState] = {}
        self.now_s = 0.0
        self.ladder.take(self.states, self.now_s)
        self.trail: list[Level] = ["full"]
        self.pinned = False

    def note(self) -> None:
        self.trail.append(self.ladder.level)
        self.pinned = self.ladder.standing.pinned

    @rule(name=st.sampled_from(CAPABILITIES), state=st.sampled_from(STATES))
    def change(self, name: str, state: CircuitState) -> None:
        self.states[name] = state
        was = self.ladder.level
        told = self.ladder.take(self.states, self.now_s)
        assert (told is not None) == (self.ladder.level != was)
        self.note()

    @rule(passed_s=st.floats(-100_000, 100))
    def wait(self, passed_s: float) -> None:
        before = self.ladder.standing
        self.ladder.tick(self.now_s + passed_s)
        self.now_s += max(0.0, passed_s)
        if passed_s <= 0:
            assert self.ladder.standing == before
        self.note()

    @rule(level=st.sampled_from(LEVELS), for_s=st.none() | st.floats(1, 50))
    def pin(self, level: Level, for_s: float | None) -> None:
        self.ladder.pin(level, "a test", self.now_s, for_s)
        assert self.ladder.level == level
        self.note()

    @precondition(lambda self: self.pinned)
    @rule()
    def unpin(self) -> None:
        self.ladder.unpin(self.now_s)
        self.note()

    @invariant()
    def never_above_what_works(self) -> None:
        if not self.pinned:
            assert height(self.ladder.level) <= height(standing(self.states).level)

    @invariant()
    def climbs_one_level_at_a_time(self) -> None:
        if not self.pinned:
            before, now = self.trail[-2:] if len(self.trail) > 1 else self.trail * 2
            assert height(now) <= height(before) + 1

    @invariant()
    def waits_no_longer_than_a_minute(self) -> None:
        if not self.pinned and self.ladder.next_at_s is not None:
            assert self.now_s < self.ladder.next_at_s <= self.now_s + 60

    @invariant()
    def says_why(self) -> None:
        assert self.ladder.standing.why
        assert bool(self.ladder.standing.lift) == (self.ladder.level != "full")

    def teardown(self) -> None:
        """Every history ends at full, when nothing fails any more and time passes."""
        self.ladder.unpin(self.now_s)
        self.ladder.take(dict.fromkeys(CAPABILITIES, "closed"), self.now_s)
        for _ in LEVELS:
            if self.ladder.next_at_s is not None:
                self.now_s = self.ladder.next_at_s
                self.ladder.tick(self.now_s)
        assert (self.ladder.level, self.ladder.next_at_s) == ("full", None)


TestAnyHistory = AnyHistory.TestCase


@given(
    st.sampled_from(LEVELS),
    st.lists(
        st.tuples(st.sampled_from(CAPABILITIES), st.sampled_from(STATES), st.floats(0, 100)),
        max_size=40,
    ),
)
def test_a_cap_is_never_exceeded_and_always_reached_again(
    cap: Level, history: list[tuple[str, CircuitState, float]]
) -> None:
    """Whatever happened, the level is at most the cap, and the cap again when nothing fails."""
    ladder, states, now_s = Ladder(cap), dict[str, CircuitState](), 0.0
    for name, state, passed_s in history:
        now_s += passed_s
        states[name] = state
        ladder.take(states, now_s)
        assert height(ladder.level) <= height(cap)
    ladder.take({}, now_s)
    for wait_s in (60, 60, 60):
        now_s += wait_s
        ladder.tick(now_s)
    assert ladder.level == cap


@given(st.lists(st.floats(0.01, 30), min_size=2, max_size=30))
def test_it_never_climbs_before_its_dwell(waits: list[float]) -> None:
    """Between a recovery and the climb lie at least ten seconds without a failure."""
    ladder, now_s, working_since_s = Ladder(), 0.0, 0.0
    ladder.take(UP, 0)
    for step, wait_s in enumerate(waits):
        now_s += wait_s
        was = ladder.level
        ladder.tick(now_s)
        if height(ladder.level) > height(was):
            assert now_s - working_since_s >= 10
        if step % 2 == 0:
            ladder.take(DOWN, now_s)
            assert ladder.level == "limited"
        else:
            ladder.take(UP, now_s)
            working_since_s = now_s


def test_the_levels_are_in_order_and_each_names_its_own_needs() -> None:
    """No capability belongs to two levels."""
    assert len(LEVELS) == len(NEEDS) == 4
    for one, other in pairwise(LEVELS):
        assert not NEEDS[one] & NEEDS[other]
