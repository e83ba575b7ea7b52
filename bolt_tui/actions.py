"""The one table of what the user can do. Keys, palette, help and the key docs come from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from textual.binding import Binding, BindingType
from textual.keys import format_key, key_to_character

Group = Literal["asking", "looking", "operating", "time", "program"]

PANES = ("cpu", "gpu", "memory", "agents", "circuits", "answer", "processes")
NAMES = {"cpu": "CPU", "gpu": "GPU"}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do.

    `keys` are separated by commas. A key that types a letter works outside the prompt only. One
    that `overrides` works before the focused widget sees it, so it must not be a letter.
    """

    id: str
    keys: str
    label: str
    help: str
    group: Group
    palette: str = ""  # what the command palette calls it; empty: not offered there
    run: str = ""  # the Textual action; empty: named as the id
    overrides: bool = False
    typed: str = ""  # what does the same after a colon in the prompt
    hint: int | None = None  # place in the line of hints
    past_hint: int | None = None  # the same while the screen shows the past

    @property
    def textual_action(self) -> str:
        """The action with its namespace: what concerns the program is done by the app."""
        return f"{'app' if self.group == 'program' else 'screen'}.{self.run or self.id}"


def _pane_actions() -> Iterable[Action]:
    for number, pane in enumerate(PANES, 1):
        name = NAMES.get(pane, pane)
        yield Action(
            f"pane_{pane}", str(number), name, f"Go to the {name} pane; one out of view is zoomed.",
            "looking", f"Go to {name}", run=f"pane('{pane}')",
        )  # fmt: skip
    for pane in PANES:
        if pane != "answer":
            name = NAMES.get(pane, pane)
            yield Action(
                f"show_{pane}", "", f"show {name}",
                f"Show or hide the {name} pane; this is remembered.",
                "looking", f"Show or hide {name}", run=f"show('{pane}')",
            )  # fmt: skip


ACTIONS: tuple[Action, ...] = (
    Action("prompt", "slash", "ask", "Go to the prompt.", "asking", "Ask a question", hint=1),
    Action("command", "colon", "command", "Go to the prompt with a command begun.", "asking",
           "Type a command"),
    Action("cancel", "ctrl+x", "cancel", "Cancel the running query.", "asking",
           "Cancel the running query", overrides=True, hint=2),
    Action("interrupt", "ctrl+c", "copy or cancel",
           "Copy what is marked; with nothing marked, cancel the running query.", "asking"),
    Action("older", "left_square_bracket,f7", "older", "Turn to the answer before.", "asking",
           "Older answer"),
    Action("newer", "right_square_bracket,f8", "newer", "Turn to the answer after.", "asking",
           "Newer answer"),
    Action("copy", "y,f6", "copy", "Copy the answer as plain text.", "asking", "Copy the answer"),
    Action("clear", "ctrl+l", "clear", "Put the answer away; what was asked before comes back.",
           "asking", "Put the answer away"),
    Action("zoom", "z,f2,enter", "zoom", "Give the focused pane the whole screen, or restore it.",
           "looking", "Zoom the pane", hint=4),
    Action("back", "escape", "back",
           "Restore a zoomed pane; else leave the past; else cancel the running query; else leave "
           "the prompt.",
           "looking"),
    Action("pause", "p,f3", "pause", "Freeze what is drawn; events are still taken in.", "looking",
           "Pause the drawing", typed="pause", hint=5),
    Action("next_pane", "tab", "next pane", "Focus the next pane.", "looking", "Next pane", hint=3),
    Action("previous_pane", "shift+tab", "previous pane", "Focus the pane before.", "looking",
           "Previous pane"),
    Action("why", "w,ctrl+g", "why",
           "Show why the level is what it is: ladder, circuits, what failed, what would lift it.",
           "looking", "Why this level", typed="why", hint=7),
    Action("alerts", "a,ctrl+t", "alerts",
           "Show all alerts: firing, pending, silenced, resolved, sent; health and readiness.",
           "looking", "Alerts, health and readiness", hint=8),
    *_pane_actions(),
    Action("force", "", "force", "Hold a circuit open, closed or disabled, for a time or until "
           "released; type :force CAPABILITY open 10m because …", "operating",
           "Force a circuit open, closed or disabled", run="begin('force')", typed="force"),
    Action("pin", "", "pin", "Hold the level; type :pin LEVEL 10m because …", "operating",
           "Pin the level", run="begin('pin')", typed="pin"),
    Action("release", "", "release",
           "Let a forced circuit or a pinned level go by itself; type :release CAPABILITY, or "
           ":release level", "operating", "Release a circuit or the level",
           run="begin('release')", typed="release"),
    Action("silence", "s", "silence",
           "Silence the gravest alert for an hour; type :silence NAME 2h because …",
           "operating", "Silence the gravest alert", typed="silence"),
    Action("unsilence", "", "unsilence", "End a silence; type :unsilence NAME.", "operating",
           "End a silence", run="begin('unsilence')", typed="unsilence"),
    Action("earlier", "left,f9", "earlier", "Wind all panes back by a step of the time bar.",
           "time", "Back in time", past_hint=1),
    Action("later", "right,f10", "later", "Wind forward by a step.", "time",
           "Forward in time", past_hint=2),
    Action("much_earlier", "shift+left", "much earlier", "Wind back by ten steps.", "time",
           "Far back in time"),
    Action("much_later", "shift+right", "much later", "Wind forward by ten steps.", "time",
           "Far forward in time"),
    Action("mark_before", "comma", "mark before",
           "Wind back to the query, alert, circuit or level change before.", "time",
           "Mark before", past_hint=3),
    Action("mark_after", "full_stop", "mark after", "Wind forward to the next mark.", "time",
           "Next mark", past_hint=4),
    Action("play", "space", "play", "Play on from the cursor, or stand still.", "time",
           "Play the past, or stand still", typed="play", past_hint=5),
    Action("slower", "less_than_sign", "slower", "Play slower.", "time", "Play slower"),
    Action("faster", "greater_than_sign", "faster", "Play faster, up to 300 times.", "time",
           "Play faster", past_hint=6),
    Action("wider", "minus", "wider", "Let the time bar cover more, up to a week.", "time",
           "Wider time bar"),
    Action("closer", "plus,equals_sign", "closer", "Let the time bar cover less.", "time",
           "Closer time bar"),
    Action("live", "l,f5", "live", "Leave the past.", "time", "Back to live", typed="live",
           past_hint=0),
    Action("theme", "t,f4", "theme", "Switch between the dark and the light palette.", "program",
           "Dark or light", typed="theme", hint=11),
    Action("palette", "ctrl+p", "palette", "Search all of this by name.", "program",
           run="command_palette", hint=10),
    Action("help", "question_mark,f1", "help", "Show the keys.", "program", "Help: the keys",
           typed="keys", hint=6),
    Action("quit", "q", "quit", "Leave the program.", "program", "Quit", typed="quit", hint=9),
    Action("quit_now", "ctrl+q", "quit at once", "Leave the program from anywhere.", "program",
           run="quit", overrides=True),
)  # fmt: skip

