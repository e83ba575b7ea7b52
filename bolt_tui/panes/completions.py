"""Offers above the prompt, and above the line of alerts: what the typed text could become."""

from collections.abc import Callable

from textual import events
from textual.geometry import Offset
from textual_autocomplete import AutoComplete, DropdownItem, TargetState

from bolt_tui.panes.prompt import Prompt

OFFERED = 8
ALERT_LINE = 1  # stays in sight between the offers and the prompt


class Completions(AutoComplete):
    """Tab takes an offer; enter asks what was typed, unless the arrows chose an offer."""

    def __init__(self, prompt: Prompt, complete: Callable[[str], list[str]]) -> None:
        super().__init__(prompt, self._offers)
        self._complete_text = complete
        self._chosen = False
        prompt.taken = self._takes

    def _takes(self, key: str) -> bool:
        """Return whether this key is for the offers: the arrows, and enter once they chose."""
        return self.display and (key in ("up", "down") or (key == "enter" and self._chosen))

    def on_mount(self, event: events.Mount) -> None:  # type: ignore[override]
        if not self.children:  # the app is being closed; there is nothing to set up
            event.prevent_default()

    def _offers(self, state: TargetState) -> list[DropdownItem]:
        typed = state.text[: state.cursor_position]
        if not typed or state.cursor_position < len(state.text):
            return []
        return [DropdownItem(main=text) for text in self._complete_text(typed)[:OFFERED]]

    def get_matches(
        self,
        target_state: TargetState,  # noqa: ARG002
        candidates: list[DropdownItem],
        search_string: str,  # noqa: ARG002
    ) -> list[DropdownItem]:
        """Return the engine's offers as they are: it has chosen and ordered them."""
        return candidates

    def _listen_to_messages(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            if not self.display:
                return
            if event.key in ("up", "down"):
                self._chosen = True
            if event.key == "enter" and not self._chosen:
                self.action_hide()
                return
        super()._listen_to_messages(event)

    def action_show(self) -> None:
        self._chosen = False
        super().action_show()

    def _align_to_target(self) -> None:
        x, y = self.target.cursor_screen_offset
        width, height = self.option_list.outer_size
        x = max(0, min(x - 1, self.screen.size.width - width))
        self.absolute_offset = Offset(x, max(0, y - ALERT_LINE - height))
