"""The busiest processes."""

from bolt_tui.panes.line import Line, pad, right
from bolt_tui.panes.pane import Canvas, Drawing
from bolt_tui.panes.units import UNKNOWN, size
from bolt_tui.panes.unknowns import nothing_yet, reasons, sentences
from bolt_tui.state import ConsoleState
from engine.events import ProcessRow

FIGURES = 7 + 1 + 7 + 1 + 9  # pid, CPU, memory


def draw_processes(state: ConsoleState, canvas: Canvas) -> Drawing:
    """Draw as many rows as fit; a zoomed pane names the users."""
    sample = state.processes
    if sample is None:
        return Drawing(nothing_yet(state, canvas, "the first sample"))
    extra = reasons(sample.unknown, canvas)
    room = canvas.height - 1 - len(extra)
    wide = canvas.zoomed and canvas.width >= 70
    user = 14 if wide else 0
    name = max(6, canvas.width - FIGURES - user - 1)
    head = f"{'pid':>7} {pad('name', name)}{'user'.ljust(user)[:user]} {'CPU %':>7} {'memory':>9}"
    lines: list[Line] = [[(head, canvas.ink.quiet)]]
    lines += [_row(row, name, user, canvas) for row in sample.rows[: max(1, room)]]
    note = f"{sample.total} in all" if sample.total else ""
    return Drawing(lines + extra, note, "\n".join(sentences(sample.unknown)))


def _row(row: ProcessRow, name: int, user: int, canvas: Canvas) -> Line:
    ink = canvas.ink
    cpu = UNKNOWN if row.cpu_pct is None else f"{row.cpu_pct:.1f}"
    busy = row.cpu_pct is not None and row.cpu_pct >= 50
    return [
        (f"{row.pid:>7} ", ink.quiet),
        (pad(row.name, name), ink.text),
        (pad(row.user, user) if user else "", ink.quiet),
        (f" {cpu:>7}", ink.strong if busy else ink.text),
        (right(size(row.rss_bytes), 10), ink.text),
    ]
