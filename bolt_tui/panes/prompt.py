"""Where questions are asked: an input with a history."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingsMap, BindingType
from textual.widgets import Input

HISTORY_KEPT = 500


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

    EDITS: ClassVar = BindingsMap([*BINDINGS, *Input.BINDINGS])

    def __init__(self, placeholder: str) -> None:
        super().__init__(id="prompt", placeholder=placeholder, compact=True, select_on_focus=False)
        self.cursor_blink = False
        self.past = PastPrompts()
        self.taken: Callable[[str], bool] = lambda _: False  # keys that the offers take

    async def on_key(self, event: events.Key) -> None:
        """Edit at once: a key that bubbles up to the app is overtaken by what is typed next."""
        if event.is_printable or self.taken(event.key):
            return
        for binding in self.EDITS.key_to_bindings.get(event.key, ()):
            if await self.app.run_action(binding.action, self):  # not where it has nothing to copy
                event.stop()
                event.prevent_default()

    async def action_submit(self) -> None:
        """Hand the text over and be empty for the next one; `give_back` returns a refused one."""
        text, self.value = self.value, ""
        self.post_message(self.Submitted(self, text))

    def give_back(self, text: str) -> None:
        """Put a text back that was not taken, unless something else was typed meanwhile."""
        if not self.value:
            self._take(text)

    def action_older_prompt(self) -> None:
        self._take(self.past.older(self.value))

    def action_newer_prompt(self) -> None:
        self._take(self.past.newer(self.value))

    def _take(self, text: str) -> None:
        with self.prevent(Input.Changed):
            self.value = text
        self.cursor_position = len(text)
