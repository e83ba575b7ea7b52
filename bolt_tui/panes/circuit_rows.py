"""Circuits as a table: a row each, what is known of it in columns, its cause below."""

from collections.abc import Iterable

from bolt_tui.panes.circuit_facts import held, index, next_try, rate, tried
from bolt_tui.panes.line import Line, fit, pad, right, spread, wrapped
from bolt_tui.panes.marks import CIRCUIT, span_of
from bolt_tui.panes.pane import Canvas
from bolt_tui.panes.units import UNKNOWN, clock
from bolt_tui.state import ConsoleState
from bolt_tui.views import CircuitView

STATE, NAME = 12, 13
FIGURES = (("in a row", 9), ("calls", 7), ("failed", 8), ("slow", 7))
GAP = "  "
PRESENT = "present"  # a first event's cause, which the row itself says
WIDE = 84  # from here on there is a column for since when


def circuit_rows(
    circuits: Iterable[CircuitView], state: ConsoleState, canvas: Canvas
) -> list[Line]:
    """Return a heading, the rows, and over which window the figures are."""
    ink, shown = canvas.ink, list(circuits)
    names = "".join(right(name, width) for name, width in FIGURES)
    heading: Line = [(pad("", STATE) + pad("", NAME) + names + GAP + "next try", ink.quiet)]
    since = pad("since", len("00:00:00")) if canvas.width >= WIDE else ""
    lines = [spread(heading, [(since, ink.quiet)], canvas.width)]
    for circuit in shown:
        lines += _row(circuit, state, canvas)
    windows = sorted({circuit.window for circuit in shown if circuit.window})
    if windows:
        said = f"figures as of the last change, over the last {' or '.join(windows)}"
        lines += [fit([(" " * STATE + said, ink.quiet)], canvas.width)]
    return lines


def _row(circuit: CircuitView, state: ConsoleState, canvas: Canvas) -> list[Line]:
    ink = canvas.ink
    glyph, style = span_of(CIRCUIT[circuit.state], ink)
    wait = tried(circuit) if circuit.state == "half_open" else next_try(circuit, state)
    line: Line = [
        (pad(glyph, STATE), style),
        (pad(circuit.capability, NAME), ink.strong if circuit.in_trouble else ink.text),
        (_figures(circuit), ink.text if circuit.in_trouble else ink.quiet),
        (GAP + ("forced" if circuit.forced else wait), ink.strong),
    ]
    since = clock(circuit.since_wall_s, canvas.look.zone)
    said = held(circuit, state, canvas) or ("" if circuit.cause == PRESENT else circuit.cause)
    when = f"since {since}" if circuit.in_trouble and canvas.width < WIDE else ""
    text = "; ".join(filter(None, (when, index(circuit, state), said)))
    rows = wrapped(text, max(10, canvas.width - STATE)) if text else []
    style = ink.text if circuit.in_trouble else ink.quiet
    return [
        spread(line, [(since if canvas.width >= WIDE else "", ink.quiet)], canvas.width),
        *(fit([(" " * STATE + row, style)], canvas.width) for row in rows),
    ]


def _figures(circuit: CircuitView) -> str:
    """Return the row's figures, in the columns of the heading; an absent one has none."""
    if circuit.state == "absent":
        return " " * sum(width for _, width in FIGURES)
    values = (
        str(circuit.failures), str(circuit.calls) if circuit.window else UNKNOWN,
        rate(circuit.failure_rate),
        rate(circuit.slow_rate),
    )  # fmt: skip
    return "".join(right(value, width) for value, (_, width) in zip(values, FIGURES, strict=True))
