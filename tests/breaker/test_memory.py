import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.breaker.memory import CALM_S, GIB, STATES, Budget, Watermarks, budget, gigabytes
from engine.events import Pressure

HUNDRED = Budget(100)
PRESSURES: tuple[Pressure | None, ...] = (None, "normal", "warning", "critical")


def states(*readings: tuple[float, int]) -> list[str]:
    """Return the state after each (second, bytes held of 100)."""
    marks = Watermarks(HUNDRED)
    return [marks.take(used, None, now).state for now, used in readings]


def test_it_sheds_from_80_and_refuses_from_95_percent_on() -> None:
    """Each mark counts at once, and from the very byte on."""
    assert states((0, 79), (1, 80), (2, 94), (3, 95)) == [
        "normal",
        "shedding",
        "shedding",
        "refusing",
    ]
    assert states((0, 99)) == ["refusing"]


def test_it_climbs_back_a_step_at_a_time_once_it_is_calm() -> None:
    """Below a mark by the margin, and for as long as the calm takes, for each of the two steps."""
    assert states((0, 99), (1, 10), (6.9, 10), (7, 10), (12.9, 10), (13, 10)) == [
        "refusing",
        "refusing",
        "refusing",
        "shedding",
        "shedding",
        "normal",
    ]


def test_on_the_way_back_the_cause_says_how_long_it_takes() -> None:
    """Little is held by then, so the amount alone would not explain the state."""
    marks = Watermarks(HUNDRED)
    for now, used in ((0, 99), (1, 10), (5, 10)):
        marks.take(used, None, now)
    assert marks.cause.endswith("held (10 %), well below the mark for 4 s; 6 s are needed")


def test_just_below_a_mark_is_not_back() -> None:
    """What hovers at a mark changes nothing, however long."""
    assert set(states((0, 96), *((float(s), 91) for s in range(1, 60)))) == {"refusing"}


def test_a_relapse_begins_the_calm_again() -> None:
    """One reading above the margin within the calm, and it has to be calm from then on."""
    after = states((0, 85), (1, 10), (6, 78), (7, 10), (12, 10), (13, 10))
    assert after == ["shedding"] * 5 + ["normal"]


def test_what_is_shed_follows_what_is_held_now() -> None:
    """One cache after the other above the first mark, all above the second, none below."""
    marks = Watermarks(HUNDRED)
    shed = [marks.take(used, None, now).shed for now, used in enumerate((50, 85, 85, 97, 85, 60))]
    assert shed == ["none", "next", "next", "all", "next", "none"]


def test_pressure_counts_when_two_readings_agree() -> None:
    """One critical reading changes nothing, the second does; so for a warning."""
    marks = Watermarks(HUNDRED)
    told: tuple[Pressure, ...] = ("critical", "normal", "warning", "critical", "critical")
    given_states = [marks.take(10, level, now).state for now, level in enumerate(told)]
    assert given_states == ["normal", "normal", "normal", "shedding", "refusing"]
    assert marks.cause == "the system's memory pressure is critical; 0 MB of 0 MB held (10 %)"


def test_a_clock_that_goes_back_changes_nothing() -> None:
    """A day back is no time at all: neither calm sooner nor never calm again."""
    day = 86_400.0
    assert states((day, 85), (day + 1, 10), (1, 10), (day + 6, 10), (day + 7, 10)) == [
        *["shedding"] * 4,
        "normal",
    ]


def test_there_is_room_only_in_the_normal_state() -> None:
    """What is left below the first mark; none while anything is shed."""
    marks = Watermarks(HUNDRED)
    assert marks.take(30, None, 0).room_bytes == 50
    assert marks.take(85, None, 1).room_bytes == 0
    assert marks.take(30, None, 2).room_bytes == 0


@given(
    st.lists(
        st.tuples(st.floats(0, 5), st.integers(0, 130), st.sampled_from(PRESSURES)), max_size=60
    )
)
def test_whatever_happens(steps: list[tuple[float, int, Pressure | None]]) -> None:
    """Never less strict than the bytes held, never down by more than a step, and always back."""
    marks, now = Watermarks(HUNDRED), 0.0
    for wait_s, used, pressure in steps:
        now += wait_s
        before = STATES.index(marks.state)
        verdict = marks.take(used, pressure, now)
        after = STATES.index(verdict.state)
        assert after >= (used >= 80) + (used >= 95)
        assert after >= before - 1
        assert (verdict.was is None) == (before == after)
        if verdict.state == "refusing" and before < 2:
            assert used >= 95 or pressure == "critical"
    for _ in range(2):
        marks.take(0, None, now)
        now += CALM_S + 0.001
    assert marks.take(0, None, now).state == "normal"


def test_the_budget_is_half_of_the_machine_unless_it_is_set() -> None:
    """And what is set is never more than the machine has."""
    assert budget(None, 0.8, 0.95, 24 * GIB).total_bytes == 12 * GIB
    assert budget(5.0, 0.8, 0.95, 24 * GIB).total_bytes == 5 * GIB
    capped = budget(15.0, 0.8, 0.95, 8 * GIB)
    assert capped.total_bytes == 8 * GIB
    assert capped.problem.startswith("memory.max_memory_gb is 15, but the machine has 8.0 GB")


def test_contradictory_shares_are_told() -> None:
    """Shedding above the share from which tasks are refused can't be: it begins there."""
    odd = budget(1.0, 0.9, 0.5, 24 * GIB)
    assert (odd.shed_at, odd.refuse_at) == (0.5, 0.5)
    assert odd.problem == (
        "memory.shed_at is 0.9 and above memory.refuse_at, 0.5: caches are shed from 0.5 on"
    )
    assert Watermarks(odd).take(int(0.6 * GIB), None, 0).state == "refusing"


def test_an_unknown_machine_is_said() -> None:
    """Where the machine's memory can't be told, a budget stands all the same, and says so."""
    unknown = budget(None, 0.8, 0.95, None)
    assert unknown.total_bytes == 4 * GIB
    assert "isn't known" in unknown.problem


def test_a_small_refusal_share_can_be_left_again() -> None:
    """However small the marks, the margin leaves something to be below of."""
    marks = Watermarks(Budget(100, shed_at=0.02, refuse_at=0.02))
    assert marks.take(50, None, 0).state == "refusing"
    for second in range(1, 30):
        marks.take(0, None, second)
    assert marks.state == "normal"


@pytest.mark.parametrize(
    ("size", "said"), [(0, "0 MB"), (340 << 20, "340 MB"), (3 << 29, "1.50 GB")]
)
def test_sizes_read_well(size: int, said: str) -> None:
    """GB from one on, MB below."""
    assert gigabytes(size) == said
