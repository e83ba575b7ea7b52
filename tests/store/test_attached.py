"""A user's DuckDB file as it really fails, with real processes at it."""

import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from engine.store.leases.attached import attached, left_open, table
from engine.store.leases.attached_errors import (
    DatabaseDamaged,
    DatabaseError,
    DatabaseForbidden,
    DatabaseLocked,
    DatabaseMismatched,
    DatabaseNewer,
    DatabaseVanished,
    NoDatabase,
    TableMissing,
)
from engine.store.leases.lock_holder import clock_time, holder
from engine.store.leases.pool import Execute
from tests.market.tables import database, executing

_BOOK = "CREATE TABLE book AS SELECT range AS quantity FROM range(3)"
_HOLD = (
    "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); sys.stdin.read()"
)
_DIE = (
    "import duckdb, os, signal, sys; c = duckdb.connect(sys.argv[1]);"
    "c.execute('INSERT INTO book VALUES (9)'); os.kill(os.getpid(), signal.SIGKILL)"
)
_WRITE = """
import duckdb, sys, time
written = 0
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    try:
        with duckdb.connect(sys.argv[1]) as c:
            c.execute("BEGIN; INSERT INTO book VALUES (1); INSERT INTO book VALUES (-1); COMMIT")
    except duckdb.IOException as error:
        assert "lock" in str(error), error
    else:
        written += 1
    time.sleep(0.002)
print(written)
"""


def rows(execute: Execute, path: Path, name: str = "book.duckdb") -> int:
    with attached(execute, path, name) as alias:
        found = execute(f"SELECT count(*) FROM {table(execute, alias, 'book', name)}")
    return int(str(found[0][0]))


