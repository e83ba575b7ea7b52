"""The fold: what each event makes of the state."""

import pytest

from bolt_tui.histories import SAMPLES_KEPT
from bolt_tui.state import QUERIES_KEPT, SEGMENTS_KEPT, ConsoleState
from engine import events as e
from engine.evidence import TaskError

from . import recordings
from .machines import GIB, m4_pro_host
from .tape import Tape


def folded(tape: Tape) -> ConsoleState:
    state = ConsoleState()
    for event in tape.events:
        state.apply(event)
    return state


def test_an_event_folded_twice_counts_once() -> None:
    """An event that comes again, from the journal or the first events, changes nothing."""
    tape = recordings.idle_mac(5)
    state = folded(tape)
    before, state.changed = state.folded, set()
    for event in tape.events:
        state.apply(event)
    assert state.folded == before
    assert list(state.histories.of("cpu")) == list(folded(tape).histories.of("cpu"))
    assert not state.changed


def test_a_copy_does_not_follow() -> None:
    """What happens after a copy was taken is not in the copy."""
    tape = recordings.idle_mac(5)
    state = folded(tape)
    kept = state.copy()
    recordings.asked(tape)
    recordings.started(tape, "t1", "agent-1")
    tape.say(e.Notice(key="k", severity="info", text="new"), m4_pro_host(9))
    for event in tape.events:
        state.apply(event)
    assert (len(state.queries), len(state.agents), len(state.notices)) == (1, 1, 1)
    assert (len(kept.queries), len(kept.agents), len(kept.notices)) == (0, 0, 0)
    assert len(state.histories.of("cpu")) == len(kept.histories.of("cpu")) + 1
    assert state.now_s > kept.now_s or state.wall_s == kept.wall_s


def test_time_is_the_newest_events() -> None:
    """The state's clock moves with events and with nothing else."""
    tape = Tape()
    state = folded(tape.say(m4_pro_host(0)).wait(7.5).say(m4_pro_host(1)))
    assert state.now_s == tape.clock.monotonic_s()
    assert state.wall_s == tape.clock.wall_s()


def test_tasks_are_queued_until_an_agent_takes_them() -> None:
    """Planned tasks wait; a started one runs; a finished one is neither."""
    tape = recordings.asked(recordings.joined())
    assert folded(tape).queued == 5
    recordings.started(tape, "t1", "agent-1")
    state = folded(tape)
    assert (state.queued, len(list(state.running))) == (4, 1)
    state = folded(recordings.finished(tape, "t1", "agent-1", 3.0))
    assert (state.queued, len(list(state.running))) == (4, 0)
    assert state.agents == {"agent-1": None}


def test_a_task_that_is_tried_again_waits_again() -> None:
    """A failure with a retry puts the task back into the queue and leaves a segment."""
    tape = recordings.asked(recordings.joined())
    recordings.started(tape, "t1", "agent-1")
    before = folded(tape).queued
    error = TaskError("failed", "it broke")
    tape.say(e.TaskFailed(query="q1", task="t1", tool="x", agent="agent-1", elapsed_ms=1.0,
                          error=error, will_retry=True))  # fmt: skip
    state = folded(tape)
    assert state.queued == before + 1
    assert [segment.status for segment in state.segments] == ["failed"]
    assert not state.queries["q1"].done


def test_an_ended_query_leaves_nothing_queued() -> None:
    """Tasks that were never started are forgotten when their query ends."""
    assert folded(recordings.failed()).queued == 0


def test_progress_belongs_to_the_task_at_hand() -> None:
    """Progress of a task that the agent no longer holds is not shown as its progress."""
    tape = recordings.asked(recordings.joined())
    recordings.started(tape, "t2", "agent-1")
    tape.say(e.TaskProgressed(query="q1", task="t1", tool="x", agent="agent-1", text="late"))
    state = folded(tape)
    work = state.agents["agent-1"]
    assert work is not None
    assert work.text == ""


def test_a_resolved_notice_goes() -> None:
    """A notice stands until one with its key says that it is resolved."""
    tape = Tape().say(e.Notice(key="disk", severity="warning", text="nearly full"))
    assert [n.text for n in folded(tape).active_notices()] == ["nearly full"]
    tape.say(e.Notice(key="disk", severity="info", text="there is room again", resolved=True))
    assert folded(tape).active_notices() == []


