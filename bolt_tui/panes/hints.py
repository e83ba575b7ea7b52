"""The last line: the keys that matter here, or a word about what was just done."""

from collections.abc import Collection, Mapping
from typing import Literal

from textual.content import Content
from textual.widgets import Static

from bolt_tui.actions import ACTIONS, Action, shown_keys, types_a_character

Tone = Literal["good", "warn", "bad"]
GLYPHS: dict[Tone, str] = {"good": "✓", "warn": "▲", "bad": "✗"}


def hint_line(
    keymap: Mapping[str, str],
    width: int,
    *,
    typing: bool,
    past: bool = False,
    without: Collection[str] = (),
) -> list[tuple[Action, str]]:
    """Return actions and their keys, as many as fit: the keys that work where the focus is.

    `without` are the ids of actions that would do nothing now.
    """
    hints: list[tuple[Action, str]] = []
    used = 1
    places = {a: place for a in ACTIONS if (place := a.past_hint if past else a.hint) is not None}
    for action in sorted(places, key=places.__getitem__):
        if action.id in without:
            continue
        key = _key(action, keymap, typing=typing)
        if not key or (typing and action.id == "prompt"):
            continue
        used += len(key) + len(action.label) + 3
        if used > width:
            break
        hints.append((action, key))
    return hints


def _key(action: Action, keymap: Mapping[str, str], *, typing: bool) -> str:
    if action.id == "quit" and typing:
        return "ctrl+q"
    raw = keymap.get(action.id, action.keys).split(",")
    usable = [i for i, key in enumerate(raw) if not (typing and types_a_character(key.strip()))]
    return shown_keys(action, keymap)[usable[0]] if usable else ""


class Hints(Static):
    """Keys that can be clicked; a message takes their place until the next thing happens."""

    def __init__(self) -> None:
        super().__init__(id="hints")
        self._shown: Content | None = None
        self.message: tuple[str, Tone] | None = None

    def say(self, text: str, tone: Tone = "good") -> None:
        """Say one sentence about what was just done or refused."""
        self.message = (text, tone)
        self.tooltip = text  # where the line is too short for it
        self._replace(Content.assemble((f" {GLYPHS[tone]} {text}", f"$ink-{tone}")))

    def keys(
        self,
        keymap: Mapping[str, str],
        *,
        typing: bool,
        past: bool = False,
        without: Collection[str] = (),
    ) -> None:
        """Show the keys again."""
        self.message = self.tooltip = None
        pieces: list[Content] = []
        width = self.size.width
        hints = hint_line(keymap, width, typing=typing, past=past, without=without)
        for action, key in hints:
            click = f"@click={action.textual_action}"
            pieces.append(Content.from_markup(
                f" [{click}]$key [$ink-quiet]$label[/][/] ", key=key, label=action.label
            ))  # fmt: skip
        self._replace(Content("").join(pieces))

    def _replace(self, content: Content) -> None:
        if content != self._shown:
            self._shown = content
            self.update(content, layout=False)
