"""Where a Python module's name stands as a word: in code, in documents and in the rest."""

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
    """Lines outside a file that have its module's name as a word (so its dotted name, too).

    Attributes:
        word: the name that was looked for.
        code, documents, other: in Python files; in Markdown, reStructuredText and plain text; in
            all other files.
    """

    word: str
    code: Mentioned
    documents: Mentioned
    other: Mentioned


async def find_mentions(
    rg: str, root: str, path: str, *, max_rows: int = MAX_ROWS, timeout_s: float = 30.0
) -> Mentions:
    """Return the mentions of the Python file `path`, with `max_rows` rows of each kind.

    A package is looked for by its folder's name.

    Raises:
        ScanFailed: also where there are more than 4 MB of mentions.
    """
    word = dotted_parts(path)[-1]
    query = TextQuery(word, word=True)
    try:
        with failures_as_scan_failed(timeout_s), anyio.fail_after(timeout_s):
            found, _ = await find_blocks(rg, root, query, timeout_s=timeout_s)
    except ScanFailed as error:
        if isinstance(error.__cause__, OutputTooLarge):
            raise ScanFailed(f"the word {word!r} is in too many lines") from error
        raise
    own = path.encode("utf-8", "surrogateescape")
    kinds: dict[str, list[Block]] = {"code": [], "documents": [], "other": []}
    for block in found:
        if block.path != own:
            kinds[_kind(block.path)].append(block)
    return Mentions(word, *(_mentioned(blocks, max_rows) for blocks in kinds.values()))


def _kind(path: bytes) -> str:
    if path.endswith(_CODE):
        return "code"
    return "documents" if path.lower().endswith(_DOCUMENTS) else "other"


def _mentioned(blocks: Sequence[Block], max_rows: int) -> Mentioned:
    return Mentioned(
        sum(block.lines for block in blocks), len(blocks), first_hits(blocks, max_rows)
    )
