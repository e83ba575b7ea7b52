"""The state of the screen at any moment of the past."""

from hypothesis import given
from hypothesis import strategies as st

from bolt_tui.state import AREAS, ConsoleState
from bolt_tui.timeline import Timeline
from engine import events as e

from . import recordings
from .tape import Tape


def picture(state: ConsoleState) -> dict[str, object]:
    """Return all that panes read of a state."""
    plain = {name: value for name, value in vars(state).items() if name not in _OWN}
    histories = {r: list(state.histories.of(r)) for r in ("cpu", "gpu", "memory")}
    metrics = state.metrics and state.metrics.readings(state.now_s)
    return plain | {"histories": histories, "metrics": metrics}


_OWN = {"histories", "changed", "metrics"}


def folded(events: list[e.Event]) -> ConsoleState:
    state = ConsoleState()
    for event in events:
        state.apply(event)
    return state


TAPE = recordings.answered(recordings.idle_mac(200))
FIRST, LAST = TAPE.events[0].wall_s, TAPE.events[-1].wall_s


@given(st.lists(st.floats(FIRST - 5, LAST + 5), min_size=1, max_size=12))
def test_the_past_is_the_fold_of_what_had_happened(moments: list[float]) -> None:
    """In whatever order moments are visited, each shows the fold of the events until then."""
    timeline = Timeline([], TAPE.events)
    for wall_s in moments:
        expected = folded([event for event in TAPE.events if event.wall_s <= wall_s])
        assert picture(timeline.at(wall_s)) == picture(expected)


def test_what_stood_before_is_part_of_it() -> None:
    """Circuits and level that changed long before the span are on the screen of the past."""
    before, later = TAPE.events[:20], TAPE.events[20:]
    state = Timeline(before, later).at(LAST)
    assert state.circuits == folded(TAPE.events).circuits
    assert state.level is not None


def test_a_clock_set_back_hides_nothing() -> None:
    """Events after a step back of the wall clock come after those before it."""
    tape = recordings.idle_mac(3)
    tape.clock.set_wall(tape.clock.wall_s() - 86_400)
    tape.say(e.Notice(key="late", severity="info", text="after the step"))
    timeline = Timeline([], tape.events)
    assert timeline.end_s == max(event.wall_s for event in tape.events)
    assert "late" in timeline.at(timeline.end_s).notices


def test_a_state_given_out_is_the_callers_own() -> None:
    """What the caller does to a state of the past does not change the past."""
    timeline = Timeline([], TAPE.events)
    timeline.at(LAST).circuits.clear()
    assert timeline.at(LAST).circuits


def test_an_empty_past() -> None:
    """Without events there is a state, the one before anything happened."""
    timeline = Timeline([], [])
    assert timeline.start_s is None
    assert timeline.at(0.0).session is None
    assert Tape().events == []


def test_areas_are_what_panes_read() -> None:
    """Playing forward marks what changed, as live."""
    timeline = Timeline([], TAPE.events)
    assert timeline.at(LAST).changed <= AREAS
