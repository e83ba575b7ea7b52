"""A file as a string of one character per line of code, equal where only names and literals differ.

Blank lines, comments, imports, lines that are all punctuation, and lines that are all string (as
docstrings) have no character. A character has 19 bits of a CRC, so that two different lines are
taken for equal once in 500 000, and six in a row never, and one bit that tells lines that do
something from those that only list or declare.
"""

import re
from collections.abc import Iterator
from typing import Final
from zlib import crc32

from engine.search.structure.mask import mask
from engine.search.structure.names import KEYWORDS

_IMPORT: Final = re.compile(
    r"^[ \t]*(?:from[ \t]+[.\w \t]+[ \t]import|import)\b[^\n(]*(?:\([^()]*\))?", re.MULTILINE
)
_NAME: Final = re.compile(rf"\b(?!(?:{'|'.join(sorted(KEYWORDS))})\b)[^\W\d]\w*")
_NUMBER: Final = re.compile(r"\b\d[\w.]*")
_PUNCTUATION: Final = '()[]{},:;".*'
_FIRST: Final = 0x10000
_BITS: Final = 0x7FFFF
_DOES: Final = 0x80000
_ACTIVE: Final = chr(_FIRST + _DOES)
# Names, literals and what joins them: fields, entries, arguments, plain assignments.
_DATA: Final = re.compile(
    r"(?:n(?!\()|0|\"|None|True|False|[-:=,.|*+\[\]{})]|(?<![n\])])\()*(?:n\()?\Z"
)


def fingerprint(_path: str, text: str) -> tuple[str, int]:
    """Return the file's characters, and a checksum of its text."""
    units = "".join([unit for _, unit in unit_lines(mask(text).code)])
    return units, crc32(text.encode("utf-8", "surrogatepass"))


def unit_lines(code: str) -> Iterator[tuple[int, str]]:
    """Yield line number and character of each line of a masked text that has one."""
    code = _IMPORT.sub(_line_breaks, code)
    blanked = _NUMBER.sub("0", _NAME.sub("n", code))
    number = 1
    for line in blanked.split("\n"):
        compact = "".join(line.split())
        if compact and compact.strip(_PUNCTUATION):
            unit = crc32(compact.encode()) & _BITS
            yield number, chr(_FIRST + (unit if _DATA.match(compact) else unit | _DOES))
        number += 1
        if "\r" in line:
            number += line.count("\r")


def is_dull(units: str) -> bool:
    """Return whether most of these lines only list or declare something."""
    return 2 * sum([unit >= _ACTIVE for unit in units]) < len(units)


def _line_breaks(found: re.Match[str]) -> str:
    return re.sub(r"[^\n\r]+", "", found[0])
