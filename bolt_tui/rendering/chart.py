"""A series as a chart in characters: lines over an axis with its ends, its zero and its marks.

Every face draws this one: what a piece is of stands beside it, so that a face may colour it.
"""

from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Literal, NamedTuple

from bolt_tui.panes.units import span
from bolt_tui.rendering.raster import COLUMNS, EMPTY, ROWS, Cell, Frame, drawn, sample
from engine.evidence import Series, clean, counted

Role = Literal["axis", "first", "second", "mark"]
Piece = tuple[str, Role]
Row = tuple[Piece, ...]

_FEW_ROWS, _MANY_ROWS = 6, 11
_WIDEST, _NARROWEST = 110, 8
_MARK = "▲"
_EPOCH = date(1970, 1, 1)


@lru_cache(maxsize=16)  # a screen draws the same answer again at each tick
def chart(series: Series, width: int) -> tuple[Row, ...]:
    """Return the chart's rows, each at most `width` columns; none where no value is known."""
    frame = _frame(series, width)
    if frame is None:
        return ()
    names = _names(frame)
    column = max(map(len, names.values()))
    room = min(width, _WIDEST) - column - 1
    if room < _NARROWEST:
        return ()
    frame = frame._replace(width=room)
    lines = [series.y, *(one.y for one in series.others)]
    zero = _zero(frame)
    body = [
        ((names.get(at, "").rjust(column) + " ", "axis"), *_plotted(cells, at == zero))
        for at, cells in enumerate(drawn(series.x, lines, frame))
    ]
    margin: Piece = (" " * (column + 1), "axis")
    below = [*_marks(series, frame), *_ends(series, frame)]
    return (*_legend(series, width), *body, *((margin, piece) for piece in below))


def extent(series: Series) -> str:
    """Return how many points there are, and their least and greatest values."""
    known = _known(series)
    if not known:
        return "no value is known"
    unit = f" {series.unit}" if series.unit else ""
    points = sum(y is not None for y in series.y)
    return f"{counted(points, 'point')}, {amount(min(known))} to {amount(max(known))}{unit}"


def amount(value: float) -> str:
    """Return a value as an axis tells it: four digits, or all before the point."""
    if abs(value) >= 1e12:
        return f"{value:.3g}"
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return "0" if text == "-0" else text


def position(x: float, unit: str) -> str:
    """Return a place on the x axis: a span of time, a date, or an amount."""
    if unit == "s":
        return span(x) if x else "0 s"
    if unit == "date":
        return (_EPOCH + timedelta(days=x)).isoformat()
    return amount(x)


def _known(series: Series) -> list[float]:
    every = (series.y, *(one.y for one in series.others))
    return [value for y in every for value in y if value is not None]


def _frame(series: Series, width: int) -> Frame | None:
    known = _known(series)
    if not known:
        return None
    low, high = min(known), max(known)
    rich = series.others or series.marks or low < 0.0 < high
    height = _MANY_ROWS if rich else _FEW_ROWS
    return Frame(width, height, series.x[0], series.x[-1], low, high)


def _zero(frame: Frame) -> int | None:
    """Return the row, from above, on which 0 lies; None where the values don't pass it."""
    if not frame.low < 0.0 < frame.high:
        return None
    return frame.height - 1 - frame.row(0.0) // ROWS


def _names(frame: Frame) -> dict[int, str]:
    """Return what stands before which row: the greatest, the least, and 0 or the middle."""
    last = frame.height - 1
    if frame.low == frame.high:
        return {last - frame.row(frame.low) // ROWS: amount(frame.low)}
    names = {0: amount(frame.high), last: amount(frame.low)}
    if (zero := _zero(frame)) is not None:
        return names | {zero: "0"}
    middle = frame.height // 2
    share = ((last - middle) * ROWS + (ROWS - 1) / 2) / (frame.height * ROWS - 1)
    return names | {middle: amount(frame.low + share * (frame.high - frame.low))}


def _plotted(cells: list[Cell], zero: bool) -> Row:
    def piece(cell: Cell) -> Piece:
        character, line = cell
        if line is None:
            return ("─" if zero else EMPTY), "axis"
        return character, "second" if line else "first"

    return tuple(
        ("".join(text for text, _ in run), role)
        for role, run in groupby(map(piece, cells), key=lambda one: one[1])
    )


def _legend(series: Series, width: int) -> list[Row]:
    names = [series.label, *(one.name for one in series.others)]
    if not any(names):
        return []
    row: list[Piece] = []
    for at, name in enumerate(names):
        role: Role = "second" if at else "first"
        pieces: Row = ((f"{sample(at)} ", role), (f"{clean(name)}   ", "mark"))
        for text, of in pieces:
            room = width - sum(len(said) for said, _ in row)
            row.append((text[:room], of))
    return [tuple(row)]


class _Label(NamedTuple):
    """A text below the plot, from this column on."""

    begin: int
    text: str


def _marks(series: Series, frame: Frame) -> list[Piece]:
    """Return the named places in as few rows as keep them apart."""
    rows: list[list[_Label]] = []
    for place in sorted(series.marks, key=lambda one: one.x):
        if not frame.left <= place.x <= frame.right:
            continue
        at = position(place.x, series.x_unit)
        label = _marked(place.x, f"{clean(place.name)} {at}", frame)
        free = next((row for row in rows if _end(row) + 1 < label.begin), None)
        if free is None:
            rows.append(free := [])
        free.append(label)
    return [(_laid(row, frame.width), "mark") for row in rows]


def _marked(x: float, text: str, frame: Frame) -> _Label:
    """Return the mark with its text to the right, or to the left where there is no room."""
    column = frame.column(x) // COLUMNS
    if column + len(text) + 2 <= frame.width:
        return _Label(column, f"{_MARK} {text}")
    return _Label(max(0, column - len(text) - 1), f"{text} {_MARK}")


def _end(row: list[_Label]) -> int:
    return row[-1].begin + len(row[-1].text)


def _laid(row: list[_Label], width: int) -> str:
    text = ""
    for label in row:
        text = text.ljust(label.begin) + label.text
    return text[:width]


def _ends(series: Series, frame: Frame) -> list[Piece]:
    """Return the row with both ends of the x axis, and its name between them."""
    left, right = (position(x, series.x_unit) for x in (frame.left, frame.right))
    if frame.left == frame.right:
        return [(left[: frame.width], "axis")]
    between = frame.width - len(left) - len(right)
    if between < 1:
        return [(right[: frame.width].rjust(frame.width), "axis")]
    name = clean(series.x_label)
    said = name if len(name) + 2 <= between else ""
    return [(left + said.center(between) + right, "axis")]
