"""A terminal that is too small is told which size is needed."""

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

NEEDED = Size(60, 16)


def is_too_small(size: Size) -> bool:
    return size.width < NEEDED.width or size.height < NEEDED.height


class TooSmall(Screen[None]):
    """Needed size and present size; it goes when there is room."""

    def compose(self) -> ComposeResult:
        yield Static(self._sentence(self.app.size))

    def on_resize(self, event: events.Resize) -> None:
        self.query_one(Static).update(self._sentence(event.size))

    def _sentence(self, size: Size) -> Content:
        return Content.assemble(
            ("bolt needs ", "$ink-quiet"),
            (f"{NEEDED.width}×{NEEDED.height}", "bold"),
            ("\nnow it is ", "$ink-quiet"),
            (f"{size.width}×{size.height}", "bold"),
        )
