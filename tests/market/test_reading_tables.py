"""The user's files as they really fail: locked, vanished, damaged, of another kind."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pytest

from engine.market.book import Instrument
from engine.market.quotes import read_quotes
from engine.market.reading.errors import (
    SourceLocked,
    SourceMissing,
    SourceUnreadable,
)
from engine.market.reading.tables import Place, opened
from tests.market.tables import database, executing

_TABLE = "CREATE TABLE book AS SELECT 'U' AS symbol, 100 AS quantity"


@contextmanager
def written_by_another(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold the database open in another process for the length of the block."""
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "1\n"
        yield holder
    finally:
        holder.stdin.close()
        holder.wait()
        holder.stdout.close()


def count(place: Place) -> int:
    with opened(executing(), place, "positions", {}) as table:
        return len(list(table.records()))


def test_a_database_that_another_writes_is_locked_and_readable_afterwards(tmp_path: Path) -> None:
    """The error names program and process; when the writer is done the table is read."""
    path = database(tmp_path, "book.duckdb", _TABLE)
    place = Place(path, "book", "book.duckdb:book")
    with written_by_another(path) as holder:
        with pytest.raises(
            SourceLocked, match=rf"held for writing by .* \(pid {holder.pid}, running since"
        ) as caught:
            count(place)
        assert caught.value.remedy == "close it there, or ask again when it is done"
    assert count(place) == 1


def test_reading_lets_go_of_the_database_at_once(tmp_path: Path) -> None:
    """After a reading, and after one that failed, its owner can write again."""
    path = database(tmp_path, "book.duckdb", _TABLE)
    execute = executing()
    with opened(execute, Place(path, "book", "b"), "positions", {}) as table:
        assert len(list(table.records())) == 1
    with pytest.raises(SourceMissing), opened(execute, Place(path, "bok", "b"), "positions", {}):
        pass
    with written_by_another(path) as holder:
        assert holder.poll() is None
        assert execute("SELECT count(*) FROM duckdb_databases() WHERE path IS NOT NULL") == [(0,)]


def test_two_may_read_one_database_at_once(tmp_path: Path) -> None:
    """Each reading attaches under a name of its own."""
    path = database(tmp_path, "book.duckdb", _TABLE)
    execute, place = executing(), Place(path, "book", "b")
    with (
        opened(execute, place, "positions", {}) as one,
        opened(execute, place, "positions", {}) as other,
    ):
        assert next(one.records()).cells == next(other.records()).cells


def test_the_database_is_never_written(tmp_path: Path) -> None:
    """It is attached read-only: its bytes and time stay."""
    path = database(tmp_path, "book.duckdb", _TABLE)
    before = path.read_bytes(), path.stat().st_mtime_ns
    count(Place(path, "book", "b"))
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_what_is_gone_damaged_or_something_else_is_told_apart(tmp_path: Path) -> None:
    """Each failure has its own error and sentence."""
    path = database(tmp_path, "book.duckdb", _TABLE)
    cut = tmp_path / "cut.duckdb"
    cut.write_bytes(path.read_bytes()[:9000])
    flipped = bytearray(path.read_bytes())
    flipped[4200:4260] = b"\xff" * 60
    (tmp_path / "flipped.duckdb").write_bytes(flipped)
    (tmp_path / "other.duckdb").write_bytes(b"hello " * 1000)
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no more")
    (tmp_path / "book.xlsx").write_bytes(b"PK")
    (tmp_path / "b*k.csv").write_bytes(b"symbol,quantity\nU,1\n")
    for name, kind, sentence in (
        ("gone.duckdb", SourceMissing, "gone.duckdb does not exist"),
        ("gone.csv", SourceMissing, "gone.csv does not exist"),
        ("cut.duckdb", SourceUnreadable, "cut.duckdb is damaged"),
        ("flipped.duckdb", SourceUnreadable, "flipped.duckdb is damaged"),
        ("other.duckdb", SourceUnreadable, "other.duckdb is no DuckDB database"),
        ("bad.parquet", SourceUnreadable, "bad.parquet can't be read"),
        ("b*k.csv", SourceUnreadable, "which stand for other names"),
        ("book.xlsx", SourceUnreadable, "book.xlsx is of no known kind"),
    ):
        with pytest.raises(kind, match=sentence):
            count(Place(tmp_path / name, "book", name))


