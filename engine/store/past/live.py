"""What the journals hold that no part holds yet, in tables of the reader's own database.

Each store that is read has a schema in the database that a pool's cursors share: a table a kind,
and `tails`, which says how far each journal was read. All of it changes in one transaction.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine.store.folding.columns import columns, table_columns
from engine.store.journals.lines import whole_lines
from engine.store.journals.records import FOREIGN, KINDS, Kind, Record, record, row
from engine.store.journals.segments import Segment
from engine.store.leases.pool import Execute, Row

_PORTION = 256  # so that no insertion holds the interpreter lock for 5 ms
_READINGS = 256
_TAILS = "segment VARCHAR, place BIGINT, highest BIGINT, damaged BIGINT"


class Tail(NamedTuple):
    """How far a journal was read: bytes, the highest number, damaged lines."""

    place: int = 0
    highest: int = -1
    damaged: int = 0


class Live:
    """The live tables of one store; `refresh` is for one thread at a time."""

    def __init__(self, store: Path) -> None:
        self._read_since = 0
        self._schema = '"' + f"live {store}".replace('"', '""') + '"'

    def table(self, kind: Kind) -> str:
        """Return the SQL name of a kind's table: `segment`, then the kind's columns."""
        return f'{self._schema}."{kind}"'

    def refresh(
        self, execute: Execute, here: Collection[Segment], superfluous: Collection[str]
    ) -> list[str]:
        """Read what came since the last time, and forget what is in parts now.

        Returns a sentence on each journal that can't be read, or has damaged lines.
        """
        wanted = {one.path.name: one.path for one in here if one.path.name not in superfluous}
        tails = self._tails_of(execute)
        gone = [name for name in tails if name not in wanted]
        grown = [name for name, path in wanted.items() if _has_grown(path, tails.get(name))]
        problems = list[str]()
        if gone or grown:
            execute("BEGIN TRANSACTION")
            try:
                self._forget(execute, gone)
                for name in grown:
                    problems += self._read(execute, name, wanted[name], tails)
                execute("COMMIT")
            except BaseException:
                execute("ROLLBACK")
                raise
            self._give_back(execute, had_rows=bool(gone))
        for name, path in wanted.items():
            if (tail := tails.get(name)) and tail.damaged:
                problems.append(f"the journal {path} has {_lines(tail.damaged)}: left out")
        return problems

    def _give_back(self, execute: Execute, *, had_rows: bool) -> None:
        """Let go of what deleted rows hold: DuckDB keeps it until a checkpoint.

        `tails` leaves a little at each reading, a journal that is in parts now all of its rows.
        """
        import duckdb

        self._read_since += 1
        if had_rows or self._read_since >= _READINGS:
            try:
                execute("CHECKPOINT")
            except duckdb.TransactionException:
                return  # somebody reads just now; the next reading tries again
            self._read_since = 0

    def damaged(self, execute: Execute) -> int:
        """Return how many lines are no records."""
        return _count(execute(f"SELECT sum(damaged) FROM {self._tails}"))

    def foreign(self, execute: Execute) -> int:
        """Return how many records are of kinds not known here."""
        return _count(execute(f"SELECT count(*) FROM {self.table('facts')} WHERE {FOREIGN}"))

    @property
    def _tails(self) -> str:
        return f"{self._schema}.tails"

    def _tails_of(self, execute: Execute) -> dict[str, Tail]:
        """Return how far each journal was read; the tables are made by the first who asks."""
        import duckdb

        asked = f"SELECT segment, place, highest, damaged FROM {self._tails}"
        try:
            rows = execute(asked)
        except duckdb.CatalogException:
            self._make(execute)
            rows = execute(asked)
        return {str(name): Tail(*map(_whole, numbers)) for name, *numbers in rows}

    def _make(self, execute: Execute) -> None:
        execute("SET parquet_metadata_cache = true")  # parts never change
        execute(f"CREATE SCHEMA IF NOT EXISTS {self._schema}")
        for kind in KINDS:
            table = f"{self.table(kind)} (segment VARCHAR, {table_columns(kind)})"
            execute(f"CREATE TABLE IF NOT EXISTS {table}")
        execute(f"CREATE TABLE IF NOT EXISTS {self._tails} ({_TAILS})")

    def _forget(self, execute: Execute, segments: list[str]) -> None:
        for table in (self._tails, *map(self.table, KINDS)) if segments else ():
            execute(f"DELETE FROM {table} WHERE segment IN (SELECT unnest(?))", [segments])

    def _read(
        self, execute: Execute, name: str, path: Path, tails: dict[str, Tail]
    ) -> Iterator[str]:
        """Read on where the journal was left, and note in `tails` how far; yield what failed."""
        try:
            tail = tails[name] = self._take(execute, name, path, tails.get(name, Tail()))
        except FileNotFoundError:
            return  # folded and deleted since it was listed: its records are in parts
        except OSError as error:
            yield f"the journal {path} can't be read: {error.strerror or error}"
            return
        execute(f"DELETE FROM {self._tails} WHERE segment = ?", [name])
        values = f"(?, {tail.place}, {tail.highest}, {tail.damaged})"
        execute(f"INSERT INTO {self._tails} VALUES {values}", [name])

    def _take(self, execute: Execute, name: str, path: Path, tail: Tail) -> Tail:
        """Read a journal from where it was left, and return where it is left now."""
        place, highest, damaged = tail
        portion, late = dict[int, Record](), list[str]()
        for end, raw in whole_lines(path, place):
            place, one = end, record(raw)
            if one is None:
                damaged += raw != b"\n"
                continue
            if one.head.seq <= highest:
                late.append(str(one.head.seq))
            highest = max(highest, one.head.seq)
            portion[one.head.seq] = one
            if len(portion) == _PORTION:
                self._insert(execute, name, portion, late)
                time.sleep(0)  # let the loop run: parsing holds the interpreter lock
        self._insert(execute, name, portion, late)
        return Tail(place, highest, damaged)

    def _insert(
        self, execute: Execute, name: str, portion: dict[int, Record], late: list[str]
    ) -> None:
        """Put records into their tables, in place of earlier ones with the same numbers."""
        for kind in KINDS if late else ():
            numbers = "seq IN (SELECT unnest(?)::BIGINT)"
            execute(f"DELETE FROM {self.table(kind)} WHERE segment = ? AND {numbers}", [name, late])
        rows = defaultdict[Kind, list[str]](list)
        for one in portion.values():
            rows[one.kind].append(row(one, one.kind).decode())
        for kind, those in rows.items():
            structure = msgspec.json.encode(columns(kind)).decode()
            execute(
                f"INSERT INTO {self.table(kind)} BY NAME SELECT ? AS segment, "
                "unnest(from_json(row, ?)) FROM (SELECT unnest(?) AS row)",
                [name, structure, those],
            )
        portion.clear()
        late.clear()


def _has_grown(path: Path, tail: Tail | None) -> bool:
    try:
        return path.stat().st_size > (tail.place if tail else 0)
    except OSError:
        return True  # reading it will tell


def _lines(damaged: int) -> str:
    return "1 damaged line" if damaged == 1 else f"{damaged:,} damaged lines"


def _count(rows: list[Row]) -> int:
    """Return the one number; DuckDB sums into a wider type, and nothing into NULL."""
    return int(str(rows[0][0] or 0))


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
