"""Lines as dots of braille: two columns and four rows a cell, each line with its own pattern.

The first line is solid, the second dotted, the third sparse: they are told apart without colour.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

Values = Sequence[float | None]
Dots = set[tuple[int, int]]
Cell = tuple[str, int | None]

COLUMNS, ROWS = 2, 4
EMPTY = " "
_BITS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))  # of a cell, by column from below
_EVERY = (1, 2, 4)  # of a line's dots this one is drawn


class Frame(NamedTuple):
    """So many cells, and the values at their outermost dots."""

    width: int
    height: int
    left: float
    right: float
    low: float
    high: float

    def column(self, x: float) -> int:
        """Return the column of dots that `x` falls on."""
        return _place(x, self.left, self.right, self.width * COLUMNS)

    def row(self, y: float) -> int:
        """Return the row of dots that `y` falls on, counted from below."""
        return _place(y, self.low, self.high, self.height * ROWS)


def _place(value: float, low: float, high: float, count: int) -> int:
    if high <= low:
        return (count - 1) // 2
    return round(min(1.0, max(0.0, (value - low) / (high - low))) * (count - 1))


def drawn(x: Sequence[float], lines: Sequence[Values], frame: Frame) -> list[list[Cell]]:
    """Return the rows of cells from above, each a character and the line that it is of.

    In a cell that two lines share both have their dots; it is of the earlier one.
    """
    dots = [_pattern(_path(x, y, frame), at) for at, y in enumerate(lines)]
    return [
        [_cell(dots, column, row) for column in range(frame.width)]
        for row in reversed(range(frame.height))
    ]


def sample(at: int) -> str:
    """Return the pattern of a line, for a legend."""
    flat: Values = (0.0, 0.0)
    frame = Frame(3, 1, 0.0, 1.0, -1.0, 1.0)
    dots = [_pattern(_path((0.0, 1.0), flat, frame), at)]
    return "".join(_cell(dots, column, 0)[0] for column in range(frame.width))


def _path(x: Sequence[float], y: Values, frame: Frame) -> list[tuple[int, int]]:
    """Return the line's dots in order: each point, and what joins it to a known neighbour."""
    points = [
        None if value is None else (frame.column(at), frame.row(value))
        for at, value in zip(x, y, strict=True)
    ]
    path: list[tuple[int, int]] = []
    for before, point in pairwise([None, *points]):
        if point is not None:
            path += [point] if before is None else _joined(before, point)
    return path


def _joined(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the dots after `start` up to `end`, without a hole between neighbours."""
    wide, high = end[0] - start[0], end[1] - start[1]
    steps = max(abs(wide), abs(high))
    return [
        (start[0] + round(wide * step / steps), start[1] + round(high * step / steps))
        for step in range(1, steps + 1)
    ]


def _pattern(path: Sequence[tuple[int, int]], at: int) -> Dots:
    return set(path[:: _EVERY[min(at, len(_EVERY) - 1)]])


def _cell(dots: Sequence[Dots], column: int, row: int) -> Cell:
    shape, owner = 0, None
    for at, line in enumerate(dots):
        own = 0
        for side in range(COLUMNS):
            for step in range(ROWS):
                if (column * COLUMNS + side, row * ROWS + step) in line:
                    own |= _BITS[side][step]
        if own and owner is None:
            owner = at
        shape |= own
    return (chr(0x2800 | shape) if shape else EMPTY), owner