def test_a_table_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    """The error lists the tables; a database without a table asks for one."""
    path = database(
        tmp_path, "book.duckdb", "CREATE SCHEMA trading", "CREATE TABLE trading.positions (a INT)"
    )
    with pytest.raises(SourceMissing, match=r'did you mean "trading\.positions"'):
        count(Place(path, "trading.position", "book.duckdb"))
    with pytest.raises(SourceMissing, match="its table must be named") as caught:
        count(Place(path, None, "book.duckdb"))
    assert caught.value.remedy == "its tables are: trading.positions"


def test_names_with_quotes_are_only_names(tmp_path: Path) -> None:
    """Files, tables and columns may be called anything; nothing of them is run."""
    folder = tmp_path / "o'brien; DROP"
    folder.mkdir()
    path = database(
        folder, "b'k.duckdb", 'CREATE TABLE "we""ird" AS SELECT \'U\' AS symbol, 1 AS "quantity"'
    )
    assert count(Place(path, 'we"ird', "b")) == 1


def test_a_view_is_as_good_as_a_table(tmp_path: Path) -> None:
    """What the owner has made a view of is read as such."""
    path = database(tmp_path, "book.duckdb", _TABLE, "CREATE VIEW mine AS SELECT * FROM book")
    assert count(Place(path, "mine", "b")) == 1


def test_compressed_text_and_parquet_are_read_like_any(tmp_path: Path) -> None:
    """A .csv.gz and a .parquet of the same rows give the same rows."""
    import gzip

    with gzip.open(tmp_path / "book.csv.gz", "wt") as file:
        file.write("symbol,quantity\nU,100\n")
    duckdb.execute(f"COPY (SELECT 'U' AS symbol, 100 AS quantity) TO '{tmp_path}/book.parquet'")
    assert count(Place(tmp_path / "book.csv.gz", None, "b")) == 1
    assert count(Place(tmp_path / "book.parquet", None, "b")) == 1


_CELLS = [
    f"{before}{symbol}{after}"
    for before in ("", " ", "\t", "O:", "-", ".", " O:", "\f.", "X")
    for symbol in ("U", "u", "UU", "AAPL", "brk.b", "")
    for after in ("", " ", "250117P00020000", " 250117C00030000", "1")
]


@pytest.mark.parametrize("symbols", [["U"], ["AAPL", "BRK.B"]])
def test_what_is_copied_for_some_symbols_has_all_rows_of_them(
    tmp_path: Path, symbols: list[str]
) -> None:
    """Reading from the narrowed copy gives the rows, with their numbers, that the whole gives."""
    path = database(tmp_path, "book.duckdb", "CREATE TABLE book (symbol VARCHAR, close DOUBLE)")
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO book SELECT unnest(?), 9.0", [_CELLS])
        connection.execute("ALTER TABLE book ADD COLUMN date DATE DEFAULT '2025-01-02'")
    execute, place = executing(), Place(path, "book", "b")

    def found(copied: list[str]) -> tuple[list[object], set[Instrument]]:
        with opened(execute, place, "prices", {}, copied) as table:
            prices: list[object] = [(one.cells, one.source) for one in table.records(symbols)]
        with opened(execute, place, "quotes", {}, copied) as table:
            quotes = read_quotes(table, symbols, date(2025, 1, 2)).found
        return prices, {one.instrument for one in quotes}

    narrowed = found(symbols)
    assert narrowed == found([])
    assert all(narrowed)