BY_ID = {action.id: action for action in ACTIONS}
TYPED = {f":{action.typed}": action for action in ACTIONS if action.typed}


def bindings(*groups: Group) -> list[BindingType]:
    """Return a part of the table as Textual's bindings; their ids are what a keymap names."""
    return [
        Binding(
            action.keys, action.textual_action, action.label, show=False, id=action.id,
            priority=action.overrides,
        )
        for action in ACTIONS
        if action.keys and action.group in groups
    ]  # fmt: skip


def checked_keys(wanted: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the keys that can be taken, and a sentence for each that can't."""
    taken: dict[str, str] = {}
    problems: list[str] = []
    for name, keys in wanted.items():
        problem = _problem(name, keys)
        if problem:
            problems.append(problem)
        else:
            taken[name] = keys
    problems += _clashes(taken)
    return taken, problems


def _problem(name: str, keys: str) -> str:
    action = BY_ID.get(name)
    if action is None:
        near = get_close_matches(name, BY_ID, n=1)
        hint = f"; did you mean {near[0]}?" if near else "; the help screen lists the names"
        return f"console.keys.{name}: there is no such action{hint}"
    listed = [key.strip() for key in keys.split(",")]
    if not all(listed):
        return f"console.keys.{name}: expected keys separated by commas, found {keys!r}"
    if action.overrides and (letters := [key for key in listed if types_a_character(key)]):
        return (
            f"console.keys.{name}: {letters[0]!r} could no longer be typed in the prompt; "
            "expected a key with ctrl or a function key"
        )
    return ""


def types_a_character(key: str) -> bool:
    """Return whether the prompt would take this key as text."""
    character = key_to_character(key)
    return character is not None and character.isprintable()


def _clashes(taken: Mapping[str, str]) -> list[str]:
    holder: dict[str, str] = {}
    problems: list[str] = []
    for action in ACTIONS:
        for key in _keys_of(action, taken):
            first = holder.setdefault(key, action.id)
            if first != action.id:
                problems.append(f"console.keys: {key!r} is both {first} and {action.id}")
    return problems


def _keys_of(action: Action, keymap: Mapping[str, str]) -> list[str]:
    keys = keymap.get(action.id, action.keys)
    return [key.strip() for key in keys.split(",")] if keys else []


def shown_keys(action: Action, keymap: Mapping[str, str]) -> list[str]:
    """Return the keys as people write them."""
    return ["enter" if key == "enter" else format_key(key) for key in _keys_of(action, keymap)]


def key_docs(keymap: Mapping[str, str] | None = None) -> str:
    """Return the table as Markdown, for the README."""
    rows = ["| key | does | name |", "|---|---|---|"]
    for action in ACTIONS:
        if keys := shown_keys(action, keymap or {}):
            shown = " ".join(f"`{key}`" for key in keys)
            rows.append(f"| {shown} | {action.help} | `{action.id}` |")
    return "\n".join(rows)
