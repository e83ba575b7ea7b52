"""Why the level is what it is: the ladder, the circuits, what failed, and the memory."""

from bolt_tui.panes.circuits import draw_circuits
from bolt_tui.panes.header import draw_header
from bolt_tui.panes.ladder import lifted_in
from bolt_tui.panes.memory import draw_memory
from bolt_tui.panes.why import draw_why, failed_of
from bolt_tui.state import ConsoleState
from engine import events as e
from engine.evidence import PlannedTask, TaskError

from . import recordings
from .machines import m4_pro_host
from .tape import Tape
from .test_drawing import canvas, text_of
from .test_state import folded

TROUBLED = folded(recordings.troubled())
OLD = folded(recordings.lowered())


def why(state: ConsoleState, width: int = 100) -> str:
    return text_of(draw_why, state, canvas(width))


def test_the_evidence_names_the_queries_that_failed() -> None:
    """Capability, cause, the last failures with their texts, what would lift it, the next try."""
    text = why(TROUBLED)
    assert "▲ limited  since " in text
    assert "symbols answering its canary and graph being released; next try in 19 s" in text
    assert "“who mentions expiry?”" in text
    assert text.index("“who mentions expiry?”") < text.index("“find strike in engine”")
    assert "search.text: the process of the text index ended" in text


def test_all_four_levels_are_shown() -> None:
    """Each level says whether it holds, and what would lift the one that does not."""
    rows = {row[12:28].strip(): row for row in why(TROUBLED, 160).splitlines()}
    assert rows["full"].startswith("✗ out")
    assert rows["limited"].startswith("▲ now")
    assert rows["monitoring"].startswith("● works")
    assert "needs nothing of this program" in rows["existing tools"]
    assert "graph being released" in rows["full"]


def test_a_level_that_the_rollout_bars_says_so() -> None:
    """Above the cap nothing is tried; the phase is named."""
    tape = recordings.joined().say(
        e.LevelChanged(level="limited", cap="limited", why="phase in [rollout] allows no more")
    )
    text = why(folded(tape), 160)
    assert "○ barred" in text
    assert "another phase in [rollout]" in text
    header = draw_header(folded(tape), canvas(120)).lines[0]
    assert any(text.startswith("▲ limited") for text, _ in header)  # no badge: nothing is wrong


def test_a_level_that_waits_counts_down() -> None:
    """While the dwell lasts, the seconds until the next rung are on screen."""
    tape = recordings.joined()
    tape.say(
        e.LevelChanged(level="limited", why="graph was out and works again",
                       lift="graph working on for 20 s", held_until_s=tape.clock.wall_s() + 20)
    ).wait(5).say(m4_pro_host(1))  # fmt: skip
    state = folded(tape)
    assert lifted_in(state) == 15.0
    assert "◐ waits" in why(state)
    assert "next try in 15 s" in text_of(draw_header, state, canvas(120))


def test_a_pinned_level_names_reason_and_end() -> None:
    """The header says how long the pin lasts and why it was set."""
    header = text_of(draw_header, folded(recordings.pinned()), canvas(120))
    assert "MONITORING  for 4 m 56 s more: pinned (disk is being replaced)" in header


def test_what_a_hand_holds_open_only_that_hand_lifts() -> None:
    """The header of a level that fell by force names the release, and no canary."""
    tape = recordings.joined().say(
        e.CircuitChanged(capability="graph", state="open", forced="open", reason="drill"),
        e.LevelChanged(level="limited", why="graph failed", lift="graph answering its canary"),
    )
    header = text_of(draw_header, folded(tape), canvas(120))
    assert "lifted by: graph being released" in header
    assert "canary" not in header


def test_a_refusal_is_no_evidence() -> None:
    """A task that was turned away by the open circuit did not fail of the capability."""
    tape = recordings.joined()
    task = PlannedTask("t1", "graph.imports", capability="graph")
    tape.say(
        e.QueryAsked(query="q", text="who imports"),
        e.QueryPlanned(query="q", understanding=recordings.IMPORTS, tasks=(task,)),
        e.TaskFailed(query="q", task="t1", tool="graph.imports", agent="a", elapsed_ms=1.0,
                     error=TaskError("unavailable", "graph is out of order")),
    )  # fmt: skip
    assert list(failed_of(folded(tape), {"graph"})) == []


