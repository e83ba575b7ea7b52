"""The agents: who does what, for how long, and what waits."""

from pathlib import PurePath

from bolt_tui.panes.bars import bar
from bolt_tui.panes.lanes import WINDOW_S, lane
from bolt_tui.panes.line import Line, fit, pad, right, shorten, spread
from bolt_tui.panes.marks import TASK, glyph_of
from bolt_tui.panes.pane import Canvas, Drawing
from bolt_tui.panes.units import age, milliseconds, whole
from bolt_tui.panes.vitals import full
from bolt_tui.state import ConsoleState
from bolt_tui.views import Segment, Work
from engine.evidence import counted

NAME = 8
BAR = 10


def draw_agents(state: ConsoleState, canvas: Canvas) -> Drawing:
    """Draw those at work, then what they did last; zoomed, each agent's last minute too."""
    running = sorted(state.running, key=lambda item: item[1].started_s)
    two_rows = 2 * len(running) + 2 <= canvas.height
    lines: list[Line] = []
    for name, work in running:
        lines += _working(name, work, state, canvas, two_rows=two_rows)
    if not running:
        lines.append([("○ ", canvas.ink.quiet), (_idle(state), canvas.ink.quiet)])
    others = _others(state, canvas)
    if others and len(lines) + len(others) < canvas.height:
        lines += [[], *others]
    if canvas.zoomed and state.agents:
        lines += [[], *_lanes(state, canvas)]
    if canvas.zoomed and state.engine:
        lines += [[], [("The engine", canvas.ink.strong)], *full(state.engine, canvas.ink)]
    recent = _recent(state, canvas, canvas.height - len(lines) - 1)
    if recent:
        lines += [[], *recent] if canvas.height - len(lines) > len(recent) else recent
    return Drawing(lines, _note(state, len(running)))


def _others(state: ConsoleState, canvas: Canvas) -> list[Line]:
    """Draw the other sessions on this store: what each runs now."""
    ink = canvas.ink
    lines: list[Line] = []
    for peer in sorted(state.peers.values(), key=lambda peer: peer.peer):
        who = f"{peer.pid} {PurePath(peer.project).name}"
        if peer.state == "died":
            lines.append([("✗ ", ink.bad), (who, ink.text), (" died", ink.bad)])
            continue
        running = peer.running[0] if peer.running else "idle" if peer.interactive else "one run"
        more = f" +{len(peer.running) - 1}" if len(peer.running) > 1 else ""
        mark = ("◌ ", ink.accent) if peer.running else ("○ ", ink.quiet)
        lines.append([mark, (who, ink.text), (f"  {running}{more}", ink.quiet)])
    heading = counted(len(lines), "other session")
    return [[(heading, ink.quiet)], *lines] if lines else []


def _idle(state: ConsoleState) -> str:
    if state.session is None:
        return "the engine is not open" if state.refused else "waiting for the engine"
    limit = state.engine.agents_max if state.engine else 0
    return f"all {limit} idle" if limit else "all idle"


def _note(state: ConsoleState, running: int) -> str:
    limit = state.engine.agents_max if state.engine else 0
    if not (limit or running):
        return ""
    words = f"{running} of {limit}" if limit else f"{running}"
    return f"{words}, {state.queued} queued" if state.queued else f"{words} running"


def _working(
    name: str, work: Work, state: ConsoleState, canvas: Canvas, *, two_rows: bool
) -> list[Line]:
    ink = canvas.ink
    silent_s = state.now_s - work.touched_s
    stuck = silent_s >= canvas.look.stuck_after_s
    attempt = f" try {work.attempt}" if work.attempt > 1 else ""
    mark = ("▲", ink.warn) if stuck else glyph_of(TASK["running"], ink)
    left: Line = [
        mark,
        (f" {pad(name, NAME)} ", ink.quiet),
        (work.tool, ink.strong),
        (attempt, ink.warn),
    ]
    head = spread(left, [(whole(state.now_s - work.started_s), ink.text)], canvas.width)
    if stuck:
        detail: Line = [(f"stuck? silent {whole(silent_s)}", ink.warn)]
    else:
        detail = _progress(work, canvas)
    query = state.queries.get(work.query)
    if not detail and query:
        detail = [(query.text, ink.quiet)]
    if not two_rows:
        return [
            fit([mark, (f" {pad(name, NAME)} ", ink.quiet), *detail], canvas.width)
            if stuck
            else head
        ]
    return [head, fit([(" " * (NAME + 3), ink.text), *detail], canvas.width)]


def _progress(work: Work, canvas: Canvas) -> Line:
    ink = canvas.ink
    line: Line = []
    if work.done is not None and work.total:
        full, empty = bar(work.done / work.total, BAR)
        line += [(full, ink.accent), (empty, ink.line), (" ", ink.text)]
        if not work.text:
            line.append((f"{work.done:g} of {work.total:g}", ink.quiet))
    if work.text:
        line.append((work.text, ink.quiet))
    return line


def _lanes(state: ConsoleState, canvas: Canvas) -> list[Line]:
    ink = canvas.ink
    width = max(10, canvas.width - NAME - 3)
    scale = spread([(f"{WINDOW_S:.0f} s ago", ink.quiet)], [("now", ink.quiet)], width)
    lines: list[Line] = [[(" " * (NAME + 3), ink.text), *scale]]
    for name, work in sorted(state.agents.items()):
        own = [segment for segment in state.segments if segment.agent == name]
        lines.append(
            [(f"  {pad(name, NAME)} ", ink.quiet), *lane(own, work, state.now_s, width, ink)]
        )
    return lines


def _recent(state: ConsoleState, canvas: Canvas, room: int) -> list[Line]:
    newest = list(state.segments)[::-1][: max(0, room)]
    return [_ended(segment, state, canvas) for segment in newest]


def _ended(segment: Segment, state: ConsoleState, canvas: Canvas) -> Line:
    ink = canvas.ink
    mark = TASK[segment.status]
    left: Line = [
        glyph_of(mark, ink),
        (f" {pad(segment.agent, NAME)} ", ink.quiet),
        (shorten(segment.tool, 24), ink.text),
    ]
    took = milliseconds(segment.elapsed_ms)
    times: Line = [
        (took, ink.text) if mark.tone == "good" else (mark.word, getattr(ink, mark.tone)),
        (right(f"{age(state.now_s - segment.ended_s)} ago", 9), ink.quiet),
    ]
    return spread(left, times if canvas.width >= 38 else times[:1], canvas.width)
