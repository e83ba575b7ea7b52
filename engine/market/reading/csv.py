"""How a CSV file is written: delimiter, where its header stands, and whether it is text at all.

Brokers put lines before the header ("Positions for account …"): the header is the first line in
which the columns that are needed are recognised, with a comma, a semicolon or a tab between them.
Nothing else is guessed: other encodings than UTF-8 and other delimiters are refused by name.
"""

import csv
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.market.columns import Topic, matched, recognises
from engine.market.reading.errors import SourceMalformed

_DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab"}
_HEAD_BYTES: Final = 1 << 16
_HEADER_WITHIN: Final = 30
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read the file; `skipped` lines stand before the first row, the header included."""

    delimiter: str
    columns: tuple[str, ...]
    skipped: int

    @property
    def commas_are_thousands(self) -> bool:
        """Where semicolons stand between cells, a comma within one may well be a decimal one."""
        return self.delimiter != ";"


def dialect(path: Path, name: str, topic: Topic, mapping: Mapping[str, str]) -> Dialect:
    """Return how the file is written.

    Raises:
        SourceMalformed: it is no UTF-8 text, or empty.
        ColumnMissing: no line is a header of such a table.
        OSError: it can't be read.
    """
    lines = _lines(path, name)
    for place, line in enumerate(lines):
        for delimiter in _DELIMITERS:
            columns = _cells(line, delimiter)
            if len(columns) > 1 and recognises(topic, columns, mapping):
                return Dialect(delimiter, columns, place + 1)
    first = next((line for line in lines if line.strip()), "")
    likeliest = max(_DELIMITERS, key=lambda delimiter: len(_cells(first, delimiter)))
    columns = _cells(first, likeliest)
    if len(columns) < 2:
        known = ", ".join(_DELIMITERS.values())
        raise SourceMalformed(f"{name}: its first line has none of {known} between columns")
    matched(topic, name, columns, mapping)
    raise AssertionError("a header that matches was found above")


def refuse_open_quote(path: Path, name: str, delimiter: str) -> None:
    """Refuse a file in which a quote is opened and never closed.

    DuckDB drops such a row, and all that follow, without a word where it pads short ones.

    Raises:
        SourceMalformed: naming the line in which the open row begins.
        OSError: it can't be read.
    """
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = csv.reader(file, delimiter=delimiter, strict=True)
        begins = 1
        try:
            for _ in rows:
                begins = rows.line_num + 1
        except csv.Error as error:
            # What else is wrong with a row, DuckDB tells with its line.
            if "end of data" in str(error) or "field limit" in str(error):
                raise SourceMalformed(
                    f"{name}: line {begins} has a quote that is not closed", "correct the line"
                ) from error


def _lines(path: Path, name: str) -> list[str]:
    head = _head(path)
    if not head.strip():
        raise SourceMalformed(f"{name} is empty")
    if head.startswith(_UTF16):
        raise SourceMalformed(f"{name} is UTF-16 text", "save it as UTF-8")
    if b"\0" in head:
        raise SourceMalformed(f"{name} is no text, expected a CSV file")
    # A character may be cut at the end of the head; DuckDB checks the whole file.
    text = head.decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:_HEADER_WITHIN]


def _head(path: Path) -> bytes:
    if path.suffix.lower() == ".gz":
        with gzip.open(path) as file:
            return file.read(_HEAD_BYTES)
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _cells(line: str, delimiter: str) -> tuple[str, ...]:
    rows: Sequence[Sequence[str]] = list(csv.reader([line], delimiter=delimiter))
    return tuple(cell.strip() for cell in rows[0]) if rows else ()