@contextmanager
def written_by_another(path: Path, script: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold the database open in another process for the length of the block."""
    script.write_text(_HOLD)
    command = [sys.executable, str(script), str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "1\n"
        yield other


def test_who_writes_is_named_with_script_and_start(tmp_path: Path) -> None:
    """Program, script, process and since when it runs; afterwards the rows are read."""
    path = database(tmp_path, "book.duckdb", _BOOK)
    execute = executing()
    with written_by_another(path, tmp_path / "feed.py") as other:
        with pytest.raises(
            DatabaseLocked, match=r"^book\.duckdb is held for writing by "
        ) as caught:
            rows(execute, path)
        by = caught.value.by
        assert by is not None
        assert (by.pid, by.program.split()[1]) == (other.pid, "feed.py")
        assert by.started_s is not None
        assert str(by).endswith(f"(pid {other.pid}, running since {clock_time(by.started_s)})")
    assert rows(execute, path) == 3


def test_a_holder_that_is_gone_keeps_duckdbs_words() -> None:
    """No process of that number: its program stands, and nothing is made up."""
    found = holder("Conflicting lock is held in /usr/bin/py thon (PID 99999999). See also")
    assert str(found) == "py thon (pid 99999999)"
    assert holder("Could not set lock on file: no locks available") is None


def test_its_owner_can_write_right_after_and_is_never_written_to(tmp_path: Path) -> None:
    """The file is let go of at the end of the block, also of one that failed; no byte changes."""
    path = database(tmp_path, "book.duckdb", _BOOK)
    before = path.read_bytes(), path.stat().st_mtime_ns
    execute = executing()
    rows(execute, path)
    with pytest.raises(duckdb.Error, match="read-only"), attached(execute, path, "b") as alias:
        execute(f"INSERT INTO {alias}.book VALUES (1)")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    with written_by_another(path, tmp_path / "feed.py") as other:
        assert other.poll() is None


def test_what_a_writer_that_died_had_committed_is_read(tmp_path: Path) -> None:
    """Its WAL is replayed in memory and stays as it is; that it is there is told."""
    path = database(tmp_path, "book.duckdb", _BOOK)
    assert not left_open(path)
    died = subprocess.run([sys.executable, "-c", _DIE, str(path)], check=False)
    assert died.returncode == -signal.SIGKILL
    wal = path.with_name("book.duckdb.wal")
    before = wal.read_bytes()
    assert left_open(path)
    assert rows(executing(), path) == 4
    assert wal.read_bytes() == before
    other = database(tmp_path, "other.duckdb", _BOOK)
    wal.replace(other.with_name("other.duckdb.wal"))
    with pytest.raises(DatabaseMismatched, match=r"other\.duckdb and the \.wal beside it"):
        rows(executing(), other, "other.duckdb")


def _newer(good: bytes) -> bytes:
    """Return the file as of a storage version of far ahead, its checksum right."""
    made = bytearray(good)
    struct.pack_into("<Q", made, 12, 5000)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", made[8:4096]):
        checksum ^= word * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
    struct.pack_into("<Q", made, 0, checksum)
    return bytes(made)


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        (lambda good: good[:9000], DatabaseDamaged, "it is cut short"),
        (lambda good: good[:8200] + b"\xff" * 9 + good[8209:], DatabaseDamaged, "checksum"),
        (_newer, DatabaseNewer, "another version of DuckDB: .* version number 5000"),
        (lambda good: b"", NoDatabase, "is empty"),
        (lambda good: b"hello " * 900, NoDatabase, "is no DuckDB database"),
        (lambda good: b"SQLite format 3\0" + good, NoDatabase, "is an SQLite database"),
    ],
)
def test_what_is_in_the_file_is_told_apart(
    tmp_path: Path, change: Callable[[bytes], bytes], kind: type[DatabaseError], said: str
) -> None:
    """Each has its own error with a remedy, and the next whole file is read."""
    path = database(tmp_path, "book.duckdb", _BOOK)
    good = path.read_bytes()
    path.write_bytes(change(good))
    execute = executing()
    with pytest.raises(kind, match=said) as caught:
        rows(execute, path)
    assert caught.value.remedy
    path.write_bytes(good)
    assert rows(execute, path) == 3


def test_what_is_no_file_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    """A file that is gone, a folder in its place, and a path through a file."""
    gone = tmp_path / "gone.duckdb"
    with pytest.raises(DatabaseVanished, match=r"gone\.duckdb does not exist"):
        rows(executing(), gone, "gone.duckdb")
    assert list(tmp_path.iterdir()) == []
    gone.mkdir()
    with pytest.raises(NoDatabase, match="is a folder"):
        rows(executing(), gone)


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    """The remedy names what to allow; root, who may read all, asks as somebody else."""
    path = database(tmp_path, "book.duckdb", _BOOK)
    path.chmod(0)
    execute, user = executing(), os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(DatabaseForbidden, match="may not be read") as caught:
            rows(execute, path)
    finally:
        os.seteuid(user)
    assert caught.value.remedy == "allow its reading (chmod u+r)"


def test_a_database_that_is_put_in_place_of_another_is_read_whole(tmp_path: Path) -> None:
    """Who has the old one open goes on with it, and the next reading is of the new one."""
    path = database(tmp_path, "book.duckdb", _BOOK)
    new = database(tmp_path, "new.duckdb", "CREATE TABLE book AS FROM range(70)")
    execute = executing()
    with attached(execute, path, "b") as alias:
        new.replace(path)
        assert execute(f"SELECT count(*) FROM {alias}.book") == [(3,)]
    assert rows(execute, path) == 70


def test_a_table_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    """All tables are listed as the remedy."""
    path = database(tmp_path, "book.duckdb", _BOOK, "CREATE VIEW mine AS FROM book")
    execute = executing()
    with attached(execute, path, "b") as alias:
        assert table(execute, alias, "MINE", "b") == f'{alias}."main"."mine"'
        with pytest.raises(
            TableMissing, match=r'no table "boook"; did you mean "main\.book"\?'
        ) as e:
            table(execute, alias, "boook", "b")
    assert e.value.remedy == "its tables are: main.book, main.mine"


def test_many_read_while_another_process_writes(tmp_path: Path) -> None:
    """Each reading is of a whole transaction or refused as locked; the writer is not starved."""
    path = database(tmp_path, "book.duckdb", _BOOK)
    connection = duckdb.connect(":memory:")
    failures: list[Exception] = []
    found: list[int] = []
    done = threading.Event()

    def read() -> None:
        cursor = connection.cursor()
        while not done.is_set():
            try:
                found.append(rows(lambda sql, p=(): cursor.execute(sql, list(p)).fetchall(), path))
            except DatabaseLocked:
                pass
            except Exception as error:
                failures.append(error)
            done.wait(0.005)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        writer = subprocess.run(
            [sys.executable, "-c", _WRITE, str(path), "1"],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert int(writer.stdout) > 0
    assert found
    assert {(number - 3) % 2 for number in found} == {0}
    assert rows(executing(), path) == 3 + 2 * int(writer.stdout)