def test_a_retried_failure_is_told_once_an_attempt() -> None:
    """An attempt that failed and was tried again is evidence, also where the second one failed."""
    tape = recordings.joined()
    task = PlannedTask("t1", "graph.imports", capability="graph")
    tape.say(
        e.QueryAsked(query="q", text="who imports"),
        e.QueryPlanned(query="q", understanding=recordings.IMPORTS, tasks=(task,)),
    )
    for attempt in (1, 2):
        tape.say(
            e.TaskFailed(query="q", task="t1", tool="graph.imports", agent="a", elapsed_ms=1.0,
                         attempt=attempt, error=TaskError("failed", "it broke"),
                         will_retry=attempt == 1)
        )  # fmt: skip
    assert [one.segment.attempt for one in failed_of(folded(tape), {"graph"})] in ([1, 2], [2, 1])


def test_a_forced_circuit_says_by_whom_until_when_and_why() -> None:
    """What the operator holds is not called a failure, and is not tried by itself."""
    zoomed = text_of(draw_circuits, TROUBLED, canvas(120, zoomed=True))
    assert "forced open by the operator until" in zoomed
    assert "9 m 49 s more: its answers are being compared" in zoomed
    drawing = draw_circuits(TROUBLED, canvas(46, 12))
    assert drawing.note == "2 in trouble, 1 forced"


def test_a_forced_circuit_stands_among_the_troubled_though_it_is_closed() -> None:
    """A circuit that counts nothing must not pass for a sound one."""
    text = text_of(draw_circuits, folded(recordings.pinned()), canvas(46, 12))
    assert "● closed market" in text
    assert "by the operator: drill" in text
    assert draw_circuits(folded(recordings.pinned()), canvas(46)).note == "1 forced"


def test_rates_stand_in_columns() -> None:
    """Each figure ends under its heading; a rate of too few calls is a dash."""
    rows = text_of(draw_circuits, TROUBLED, canvas(120, zoomed=True)).splitlines()
    heading = next(row for row in rows if "in a row" in row)
    index = next(row for row in rows if row.startswith("✗ open") and "search.index" in row)
    graph = next(row for row in rows if row.startswith("✗ open") and "graph" in row)
    for name, value in (("in a row", "5"), ("calls", "12"), ("failed", "58 %"), ("slow", "0 %")):
        end = heading.index(name) + len(name)
        assert index[:end].endswith(value)
    assert graph[: heading.index("failed") + 6].endswith("–")
    assert heading.index("next try") == index.index("in 19 s")


def test_a_recording_without_the_new_fields_still_draws() -> None:
    """What an older session did not tell is a dash, never a zero or a guess."""
    rows = text_of(draw_circuits, OLD, canvas(120, zoomed=True)).splitlines()
    index = next(row for row in rows if row.startswith("✗ open"))
    assert index.count("–") == 3
    assert "figures as of" not in "\n".join(rows)
    assert "its canary passing twice; next try in 19 s" in why(OLD)
    assert "memory" not in why(OLD)


def test_memory_is_loud_only_where_it_is_short() -> None:
    """Used, budget and the biggest holders stand in the pane while it sheds, else when zoomed."""
    text = text_of(draw_memory, TROUBLED, canvas(44, 8))
    assert "▲ shedding 9.5 of 12.0 GiB budget" in text
    assert "text index 5.7 GiB" in text
    calm = Tape().say(m4_pro_host(0), e.MemoryChanged(state="normal", used_bytes=1 << 30,
                                                      budget_bytes=12 << 30))  # fmt: skip
    assert "budget" not in text_of(draw_memory, folded(calm), canvas(44, 8))
    assert "● within 1.0 of 12.0 GiB budget" in text_of(
        draw_memory, folded(calm), canvas(80, 20, zoomed=True)
    )


def test_one_query_is_no_queries() -> None:
    """What did not fail is counted in words that fit the number."""
    tape = recordings.lowered()
    tape.say(e.CircuitChanged(capability="notify", state="open", was="closed", cause="it died"))
    state = folded(tape)
    state.queries.clear()
    assert "nothing was asked so far" in why(state)
    assert "of 1 query none failed of this" in why(
        folded(tape.say(e.QueryAsked(query="q1", text="hi")))
    )
