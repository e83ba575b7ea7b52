"""A pane: a pure drawing in a frame, on Textual's line API.

A drawing is a function of the state and the canvas. The widget keeps what it drew, and asks for a
repaint only when a line differs from the one before.
"""

from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import tzinfo
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from bolt_tui.palette import Ink
from bolt_tui.panes.line import Line, fit, plain, width_of, wrapped
from bolt_tui.state import Area, ConsoleState
from engine.events import Event


@dataclass(frozen=True, slots=True)
class Look:
    """How the whole screen is looked at: its styles, what the user set, what he turned to."""

    ink: Ink
    zone: tzinfo | None = None  # None: the machine's own
    stuck_after_s: float = 30.0
    paused: bool = False
    query: str | None = None  # whose answer is shown


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


class Pane(ScrollView, can_focus=True):
    """One drawing of the state; it says which areas of the state it reads."""

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
    ) -> None:
        super().__init__(id=name)
        self.reads = frozenset(reads)
        self.number = number
        self.costly = costly
        self.title = title
        self.lines: list[Line] = []
        self._draw = draw
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
        canvas = Canvas(room.width, room.height, self._look, self.is_maximized)
        drawing = self._try(self._state, canvas)
        self._frame(drawing)
        self._replace([fit(line, room.width) for line in drawing.lines])

    def _try(self, state: ConsoleState, canvas: Canvas) -> Drawing:
        try:
            return self._draw(state, canvas)
        except Exception as error:  # one pane must not take the others along
            cause = f"this pane can't be drawn: {type(error).__name__}: {error}"
            rows = wrapped(cause, max(1, canvas.width))
            return Drawing([[(row, canvas.ink.bad)] for row in rows], why=cause)

    def _frame(self, drawing: Drawing) -> None:
        if self.title:
            number = f"{self.number} " if self.number else ""
            note = f"  {drawing.note}" if drawing.note else ""
            title = Content.assemble(
                (number, "$ink-quiet"), (self.title, "bold"), (note, "$ink-quiet")
            )
            if title.markup != self.border_title:
                self.border_title = title.markup
        if drawing.why != (self.tooltip or ""):
            self.tooltip = drawing.why or None

    def _replace(self, lines: list[Line]) -> None:
        before, self.lines = self.lines, lines
        size = Size(self.scrollable_content_region.width, len(lines))
        if size != self.virtual_size:
            self.virtual_size = size
            self.refresh()
        elif lines != before:
            rows = [y for y, line in enumerate(lines) if y >= len(before) or line != before[y]]
            self._refresh_rows(rows)

    def _refresh_rows(self, rows: list[int]) -> None:
        top, width = round(self.scroll_y), self.scrollable_content_region.width
        self.refresh(*(Region(0, row - top, width, 1) for row in rows if row >= top))

    def render_line(self, y: int) -> Strip:
        """Return one row of the visible part."""
        width = self.scrollable_content_region.width
        base = self.visual_style.rich_style
        row = y + round(self.scroll_y)
        if row >= len(self.lines):
            return Strip.blank(width, base)
        line = self._selected(row) or self.lines[row]
        strip = Strip([Segment(text, style) for text, style in line], width_of(line))
        return strip.adjust_cell_length(width).apply_style(base).apply_offsets(0, row)

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
