"""All about alerts over the console: chosen by arrows, silenced and told again by a key."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen

from bolt_tui.operating import Asks, Rows
from bolt_tui.panes.alert_list import Listed, listed
from bolt_tui.panes.alert_rows import Row, sections
from bolt_tui.panes.hints import GLYPHS, Tone
from bolt_tui.panes.pane import Canvas, Drawing, Look, Pane
from bolt_tui.screens.confirm import ask_back
from bolt_tui.state import ConsoleState

EVERY_S = 0.5
FRAME = 2
KEYS = "↑ ↓ choose   enter whole text   s silence   u end silence   esc closes"
Operate = Callable[[Asks, str], bool]


class Alerts(ModalScreen[None]):
    """Any of its closing keys leaves it; it goes on showing what happens."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,a,ctrl+t", "dismiss", "Close", show=False),
        Binding("up,k", "choose(-1)", "Before", show=False),
        Binding("down,j", "choose(1)", "After", show=False),
        Binding("pageup", "choose(-10)", "Far before", show=False),
        Binding("pagedown", "choose(10)", "Far after", show=False),
        Binding("home", "choose(-100000)", "First", show=False),
        Binding("end", "choose(100000)", "Last", show=False),
        Binding("enter,space", "open", "Whole text", show=False),
        Binding("s", "silence", "Silence", show=False),
        Binding("u", "unsilence", "End the silence", show=False),
    ]

    def __init__(
        self, shown: Callable[[], tuple[ConsoleState, Look]], live: ConsoleState, operate: Operate
    ) -> None:
        """Show what `shown` returns; orders concern `live`, and `operate` gives them."""
        super().__init__()
        self.live = live
        self._shown, self._operate = shown, operate
        self._rows: list[Row] = []
        self._listed = Listed([], {})
        self._chosen = ""
        self._opened = False
        self._pane = Pane(self._draw, name="alert-list", title="Alerts", reads=set())
        self._pane.can_focus = False
        self._pane.border_subtitle = KEYS

    def compose(self) -> ComposeResult:
        yield self._pane

    def on_mount(self) -> None:
        self.call_after_refresh(self._show)
        self.set_interval(EVERY_S, self._show)

    def _show(self) -> None:
        self._pane.show(*self._shown())
        self._pane.styles.height = len(self._pane.lines) + FRAME

    def _draw(self, state: ConsoleState, canvas: Canvas) -> Drawing:
        found = sections(state, canvas)
        before = self._at
        self._rows = [row for one in found for row in one.rows]
        if self._rows and self._at < 0:  # what was chosen is gone: what stands in its place
            self._chosen = self._rows[min(max(before, 0), len(self._rows) - 1)].key
        self._listed = listed(
            found, canvas, self.size.height - FRAME, self._chosen, opened=self._opened
        )
        return Drawing(self._listed.lines)

    @property
    def _at(self) -> int:
        keys = [row.key for row in self._rows]
        return keys.index(self._chosen) if self._chosen in keys else -1

    @property
    def _row(self) -> Row | None:
        return self._rows[self._at] if self._at >= 0 else None

    # ── choosing ─────────────────────────────────────────────────────────────────────────────

    def action_choose(self, step: int) -> None:
        if self._rows:
            self._choose(self._rows[min(max(self._at + step, 0), len(self._rows) - 1)].key)

    def _choose(self, key: str) -> None:
        if key != self._chosen:
            self._chosen, self._opened = key, False
        self._pane.border_subtitle = KEYS
        self._show()
        self._bring_into_view()

    def _bring_into_view(self) -> None:
        first, after = self._listed.places.get(self._chosen, (0, 0))
        if self._at == 0:
            first = 0  # with its title
        height, top = self._pane.scrollable_content_region.height, round(self._pane.scroll_y)
        if first < top:
            self._pane.scroll_to(y=first, animate=False)
        elif after > top + height:
            self._pane.scroll_to(y=min(first, after - height), animate=False)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self._pane)
        if event.widget is not self._pane or offset is None:
            return
        line = offset.y + round(self._pane.scroll_y)
        for key, (first, after) in self._listed.places.items():
            if first <= line < after:
                self._choose(key)

    def action_open(self) -> None:
        """Show the whole text of what is chosen, or put it away."""
        self._opened = not self._opened
        self._show()
        self.call_after_refresh(self._bring_into_view)

    # ── silencing ────────────────────────────────────────────────────────────────────────────

    def action_silence(self) -> None:
        row = self._row
        if row is None or not row.rule:
            self.say("this is nothing that can be silenced; choose an alert", "warn")
        elif row.silence:
            self.say("this is a silence already; u ends it", "warn")
        else:
            self._operate(self, f":silence {row.rule} 1h")

    def action_unsilence(self) -> None:
        row = self._row
        if row is None or not row.silence:
            self.say("this is no silence; choose one under Silenced", "warn")
        else:
            self._operate(self, f":unsilence {row.silence}")

    @property
    def is_past(self) -> bool:
        return self._shown()[1].moment is not None

    def say(self, text: str, tone: Tone = "good") -> None:
        """Say one sentence in place of the keys."""
        said = Content.assemble((f"{GLYPHS[tone]} {text}", f"$ink-{tone}"))
        self._pane.border_subtitle = said.markup

    def confirm(
        self, title: str, rows: Rows, reason: str | None, then: Callable[[str], None]
    ) -> None:
        """Ask whether this is to be done, and do it with the reason that was given."""
        ask_back(self, title, rows, reason, then, self.say)
