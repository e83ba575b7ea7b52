"""An order by hand before it is given: what it will do, when it ends, and why it is given."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from bolt_tui.panes.hints import Tone
from bolt_tui.panes.line import wrapped

LABEL = 8
WIDTH = 64


class Confirm(ModalScreen[str | None]):
    """Ends with the reason (empty where none is asked for), or with None: nothing is done.

    Enter does it unless something was typed since the dialog last said what enter does: that may
    have been meant for the prompt, and an order must not come of it by the way.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave it", show=False),
        Binding("enter", "give", "Do it", show=False),
    ]

    def __init__(self, title: str, rows: tuple[tuple[str, str], ...], reason: str | None) -> None:
        """Show the rows; `reason` is what was said so far, None where an order needs no reason."""
        super().__init__()
        self._title, self._rows, self._reason = title, rows, reason
        self._typed = False

    def compose(self) -> ComposeResult:
        with Vertical(id="confirm") as box:
            box.border_title = self._title
            yield Static(Content("\n").join([_row(*row) for row in self._rows]))
            if self._reason is not None:
                yield Input(
                    self._reason,
                    id="reason",
                    placeholder="because …",
                    compact=True,
                    select_on_focus=False,
                )
            yield Static(_keys(), id="choice")

    def on_key(self, event: Key) -> None:
        """Where nothing can be typed, note that somebody tried."""
        self._typed = self._typed or event.is_printable

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._typed = self._typed or event.value != self._reason  # it comes with the first too

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_give()

    def action_give(self) -> None:
        reason = "" if self._reason is None else self._said()
        if self._reason is not None and not reason:
            self._tell(" ✗ say why, for whoever wonders later", "$ink-bad")
        elif self._typed:
            self._typed = False
            because = f", because {reason}" if reason else ""
            self._tell(f" ▲ enter once more does it, esc leaves it{because}", "$ink-warn")
        else:
            self.dismiss(reason)

    def _said(self) -> str:
        return " ".join(self.query_one("#reason", Input).value.split())

    def _tell(self, text: str, ink: str) -> None:
        self.query_one("#choice", Static).update(Content.styled(text, ink))

    def action_leave(self) -> None:
        self.dismiss(None)


def ask_back(
    screen: Screen[None],
    title: str,
    rows: tuple[tuple[str, str], ...],
    reason: str | None,
    then: Callable[[str], None],
    say: Callable[[str, Tone], None],
) -> None:
    """Ask over this screen whether it is to be done, and do it with the reason that was given."""

    def answered(given: str | None) -> None:
        if given is None:
            say("left as it was", "warn")
        else:
            then(given)

    screen.app.push_screen(Confirm(title, rows, reason), answered)


def _row(label: str, text: str) -> Content:
    first, *rest = wrapped(text, WIDTH - LABEL)
    more = "".join(f"\n{' ' * LABEL}{row}" for row in rest)
    return Content.assemble((f"{label:<{LABEL}}", "$ink-quiet"), first, more)


def _keys() -> Content:
    return Content.from_markup(
        "[@click=screen.give]enter [$ink-quiet]does it[/][/]   "
        "[@click=screen.leave]esc [$ink-quiet]leaves it[/][/]"
    )
