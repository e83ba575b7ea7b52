"""The time bar: where the cursor stands in the past, and what happened round it."""

from datetime import UTC, datetime, tzinfo
from typing import Final

from rich.style import Style
from textual import events
from textual.message import Message

from bolt_tui.palette import Ink
from bolt_tui.panes.line import Line, width_of
from bolt_tui.panes.marks import SEVERITY
from bolt_tui.panes.pane import Canvas, Drawing, Pane
from bolt_tui.panes.units import clock
from bolt_tui.state import ConsoleState
from bolt_tui.views import MarkView, MomentView

TRACK, AHEAD, CURSOR = "─", "┈", "┃"
GLYPHS: Final[dict[str, str]] = {
    "query": "?", "circuit": "◐", "level": "▲", "alert": "!", "session": "│", "notice": "·",
}  # fmt: skip
# Where several marks fall into one cell, the gravest is seen.
_RANK: Final = ("notice", "session", "query", "circuit", "alert", "level")
_SPANS: Final = {600: "10 m", 3600: "1 h", 21_600: "6 h", 86_400: "1 d", 604_800: "7 d"}


def draw_timebar(state: ConsoleState, canvas: Canvas) -> Drawing:  # noqa: ARG001
    """Draw both ends' times, the marks between, and how it plays."""
    moment = canvas.look.moment
    if moment is None:
        return Drawing([])
    left, track, right = _parts(moment, canvas)
    here = [
        mark
        for mark in moment.marks
        if _cell(mark.wall_s, moment, len(track)) == _at(moment, len(track))
    ]
    return Drawing(
        [[*left, *track, *right]], why=_said(here or list(moment.marks), canvas.look.zone)
    )


def cell_time(moment: MomentView, canvas: Canvas, column: int) -> float | None:
    """Return the moment under a column of the bar, None beside it."""
    left, track, _ = _parts(moment, canvas)
    at = column - width_of(left)
    if not 0 <= at < len(track):
        return None
    return moment.start_s + at / max(1, len(track) - 1) * moment.span_s


def _parts(moment: MomentView, canvas: Canvas) -> tuple[Line, Line, Line]:
    ink, zone = canvas.ink, canvas.look.zone
    left: Line = [(f" {_end(moment.start_s, moment, zone)} ", ink.quiet)]
    how = f"▶ {moment.speed:g}×" if moment.speed else "‖ still"
    right: Line = [
        (f" {_end(moment.start_s + moment.span_s, moment, zone)} ", ink.quiet),
        (f" {_SPANS.get(round(moment.span_s), '')} ", ink.quiet),
        (f"{how:<7}", ink.strong if moment.speed else ink.text),
    ]
    width = max(10, canvas.width - width_of(left) - width_of(right))
    return left, _track(moment, width, ink), right


def _track(moment: MomentView, width: int, ink: Ink) -> Line:
    now = _cell(moment.now_s, moment, width)
    cells = [(TRACK if column <= now else AHEAD, ink.line) for column in range(width)]
    for mark in sorted(moment.marks, key=lambda mark: _RANK.index(mark.kind)):
        column = _cell(mark.wall_s, moment, width)
        if 0 <= column < width:
            cells[column] = (GLYPHS[mark.kind], getattr(ink, SEVERITY[mark.severity].tone))
    at = _at(moment, width)
    glyph, style = cells[at]
    on_a_mark = glyph not in (TRACK, AHEAD)
    cells[at] = (glyph, style + Style(reverse=True)) if on_a_mark else (CURSOR, ink.strong)
    return cells


def _cell(wall_s: float, moment: MomentView, width: int) -> int:
    return round((wall_s - moment.start_s) / moment.span_s * (width - 1))


def _at(moment: MomentView, width: int) -> int:
    return min(max(_cell(moment.at_s, moment, width), 0), width - 1)


def _end(wall_s: float, moment: MomentView, zone: tzinfo | None) -> str:
    """Return one end's time, as exact as the span needs."""
    when = datetime.fromtimestamp(wall_s, UTC).astimezone(zone)
    return f"{when:%a %d}" if moment.span_s > 86_400 else f"{when:%H:%M}"


def _said(marks: list[MarkView], zone: tzinfo | None) -> str:
    shown = [f"{clock(mark.wall_s, zone)} {GLYPHS[mark.kind]} {mark.text}" for mark in marks[-12:]]
    return "\n".join(shown)


class TimeBar(Pane):
    """The bar takes the mouse: a click seeks, the wheel steps."""

    class Sought(Message):
        """A moment was clicked."""

        def __init__(self, wall_s: float) -> None:
            super().__init__()
            self.wall_s = wall_s

    class Stepped(Message):
        """The wheel was turned: so many steps, back below 0."""

        def __init__(self, steps: int) -> None:
            super().__init__()
            self.steps = steps

    def __init__(self) -> None:
        super().__init__(draw_timebar, name="timebar", reads={"clock"}, can_be_marked=False)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        look = self._look
        if look is not None and look.moment is not None:
            canvas = Canvas(self.size.width, 1, look)
            wall_s = cell_time(look.moment, canvas, event.x)
            if wall_s is not None:
                self.post_message(self.Sought(wall_s))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.post_message(self.Stepped(-1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.post_message(self.Stepped(1))
