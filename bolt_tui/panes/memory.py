"""Memory, and what goes through disk and network."""

from bolt_tui.histories import Reading, memory_used_pct
from bolt_tui.panes.braille import graph
from bolt_tui.panes.budget import budget_line, holders_of
from bolt_tui.panes.line import Line, fit, right, spread
from bolt_tui.panes.marks import PRESSURE, figure_of, span_of
from bolt_tui.panes.pane import Canvas, Drawing
from bolt_tui.panes.units import UNKNOWN, percent, rate, share, size
from bolt_tui.panes.unknowns import nothing_yet, reasons, sentences
from bolt_tui.state import ConsoleState
from engine.events import HostSample

RATE_COLUMN = 10
NARROW = 32
LOWEST_TOP_BPS = 100_000.0  # an idle disk's graph is flat, not full


def draw_memory(state: ConsoleState, canvas: Canvas) -> Drawing:
    """Draw use and pressure, the history, swap, then the rates."""
    host = state.host
    if host is None:
        return Drawing(nothing_yet(state, canvas, "the first sample"))
    head = [_used(host, canvas), *_budget(state, canvas)]
    tail = [_swap(host, canvas), *_traffic(state, host, canvas)]
    if canvas.height < 4:
        head, tail = [*head, _swap(host, canvas)], []
    extra = reasons(host.unknown, canvas)
    rows = max(0, canvas.height - len(head) - len(tail) - len(extra))
    history = graph(state.histories.paired("memory"), canvas.width, rows, 0, 100) if rows else []
    lines = [*head, *([(row, canvas.ink.graph)] for row in history), *tail, *extra]
    total = size(host.memory_total_bytes) if host.memory_total_bytes else ""
    return Drawing(lines, total, "\n".join(sentences(host.unknown)))


def _used(host: HostSample, canvas: Canvas) -> Line:
    ink = canvas.ink
    word_used = " used" if canvas.width >= NARROW else ""
    left: Line = [
        (right(percent(memory_used_pct(host)), 5), ink.strong),
        (f"  {size(host.memory_used_bytes)}{word_used}", ink.text),
    ]
    if host.memory_pressure is None:
        return spread(left, figure_of("pressure", UNKNOWN, ink), canvas.width)
    mark = span_of(PRESSURE[host.memory_pressure], ink)
    word: Line = [("pressure ", ink.quiet), mark] if canvas.width >= 40 else [mark]
    return spread(left, word, canvas.width)


def _budget(state: ConsoleState, canvas: Canvas) -> list[Line]:
    """Return what the program itself holds: where that is too much, or the pane is zoomed."""
    memory, ink = state.memory, canvas.ink
    if memory is None or (memory.state == "normal" and not canvas.zoomed):
        return []
    line = budget_line(memory, ink)
    held = holders_of(memory)
    if canvas.zoomed or canvas.height < 8:
        return [fit([*line, (f"  {held}", ink.text)], canvas.width)]
    return [fit(line, canvas.width), fit([(f"  {held}", ink.text)], canvas.width)]


def _swap(host: HostSample, canvas: Canvas) -> Line:
    ink = canvas.ink
    if host.swap_total_bytes == 0:
        return [("no swap", ink.quiet)]
    used, of = share(host.swap_used_bytes, host.swap_total_bytes)
    swap: Line = [*figure_of("swap", used, ink), (of, ink.quiet)]
    if host.memory_stall_pct is None or canvas.width < 36:
        return swap
    return spread(swap, figure_of("stalled", f"{host.memory_stall_pct:.1f} %", ink), canvas.width)


def _traffic(state: ConsoleState, host: HostSample, canvas: Canvas) -> list[Line]:
    rows: tuple[tuple[str, str, float | None, Reading, str, float | None, Reading], ...] = (
        ("disk", "r", host.disk_read_bps, "disk_read", "w", host.disk_write_bps, "disk_write"),
        ("net ", "↓", host.net_recv_bps, "net_recv", "↑", host.net_sent_bps, "net_sent"),
    )
    ink = canvas.ink
    narrow = canvas.width < NARROW
    column = RATE_COLUMN - 2 if narrow else RATE_COLUMN - 1
    trace = max(0, (canvas.width - 2 * RATE_COLUMN - 11) // 2)
    lines: list[Line] = []
    for name, glyph_in, into, reading_in, glyph_out, out, reading_out in rows:
        line: Line = [(f"{name} ", ink.quiet)]
        for glyph, value, reading in ((glyph_in, into, reading_in), (glyph_out, out, reading_out)):
            text = rate(value).replace(" ", "") if narrow else rate(value)
            line += [(f"{glyph} ", ink.quiet), (right(text, column), ink.text)]
            line += [(" " if narrow else f" {_trace(state, reading, trace)} ", ink.graph)]
        lines.append(line)
    return lines


def _trace(state: ConsoleState, reading: Reading, width: int) -> str:
    """Return a small history; its top is the largest value in view."""
    if width < 4:
        return ""
    values = state.histories.paired(reading)[-2 * width :]
    top = max((v for v in values if v is not None), default=0.0)
    return graph(values, width, 1, 0, max(top, LOWEST_TOP_BPS))[0]
