"""The help: every key and what it does, from the action table."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from bolt_tui.actions import ACTIONS, BY_ID, NAMES, PANES, Action, Group, shown_keys
from bolt_tui.panes.line import wrapped

TITLES: dict[Group, str] = {
    "asking": "Asking",
    "looking": "Looking",
    "operating": "By hand",
    "time": "The past",
    "program": "The program",
}
KEYS = 16
WIDTH = 80
NARROWEST = 40
SCROLLBAR = 1

MOUSE = (
    "Click a pane to focus it, twice to zoom it; the wheel scrolls; drag to mark text.",
    "A click on the time bar goes to its moment; the wheel on it steps.",
    "Rest on a pane to read why a figure is unknown; a zoomed one says it too.",
)
MARKS = (
    "● well   ▲ poorer   ✗ open, broken or failed   ◐ being tried   ○ absent or nothing",
    "◌ running   ✓ done   ■ cancelled   · queued   – not known",
)


def help_text(keymap: Mapping[str, str], width: int = WIDTH) -> Content:
    """Return the table by groups, `width` columns wide; what has no key is in the palette."""
    pieces: list[Content] = []
    for group, title in TITLES.items():
        actions = [a for a in ACTIONS if a.group == group and _helped(a)]
        rows = [
            _row(action, keymap, width) for action in actions if not action.id.startswith("pane_")
        ]
        if group == "looking":
            rows.append(_panes(keymap, width))
        pieces.append(_paragraph(title, rows))
    for title, said in (("Mouse", MOUSE), ("Marks", MARKS)):
        rows = [Content(f"  {row}\n") for text in said for row in wrapped(text, width - 2)]
        pieces.append(_paragraph(title, rows))
    return Content("\n").join(pieces)


def _paragraph(title: str, rows: Iterable[Content]) -> Content:
    return Content("").join([Content.assemble((title, "bold $ink-accent"), "\n"), *rows])


def _helped(action: Action) -> bool:
    """Return whether it has a key, or is there to be typed."""
    return bool(action.keys) or action.group == "operating"


def _row(action: Action, keymap: Mapping[str, str], width: int) -> Content:
    keys = "  ".join(shown_keys(action, keymap))
    if not keys:
        return _keys_and_text(f":{action.typed}", action.help, width)
    typed = f"  (:{action.typed})" if action.typed else ""
    return _keys_and_text(keys, action.help + typed, width)


def _panes(keymap: Mapping[str, str], width: int) -> Content:
    """Return one row for all panes: their keys stand beside their names."""
    names = [f"{' '.join(shown_keys(BY_ID[f'pane_{p}'], keymap))} {NAMES.get(p, p)}" for p in PANES]
    return _keys_and_text("numbers", f"Go to a pane: {', '.join(names)}.", width)


def _keys_and_text(keys: str, text: str, width: int) -> Content:
    first, *rest = wrapped(text, width - KEYS - 2)
    rows = "".join(f"\n{' ' * (KEYS + 2)}{row}" for row in rest)
    return Content.assemble((f"  {keys:<{KEYS}}", "bold"), first, rows, "\n")


class Help(ModalScreen[None]):
    """Shown over the console; any of its keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "dismiss", "Close", show=False)
    ]

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help") as box:
            box.border_title = "Help"
            box.border_subtitle = "esc closes"
            yield Static()

    def on_resize(self) -> None:
        box = self.query_one("#help", VerticalScroll)
        width = min(WIDTH, box.scrollable_content_region.width - SCROLLBAR)
        self.query_one(Static).update(help_text(self._keymap, max(NARROWEST, width)))
