"""What a query asks of existing tools, where there is no engine that understands it."""

import re
from collections.abc import Mapping
from typing import Final

from engine.existing_tools.output import Wanted
from engine.existing_tools.toolbox import MACHINE, SEARCH

_LOOKED_FOR = re.compile(
    r"(?:please\s+)?(?:search(?:\s+for)?|find|grep|rg|look\s+for|locate|where\s+is|who\s+(?:uses|calls|imports))"
    r"\s+(?:-\S+\s+)*(?:the\s+(?:text|word)\s+)?(?P<query>.+?)[\s?]*",
    re.IGNORECASE,
)
_OF_MACHINE = re.compile(
    r"\b(?:status|system|machine|hardware|cpu|memory|load|process(?:es)?|monitor)\b", re.IGNORECASE
)
_QUOTED = re.compile(r"[^\"'`]*([\"'`])(?P<query>.+?)\1[^\"'`]*")
# What :search takes, and ripgrep's name for it where it is handed on as it is.
_FLAGS: Final[Mapping[str, str]] = {
    "-i": "--ignore-case",
    "-S": "--smart-case",
    "-w": "",
    "--word": "",
    "--regex": "",
}
_SYNONYMS: Final[Mapping[str, str]] = {
    "memory": MACHINE,
    "hardware": MACHINE,
    "monitor": MACHINE,
}


def read(text: str, commands: Mapping[str, object]) -> Wanted | None:
    """Return what a query asks of existing tools, by its plainest reading; None: nothing they do.

    `commands` are the user's: the first word may be the kind of one of them.
    """
    first, _, rest = text.strip().removeprefix(":").partition(" ")
    exact = text.lstrip().startswith(":")
    kind = first if first in commands else _SYNONYMS.get(first, first)
    words = [word for word in rest.split() if not word.startswith("-")]
    flags = {word for word in rest.split() if word.startswith("-")}
    about = " ".join(words)
    if exact and kind == SEARCH:
        return _search(words, flags)
    if not exact:
        for pattern in (_QUOTED, _LOOKED_FOR):
            if match := pattern.fullmatch(text.strip()):
                return Wanted(SEARCH, query=match["query"])
    if kind in commands or exact:
        path = words[0] if words and kind in commands else ""
        return Wanted(kind, query=about, path=path)
    return Wanted(MACHINE) if _OF_MACHINE.search(text) else None


def _search(words: list[str], flags: set[str]) -> Wanted | None:
    """Return a search as it is written; None where it has an option that only the engine knows."""
    if not flags <= _FLAGS.keys():
        return None
    options = tuple(sorted(_FLAGS[flag] for flag in flags if _FLAGS[flag]))
    regex, word = "--regex" in flags, bool({"-w", "--word"} & flags)
    return Wanted(SEARCH, " ".join(words), word=word, regex=regex, options=options)