def test_the_most_severe_and_then_the_newest_notice_leads() -> None:
    """Severity comes before age."""
    tape = Tape()
    for key, severity in (("a", "warning"), ("b", "critical"), ("c", "critical"), ("d", "info")):
        tape.say(e.Notice(key=key, severity=severity, text=key)).wait(1)  # type: ignore[arg-type]
    assert [n.key for n in folded(tape).active_notices()] == ["c", "b", "a", "d"]


def test_a_pause_between_samples_is_a_gap() -> None:
    """When the machine slept, the graph shows a gap and not a straight line."""
    tape = Tape().say(m4_pro_host(0)).wait(1).say(m4_pro_host(1)).wait(3600).say(m4_pro_host(2))
    values = list(folded(tape).histories.of("cpu"))
    assert [value is None for value in values] == [False, False, True, True, False]


def test_an_unknown_reading_is_none_in_the_history() -> None:
    """What was not measured is a gap, never a zero."""
    state = folded(Tape().say(e.HostSample(), e.GpuSample(reason="none here")))
    assert list(state.histories.of("cpu")) == [None]
    assert list(state.histories.of("memory")) == [None]
    assert list(state.histories.of("gpu")) == [None]


def test_memory_stays_bounded() -> None:
    """Samples, queries and segments beyond the bound push the oldest out; running queries stay."""
    tape = recordings.asked(Tape(), query="held")
    for number in range(QUERIES_KEPT + 20):
        name = f"n{number}"
        recordings.asked(tape, query=name)
        recordings.started(tape, "t1", "agent-1", query=name)
        recordings.finished(tape, "t1", "agent-1", 1.0, query=name)
        tape.say(e.QueryAnswered(query=name, answer=recordings.answer("answered", "yes")))
        tape.say(*(m4_pro_host(n) for n in range(4)))
    state = folded(tape)
    assert len(state.queries) == QUERIES_KEPT
    assert "held" in state.queries
    assert len(state.histories.of("cpu")) == SAMPLES_KEPT
    assert len(state.segments) == SEGMENTS_KEPT


def test_an_answer_without_its_question_is_shown_all_the_same() -> None:
    """A reader that came late still gets the answer."""
    state = folded(
        Tape().say(e.QueryAnswered(query="q9", answer=recordings.answer("answered", "yes")))
    )
    assert state.queries["q9"].status == "answered"
    assert state.queries["q9"].text == recordings.IMPORTS.text


def test_the_next_try_is_a_moment() -> None:
    """A circuit's wait becomes a moment of the session's clock, so that it can be counted down."""
    tape = Tape().say(e.CircuitChanged(capability="graph", state="open", next_try_s=30.0))
    circuit = folded(tape).circuits["graph"]
    assert circuit.next_try_s == pytest.approx(tape.clock.monotonic_s() + 30.0)


def test_what_holds_the_level_is_a_moment() -> None:
    """A pin's end, told in wall time, becomes a moment of the session's clock."""
    level = folded(recordings.pinned()).level
    assert level is not None
    assert (level.cap, level.pinned) == ("limited", True)
    assert level.held_s is not None
    assert level.held_s - level.since_s == pytest.approx(300.0)


def test_a_level_that_stays_keeps_its_beginning() -> None:
    """An event that tells the same level anew does not make it younger."""
    tape = Tape().say(e.LevelChanged(level="limited", why="graph failed")).wait(60)
    tape.say(e.LevelChanged(level="limited", was="limited", why="pinned (drill)", pinned=True))
    level = folded(tape).level
    assert level is not None
    assert (level.why, level.since_s) == ("pinned (drill)", tape.clock.monotonic_s() - 60)


def test_only_what_was_touched_is_marked() -> None:
    """A host sample marks the host and the clock, and no other area."""
    state = folded(recordings.idle_mac(5))
    state.changed = set()
    state.apply(Tape().wait(99).say(m4_pro_host(3)).events[0])
    assert state.changed <= {"host", "clock"}


def test_an_unknown_event_moves_only_the_clock() -> None:
    """An event that the screen does not show is taken in without harm."""
    state = folded(Tape().say(e.SessionLeft(reason="closed")))
    assert state.changed == {"clock"}
    assert state.wall_s is not None


def test_the_fold_keeps_a_days_samples_small() -> None:
    """A hundred thousand events leave a state of bounded size."""
    state = ConsoleState()
    for second in range(2000):
        state.apply(
            e.HostSample(session="s", seq=second + 1, mono_s=float(second), wall_s=float(second),
                         cpu_pct=(1.0, 2.0), memory_total_bytes=GIB, memory_used_bytes=1)
        )  # fmt: skip
    assert len(state.histories.of("cpu")) == SAMPLES_KEPT
