"""Where a Python module is mentioned: in code, in documents and in the rest.

A stem alone ("wheel") is a word like any other and would be found everywhere; so a mention is the
stem with its folder ("strategy.wheel", "strategy/wheel"), the file's name ("wheel.py"), or the stem
in an import.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import anyio

from engine.process import OutputTooLarge
from engine.search.errors import ScanFailed
from engine.search.modules import dotted_parts
from engine.search.rg_output import Block
from engine.search.ripgrep import failures_as_scan_failed
from engine.search.scan import find_blocks, first_hits
from engine.search.text_query import Hit, TextQuery

_CODE: Final = (b".py", b".pyi")
_DOCUMENTS: Final = (b".md", b".rst", b".txt")
MAX_ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Lines of one kind of file: how many, in how many files, and the first of them."""

    lines: int
    files: int
    rows: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Mentions:
    """Lines outside a file that mention it.

    Attributes:
        names: what was looked for, as people write it.
        code, documents, other: in Python files; in Markdown, reStructuredText and plain text; in
            all other files.
    """

    names: tuple[str, ...]
    code: Mentioned
    documents: Mentioned
    other: Mentioned


async def find_mentions(
    rg: str, root: str, path: str, *, max_rows: int = MAX_ROWS, timeout_s: float = 30.0
) -> Mentions:
    """Return the mentions of the Python file `path`, with `max_rows` rows of each kind.

    Raises:
        ScanFailed: also where there are more than 4 MB of mentions.
    """
    names, pattern = written_names(path)
    query = TextQuery(pattern, regex=True)
    try:
        with failures_as_scan_failed(timeout_s), anyio.fail_after(timeout_s):
            found, _ = await find_blocks(rg, root, query, timeout_s=timeout_s)
    except ScanFailed as error:
        if isinstance(error.__cause__, OutputTooLarge):
            raise ScanFailed(f"{names[0]} is mentioned in too many lines") from error
        raise
    own = path.encode("utf-8", "surrogateescape")
    kinds: dict[str, list[Block]] = {"code": [], "documents": [], "other": []}
    for block in found:
        if block.path != own:
            kinds[_kind(block.path)].append(block)
    return Mentions(names, *(_mentioned(blocks, max_rows) for blocks in kinds.values()))


def written_names(path: str) -> tuple[tuple[str, ...], str]:
    """Return how a module is written where it is mentioned, and a regular expression for that."""
    *folders, stem = dotted_parts(path)
    names = [f"import {stem}"]
    patterns = [rf"\b(from|import)\s+\.*{re.escape(stem)}\b"]
    if not path.endswith(("__init__.py", "__init__.pyi")):
        names.append(path.rpartition("/")[2])
        patterns.append(rf"\b{re.escape(names[-1])}\b")
    if folders:
        names[:0] = [f"{folders[-1]}.{stem}", f"{folders[-1]}/{stem}"]
        patterns.append(rf"\b{re.escape(folders[-1])}[./]{re.escape(stem)}\b")
    return tuple(names), "|".join(patterns)


def _kind(path: bytes) -> str:
    if path.endswith(_CODE):
        return "code"
    return "documents" if path.lower().endswith(_DOCUMENTS) else "other"


def _mentioned(blocks: Sequence[Block], max_rows: int) -> Mentioned:
    return Mentioned(
        sum(block.lines for block in blocks), len(blocks), first_hits(blocks, max_rows)
    )
