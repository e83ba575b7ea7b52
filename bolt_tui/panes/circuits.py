"""The circuits: what is broken and when it is tried again; the rest is named in passing."""

from bolt_tui.panes.line import Line, fit, pad, spread, width_of, wrapped
from bolt_tui.panes.marks import CIRCUIT, glyph_of, span_of
from bolt_tui.panes.pane import Canvas, Drawing
from bolt_tui.panes.units import clock, size, span, whole
from bolt_tui.state import ConsoleState
from bolt_tui.views import CircuitView

TROUBLE = ("open", "half_open")
NAME = 14
# The index that a capability has, which is told of beside it.
INDEXES = {"search.index": "text", "graph": "code"}


def draw_circuits(state: ConsoleState, canvas: Canvas) -> Drawing:
    """Draw those in trouble first, then the closed, then what this machine lacks."""
    if not state.circuits:
        return Drawing([[("waiting for the engine", canvas.ink.quiet)]])
    circuits = sorted(state.circuits.values(), key=lambda circuit: circuit.capability)
    troubled = [c for trouble in TROUBLE for c in circuits if c.state == trouble]
    closed = [circuit for circuit in circuits if circuit.state == "closed"]
    absent = [circuit for circuit in circuits if circuit.state == "absent"]
    if canvas.zoomed:
        lines = [
            line
            for circuit in [*troubled, *closed, *absent]
            for line in _all(circuit, state, canvas)
        ]
    else:
        lines = [line for circuit in troubled for line in _trouble(circuit, state, canvas)]
        named = _named("closed", closed, canvas) + _named("absent", absent, canvas)
        if len(lines) + len(named) > canvas.height:
            named = _counted("closed", closed, canvas) + _counted("absent", absent, canvas)
        lines += named
    why = "\n".join(f"{circuit.capability}: {circuit.cause}" for circuit in [*troubled, *absent])
    note = f"{len(troubled)} in trouble" if troubled else f"{len(closed)} closed"
    return Drawing(lines, note, why)


def _trouble(circuit: CircuitView, state: ConsoleState, canvas: Canvas) -> list[Line]:
    """Return state, name and next try, then the cause on a row of its own."""
    ink = canvas.ink
    left: Line = [span_of(CIRCUIT[circuit.state], ink), (f" {circuit.capability}", ink.strong)]
    room = canvas.width - width_of(left) - 1
    wait = _next_try(circuit, state)
    failures = _failures(circuit)
    facts = (
        ", ".join(filter(None, (failures, wait))),
        wait or failures,
        wait.removeprefix("next try "),
    )
    shown = next((fact for fact in facts if len(fact) <= room), "")
    lines = [spread(left, [(shown, ink.quiet)], canvas.width)]
    return [*lines, fit([("  ", ink.text), (circuit.cause, ink.text)], canvas.width)]


def _failures(circuit: CircuitView) -> str:
    return f"{circuit.failures} failure" + ("s" if circuit.failures != 1 else "")


def _next_try(circuit: CircuitView, state: ConsoleState) -> str:
    if circuit.next_try_s is None:
        return "" if circuit.state == "half_open" else "no next try"
    wait_s = circuit.next_try_s - state.now_s
    return f"next try in {whole(wait_s)}" if wait_s >= 1 else "next try now"


def _named(word: str, circuits: list[CircuitView], canvas: Canvas) -> list[Line]:
    """Return one quiet paragraph of names."""
    if not circuits:
        return []
    ink = canvas.ink
    mark = CIRCUIT[circuits[0].state]
    names = "  ".join([word, *(circuit.capability for circuit in circuits)])
    first, *rows = wrapped(names, max(10, canvas.width - 2))
    head: Line = [
        glyph_of(mark, ink),
        (f" {word}", ink.text),
        (first.strip()[len(word) :], ink.quiet),
    ]
    return [head, *([("  " + row.strip(), ink.quiet)] for row in rows)]


def _counted(word: str, circuits: list[CircuitView], canvas: Canvas) -> list[Line]:
    """Return how many there are, where there is no room for their names."""
    mark = CIRCUIT[circuits[0].state] if circuits else None
    text = (f" {len(circuits)} {word}", canvas.ink.text)
    return [[glyph_of(mark, canvas.ink), text]] if mark else []


def _all(circuit: CircuitView, state: ConsoleState, canvas: Canvas) -> list[Line]:
    ink = canvas.ink
    mark = CIRCUIT[circuit.state]
    since = f"since {clock(circuit.since_wall_s, canvas.look.zone)}"
    glyph, style = span_of(mark, ink)
    left: Line = [
        (pad(glyph, 12), style),
        (pad(circuit.capability, NAME + 2), ink.strong),
        (f"{_failures(circuit):>12}  ", ink.quiet),
        (_next_try(circuit, state) if circuit.state in TROUBLE else "", ink.text),
    ]
    line = spread(left, [(since, ink.quiet)], canvas.width)
    text = "; ".join(filter(None, (_index(circuit, state), circuit.cause)))
    rows = wrapped(text, canvas.width - 12) if text else []
    return [line, *(fit([(" " * 12 + row, ink.text)], canvas.width) for row in rows)]


def _index(circuit: CircuitView, state: ConsoleState) -> str:
    """Return the size of a sound capability's index and what it took; empty where it has none."""
    index = state.indexes.get(INDEXES.get(circuit.capability, ""))
    if index is None or index.state == "off" or circuit.state != "closed":
        return ""
    if index.state == "building":
        total = f" of {index.total:,}" if index.total else ""
        return f"being built: {index.done:,}{total} files"
    facts = [f"{index.done:,} files"]
    facts += [size(index.memory_bytes)] if index.memory_bytes else []
    facts += [f"built in {span(index.elapsed_ms / 1000)}"] if index.elapsed_ms else []
    return ", ".join(facts) + (f" ({index.reason})" if index.reason else "")
