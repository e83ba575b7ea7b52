"""Exact commands: `:name words and --options`, quoted as in a shell.

BadCommand    the sentence says what is wrong and how the command is written
"""

import difflib
import shlex
from dataclasses import dataclass

from engine.errors import BadQuery
from engine.evidence import Argument, Understanding


class BadCommand(BadQuery):
    """The command isn't written as it must be."""


@dataclass(frozen=True, slots=True)
class Command:
    """How a command is written and what it means."""

    intent: str
    usage: str
    help: str
    flags: tuple[str, ...] = ()
    takes: str = ""  # the slot of the one word it takes; "..." after it: any number
    number: str = ""  # the option that takes a number


COMMANDS: dict[str, Command] = {
    "status": Command("system_status", ":status", "machine, level and circuits now"),
    "hardware": Command("hardware", ":hardware", "what this machine is"),
    "memory": Command("memory_usage", ":memory", "memory and its biggest holders"),
    "metrics": Command("performance_metrics", ":metrics", "load, success rate, response times"),
    "errors": Command("error_recovery", ":errors", "circuits, level, recent failures"),
    "monitor": Command(
        "monitor", ":monitor [--duration S]", "watch the machine for a while", number="duration_s"
    ),
    "benchmark": Command(
        "benchmark", ":benchmark [--quick]", "measure this engine", flags=("quick",)
    ),
    "history": Command(
        "history", ":history [--limit N]", "the last queries of all sessions", number="limit"
    ),
    "search": Command(
        "text_search",
        ":search [--regex] [-w] [-i] PATTERN [PATH…]",
        "lines that contain a text",
        flags=("regex", "word", "ignore_case"),
        takes="pattern",
    ),
    "file": Command("file_analysis", ":file PATH", "one file, from all sides", takes="file"),
    "importers": Command("importers", ":importers PATH", "who imports a file", takes="file"),
    "overview": Command("code_analysis", ":overview", "the code of the whole project"),
    "price": Command(
        "option_price",
        ":price put 20 spot 22 vol 55% 35 days",
        "price and Greeks of an option",
        takes="terms...",
    ),
    "help": Command("help", ":help", "what can be asked"),
}
_SHORT = {"-w": "word", "-i": "ignore_case", "-e": "regex"}
_NUMBERS = {"--duration": "duration_s", "--limit": "limit"}


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
    if command is None:
        near = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = f"did you mean :{near[0]}?" if near else f"there are :{', :'.join(COMMANDS)}"
        raise BadCommand(f"there is no command :{name}; {hint}")
    slots = _slots(command, words[1:])
    return Understanding(text, shlex.join([f":{name}", *words[1:]]), command.intent, slots, 1.0)


def _slots(command: Command, words: list[str]) -> dict[str, Argument]:
    if command.takes == "terms...":
        return _plain(command, words)
    slots: dict[str, Argument] = {}
    plain: list[str] = []
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        flag = _SHORT.get(word) or word.removeprefix("--").replace("-", "_")
        if word == "--":
            plain += rest
        elif option in _NUMBERS and _NUMBERS[option] == command.number:
            text = value if equals else next(rest, None)
            slots[command.number] = _number(option, text, command)
        elif word.startswith("-") and len(word) > 1 and flag in command.flags:
            slots[flag] = True
        elif word.startswith("-") and len(word) > 1:
            raise BadCommand(f"unknown option {word}; it is {command.usage}")
        else:
            plain.append(word)
    return slots | _plain(command, plain)


def _plain(command: Command, words: list[str]) -> dict[str, Argument]:
    if not command.takes:
        if words:
            raise BadCommand(f'"{words[0]}" is one word too many; it is {command.usage}')
        return {}
    if not words or not words[0].strip():
        raise BadCommand(f"the command is incomplete; it is {command.usage}")
    if command.takes == "terms...":
        return {"terms": " ".join(words)}
    if command.takes == "pattern":
        return {"pattern": words[0], "paths": tuple(words[1:])}
    if len(words) > 1:
        raise BadCommand(f'"{words[1]}" is one word too many; it is {command.usage}')
    return {command.takes: words[0]}


def _number(option: str, text: str | None, command: Command) -> float:
    try:
        number = float(text or "")
    except ValueError:
        number = -1.0
    if not 0 < number <= 1e7:
        found = "nothing" if text is None else f'"{text}"'
        raise BadCommand(
            f"{option} expects a positive number, found {found}; it is {command.usage}"
        )
    return number
