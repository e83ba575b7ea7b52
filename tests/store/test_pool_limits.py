"""Who waits for a cursor, what a dead database does, and how a program ends within a query."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import duckdb
import pytest

from engine.store.journals.journal import Journal
from engine.store.leases import pool as module
from engine.store.leases.pool import Execute, LeaseTimeout, Pool, StoreReadError
from engine.store.past.past import Past
from tests.store.events import Session

pytestmark = pytest.mark.anyio


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    made = Pool(2, patience_s=0.05)
    yield made
    await made.close()


async def test_who_waits_too_long_is_told_who_has_the_cursors(pool: Pool) -> None:
    """Names and times of all that hold one, and what to do; the wait leaves nothing behind."""
    async with pool.lease("the book"), pool.lease():
        named = [held.who for held in pool.holders]
        assert named[0] == "the book"
        assert named[1] == anyio.get_current_task().name
        with pytest.raises(LeaseTimeout) as caught:
            async with pool.lease("a third"):
                pass
    said = str(caught.value)
    assert said.startswith("none of the 2 DuckDB cursors came free in 0.05 s: the book has one")
    assert said.endswith("; ask again, or raise store.max_leases")
    assert (pool.open, pool.waiting, pool.holders) == (0, 0, ())
    async with pool.lease() as lease:
        assert await lease.rows("SELECT 1") == [(1,)]


async def test_the_pool_knows_how_long_was_waited_and_held(pool: Pool) -> None:
    """Nothing is known before the first lease; then median and longest of the last ones."""
    assert (pool.waited.p50_ms, pool.held.max_ms) == (None, None)
    for _ in range(3):
        async with pool.lease():
            await anyio.sleep(0.01)
    assert (pool.waited.count, pool.held.count) == (3, 3)
    assert pool.held.p50_ms is not None
    assert pool.held.max_ms is not None
    assert 10 <= pool.held.p50_ms <= pool.held.max_ms


def break_disk(execute: Execute, file: Path) -> None:
    """Have DuckDB fail as on a disk that no longer syncs: it gives the database up."""
    execute(f"ATTACH '{file}' AS broken")
    execute("CREATE TABLE broken.t (a INT)")
    for handle in Path("/proc/self/fd").iterdir():
        if handle.exists() and handle.resolve().name.startswith(file.name):
            null = os.open("/dev/null", os.O_RDWR)  # written to like any file, but not synced
            os.dup2(null, int(handle.name))
            os.close(null)
    execute("CHECKPOINT broken")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no list of open files here")
async def test_a_database_that_is_given_up_is_replaced(tmp_path: Path, pool: Pool) -> None:
    """The next lease has a new one, which is said; who has a cursor of the old one keeps it."""
    async with pool.lease() as other:
        async with pool.lease() as lease:
            with pytest.raises(StoreReadError, match="has been invalidated"):
                await lease.read(lambda execute: break_disk(execute, tmp_path / "b.duckdb"))
        assert pool.reconnects == 0
        async with pool.lease() as lease:
            assert await lease.rows("SELECT count(*) FROM duckdb_databases() WHERE path <> ''") == [
                (0,)
            ]
        assert pool.reconnects == 1
        assert "has been invalidated" in pool.problem
        assert await other.rows("SELECT 1") == [(1,)]
    assert pool.open == 0


async def test_the_store_is_read_on_after_its_database_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read of journals was in that database, and is read again: nothing is missing."""
    made: list[duckdb.DuckDBPyConnection] = []

    def connect(_: int | None = None) -> duckdb.DuckDBPyConnection:
        made.append(duckdb.connect(":memory:"))
        return made[-1]

    monkeypatch.setattr(module, "connect", connect)
    pool, session = Pool(2), Session()
    journal = Journal(tmp_path, "s1")
    past = Past(pool, tmp_path)
    await journal.commit(session.fact("one"))
    before = await past.events(0, 5000)
    await journal.commit(session.fact("two"))
    made[0].close()
    after = await past.events(0, 5000)
    assert (len(before), len(after), pool.reconnects) == (1, 2, 1)
    assert after[0] == before[0]
    journal.close()
    await pool.close()


_ENDLESS = """
import sys, anyio
from engine.store.leases.pool import Pool
sql = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range + b.range = 3"

async def main():
    pool = Pool(2)
    async def ask():
        async with pool.lease() as lease:
            await lease.rows(sql)
    async with anyio.create_task_group() as group:
        group.start_soon(ask)
        await anyio.sleep(0.2)
        print(1, flush=True)
        {then}
anyio.run(main)
"""


@pytest.mark.parametrize(
    ("then", "signalled", "status"),
    [
        ("pass", signal.SIGINT, -signal.SIGINT),
        ("group.cancel_scope.cancel()", None, 0),
        ("1 / 0", None, 1),
    ],
)
async def test_a_program_that_ends_in_a_query_ends_at_once(
    then: str, signalled: signal.Signals | None, status: int
) -> None:
    """By Ctrl-C, by cancelling or by an error: its own status, and DuckDB aborts nothing."""
    command = [sys.executable, "-c", _ENDLESS.replace("{then}", then)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "1\n"
        if signalled is not None:
            program.send_signal(signalled)
        _, said = program.communicate(timeout=30)
    assert program.returncode == status
    assert "terminate called" not in said
