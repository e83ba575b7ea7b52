"""A table of the user's, wherever it is: CSV, Parquet or a table of a DuckDB file, read by DuckDB.

What is wanted of a database is copied out and the file let go of at once, so that its owner can
write again. Everything runs through the pool's `Execute`, in the thread that it is called
in; DuckDB's own complaints come out as sentences that name the file, the line and the cause.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Final

from engine.market.book import Source
from engine.market.columns import Topic, matched
from engine.market.reading.csv import dialect, refuse_open_quote
from engine.market.reading.errors import (
    SourceMalformed,
    SourceMissing,
    SourceUnreadable,
    refused,
    told,
)
from engine.store.leases.attached import attached, drop, quoted
from engine.store.leases.attached import table as table_in
from engine.store.leases.attached_errors import DatabaseError
from engine.store.leases.pool import Execute, Parameter

DATABASES: Final = (".duckdb", ".ddb", ".db")
PARQUET: Final = (".parquet", ".pq")
TEXTS: Final = (".csv", ".tsv", ".txt", ".gz")

ROW: Final = "bolt_row"
_copies: Final = count(1)


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
        is_numbered: whether its rows bring the numbers along that they had in another table.
        skipped: lines of a file before its first row, which the rows' numbers count.
    """

    name: str
    relation: str
    parameters: tuple[Parameter, ...]
    fields: Mapping[str, str]
    names: Mapping[str, str]
    commas_are_thousands: bool
    execute: Execute
    is_numbered: bool = False
    skipped: int = 0

    @property
    def numbered(self) -> str:
        """The table with each row's number in the column that `ROW` names.

        In a text it is the line of the file (blank lines between rows not counted), else from 1.
        """
        if self.is_numbered:
            return self.relation
        return f"(SELECT *, row_number() OVER () + {self.skipped} AS {ROW} FROM {self.relation})"

    def records(self, symbols: Sequence[str] = ()) -> Iterator[Record]:
        """Yield the rows in their order, each with its number; only those of `symbols` if any.

        DuckDB does the choosing: a table of a million other rows costs a scan and no memory.
        """
        chosen = ", ".join(self.fields.values())
        sql = f"SELECT {ROW}, {chosen} FROM {self.numbered}"
        wanted: list[str] = []
        if symbols and "symbol" in self.fields:
            wanted = [symbol.upper() for symbol in symbols]
            column = f"CAST({self.fields['symbol']} AS VARCHAR)"
            sql += f" WHERE upper(trim({column})) IN ({', '.join('?' for _ in wanted)})"
        for row in self.run(f"{sql} ORDER BY {ROW}", (*self.parameters, *wanted)):
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
    execute: Execute,
    place: Place,
    topic: Topic,
    mapping: Mapping[str, str],
    symbols: Sequence[str] = (),
) -> Iterator[Table]:
    """Open a table for the length of the block.

    Args:
        symbols: what rows of a database are wanted of, if not all; others may come, too.

    Raises:
        MarketDataError: see `engine.market.reading.errors`.
    """
    suffix = place.path.suffix.lower()
    if suffix in DATABASES:
        with _copied(execute, place, topic, mapping, symbols) as table:
            yield table
        return
    if not place.path.exists():
        raise SourceMissing(f"{place.shown} does not exist", f"see [market] {topic} in bolt.toml")
    if any(mark in str(place.path) for mark in "*?["):
        raise SourceMalformed(
            f"{place.shown} has *, ? or [ in its path, which stand for other names",
            "give it another name",
        )
    if suffix in PARQUET:
        yield typed(execute, place, "read_parquet(?)", (str(place.path),), topic, mapping)
    elif suffix in TEXTS:
        yield _text(execute, place, topic, mapping)
    else:
        known = ", ".join((*TEXTS, *PARQUET, *DATABASES))
        raise SourceMalformed(f"{place.shown} is of no known kind", f"known endings: {known}")


@contextmanager
def _copied(
    execute: Execute,
    place: Place,
    topic: Topic,
    mapping: Mapping[str, str],
    symbols: Sequence[str],
) -> Iterator[Table]:
    """Copy what is needed of a database's table, let go of the file, and open the copy."""
    copy = f"bolt_copy_{next(_copies)}"
    file = place.shown.removesuffix(f":{place.table}")
    try:
        with attached(execute, place.path, file) as alias:
            relation = table_in(execute, alias, place.table, place.shown)
            table = typed(execute, place, relation, (), topic, mapping)
            chosen = ", ".join(dict.fromkeys((*table.fields.values(), ROW)))
            where, parameters = _likely(table, symbols)
            copying = f"SELECT {chosen} FROM {table.numbered}{where} ORDER BY {ROW}"
            table.run(f"CREATE TEMP TABLE {copy} AS {copying}", parameters)
        yield replace(table, relation=copy, is_numbered=True)
    except DatabaseError as error:
        raise refused(error) from error
    finally:
        drop(execute, copy)


def _likely(table: Table, symbols: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return a condition that leaves out what is surely about none of the symbols, and is cheap.

    A symbol stands at the beginning, or after what marks an option's (`O:`, `-`, `.`).
    """
    column = table.fields.get("underlying", table.fields.get("symbol"))
    if column is None or not symbols:
        return "", ()
    begin = f"ltrim(upper(CAST({column} AS VARCHAR)), E' \\t\\r\\n\\f')"
    starts = (*(symbol.upper() for symbol in symbols), "O:", "-", ".")
    return f" WHERE {' OR '.join(f'starts_with({begin}, ?)' for _ in starts)}", starts


def typed(
    execute: Execute,
    place: Place,
    relation: str,
    parameters: tuple[Parameter, ...],
    topic: Topic,
    mapping: Mapping[str, str],
    *,
    is_numbered: bool = False,
) -> Table:
    """Return a table whose columns have names and types of their own.

    Raises:
        MarketDataError: it can't be read, or lacks a column.
    """
    try:
        described = execute(f"DESCRIBE SELECT * FROM {relation}", parameters)
    except Exception as error:
        # A boundary: a damaged Parquet file.
        raise told(place.shown, error) from error
    columns = [str(row[0]) for row in described if not (is_numbered and row[0] == ROW)]
    names = matched(topic, place.shown, columns, mapping)
    fields = {field: quoted(column) for field, column in names.items()}
    return Table(place.shown, relation, parameters, fields, names, True, execute, is_numbered)


def _text(execute: Execute, place: Place, topic: Topic, mapping: Mapping[str, str]) -> Table:
    # Brokers end a file with lines of a cell or two. Short rows are read only where few are.
    is_padded = topic in ("positions", "trades")
    try:
        found = dialect(place.path, place.shown, topic, mapping)
        if is_padded:
            refuse_open_quote(place.path, place.shown, found.delimiter)
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise SourceUnreadable(f"{place.shown} can't be read: {cause}") from error
    names = matched(topic, place.shown, found.columns, mapping)
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(found.columns)))
    padded = "null_padding = true, parallel = false, " if is_padded else ""
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
        skipped=found.skipped,
    )
