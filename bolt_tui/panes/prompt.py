"""Where questions are asked: an input with a history, and completions above it."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.widgets import Input
from textual_autocomplete import AutoComplete, DropdownItem, TargetState

HISTORY_KEPT = 500
OFFERED = 8


class PastPrompts:
    """A walk through what was asked; the text being typed waits at its end."""

    def __init__(self) -> None:
        self._past: list[str] = []  # oldest first
        self._at = 0
        self._draft = ""

    def load(self, newest_first: Iterable[str]) -> None:
        """Put what earlier sessions asked before what this one did."""
        self._past = [*reversed(list(newest_first)), *self._past][-HISTORY_KEPT:]
        self._at = len(self._past)

    def add(self, text: str) -> None:
        if not self._past or self._past[-1] != text:
            self._past.append(text)
        self._at = len(self._past)

    def older(self, current: str) -> str:
        """Return the text before, or the current one where there is none."""
        if self._at == len(self._past):
            self._draft = current
        self._at = max(0, self._at - 1)
        return self._past[self._at] if self._past else current

    def newer(self, current: str) -> str:
        """Return the text after; past the newest, what was being typed."""
        if self._at >= len(self._past):
            return current
        self._at += 1
        return self._past[self._at] if self._at < len(self._past) else self._draft


class Prompt(Input):
    """One line of input."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older_prompt", "Asked before", show=False),
        Binding("down", "newer_prompt", "Asked after", show=False),
    ]

    def __init__(self, placeholder: str) -> None:
        super().__init__(id="prompt", placeholder=placeholder, compact=True)
        self.cursor_blink = False
        self.past = PastPrompts()

    def action_older_prompt(self) -> None:
        self._take(self.past.older(self.value))

    def action_newer_prompt(self) -> None:
        self._take(self.past.newer(self.value))

    def _take(self, text: str) -> None:
        with self.prevent(Input.Changed):
            self.value = text
        self.cursor_position = len(text)


class Completions(AutoComplete):
    """Offers above the prompt. Tab takes one; enter always asks what was typed."""

    def __init__(self, prompt: Prompt, complete: Callable[[str], list[str]]) -> None:
        super().__init__(prompt, self._offers)
        self._complete_text = complete
        self._chosen = False

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
        self.absolute_offset = Offset(x, max(0, y - height))
