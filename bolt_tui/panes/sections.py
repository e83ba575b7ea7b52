"""The proof in an answer: findings, figures, tables, series and text as aligned lines."""

from collections.abc import Sequence

from rich.cells import cell_len

from bolt_tui.panes.braille import graph
from bolt_tui.panes.line import Line, fit, pad, right, shorten, wrapped
from bolt_tui.panes.pane import Canvas
from bolt_tui.panes.units import UNKNOWN, figure, span
from engine.evidence import Cell, Figure, Figures, Finding, Findings, Section, Series, Table, Text

INDENT = 2
GRAPH_ROWS = 4
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
            return _extent(section), _series(section, canvas)
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
    cells = [[figure(value) for value in row] for row in table.rows]
    numeric = [_is_numeric([row[i] for row in table.rows]) for i in range(len(table.columns))]
    widths = _column_widths(table.columns, cells, canvas.width - INDENT)

    def row(texts: Sequence[str], style_of: str) -> Line:
        line: Line = []
        for text, width, number in zip(texts, widths, numeric, strict=True):
            cell = right(shorten(text, width), width) if number else pad(text, width)
            line.append((cell + " " * COLUMN_GAP, getattr(ink, style_of)))
        return [*line[:-1], *((last.rstrip(), style) for last, style in line[-1:])]

    return [row(table.columns, "quiet"), *(row(texts, "text") for texts in cells)]


def _is_numeric(values: Sequence[Cell]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(
        isinstance(v, int | float) and not isinstance(v, bool) for v in known
    )


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


def _extent(series: Series) -> str:
    known = [y for y in series.y if y is not None]
    if not known:
        return "no value is known"
    unit = f" {series.unit}" if series.unit else ""
    length = span(series.x[-1] - series.x[0]) if len(series.x) > 1 else "one point"
    return f"{len(known)} points over {length}, {figure(min(known))} to {figure(max(known))}{unit}"


def _series(series: Series, canvas: Canvas) -> list[Line]:
    known = [y for y in series.y if y is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    labels = [figure(high), *[""] * (GRAPH_ROWS - 2), figure(low)]
    column = max(map(cell_len, labels))
    width = max(4, canvas.width - INDENT - column - 1)
    margin = (high - low) * 0.04 or 1.0
    rows = graph(_resampled(series.y, 2 * width), width, GRAPH_ROWS, low - margin, high)
    ink = canvas.ink
    return [
        [(right(label, column) + " ", ink.quiet), (row, ink.graph)]
        for label, row in zip(labels, rows, strict=True)
    ]


def _resampled(values: Sequence[float | None], count: int) -> list[float | None]:
    """Return `count` values: means of neighbours where there are more, else repeats."""
    size = len(values)
    resampled: list[float | None] = []
    for i in range(count):
        part = values[i * size // count : max(i * size // count + 1, (i + 1) * size // count)]
        known = [value for value in part if value is not None]
        resampled.append(sum(known) / len(known) if known else None)
    return resampled
