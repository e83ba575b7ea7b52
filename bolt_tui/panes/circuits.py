"""The circuits: what is broken and when it is tried again; the rest is named in passing."""

from bolt_tui.panes.circuit_facts import failures, left, next_try
from bolt_tui.panes.circuit_rows import circuit_rows
from bolt_tui.panes.ladder import ladder_lines
from bolt_tui.panes.line import Line, fit, spread, width_of, wrapped
from bolt_tui.panes.marks import CIRCUIT, glyph_of, span_of
from bolt_tui.panes.pane import Canvas, Drawing
from bolt_tui.panes.unknowns import nothing_yet
from bolt_tui.state import ConsoleState
from bolt_tui.views import CircuitView

_RANK = {"open": 0, "half_open": 1, "closed": 2, "absent": 3}


def draw_circuits(state: ConsoleState, canvas: Canvas) -> Drawing:
    """Draw those in trouble first, then the closed, then what this machine lacks."""
    if not state.circuits:
        return Drawing(nothing_yet(state, canvas, "the engine"))
    circuits = in_order(state)
    troubled = [circuit for circuit in circuits if circuit.in_trouble]
    closed = [one for one in circuits if one.state == "closed" and not one.in_trouble]
    absent = [circuit for circuit in circuits if circuit.state == "absent"]
    if canvas.zoomed:
        lines = [*ladder_lines(state, canvas), [], *circuit_rows(circuits, state, canvas)]
    else:
        lines = [line for circuit in troubled for line in _trouble(circuit, state, canvas)]
        named = _named("closed", closed, canvas) + _named("absent", absent, canvas)
        if len(lines) + len(named) > canvas.height:
            named = _counted("closed", closed, canvas) + _counted("absent", absent, canvas)
        lines += named
    why = "\n".join(f"{circuit.capability}: {circuit.cause}" for circuit in [*troubled, *absent])
    return Drawing(lines, _note(troubled) or f"{len(closed)} closed", why)


def in_order(state: ConsoleState) -> list[CircuitView]:
    """Return the circuits as one looks for them: the broken, the forced, the sound, the absent."""
    return sorted(
        state.circuits.values(),
        key=lambda one: (_RANK[one.state], one.forced is None, one.capability),
    )


def _note(troubled: list[CircuitView]) -> str:
    """Return how many failed, and how many the operator holds."""
    forced = sum(circuit.forced is not None for circuit in troubled)
    failed = len(troubled) - forced
    said = (f"{failed} in trouble" if failed else "", f"{forced} forced" if forced else "")
    return ", ".join(filter(None, said))


def _trouble(circuit: CircuitView, state: ConsoleState, canvas: Canvas) -> list[Line]:
    """Return state, name and next try, then the cause on a row of its own."""
    ink = canvas.ink
    line: Line = [span_of(CIRCUIT[circuit.state], ink), (f" {circuit.capability}", ink.strong)]
    room = canvas.width - width_of(line) - 1
    shown = next((fact for fact in _facts(circuit, state) if len(fact) <= room), "")
    cause = f"by the operator: {circuit.reason}" if circuit.forced else circuit.cause
    return [
        spread(line, [(shown, ink.quiet)], canvas.width),
        fit([("  ", ink.text), (cause, ink.text)], canvas.width),
    ]


def _facts(circuit: CircuitView, state: ConsoleState) -> tuple[str, ...]:
    """Return what may stand beside the name, the fullest first."""
    if circuit.forced is not None:
        return f"forced, {left(circuit, state)}", "forced"
    bad, wait = failures(circuit), next_try(circuit, state)
    if not wait:
        return (bad,)
    said = "no next try" if wait == "none" else f"next try {wait}"
    return f"{bad}, {said}", said, wait


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
