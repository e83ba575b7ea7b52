"""Reading what ripgrep writes, as bytes and without a step for each line.

With `--heading --null` a file is its path, a NUL, its rows `number:text` and an empty line. A row
is never empty and never holds a NUL, so the NULs find the files and the first empty line after
one ends its rows, whatever the path is made of. Notices about binary files stand between.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.search.printable import clip, printable

if TYPE_CHECKING:  # start-up: names of files are read by more than a search
    from engine.search.text_query import Hit

_NOTICE: Final = (
    rb": (?:WARNING: stopped searching binary file after match|binary file matches)"
    rb' \(found "[^"\n]*" byte around offset \d+\)\n*'
)
_LEADING_NOTICES: Final = re.compile(rb"(?s:.*)" + _NOTICE)
_OWN_NOTICE: Final = re.compile(_NOTICE + rb"\Z")
_OS_ERROR: Final = re.compile(r"\(os error \d+\)$")
# An empty project is no trouble for us.
_NOTHING_THERE: Final = "rg: No files were searched"


@dataclass(frozen=True, slots=True)
class Block:
    """The matching rows of one file, not yet taken apart."""

    path: bytes
    rows: bytes
    lines: int


def path_order(path: bytes) -> bytes:
    """Return a key that sorts paths folder by folder, as `rg --sort path` does."""
    return path.replace(b"/", b"\0")


def blocks(output: bytes) -> Iterator[Block]:
    """Yield the text files of a `--heading --null` output; files found to be binary are left out.

    The last file's last row may be cut; nothing else may be.
    """
    chunks = output.split(b"\0")
    path = _next_path(chunks[0])
    for chunk in chunks[1:]:
        rows, _, rest = chunk.partition(b"\n\n")
        rows = rows.removesuffix(b"\n")
        notice = rows.rfind(b"\n" + path + b": ")
        if notice < 0 or not _OWN_NOTICE.match(rows, notice + 1 + len(path)):
            yield Block(_relative(path), rows, rows.count(b"\n") + 1)
        path = _next_path(rest)


def _next_path(chunk: bytes) -> bytes:
    """Return the path that ends `chunk`, without the notices about files before it."""
    if b"binary file" in chunk and (notices := _LEADING_NOTICES.match(chunk)):
        return chunk[notices.end() :]
    return chunk


def _relative(path: bytes) -> bytes:
    return path.removeprefix(b"./")


def hits(block: Block, limit: int) -> "list[Hit]":
    """Return the first `limit` rows of a file."""
    from engine.search.text_query import Hit

    path = show_path(block.path)
    rows = [row.partition(b":") for row in block.rows.split(b"\n", limit)[:limit]]
    return [Hit(path, int(number), _shown(text)) for number, _, text in rows]


def show_path(path: bytes) -> str:
    return printable(path.decode("utf-8", "replace"))


def _shown(text: bytes) -> str:
    return clip(printable(text.decode("utf-8", "replace").rstrip("\r")))


def counts(output: bytes) -> dict[bytes, int]:
    """Return how many lines match in each file of a `--count --null` output."""
    chunks = output.split(b"\0")
    counted: dict[bytes, int] = {}
    path = chunks[0]
    for chunk in chunks[1:]:
        number, _, rest = chunk.partition(b"\n")
        counted[_relative(path)] = int(number)
        path = rest
    return counted


def paths(output: bytes) -> list[bytes]:
    """Return the paths of a `--files --null` or `--files-with-matches --null` output."""
    return [_relative(path) for path in output.split(b"\0")[:-1]]


def complaints(stderr: bytes) -> tuple[int, str]:
    """Return how many files ripgrep could not read, and why it gave up (empty where it did not)."""
    text = stderr.decode("utf-8", "replace")
    messages = [line for line in text.split("\n") if line.startswith("rg: ")]
    unreadable = sum(1 for line in messages if _OS_ERROR.search(line))
    others = [line for line in messages if not _OS_ERROR.search(line)]
    if messages and all(line.startswith(_NOTHING_THERE) for line in others):
        return unreadable, ""
    causes = [line for line in text.split("\n") if line.startswith("error: ")]
    said = causes[-1] if causes else (others or [text.strip().partition("\n")[0]])[0]
    cause = said.removeprefix("error: ").removeprefix("rg: ")
    return unreadable, printable(cause) or "it gave no reason"
