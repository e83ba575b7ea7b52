"""What can be wrong with the user's market data.

MarketDataError           also says what to do; never quotes more of a file than one cell
├── SourceMissing         a file that is named isn't there
│   ├── SourceVanished    it is a database's
│   └── TableMissing      the database is there, and has no such table
├── SourceRefused         a project's own file names something outside of the project
├── SourceLocked          another program holds the database open for writing
├── SourceUnreadable      there, but damaged, or not allowed to be read
│   └── SourceMalformed   it can be read, and is no such table: only its owner can cure that
├── SourceUntried         it failed so often that it is left alone for a while
├── ColumnMissing         a column that is needed isn't there, or two could be meant
└── BadRows               cells that can't be: file, row, column, value and what was expected
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.evidence import clean
from engine.store.leases import attached_errors

_SHOWN = 40


class MarketDataError(Exception):
    """The data can't be used as it is.

    Attributes:
        remedy: what its user can do, a sentence without its full stop; may be empty.
    """

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(clean(sentence))
        self.remedy = clean(remedy)


class SourceMissing(MarketDataError):
    """What is named doesn't exist."""


class SourceVanished(SourceMissing):
    """The database's file doesn't exist."""


class TableMissing(SourceMissing):
    """The database has no table of that name."""


class SourceRefused(MarketDataError):
    """What is named may not be read from here."""


class SourceLocked(MarketDataError):
    """Another program is writing it."""


class SourceUnreadable(MarketDataError):
    """It can't be read."""


class SourceMalformed(SourceUnreadable):
    """It is of another kind, or its text is not that of a table."""


class SourceUntried(MarketDataError):
    """It is left alone for now, and no rows of it are kept."""


class ColumnMissing(MarketDataError):
    """A column isn't there."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell that can't be what it has to be; `row` is as in `Source`: a text's line."""

    source: str
    row: int | None
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        row = "" if self.row is None else f" row {self.row},"
        return f"{self.source}:{row} column {self.column} is {self.found}, expected {self.expected}"


class BadRows(MarketDataError):
    """Rows that can't be read; all of them are kept in `faults`."""

    def __init__(self, faults: Sequence[Fault], remedy: str = "") -> None:
        more = len(faults) - 1
        rest = f" (and {more} more)" if more else ""
        super().__init__(f"{faults[0]}{rest}", remedy or "correct the file; nothing was guessed")
        self.faults = tuple(faults)


def quoted(value: object) -> str:
    """Return a cell as an error shows it: short, and empty as a word."""
    if value is None or value == "":
        return "empty"
    text = str(value)
    return f'"{text}"' if len(text) <= _SHOWN else f'"{text[: _SHOWN - 1]}…"'


def told(name: str, error: Exception) -> MarketDataError:
    """Return what DuckDB complained of, as one sentence about the file and what to do."""
    text = str(error)
    if line := re.search(r"CSV Error on Line: (\d+)", text):
        return SourceMalformed(f"{name}: line {line[1]} {_csv(text)}", "correct the line")
    found = attached_errors.told(name, error)
    return SourceUnreadable(str(found), found.remedy)


def _csv(text: str) -> str:
    if found := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text):
        return f"has {found[2]} cells, expected {found[1]}"
    if "unicode" in text:
        return "is not UTF-8 text"
    if "quote" in text.lower():
        return "has a quote that is not closed"
    return f"can't be read: {attached_errors.first_line(text)}"


def refused(error: attached_errors.DatabaseError) -> MarketDataError:
    """Return what is wrong with a database as what is wrong with the market data."""
    kinds: dict[type[attached_errors.DatabaseError], type[MarketDataError]] = {
        attached_errors.DatabaseLocked: SourceLocked,
        attached_errors.DatabaseVanished: SourceVanished,
        attached_errors.TableMissing: TableMissing,
    }
    return kinds.get(type(error), SourceUnreadable)(str(error), error.remedy)
