"""What a query asks of existing tools, where there is no engine that understands it."""

import re
from collections.abc import Mapping
from typing import Final

from engine.existing_tools.output import Wanted
from engine.existing_tools.toolbox import MACHINE, SEARCH

_LOOKED_FOR = re.compile(
    r"(?:please\s+)?(?:search(?:\s+for)?|find|grep|rg|look\s+for|locate|where\s+is|who\s+uses|who\s+calls)"
    r"\s+(?:the\s+(?:text|word)\s+)?(?P<query>.+?)[\s?]*",
    re.IGNORECASE,
)
_OFMACHINE = re.compile(
    r"\b(?:status|system|machine|hardware|cpu|memory|load|process(?:es)?|monitor)\b", re.IGNORECASE
)
_QUOTED = re.compile(r"([\"'`])(?P<query>.+?)\1")
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
    about = " ".join(words)
    if kind in commands or (exact and kind in (SEARCH, MACHINE)):
        return Wanted(kind, query=about, path=words[0] if words else "")
    if exact:
        return None
    if quoted := _QUOTED.search(text):
        return Wanted(SEARCH, query=quoted["query"])
    if looked := _LOOKED_FOR.fullmatch(text.strip()):
        return Wanted(SEARCH, query=looked["query"])
    return Wanted(MACHINE) if _OFMACHINE.search(text) else None
