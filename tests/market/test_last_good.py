"""The rows that were good last: used only when the database can't be read, and never silently."""

import os
import stat
import time
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path

import pytest

from engine.config import load as load_settings
from engine.market import last_good as module
from engine.market.last_good import LastGood, Stale, said
from engine.market.reading.errors import (
    BadRows,
    ColumnMissing,
    MarketDataError,
    SourceLocked,
    SourceMissing,
    SourceUnreadable,
    SourceUntried,
    TableMissing,
)
from engine.market.reading.reading import Reading, load
from engine.market.settings import Sources, sources
from engine.store.leases.pool import Pool
from tests.market.tables import database
from tests.market.test_reading_tables import written_by_another

TODAY = date(2025, 1, 2)
_BOOK = (
    "CREATE TABLE p AS SELECT 'U' AS symbol, 100 AS quantity",
    "CREATE TABLE q AS SELECT * FROM (VALUES ('U', 22.5, DATE '2025-01-02'),"
    " ('V', 9.0, DATE '2025-01-02')) t(symbol, last, moment)",
    "CREATE TABLE c AS SELECT 'U' AS symbol, DATE '2025-01-02' - range::INT AS date,"
    " 20.0 + range AS close FROM range(5)",
)
pytestmark = pytest.mark.anyio


class Book:
    """A project with one database, read with and without kept rows by a clock of its own."""

    def __init__(self, folder: Path, pool: Pool) -> None:
        self.path = database(folder, "book.duckdb", *_BOOK)
        (folder / "bolt.toml").write_text(
            '[market]\npositions = "book.duckdb:p"\nprices = "book.duckdb:c"\n'
            'quotes = "book.duckdb:q"\n'
        )
        self.now_s = 1_000_000.0
        self.kept = folder / "kept"
        self._folder, self._pool = folder, pool

    def places(self) -> Sources:
        found = sources(load_settings(self._folder), self._folder, TODAY)
        assert isinstance(found, Sources)
        return found

    async def read(self, *, keep: bool = True, untried: str = "") -> Reading:
        kept = LastGood(self.kept, self._folder, lambda: self.now_s) if keep else None
        return await load(self._pool, self.places(), last_good=kept, untried=untried)


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[Book]:
    pool = Pool(2)
    yield Book(tmp_path, pool)
    await pool.close()


def gone(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:9000])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [(gone, "does not exist"), (cut, "is damaged: it is cut short"), (emptied, "is empty")],
)
async def test_a_database_that_cannot_be_read_is_stood_in_for(
    book: Book, spoil: Callable[[Path], None], why: str
) -> None:
    """The same book as before, each table with its age and the reason; whole again, it is fresh."""
    good = book.path.read_bytes()
    fresh = await book.read()
    assert fresh.stale == ()
    spoil(book.path)
    book.now_s += 750
    old = await book.read()
    assert (old.book, old.newest) == (fresh.book, fresh.newest)
    assert [(one.topic, one.read_s) for one in old.stale] == [
        ("positions", 1_000_000.0),
        ("quotes", 1_000_000.0),
        ("prices", 1_000_000.0),
    ]
    then = time.strftime("%H:%M", time.localtime(1_000_000))
    (sentence,) = said(old.stale, book.now_s)
    assert sentence.startswith(
        f"positions, quotes and prices of now; those read at {then} (12 min old) stand in, as "
        f"book.duckdb {why}"
    )
    with pytest.raises((SourceMissing, SourceUnreadable)):
        await book.read(keep=False)
    book.path.write_bytes(good)
    assert (await book.read()).stale == ()


async def test_a_locked_database_is_stood_in_for_also_after_a_restart(book: Book) -> None:
    """Rows that another process kept do; who holds the database is named."""
    await book.read()
    with written_by_another(book.path) as holder:
        old = await book.read()
        assert f"(pid {holder.pid}, running since" in old.stale[0].why
        assert old.stale[0].remedy == "close it there, or ask again when it is done"
    assert (await book.read()).stale == ()


