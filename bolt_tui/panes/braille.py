"""A graph in braille: two samples a cell, four steps a row, between fixed bounds."""

from collections.abc import Sequence
from itertools import islice, repeat

_LEFT = (0x00, 0x40, 0x44, 0x46, 0x47)
_RIGHT = (0x00, 0x80, 0xA0, 0xB0, 0xB8)
_CELLS = [[chr(0x2800 | left | right) for right in _RIGHT] for left in _LEFT]
_STEPS = 4


def graph(
    values: Sequence[float | None], width: int, height: int, low: float, high: float
) -> list[str]:
    """Return `height` rows of `width` cells with the newest value at the right edge.

    None is a gap. A value that is not the lowest shows at least one dot; what lies outside the
    bounds is drawn on the bound.
    """
    wanted = 2 * width
    newest = list(islice(values, max(0, len(values) - wanted), None))
    dots = [*repeat(0, wanted - len(newest)), *(_dots(v, height, low, high) for v in newest)]
    tops = [_STEPS * (height - 1 - row) for row in range(height)]
    return [_row(dots, [_part(d, below) for d in range(height * _STEPS + 1)]) for below in tops]


def _dots(value: float | None, height: int, low: float, high: float) -> int:
    if value is None or high <= low:
        return 0
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    return max(1, round(share * height * _STEPS))


def _row(dots: list[int], parts: list[int]) -> str:
    """Return one row of cells; `parts` says how many of a column's dots fall into this row."""
    pairs = zip(dots[::2], dots[1::2], strict=True)
    return "".join([_CELLS[parts[left]][parts[right]] for left, right in pairs])


def _part(dots: int, below: int) -> int:
    return min(_STEPS, max(0, dots - below))
