"""A pane: a pure drawing in a frame, on Textual's line API.

A drawing is a function of the state and the canvas. The widget keeps what it drew, and asks for a
repaint only when a line differs from the one before.
"""

from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import tzinfo
from itertools import zip_longest
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from bolt_tui.palette import Ink
from bolt_tui.panes.line import Line, fit, plain, width_of, wrapped
from bolt_tui.state import Area, ConsoleState
from bolt_tui.views import MomentView
from engine.events import Event


@dataclass(frozen=True, slots=True)
class Look:
    """How the whole screen is looked at: its styles, what the user set, what he turned to."""

    ink: Ink
    zone: tzinfo | None = None  # None: the machine's own
    stuck_after_s: float = 30.0
    paused: bool = False
    query: str | None = None  # whose answer is shown
    moment: MomentView | None = None  # where in the past; None: live


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where to draw: the room in cells, and the look."""

    width: int
    height: int
    look: Look
    zoomed: bool = False

    @property
    def ink(self) -> Ink:
        return self.look.ink


class Drawing(NamedTuple):
    """The lines, a word beside the title, and what a tooltip explains."""

    lines: list[Line]
    note: str = ""
    why: str = ""


Draw = Callable[[ConsoleState, Canvas], Drawing]


class Pane(ScrollView, can_focus=True, inherit_bindings=False):
    """One drawing of the state; it says which areas of the state it reads."""

    # Left and right are free for the time cursor: no pane is wider than it shows.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, action, show=False)
        for key, action in (
            ("up", "scroll_up"), ("down", "scroll_down"), ("home", "scroll_home"),
            ("end", "scroll_end"), ("pageup", "page_up"), ("pagedown", "page_down"),
        )
    ]  # fmt: skip

    class Zoom(Message):
        """The pane was clicked twice."""

        def __init__(self, pane: "Pane") -> None:
            super().__init__()
            self.pane = pane

    def __init__(
        self,
        draw: Draw,
        *,
        name: str,
        reads: Set[Area],
        title: str = "",
        number: int | None = None,
        costly: type[Event] | None = None,
        can_be_marked: bool = True,
    ) -> None:
        super().__init__(id=name)
        self.reads = frozenset(reads)
        self.number = number
        self.costly = costly
        self.can_be_marked = can_be_marked  # with the mouse; what changes each second can't
        self.title = title
        self.lines: list[Line] = []
        self._draw = draw
        self._width = 0
        self._note: str | None = None
        self._why = ""
        self._state: ConsoleState | None = None
        self._look: Look | None = None

    def show(self, state: ConsoleState, look: Look) -> None:
        """Draw this state now, or when the pane comes into view."""
        self._state, self._look = state, look
        if self.display and self.size.area:
            self.redraw()

    def redraw(self) -> None:
        """Draw again; for a new size, theme or state."""
        if self._state is None or self._look is None or not self.size.area:
            return
        room = self.scrollable_content_region
        self._width = room.width
        canvas = Canvas(room.width, room.height, self._look, self.is_maximized)
        drawing = self._try(self._state, canvas)
        self._frame(drawing)
        self._replace([fit(line, room.width) for line in drawing.lines], room.height)

    def _try(self, state: ConsoleState, canvas: Canvas) -> Drawing:
        try:
            return self._draw(state, canvas)
        except Exception as error:  # one pane must not take the others along
            cause = f"this pane can't be drawn: {type(error).__name__}: {error}"
            rows = wrapped(cause, max(1, canvas.width))
            return Drawing([[(row, canvas.ink.bad)] for row in rows], why=cause)

    def _frame(self, drawing: Drawing) -> None:
        if self.title and drawing.note != self._note:
            self._note = drawing.note
            self.border_title = self._titled(drawing.note).markup
        if drawing.why != self._why:
            self._why = drawing.why
            self.tooltip = drawing.why or None

    def _titled(self, note: str) -> Content:
        number = f"{self.number} " if self.number else ""
        beside = f"  {note}" if note else ""
        return Content.assemble(
            (number, "$ink-quiet"), (self.title, "bold"), (beside, "$ink-quiet")
        )

    def _replace(self, lines: list[Line], height: int) -> None:
        before, self.lines = self.lines, lines
        # A change of the virtual size lays the whole screen out again: only where there is more
        # to scroll to than fits.
        longer = self._scrolls and len(lines) > height
        size = Size(self._width, len(lines)) if longer else Size(0, 0)
        if size != self.virtual_size:
            self.virtual_size = size
            self.refresh()
        else:
            pairs = zip_longest(lines, before)
            self._refresh_rows([row for row, (new, old) in enumerate(pairs) if new != old])

    @property
    def _scrolls(self) -> bool:
        return bool(self.styles.overflow_y != "hidden")

    def _refresh_rows(self, rows: list[int]) -> None:
        top = round(self.scroll_y)
        regions: list[Region] = []
        for row in (row - top for row in rows if row >= top):
            if regions and regions[-1].bottom == row:  # one region costs less than its rows
                last = regions.pop()
                regions.append(Region(0, last.y, self._width, last.height + 1))
            else:
                regions.append(Region(0, row, self._width, 1))
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """Return one row of the visible part."""
        base = self.visual_style.rich_style
        row = y + round(self.scroll_y)
        if row >= len(self.lines):
            return Strip.blank(self._width, base)
        line = self._selected(row) or self.lines[row]
        segments = [Segment(text, base + style) for text, style in line]
        strip = Strip(segments, width_of(line)).adjust_cell_length(self._width, base)
        return strip.apply_offsets(0, row) if self.can_be_marked else strip

    def _selected(self, row: int) -> Line | None:
        """Return the row as the mouse marked it, None where it did not."""
        selection = self.text_selection
        span = selection.get_span(row) if selection else None
        if span is None:
            return None
        text = plain(self.lines[row])
        start, end = span[0], len(text) if span[1] == -1 else span[1]
        marked = Style(reverse=True)
        return [(text[:start], Style.null()), (text[start:end], marked), (text[end:], Style.null())]

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the marked text."""
        return selection.extract("\n".join(plain(line).rstrip() for line in self.lines)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002
        """Show what the mouse marks."""
        self.refresh()

    def on_resize(self, _: events.Resize) -> None:
        self.redraw()

    def on_show(self, _: events.Show) -> None:
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        if event.chain == 2:
            event.stop()
            self.post_message(self.Zoom(self))
