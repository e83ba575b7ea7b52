"""Plain ripgrep as the oracle of the index: the same flags, its own plain output, read here."""

import os
import re

from engine.search.text_query import TextQuery
from tests.search.trees import counted, plain

_ROW = re.compile(rb"([^\0]*)\0(\d+):[^\n]*\n")
Lines = dict[str, list[int]]
_NOTICE = re.compile(rb"\A(?s:.*): WARNING: stopped searching binary file after match \([^)]*\)\n")


def flags(query: TextQuery) -> list[str]:
    """Return ripgrep's own arguments for a query, as its manual has them."""
    return [
        *([] if query.regex else ["-F"]),
        *(["-w"] if query.word else []),
        *(["-i"] if query.ignore_case else ["-S"] if query.smart_case else []),
        *[f"--type-add=wanted:*{suffix}" for suffix in query.suffixes],
        *(["-twanted"] if query.suffixes else []),
        *[f"-t{name}" for name in query.types],
        "-e",
        query.pattern,
        "--",
        *query.paths,
    ]


def lines_of_rg(rg: str, root: str, query: TextQuery) -> Lines:
    """Return the numbers of the matching lines in each text file.

    ripgrep shows the lines before a NUL, and leaves the file out of its counts: so do we.
    """
    texts = counted(rg, root, *flags(query))
    if not texts:
        return {}
    found: dict[str, set[int]] = {}
    output = plain(rg, root, "-0nH", "--no-heading", "--color=never", *flags(query))
    names: dict[bytes, str] = {}
    for name, number in _ROW.findall(output):
        if name not in names:
            names[name] = os.fsdecode(_NOTICE.sub(b"", name)).removeprefix("./")
        found.setdefault(names[name], set()).add(int(number))
    return {path: sorted(numbers) for path, numbers in found.items() if path in texts}
