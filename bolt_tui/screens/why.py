"""Why the level is what it is, over the console: it goes on counting while it is read."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from bolt_tui.panes.pane import Look, Pane
from bolt_tui.panes.why import draw_why
from bolt_tui.state import ConsoleState

EVERY_S = 0.5
FRAME = 2


class Why(ModalScreen[None]):
    """Any of its keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,w,ctrl+g,enter", "dismiss", "Close", show=False)
    ]

    def __init__(self, shown: Callable[[], tuple[ConsoleState, Look]]) -> None:
        super().__init__()
        self._shown = shown
        self._pane = Pane(draw_why, name="why", title="Why", reads=set())
        self._pane.border_subtitle = "esc closes"

    def compose(self) -> ComposeResult:
        yield self._pane

    def on_mount(self) -> None:
        self._pane.focus()
        self.call_after_refresh(self._show)
        self.set_interval(EVERY_S, self._show)

    def _show(self) -> None:
        self._pane.show(*self._shown())
        self._pane.styles.height = len(self._pane.lines) + FRAME
