"""The proof in an answer: findings, figures, tables, series and text as aligned lines."""

from collections.abc import Sequence

from rich.cells import cell_len

from bolt_tui.panes.line import Line, fit, pad, right, shorten, wrapped
from bolt_tui.panes.pane import Canvas
from bolt_tui.panes.units import UNKNOWN, figure, span
from bolt_tui.rendering.cells import numeric, table_texts
from bolt_tui.rendering.chart import chart, extent
from engine.evidence import Figure, Figures, Finding, Findings, Section, Series, Table, Text

INDENT = 2
COLUMN_GAP = 2
NARROWEST_COLUMN = 6
LONGEST_NUMBER = 16


def section_lines(section: Section, canvas: Canvas) -> list[Line]:
    """Return title and body; every row fits the width."""
    title, body = _drawn(section, canvas)
    head: Line = [(section.title, canvas.ink.accent)]
    if title:
        head.append((f"  {title}", canvas.ink.quiet))
    return [
        fit(head, canvas.width),
        *(fit([(" " * INDENT, canvas.ink.text), *row], canvas.width) for row in body),
    ]


def _drawn(section: Section, canvas: Canvas) -> tuple[str, list[Line]]:
    match section:
        case Findings():
            return _count(section), _findings(section.items, canvas)
        case Figures():
            return _shared_origin(section), _figures(section, canvas)
        case Table():
            return f"{len(section.rows)} rows", _table(section, canvas)
        case Series():
            return extent(section), _series(section, canvas)
        case Text():
            rows = wrapped(section.text.rstrip("\n"), canvas.width - INDENT)
            return "", [[(row, canvas.ink.text)] for row in rows]


def _count(section: Findings) -> str:
    shown = len(section.items)
    if shown < section.total:
        return f"first {shown:,} of {section.total:,}"
    return f"{section.total:,}" + (" and more" if section.truncated else "")


def _findings(items: Sequence[Finding], canvas: Canvas) -> list[Line]:
    """Return `path:line text`; a long path keeps its end, which tells files apart."""
    ink = canvas.ink
    places = [f.path if f.line is None else f"{f.path}:{f.line}" for f in items]
    widest = max(map(cell_len, places), default=0)
    column = min(widest, max(16, canvas.width // 2))
    lines: list[Line] = []
    for item, place in zip(items, places, strict=True):
        kept = place if cell_len(place) <= column else "…" + place[-(column - 1) :]
        lines.append([(pad(kept, column), ink.quiet), (f"  {item.text.strip()}", ink.text)])
    return lines


def _origin(item: Figure) -> str:
    age = f"{span(item.age_s)} old" if item.age_s is not None else ""
    return ", ".join(filter(None, (item.source, age)))


def _shared_origin(section: Figures) -> str:
    """Return source and age where all known figures have the same; then they are said once."""
    origins = {_origin(item) for item in section.items if item.value is not None}
    return origins.pop() if len(origins) == 1 else ""


def _figures(section: Figures, canvas: Canvas) -> list[Line]:
    """Return name, value to the right, unit, then source and age; an unknown one has a reason."""
    ink = canvas.ink
    items = section.items
    shared = _shared_origin(section)
    values = [figure(item.value) for item in items]
    names = max((cell_len(item.name) for item in items), default=0)
    numbers = max((cell_len(v) for v in values if cell_len(v) <= LONGEST_NUMBER), default=1)
    units = max((cell_len(item.unit) for item in items), default=0)
    names = min(names, max(12, canvas.width // 2))
    lines: list[Line] = []
    for item, value in zip(items, values, strict=True):
        line: Line = [(pad(item.name, names), ink.quiet), ("  ", ink.text)]
        if item.value is None:
            reason = item.reason or "no reason given"
            lines.append([*line, (right(UNKNOWN, numbers), ink.quiet), (f"  {reason}", ink.quiet)])
            continue
        line += [(right(value, numbers), ink.strong), (f" {item.unit}", ink.text)]
        if not shared:
            line.append((" " * (units - cell_len(item.unit)) + f"  {_origin(item)}", ink.quiet))
        lines.append(line)
    return lines


def _table(table: Table, canvas: Canvas) -> list[Line]:
    """Return head and rows; columns of numbers stand to the right."""
    ink = canvas.ink
    cells = table_texts(table, figure)
    numbers = numeric(table.rows) or [False] * len(table.columns)
    widths = _column_widths(table.columns, cells, canvas.width - INDENT)

    def row(texts: Sequence[str], style_of: str) -> Line:
        line: Line = []
        for text, width, number in zip(texts, widths, numbers, strict=True):
            cell = right(shorten(text, width), width) if number else pad(text, width)
            line.append((cell + " " * COLUMN_GAP, getattr(ink, style_of)))
        return [*line[:-1], *((last.rstrip(), style) for last, style in line[-1:])]

    return [row(table.columns, "quiet"), *(row(texts, "text") for texts in cells)]


def _column_widths(columns: Sequence[str], cells: list[list[str]], room: int) -> list[int]:
    """Return natural widths; where they don't fit, the widest columns give way."""
    widths = [
        max([cell_len(name), *(cell_len(row[i]) for row in cells)])
        for i, name in enumerate(columns)
    ]
    room -= COLUMN_GAP * (len(widths) - 1)
    while sum(widths) > room and (widest := max(widths)) > NARROWEST_COLUMN:
        widths[widths.index(widest)] -= 1
    return widths


def _series(series: Series, canvas: Canvas) -> list[Line]:
    ink = canvas.ink
    styles = {"axis": ink.quiet, "first": ink.graph, "second": ink.second, "mark": ink.text}
    rows = chart(series, canvas.width - INDENT)
    return [[(text, styles[role]) for text, role in row] for row in rows]
