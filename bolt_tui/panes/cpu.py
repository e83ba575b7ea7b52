"""The CPU: how busy it is, since when, and on which cores."""

from typing import NamedTuple

from bolt_tui.histories import cpu_average_pct
from bolt_tui.panes.bars import bar, column
from bolt_tui.panes.braille import graph
from bolt_tui.panes.line import Line, fit, joined, right, spread
from bolt_tui.panes.marks import figure_of
from bolt_tui.panes.pane import Canvas, Drawing
from bolt_tui.panes.units import UNKNOWN, percent
from bolt_tui.panes.unknowns import nothing_yet, reasons, sentences
from bolt_tui.state import ConsoleState
from engine.events import HostSample

KINDS = {"P": "P", "E": "E", "": "core"}
CELL = 15  # a core's number, bar and percentage
GRAPH_ROWS_MIN = 4


class Core(NamedTuple):
    number: int
    kind: str
    pct: float


def draw_cpu(state: ConsoleState, canvas: Canvas) -> Drawing:
    """Draw the average and its history, then every core by its kind."""
    host = state.host
    if host is None:
        return Drawing(nothing_yet(state, canvas, "the first sample"))
    head = _headline(host, canvas)
    cores = _cores(host, canvas, canvas.height - 1 - GRAPH_ROWS_MIN)
    extra = reasons(host.unknown, canvas)
    rows = max(1, canvas.height - 1 - len(cores) - len(extra))
    history = graph(state.histories.paired("cpu"), canvas.width, rows, 0, 100)
    lines: list[Line] = [head, *([(row, canvas.ink.graph)] for row in history), *cores, *extra]
    return Drawing(lines, _note(host), "\n".join(sentences(host.unknown)))


def _note(host: HostSample) -> str:
    count = len(host.cpu_pct)
    kinds = [f"{n} {kind}" for kind in "PE" if (n := host.core_kinds.count(kind))]
    return (" + ".join(kinds) if kinds else f"{count}") + " cores" if count else ""


def _headline(host: HostSample, canvas: Canvas) -> Line:
    ink = canvas.ink
    average = cpu_average_pct(host)
    left: Line = [(right(percent(average), 5), ink.strong)]
    load = f"{host.load_avg[0]:.1f}" if host.load_avg else UNKNOWN
    if host.load_avg and canvas.width >= 44:
        load = " ".join(f"{value:.1f}" for value in host.load_avg)
    freq = max(host.cpu_freq_mhz, default=None)
    heat = max(host.temperatures_c.values(), default=None)
    pieces = [
        figure_of("load", load, ink),
        [(f"{freq / 1000:.1f} GHz", ink.text)] if freq else figure_of("freq", UNKNOWN, ink),
        [(f"{heat:.0f} °C", ink.text)] if heat is not None else figure_of("temp", UNKNOWN, ink),
    ]
    room = canvas.width - 6
    while len(pieces) > 1 and sum(len(t) for p in pieces for t, _ in p) + 2 * len(pieces) > room:
        pieces.pop()
    return spread(left, joined(pieces, "  "), canvas.width)


def _cores(host: HostSample, canvas: Canvas, room: int) -> list[Line]:
    """Return a grid of bars where there is room for it, else one glyph a core."""
    kinds = host.core_kinds if len(host.core_kinds) == len(host.cpu_pct) else ""
    cores = [
        Core(number, kinds[number] if kinds else "", pct) for number, pct in enumerate(host.cpu_pct)
    ]
    groups = [[core for core in cores if core.kind == kind] for kind in ("P", "E", "")]
    groups = [group for group in groups if group]
    grid = [line for group in groups for line in _grid(group, canvas)]
    if len(grid) <= room:
        return grid
    widest = max(map(len, groups), default=0)
    double = 3 * widest + 12 <= canvas.width
    strips = [_strip(group, canvas, double=double) for group in groups]
    return strips if len(strips) <= canvas.height - 2 else []


def _grid(cores: list[Core], canvas: Canvas) -> list[Line]:
    ink = canvas.ink
    columns = max(1, (canvas.width + 2) // (CELL + 2))
    rows = -(-len(cores) // columns)
    cell = (canvas.width - 2 * (columns - 1)) // columns
    lines: list[Line] = []
    for row in range(rows):
        # Down, then across: neighbours stand under each other.
        pieces: list[Line] = []
        for core in cores[row::rows]:
            full, empty = bar(core.pct / 100, cell - 9)
            style = ink.second if core.kind == "E" else ink.graph
            name = f"{core.kind or 'c'}{core.number:<3}"
            pieces.append(
                [
                    (name, ink.quiet),
                    (full, style),
                    (empty, ink.line),
                    (f"{core.pct:5.0f}", ink.text),
                ]
            )
        lines.append(joined(pieces, "  "))
    return lines


def _strip(cores: list[Core], canvas: Canvas, *, double: bool) -> Line:
    """Return one column a core, and the average of them all."""
    ink = canvas.ink
    average = sum(core.pct for core in cores) / len(cores)
    kind = cores[0].kind
    name = f"{kind}  " if kind else "cores  "
    glyphs = [column(core.pct) for core in cores]
    drawn = " ".join(glyph * 2 for glyph in glyphs) if double else "".join(glyphs)
    style = ink.second if kind == "E" else ink.graph
    left = fit([(name, ink.quiet), (drawn, style)], canvas.width - 6)
    return spread(left, [(percent(average), ink.text)], canvas.width)
