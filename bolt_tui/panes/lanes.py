"""One lane of time an agent: a segment for each attempt, the present at the right edge."""

from collections.abc import Sequence

from bolt_tui.palette import Ink
from bolt_tui.panes.line import Line
from bolt_tui.panes.marks import TASK
from bolt_tui.views import Segment, Work

WINDOW_S = 60.0
_TRACK = "·"
_RUN = "━"


def lane(
    segments: Sequence[Segment], work: Work | None, now_s: float, width: int, ink: Ink
) -> Line:
    """Draw the last minute in `width` cells; a segment ends in the glyph of its outcome."""
    cells = [(_TRACK, ink.line)] * width

    def cell(moment_s: float) -> int:
        return round((moment_s - now_s + WINDOW_S) / WINDOW_S * (width - 1))

    for segment in segments:
        mark = TASK[segment.status]
        style = getattr(ink, mark.tone)
        last = cell(segment.ended_s)
        first = max(0, cell(segment.ended_s - segment.elapsed_ms / 1000))
        for column in range(first, last):
            cells[column] = (_RUN, style)
        if 0 <= last < width:
            cells[last] = (mark.glyph, style)
    if work is not None:
        for column in range(max(0, cell(work.started_s)), width):
            cells[column] = (_RUN, ink.accent)
    return cells
