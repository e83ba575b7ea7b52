"""A table of the user's, wherever it is: CSV, Parquet or a table of a DuckDB file, read by DuckDB.

The database is attached read-only for the length of one reading and let go of at once, so that its
owner can write again. Everything runs through the pool's `Execute`, in the thread that it is called
in; DuckDB's own complaints come out as sentences that name the file, the line and the cause.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import count
from pathlib import Path
from typing import Final

from engine.market.book import Source
from engine.market.columns import Topic, matched
from engine.market.reading_csv import dialect
from engine.market.reading_errors import (
    MarketDataError,
    SourceLocked,
    SourceMissing,
    SourceUnreadable,
)
from engine.store.pool import Execute, Parameter

DATABASES: Final = (".duckdb", ".ddb", ".db")
PARQUET: Final = (".parquet", ".pq")
TEXTS: Final = (".csv", ".tsv", ".txt", ".gz")

_TRIES: Final = 100
_numbers: Final = count(1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table is: a file, and for a DuckDB file its table; `shown` is how to call it."""

    path: Path
    table: str | None
    shown: str


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the fields that the table has columns for, and where it stands."""

    cells: Mapping[str, object]
    source: Source

    def __getitem__(self, field: str) -> object:
        return self.cells.get(field)


@dataclass(frozen=True, slots=True)
class Table:
    """An open table.

    Attributes:
        relation, parameters: what to select from, as SQL.
        fields: each field's column, quoted as SQL.
        names: each field's column as its owner calls it.
    """

    name: str
    relation: str
    parameters: tuple[Parameter, ...]
    fields: Mapping[str, str]
    names: Mapping[str, str]
    commas_are_thousands: bool
    execute: Execute

    def records(self, symbols: Sequence[str] = ()) -> Iterator[Record]:
        """Yield the rows in their order, numbered from 1; only those of `symbols` if any is given.

        DuckDB does the choosing: a table of a million other rows costs a scan and no memory.
        """
        chosen = ", ".join(self.fields.values())
        numbered = f"(SELECT *, row_number() OVER () AS bolt_row FROM {self.relation})"
        sql = f"SELECT bolt_row, {chosen} FROM {numbered}"
        wanted: list[str] = []
        if symbols and "symbol" in self.fields:
            wanted = [symbol.upper() for symbol in symbols]
            column = f"CAST({self.fields['symbol']} AS VARCHAR)"
            sql += f" WHERE upper(trim({column})) IN ({', '.join('?' for _ in wanted)})"
        for row in self.run(f"{sql} ORDER BY bolt_row", (*self.parameters, *wanted)):
            place = row[0] if isinstance(row[0], int) else None
            cells = dict(zip(self.fields, row[1:], strict=True))
            yield Record(cells, Source(self.name, place))

    def run(self, sql: str, parameters: Sequence[Parameter]) -> list[tuple[object, ...]]:
        """Run one statement over the table.

        Raises:
            MarketDataError: DuckDB refuses, in a sentence of ours.
        """
        try:
            return self.execute(sql, parameters)
        except Exception as error:
            # A boundary: DuckDB raises more than its own errors, and they name no file of ours.
            raise told(self.name, error) from error


@contextmanager
def opened(
    execute: Execute, place: Place, topic: Topic, mapping: Mapping[str, str]
) -> Iterator[Table]:
    """Open a table for the length of the block.

    Raises:
        MarketDataError: see `engine.market.reading_errors`.
    """
    if not place.path.exists():
        raise SourceMissing(f"{place.shown} does not exist", f"see [market] {topic} in bolt.toml")
    suffix = place.path.suffix.lower()
    if suffix not in DATABASES and any(mark in str(place.path) for mark in "*?["):
        raise SourceUnreadable(
            f"{place.shown} has *, ? or [ in its path, which stand for other names",
            "give it another name",
        )
    if suffix in DATABASES:
        with _attached(execute, place) as alias:
            relation = _relation(execute, place, alias)
            yield _typed(execute, place, relation, (), topic, mapping)
    elif suffix in PARQUET:
        yield _typed(execute, place, "read_parquet(?)", (str(place.path),), topic, mapping)
    elif suffix in TEXTS:
        yield _text(execute, place, topic, mapping)
    else:
        known = ", ".join((*TEXTS, *PARQUET, *DATABASES))
        raise SourceUnreadable(f"{place.shown} is of no known kind", f"known endings: {known}")


def told(name: str, error: Exception) -> MarketDataError:
    """Return what DuckDB complained of, as one sentence about the file and what to do."""
    text = str(error)
    if "Could not set lock" in text or "Conflicting lock" in text:
        holder = re.search(r"held in (?P<program>\S+) \(PID (?P<pid>\d+)\)", text)
        by = f"{Path(holder['program']).name}, PID {holder['pid']}" if holder else "not named"
        return SourceLocked(
            f"{name} is open for writing in another program ({by})",
            "close it there, or ask again when it is done",
        )
    if "not a valid DuckDB database" in text:
        return SourceUnreadable(f"{name} is no DuckDB database")
    if "checksum" in text or "Could not read enough bytes" in text or "Corrupt" in text:
        return SourceUnreadable(f"{name} is damaged: {_first(text)}", "restore it from a copy")
    if "does not exist" in text and "read-only mode" in text:
        return SourceMissing(f"{name} does not exist")
    if line := re.search(r"CSV Error on Line: (\d+)", text):
        return SourceUnreadable(f"{name}: line {line[1]} {_csv(text)}", "correct the line")
    return SourceUnreadable(f"{name} can't be read: {_first(text)}")


def _csv(text: str) -> str:
    if found := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text):
        return f"has {found[2]} cells, expected {found[1]}"
    if "unicode" in text:
        return "is not UTF-8 text"
    if "quote" in text.lower():
        return "has a quote that is not closed"
    return f"can't be read: {_first(text)}"


def _first(text: str) -> str:
    line = text.partition("\n")[0].strip()
    return re.sub(r"^[A-Z][A-Za-z/ ]* Error: ", "", line)


@contextmanager
def _attached(execute: Execute, place: Place) -> Iterator[str]:
    # A name of its own for each reading: two tasks may read one file at once.
    alias = f"user_{next(_numbers)}"
    path = str(place.path).replace("'", "''")
    try:
        execute(f"ATTACH '{path}' AS {alias} (READ_ONLY)")
    except Exception as error:
        # A boundary: what keeps DuckDB from opening a file of the user's.
        raise told(place.shown, error) from error
    try:
        yield alias
    finally:
        _detach(execute, alias)


def _detach(execute: Execute, alias: str) -> None:
    """Let go of the file, come what may: while it is attached its owner can't write.

    A task that was cancelled is interrupted until its thread has ended, and so this may be, too.
    """
    for _ in range(_TRIES):
        try:
            execute(f"DETACH {alias}")
        except Exception as error:
            # A boundary: an interrupt is DuckDB's own exception, and no concern of ours here.
            if "nterrupt" not in str(error):
                raise
        else:
            return


def _relation(execute: Execute, place: Place, alias: str) -> str:
    listed = execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? "
        "UNION ALL SELECT schema_name, view_name FROM duckdb_views() "
        "WHERE database_name = ? AND NOT internal",
        (alias, alias),
    )
    names = {f"{schema}.{table}": (str(schema), str(table)) for schema, table in listed}
    asked = place.table or ""
    wanted = asked if "." in asked else f"main.{asked}"
    exact = {name.lower(): parts for name, parts in names.items()}.get(wanted.lower())
    if exact is None:
        near = get_close_matches(wanted, names, n=1, cutoff=0.5)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        what = f'has no table "{asked}"' if asked else "is a database: its table must be named"
        raise SourceMissing(
            f"{place.shown} {what}{hint}", f"its tables are: {', '.join(sorted(names)) or 'none'}"
        )
    return f"{alias}.{_quoted(exact[0])}.{_quoted(exact[1])}"


def _typed(
    execute: Execute,
    place: Place,
    relation: str,
    parameters: tuple[Parameter, ...],
    topic: Topic,
    mapping: Mapping[str, str],
) -> Table:
    try:
        described = execute(f"DESCRIBE SELECT * FROM {relation}", parameters)
    except Exception as error:
        # A boundary: a damaged Parquet file.
        raise told(place.shown, error) from error
    names = matched(topic, place.shown, [str(row[0]) for row in described], mapping)
    fields = {field: _quoted(column) for field, column in names.items()}
    return Table(place.shown, relation, parameters, fields, names, True, execute)


def _text(execute: Execute, place: Place, topic: Topic, mapping: Mapping[str, str]) -> Table:
    try:
        found = dialect(place.path, place.shown, topic, mapping)
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise SourceUnreadable(f"{place.shown} can't be read: {cause}") from error
    names = matched(topic, place.shown, found.columns, mapping)
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(found.columns)))
    # Brokers end a file with lines of a cell or two. Short rows are read only where few are.
    padded = "null_padding = true, parallel = false, " if topic in ("positions", "trades") else ""
    relation = (
        f"read_csv(?, delim = ?, skip = {found.skipped}, columns = {{{columns}}}, {padded}"
        "header = false, auto_detect = false, quote = '\"', escape = '\"')"
    )
    fields = {field: f"c{found.columns.index(column)}" for field, column in names.items()}
    return Table(
        place.shown,
        relation,
        (str(place.path), found.delimiter),
        fields,
        names,
        found.commas_are_thousands,
        execute,
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
