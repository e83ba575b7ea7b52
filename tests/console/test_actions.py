"""The action table, and what is made of it."""

from bolt_tui.actions import (
    ACTIONS,
    BY_ID,
    bindings,
    checked_keys,
    key_docs,
    shown_keys,
    types_a_character,
)
from bolt_tui.screens.help import help_text


def test_no_key_does_two_things() -> None:
    """The table as it ships has no clash and no id twice."""
    assert checked_keys({}) == ({}, [])
    assert len(BY_ID) == len(ACTIONS)


def test_letters_never_override_the_prompt() -> None:
    """No action that runs before the focused widget sits on a key that types something."""
    for action in ACTIONS:
        if action.overrides:
            assert not any(types_a_character(key) for key in action.keys.split(","))


def test_what_the_prompt_hides_has_a_second_key() -> None:
    """Zoom, pause, theme and help can be reached while the prompt has the focus."""
    for name in ("zoom", "pause", "theme", "help", "copy", "older", "newer"):
        keys = BY_ID[name].keys.split(",")
        assert any(not types_a_character(key) for key in keys), name


def test_help_and_docs_hold_every_key() -> None:
    """The help screen and the key docs come from the table and leave nothing out."""
    shown, docs = help_text({}).plain, key_docs()
    for action in ACTIONS:
        for key in shown_keys(action, {}):
            assert key in shown
            assert f"`{key}`" in docs


def test_a_remapped_key_is_shown_everywhere() -> None:
    """Help and docs show the user's key and not the old one."""
    keymap, problems = checked_keys({"pause": "f12"})
    assert problems == []
    assert "f12" in help_text(keymap).plain
    assert "`f3`" not in key_docs(keymap)


def test_a_wrong_keymap_is_told_precisely() -> None:
    """Each problem is one sentence: the unknown name, the stolen letter, the clash."""
    taken, problems = checked_keys({"zom": "x", "cancel": "x", "pause": "z", "help": "f1,"})
    assert taken == {"pause": "z"}
    assert problems[0] == "console.keys.zom: there is no such action; did you mean zoom?"
    assert "'x' could no longer be typed in the prompt" in problems[1]
    assert problems[2] == "console.keys.help: expected keys separated by commas, found 'f1,'"
    assert problems[3] == "console.keys: 'z' is both zoom and pause"


def test_every_binding_can_be_remapped() -> None:
    """Each binding has the id that a keymap names."""
    made = bindings("asking", "looking", "operating", "time", "program")
    assert {binding.id for binding in made if not isinstance(binding, tuple)} == {
        action.id for action in ACTIONS if action.keys
    }
