"""The line to show of a place."""

from collections.abc import Iterable, Sequence
from typing import Final

from engine.search.printable import clip
from engine.search.words.scan import Document, Row
from engine.search.words.terms import terms_of_text

_SIGNATURE_LINES: Final = 12
_SIGNATURE_CHARS: Final = 160


def signature(lines: Sequence[str], line: int) -> str:
    """Return the line, for a definition up to the colon that ends its header, as one line."""
    first = lines[line - 1].strip() if line <= len(lines) else ""
    if not first.startswith(("def ", "async ", "class ")):
        return clip(first, _SIGNATURE_CHARS)
    said: list[str] = []
    for one in lines[line - 1 : line - 1 + _SIGNATURE_LINES]:
        said.append(one.strip())
        if one.split("#")[0].rstrip().endswith(":"):
            break
    text = " ".join(said).replace("( ", "(").replace(", )", ")").replace(" )", ")")
    return clip(text, _SIGNATURE_CHARS)


def telling_line(lines: Sequence[str], rows: Iterable[Row], terms: set[str]) -> int:
    """Return the first line outside of functions and classes with the most of `terms`."""
    inside: set[int] = set()
    for document in map(Document._make, rows):
        if document.kind != "module":
            inside.update(range(document.line, document.end_line + 1))
    best, most = 1, 0
    for number, line in enumerate(lines, start=1):
        if number not in inside:
            count = len(terms.intersection(terms_of_text(line)))
            if count > most:
                best, most = number, count
    return best
