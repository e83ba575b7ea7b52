"""Sections of rows as lines, one row chosen; the chosen one may be opened to its whole text."""

from collections.abc import Sequence
from typing import NamedTuple

from bolt_tui.panes.alert_rows import Columns, Row, Section, columns_of, line_of
from bolt_tui.panes.line import Line, fit, pad, wrapped
from bolt_tui.panes.pane import Canvas

_TITLE, _INDENT, _LABEL = 11, 4, 20


class Listed(NamedTuple):
    """The lines, and by a row's key its first line and the one after its last."""

    lines: list[Line]
    places: dict[str, tuple[int, int]]


def listed(
    found: Sequence[Section], canvas: Canvas, room: int, chosen: str = "", *, opened: bool = False
) -> Listed:
    """Draw the sections, with a gap between them where all fits into `room` lines."""
    columns, lines, places = columns_of(found), list[Line](), dict[str, tuple[int, int]]()
    needed = sum(1 + len(one.rows) + bool(one.rows) for one in found)
    for one in found:
        if lines and one.rows and needed <= room:
            lines.append([])
        lines += _title(one, canvas)
        for row in one.rows:
            first, is_chosen = len(lines), row.key == chosen
            lines += _row(row, canvas, columns, chosen=is_chosen, opened=is_chosen and opened)
            places[row.key] = first, len(lines)
    return Listed(lines, places)


def _row(row: Row, canvas: Canvas, columns: Columns, *, chosen: bool, opened: bool) -> list[Line]:
    line = fit(line_of(row, canvas, columns, chosen=chosen), canvas.width)
    return [line, *(_whole(row, canvas) if opened else [])]


def _title(section: Section, canvas: Canvas) -> list[Line]:
    """Return the title with how many rows it has; without any, what to say of that."""
    ink = canvas.ink
    if section.rows:
        return [[(section.title, ink.strong), (f"  {len(section.rows)}", ink.quiet)]]
    first, *rest = wrapped(section.empty, max(10, canvas.width - _TITLE))
    head: Line = [(pad(section.title, _TITLE), ink.text), (first, ink.quiet)]
    return [head, *([(" " * _TITLE + row, ink.quiet)] for row in rest)]


def _whole(row: Row, canvas: Canvas) -> list[Line]:
    ink, lines = canvas.ink, list[Line]()
    said = [(label, text) for label, text in row.whole if text]
    column = min(max((len(label) for label, _ in said), default=0) + 2, _LABEL)
    indent = " " * (_INDENT + column)
    for label, text in said:
        first, *rest = wrapped(text, max(10, canvas.width - len(indent)))
        head = " " * _INDENT + pad(label, column - 1) + " "
        lines.append([(head, ink.quiet), (first, ink.text)])
        lines += [[(indent + more, ink.text)] for more in rest]
    return lines
