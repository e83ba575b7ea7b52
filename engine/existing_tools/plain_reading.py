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
    if not exact:
        for pattern in (_QUOTED, _LOOKED_FOR):
            if match := pattern.fullmatch(text.strip()):
                return Wanted(SEARCH, query=match["query"])
    if kind in commands or exact:
        path = words[0] if words and kind in commands else ""
        return Wanted(kind, query=about, path=path)
    return Wanted(MACHINE) if _OF_MACHINE.search(text) else None
