"""The proof in an answer: findings, figures, tables, series and text as aligned lines."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest

from rich.style import Style

from bolt_tui.panes.line import Line, cell_len, fit, pad, right, shorten, width_of, wrapped
from bolt_tui.panes.pane import Canvas, Look
from bolt_tui.panes.units import UNKNOWN, figure
from bolt_tui.rendering.cells import common_source, numeric, origin, table_texts, without_blanks
from bolt_tui.rendering.chart import chart, extent
from engine.evidence import (
    Figures,
    Finding,
    Findings,
    Section,
    Series,
    Table,
    Text,
    counted,
)

DRAWN_KEPT = 32
INDENT = 2
COLUMN_GAP = 2
MOST_CELL = 400  # columns that a cell may ask for
NARROWEST = 12  # of words, before a table is folded into its rows
LONGEST_NUMBER = 16


def section_lines(section: Section, canvas: Canvas) -> list[Line]:
    """Return title and body; every row fits the width."""
    return list(_lines(section, Canvas(canvas.width, 0, Look(canvas.ink))))


@lru_cache(maxsize=DRAWN_KEPT)
def _lines(section: Section, canvas: Canvas) -> tuple[Line, ...]:
    """Draw it once for each width and palette: the pane asks again with every event of a query."""
    note, body = _drawn(section, canvas)
    room = max(NARROWEST, canvas.width - cell_len(note) - COLUMN_GAP)
    head: Line = [(shorten(section.title, room), canvas.ink.accent)]
    if note:
        head.append((" " * COLUMN_GAP + note, canvas.ink.quiet))
    return (
        fit(head, canvas.width),
        *(fit([(" " * INDENT, canvas.ink.text), *row], canvas.width) for row in body),
    )


def _drawn(section: Section, canvas: Canvas) -> tuple[str, list[Line]]:
    match section:
        case Findings():
            return _count(section), _findings(section.items, canvas)
        case Figures():
            return common_source(section), _figures(section, canvas)
        case Table():
            return counted(len(section.rows), "row"), _table(section, canvas)
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


def _figures(section: Figures, canvas: Canvas) -> list[Line]:
    """Return name, value to the right, unit, then source and age; an unknown one has a reason."""
    ink = canvas.ink
    items = section.items
    common = common_source(section)
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
            line += [(right(UNKNOWN, numbers), ink.quiet), ("  ", ink.text)]
            lines += _hanging(line, reason, ink.quiet, canvas)
            continue
        line += [(right(value, numbers), ink.strong), (" ", ink.text)]
        if (said := origin(item)) == common:
            lines += _hanging(line, item.unit, ink.text, canvas)
        else:
            line.append((pad(item.unit, units) + "  ", ink.text))
            lines += _hanging(line, said, ink.quiet, canvas)
    return lines


def _hanging(line: Line, text: str, style: Style, canvas: Canvas) -> list[Line]:
    """Put a text behind the line, and what of it has no room there under its beginning."""
    column = width_of(line)
    first, *rest = wrapped(text, max(NARROWEST, canvas.width - INDENT - column))
    return [[*line, (first, style)], *([(" " * column + row, style)] for row in rest)]


def _table(table: Table, canvas: Canvas) -> list[Line]:
    """Return the table, and below it which of its columns nobody knows anything of."""
    kept, blank = without_blanks(table)
    below = wrapped(blank, canvas.width - INDENT) if blank else []
    return [*_rows(kept, canvas), *([(row, canvas.ink.quiet)] for row in below)]


def _rows(table: Table, canvas: Canvas) -> list[Line]:
    """Return head and rows in columns; where those fold too much, what takes fewest lines.

    That may be the last columns below each row, or each row as names and values.
    """
    cells = table_texts(table, figure)
    numbers = numeric(table.rows) or [False] * len(table.columns)
    folded = _folded(table.columns, cells, numbers, canvas)
    columns = None if folded is None else [line for lines in folded for line in lines]
    least = sum(1 + sum(map(bool, texts[1:])) for texts in cells)  # lines of names and values
    if columns is not None and len(columns) <= max(least, len(cells) + 1):
        return columns
    entries = [line for texts in cells for line in _entry(table.columns, texts, canvas)]
    ways = (columns, _rest_below(table.columns, cells, numbers, canvas), entries)
    return min((way for way in ways if way is not None), key=len)


def _rest_below(
    names: Sequence[str], cells: list[list[str]], numbers: Sequence[bool], canvas: Canvas
) -> list[Line] | None:
    """Return as many columns as have room, and what is known of the others below each row.

    None where the last column is none of words, which stand below a row as well as beside it.
    """
    if numbers[-1]:
        return None
    for kept in range(len(names) - 1, 0, -1):
        above = _folded(names[:kept], [texts[:kept] for texts in cells], numbers[:kept], canvas)
        if above is not None:
            rest = (_rest(names[kept:], texts[kept:]) for texts in cells)
            below = [", ".join(names[kept:]), *rest]
            return [
                line
                for lines, text in zip(above, below, strict=True)
                for line in (*lines, *_below(text, canvas))
            ]
    return None


def _rest(names: Sequence[str], texts: Sequence[str]) -> str:
    """Return what is known of these columns in one row; words say by themselves what they are."""
    figures = [
        f"{name} {text}"
        for name, text in zip(names[:-1], texts[:-1], strict=True)
        if text not in ("", UNKNOWN)
    ]
    return "; ".join([*([", ".join(figures)] if figures else []), *filter(None, texts[-1:])])


def _below(text: str, canvas: Canvas) -> list[Line]:
    return _hanging([("  ", canvas.ink.quiet)], text, canvas.ink.quiet, canvas) if text else []


def _folded(
    names: Sequence[str], cells: list[list[str]], numbers: Sequence[bool], canvas: Canvas
) -> list[list[Line]] | None:
    """Return the lines of the head and of each row; None where there is no room.

    Columns of numbers stand to the right, and no number is cut.
    """
    widths = _widths(names, cells, numbers, canvas.width - INDENT)
    if widths is None:
        return None

    def row(texts: Sequence[str], style: Style) -> Iterator[Line]:
        folded = [wrapped(text, width) for text, width in zip(texts, widths, strict=True)]
        for parts in zip_longest(*folded, fillvalue=""):
            placed = [
                right(part, width) if number else pad(part, width)
                for part, width, number in zip(parts, widths, numbers, strict=True)
            ]
            yield [((" " * COLUMN_GAP).join(placed).rstrip(), style)]

    ink = canvas.ink
    return [list(row(names, ink.quiet)), *(list(row(texts, ink.text)) for texts in cells)]


def _widths(
    columns: Sequence[str], cells: list[list[str]], numbers: Sequence[bool], room: int
) -> list[int] | None:
    """Return natural widths; where they don't fit, the widest give way, down to what is legible."""
    room -= COLUMN_GAP * (len(columns) - 1)
    longest = [
        max((min(cell_len(row[i]), MOST_CELL) for row in cells), default=0)
        for i in range(len(columns))
    ]
    words = [
        max((cell_len(word) for row in cells for word in row[i].split()), default=0)
        for i in range(len(columns))
    ]
    widths = [max(cell_len(name), most) for name, most in zip(columns, longest, strict=True)]
    least = [
        max(most if number else min(most, NARROWEST, word), *map(cell_len, name.split(" ")))
        for name, most, word, number in zip(columns, longest, words, numbers, strict=True)
    ]
    if sum(least) > room:
        return None
    while sum(widths) > room:
        widths[max(range(len(widths)), key=lambda i: (widths[i] > least[i], widths[i]))] -= 1
    return widths


def _entry(columns: Sequence[str], texts: Sequence[str], canvas: Canvas) -> list[Line]:
    """Return one row of a table as lines, each with a column's name and what stands in it."""
    ink, (head, *rest) = canvas.ink, texts
    names = min(max(map(cell_len, columns)), canvas.width // 3)
    lines: list[Line] = [[(row, ink.strong)] for row in wrapped(head, canvas.width - INDENT)]
    for name, text in zip(columns[1:], rest, strict=True):
        if text:
            lines += _hanging([(f"  {pad(name, names)}  ", ink.quiet)], text, ink.text, canvas)
    return lines


def _series(series: Series, canvas: Canvas) -> list[Line]:
    ink = canvas.ink
    styles = {"axis": ink.quiet, "first": ink.graph, "second": ink.second, "mark": ink.text}
    rows = chart(series, canvas.width - INDENT)
    return [[(text, styles[role]) for text, role in row] for row in rows]
