"""Exact commands: `:name words and --options`, quoted as in a shell.

BadCommand    the sentence says what is wrong and how the command is written
"""

import difflib
import shlex
from collections.abc import Iterator

from engine.agents.command_table import COMMANDS, Command, Option
from engine.errors import BadQuery
from engine.evidence import Argument, Understanding

__all__ = ["COMMANDS", "BadCommand", "parse"]

Slots = dict[str, Argument]

_MOST = 1e7
_IN_CONSOLE = "is an order to an open console: its circuits and level are its own; type it there"
_ORDERS = {
    "force": _IN_CONSOLE,
    "pin": _IN_CONSOLE,
    "release": _IN_CONSOLE,
    "silence": "is typed in a console; without one: bolt-tui alerts silence NAME --for 2h",
    "unsilence": "is typed in a console; without one: bolt-tui alerts unsilence ID",
}
_LESS = {
    "context": 0,
    "commission": 0,
}  # the least that an option takes, where that isn't more than nothing


class BadCommand(BadQuery):
    """The command isn't written as it must be."""


def parse(text: str) -> Understanding:
    """Read `:command …`.

    Raises:
        BadCommand: an unknown command or option, a word missing or too many, open quotes.
    """
    try:
        words = shlex.split(text[1:])
    except ValueError as error:
        raise BadCommand(f"the command's quotes don't close: {text.strip()}") from error
    name = words[0] if words else ""
    command = COMMANDS.get(name)
    if command is None and name in _ORDERS:
        raise BadCommand(f":{name} {_ORDERS[name]}")
    if command is None:
        near = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = f"did you mean :{near[0]}?" if near else f"there are :{', :'.join(COMMANDS)}"
        raise BadCommand(f"there is no command :{name}; {hint}")
    slots = _slots(command, words[1:])
    return Understanding(text, shlex.join([f":{name}", *words[1:]]), command.intent, slots, 1.0)


def _slots(command: Command, words: list[str]) -> Slots:
    if command.takes and command.takes[0].endswith("..."):
        return _plain(command, words)
    slots: Slots = {}
    plain: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            plain += rest
        elif word.startswith("-") and len(word) > 1:
            for option, value in _options(command, word, rest):
                _fill(slots, option, value)
        else:
            plain.append(word)
    return slots | _plain(command, plain)


def _fill(slots: Slots, option: Option, value: Argument) -> None:
    before = slots.get(option.slot)
    if option.kind == "words" and isinstance(before, tuple):
        slots[option.slot] = (*before, str(value))
    else:
        slots[option.slot] = (str(value),) if option.kind == "words" else value


def _options(command: Command, word: str, rest: Iterator[str]) -> Iterator[tuple[Option, Argument]]:
    """Yield the options of one word: `--type=py`, `-t py`, `-tpy`, or several flags as in `-wi`."""
    known = {name: option for option in command.options for name in option.names}
    written, equals, value = word.partition("=")
    if option := known.get(written):
        if option.kind == "flag" and equals:
            raise BadCommand(f'{written} takes no value, found "{value}"; it is {command.usage}')
        given = value if equals else None
        yield option, _value(option, written, given, rest, command)
    elif (option := known.get(word[:2])) and not word.startswith("--"):
        if option.kind != "flag":
            yield option, _value(option, word[:2], word[2:], rest, command)
        else:
            yield option, True
            yield from _options(command, f"-{word[2:]}", rest)
    else:
        raise BadCommand(f"unknown option {word}; {_hint(written, known)}it is {command.usage}")


def _hint(written: str, known: dict[str, Option]) -> str:
    near = difflib.get_close_matches(written.replace("_", "-"), known, n=1)
    return f"did you mean {near[0]}? " if near else ""


def _value(
    option: Option, written: str, given: str | None, rest: Iterator[str], command: Command
) -> Argument:
    if option.kind == "flag":
        return True
    text = given if given is not None else next(rest, None)
    if option.kind in ("number", "count"):
        return _number(option, written, text, command)
    if not text:
        raise BadCommand(f"{written} expects a word, found nothing; it is {command.usage}")
    if option.choices and text not in option.choices:
        near = difflib.get_close_matches(text, option.choices, n=1)
        hint = f", did you mean {near[0]}?" if near else ""
        raise BadCommand(
            f'{written} expects one of {", ".join(option.choices)}, found "{text}"{hint}; '
            f"it is {command.usage}"
        )
    return text


def _number(option: Option, written: str, text: str | None, command: Command) -> float:
    least = _LESS.get(option.slot)
    try:
        number = float(text or "")
    except ValueError:
        number = -1.0
    is_whole = option.kind != "count" or number.is_integer()
    if not (0 < number <= _MOST or number == least) or not is_whole:
        found = "nothing" if text is None else f'"{text}"'
        kind = "whole number" if option.kind == "count" else "positive number"
        raise BadCommand(f"{written} expects a {kind}, found {found}; it is {command.usage}")
    return number


def _plain(command: Command, words: list[str]) -> Slots:
    slots: Slots = {}
    left = list(words)
    for take in command.takes:
        name = take.rstrip("?*.")
        if take.endswith("*"):
            slots[name], left = tuple(left), []
        elif take.endswith("..."):
            slots[name], left = " ".join(left).strip(), []
            _require(bool(slots[name]), command)
        elif left:
            word = left.pop(0)
            _require(bool(word.strip()), command)
            _known(word, command)
            slots[name] = word
        else:
            _require(take.endswith("?"), command)
    if left:
        raise BadCommand(f'"{left[0]}" is one word too many; it is {command.usage}')
    return slots


def _known(word: str, command: Command) -> None:
    if command.choices and word not in command.choices:
        near = difflib.get_close_matches(word, command.choices, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise BadCommand(f'"{word}" is none of its words{hint}; it is {command.usage}')


def _require(is_there: bool, command: Command) -> None:
    if not is_there:
        raise BadCommand(f"the command is incomplete; it is {command.usage}")
