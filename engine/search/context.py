"""Lines beside those that match, read from the files when they are wanted."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Final

from anyio import to_thread

from engine.search.index.files import read_text
from engine.search.printable import clip, printable
from engine.search.text_query import Hit, Scan

MAX_CONTEXT: Final = 50


async def with_context(root: str, found: Scan, context: int) -> Scan:
    """Return the same answer with up to `context` lines before and behind each row, none twice.

    A file that can't be read any more has its matching lines only.
    """
    return replace(found, rows=await to_thread.run_sync(_rows, root, found.rows, context))


def _rows(root: str, rows: Sequence[Hit], context: int) -> tuple[Hit, ...]:
    return tuple(
        hit
        for path, hits in groupby(rows, key=lambda hit: hit.path)
        for hit in _of_file(Path(root), path, list(hits), context)
    )


def _of_file(root: Path, path: str, hits: list[Hit], context: int) -> list[Hit]:
    text = read_text(root / path)
    if text is None:
        return hits
    lines = text.removesuffix(b"\n").split(b"\n")
    found = {hit.line: hit for hit in hits}
    # A file that has become shorter keeps its rows.
    near = set(found) | {
        number
        for hit in hits
        for number in range(max(1, hit.line - context), min(len(lines), hit.line + context) + 1)
    }
    return [
        found.get(number) or Hit(path, number, _shown(lines[number - 1]), beside=True)
        for number in sorted(near)
    ]


def _shown(line: bytes) -> str:
    return clip(printable(line.decode("utf-8", "replace").rstrip("\r")))
