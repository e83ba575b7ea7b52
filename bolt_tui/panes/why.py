"""Why the level is what it is: the ladder, the circuits in trouble, and what failed of them."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from bolt_tui.panes.budget import budget_line, holders_of
from bolt_tui.panes.circuit_rows import circuit_rows
from bolt_tui.panes.circuits import in_order
from bolt_tui.panes.ladder import ladder_lines, lift_of, lifted_in, soon
from bolt_tui.panes.line import Line, fit, pad, right, wrapped
from bolt_tui.panes.marks import LEVEL, span_of
from bolt_tui.panes.pane import Canvas, Drawing
from bolt_tui.panes.units import age, clock, whole
from bolt_tui.state import ConsoleState
from bolt_tui.views import LevelView, QueryView, Segment
from engine.evidence import counted

FAILURES = 8
LABEL = 12
_AGE, _NAME, _TEXT = 6, 14, 30


class Failed(NamedTuple):
    """One attempt that failed of a capability, and the query that wanted it."""

    segment: Segment
    capability: str
    query: QueryView


def draw_why(state: ConsoleState, canvas: Canvas) -> Drawing:
    """Draw the level and its reasons, then the evidence."""
    ink, level = canvas.ink, state.level
    if level is None:
        return Drawing([[("the engine is being opened; there is no level yet", ink.quiet)]])
    if state.refused:
        return Drawing([*_level(level, state, canvas), *_said("cause", state.refused, canvas)])
    troubled = [circuit for circuit in in_order(state) if circuit.in_trouble]
    lines = [*_level(level, state, canvas), [], *ladder_lines(state, canvas), []]
    if troubled:
        lines += [*circuit_rows(troubled, state, canvas), []]
        lines += _failures({circuit.capability for circuit in troubled}, state, canvas)
    else:
        lines += [[("no circuit is in trouble", ink.quiet)]]
    return Drawing([*lines, *_memory(state, canvas)])


def failed_of(state: ConsoleState, capabilities: Collection[str]) -> Iterator[Failed]:
    """Yield what failed of these capabilities, the newest first; refusals are no failures."""
    seen: set[tuple[str, str, int]] = set()
    kept = [s for query in state.queries.values() for s in query.done.values()]
    for one in sorted((*state.segments, *kept), key=lambda s: -s.ended_s):
        query = state.queries.get(one.query)
        key = (one.query, one.task, one.attempt)
        if query is None or key in seen or one.status not in ("failed", "timed_out"):
            continue
        seen.add(key)
        wanted = next((t.capability for t in query.tasks if t.id == one.task), None)
        refused = one.error is not None and one.error.kind == "unavailable"
        if wanted in capabilities and wanted is not None and not refused:
            yield Failed(one, wanted, query)


def _level(level: LevelView, state: ConsoleState, canvas: Canvas) -> list[Line]:
    ink = canvas.ink
    since = f"since {clock(level.since_wall_s, canvas.look.zone)}"
    lines: list[Line] = [
        [
            (pad("level", LABEL), ink.quiet),
            span_of(LEVEL[level.level], ink),
            (f"  {since}, {whole(state.now_s - level.since_s)}", ink.text),
        ],
        *_said("why", level.why or "not told", canvas),
    ]
    if lift := lift_of(level, state):
        wait = None if level.pinned else lifted_in(state)
        tried = "" if wait is None else f"; next try {soon(wait)}"
        lines += _said("lifted by", lift + tried, canvas)
    return lines


def _said(name: str, text: str, canvas: Canvas) -> list[Line]:
    first, *rest = wrapped(text, max(10, canvas.width - LABEL))
    ink = canvas.ink
    head: Line = [(pad(name, LABEL), ink.quiet), (first, ink.text)]
    return [fit(head, canvas.width), *([(" " * LABEL + row, ink.text)] for row in rest)]


def _failures(capabilities: Collection[str], state: ConsoleState, canvas: Canvas) -> list[Line]:
    ink = canvas.ink
    newest = list(failed_of(state, capabilities))
    if not newest:
        asked = counted(len(state.queries), "query", "queries")
        said = f"of {asked} none failed of this" if state.queries else "nothing was asked so far"
        return [[(said, ink.quiet)]]
    lines: list[Line] = [[(f"failed of this, the last of {len(newest)} first", ink.quiet)]]
    column = min(_TEXT, max(len(one.query.text) for one in newest[:FAILURES]) + 2)
    for segment, capability, query in newest[:FAILURES]:
        cause = segment.error.cause if segment.error else segment.status.replace("_", " ")
        ago = age(state.now_s - segment.ended_s)
        lines.append(
            fit(
                [
                    (right(ago, _AGE) + "  ", ink.quiet),
                    (pad(capability, _NAME), ink.text),
                    (pad(f"“{query.text}”", column) + "  ", ink.strong),
                    (f"{segment.tool}: {cause}", ink.text),
                ],
                canvas.width,
            )
        )
    return lines


def _memory(state: ConsoleState, canvas: Canvas) -> list[Line]:
    memory, ink = state.memory, canvas.ink
    if memory is None:
        return []
    lines: list[Line] = [[], [(pad("memory", LABEL), ink.quiet), *budget_line(memory, ink)]]
    if memory.state != "normal":
        lines += _said("", "; ".join(filter(None, (memory.cause, holders_of(memory)))), canvas)
    return lines