async def test_without_kept_rows_the_error_is_the_error(book: Book) -> None:
    """What was never read can't stand in; nor do rows of another project or of another place."""
    with written_by_another(book.path), pytest.raises(SourceLocked):
        await book.read()
    with pytest.raises(SourceUntried, match="market is out of order"):
        await book.read(untried="market is out of order")


async def test_while_it_is_left_alone_kept_rows_are_read_and_the_file_is_not(book: Book) -> None:
    """With a reason not to try it, the database isn't opened, though it could be read."""
    await book.read()
    database(book.path.parent, "book.duckdb", "INSERT INTO p VALUES ('W', 1)")
    old = await book.read(untried="market is out of order")
    assert len(old.book.positions) == 1
    assert {one.why for one in old.stale} == {"market is out of order"}
    assert len((await book.read()).book.positions) == 2


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("DROP TABLE p", TableMissing),
        ("ALTER TABLE p RENAME quantity TO amount_of_it", ColumnMissing),
        ("INSERT INTO p VALUES ('U', 0)", BadRows),
    ],
)
async def test_what_its_owner_has_to_correct_is_told_and_not_stood_in_for(
    book: Book, change: str, kind: type[MarketDataError]
) -> None:
    """Bad input is no failure of the database: old rows would hide it."""
    await book.read()
    database(book.path.parent, "book.duckdb", change)
    with pytest.raises(kind):
        await book.read()


async def test_kept_rows_are_their_owners_and_small(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else may read them; what is too large isn't kept, and the earlier rows stay."""
    await book.read()
    files = sorted(book.kept.iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(book.kept.stat().st_mode) == 0o700
    before = [file.read_bytes() for file in files]
    monkeypatch.setattr(module, "MOST_BYTES", 100)
    book.now_s += 3600
    assert (await book.read()).stale == ()
    assert [file.read_bytes() for file in sorted(book.kept.iterdir())] == before


async def test_of_many_kept_tables_the_oldest_go(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also files that a killed process left half-written."""
    monkeypatch.setattr(module, "_MOST_FILES", 3)
    book.kept.mkdir()
    for number in range(5):
        file = book.kept / f".half.{number}"
        file.write_bytes(b"PAR1")
        os.utime(file, (number, number))
    await book.read()
    assert len(list(book.kept.iterdir())) == 3
    gone(book.path)
    assert len((await book.read()).stale) == 3


async def test_kept_rows_that_are_damaged_are_none(book: Book) -> None:
    """The database's own error is told then, and the next good reading replaces them."""
    await book.read()
    good = book.path.read_bytes()
    for file in book.kept.iterdir():
        file.write_bytes(file.read_bytes()[:50])
    gone(book.path)
    with pytest.raises(SourceMissing):
        await book.read()
    book.path.write_bytes(good)
    await book.read()
    gone(book.path)
    assert len((await book.read()).stale) == 3


async def test_a_folder_that_cannot_be_written_keeps_nothing_and_disturbs_nothing(
    book: Book,
) -> None:
    """The answer at hand needs no copy."""
    book.kept.write_text("a file")
    assert (await book.read()).stale == ()


@pytest.mark.parametrize(
    ("age_s", "words"),
    [
        (0.4, "0 s"),
        (59, "59 s"),
        (750, "12 min"),
        (7300, "2 h"),
        (90_000, "1 day"),
        (200_000, "2 days"),
    ],
)
def test_an_age_is_said_in_one_unit(age_s: float, words: str) -> None:
    """Of another day than today, the day is said too."""
    now_s = 1_000_000.0
    ((text, why),) = said([Stale("positions", now_s - age_s, "it is locked", "")], now_s).items()
    assert f"({words} old) stand in, as {why}" in text
    assert "1970-01-1" in text or age_s < 86_400
