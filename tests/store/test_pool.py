from collections.abc import AsyncIterator, Callable

import anyio
import pytest

from engine.store.leases.pool import Lease, Pool, StoreReadError

pytestmark = pytest.mark.anyio

# Hours of work for any machine, stopped between two blocks of rows.
ENDLESS = (
    "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range + b.range = 3"
)


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    made = Pool(4)
    yield made
    await made.close()


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(20):
        while True:
            if condition():
                return
            await anyio.sleep(0.002)


async def test_a_query_gives_its_rows(pool: Pool) -> None:
    """Parameters of every kind arrive, and rows come back as tuples."""
    async with pool.lease() as lease:
        rows = await lease.rows("SELECT ?, ?, ?, ?", ["a'b", 7, 2.5, None])
        assert rows == [("a'b", 7, 2.5, None)]
        assert await lease.rows("SELECT unnest(?)", [["x", "y"]]) == [("x",), ("y",)]
        assert await lease.rows("SELECT 1 WHERE false") == []


async def test_each_task_sees_only_its_own_rows(pool: Pool) -> None:
    """Eight tasks that query at once each get the rows that they asked for, every time."""
    wrong: list[object] = []

    async def work(number: int) -> None:
        async with pool.lease() as lease:
            for turn in range(40):
                mine = number * 1000 + turn
                rows = await lease.rows(f"SELECT ? + range * 0 FROM range({turn + 1})", [mine])
                if rows != [(mine,)] * (turn + 1):
                    wrong.append((mine, rows[:3]))

    async with anyio.create_task_group() as group:
        for number in range(8):
            group.start_soon(work, number)
    assert wrong == []


async def test_two_tasks_on_one_lease_take_turns(pool: Pool) -> None:
    """A lease that is shared by mistake still hands nobody another's rows."""
    wrong: list[object] = []

    async def work(lease: Lease, number: int) -> None:
        for _ in range(30):
            rows = await lease.rows("SELECT ? FROM range(50)", [number])
            if rows != [(number,)] * 50:
                wrong.append(rows[:3])

    async with pool.lease() as lease, anyio.create_task_group() as group:
        for number in range(6):
            group.start_soon(work, lease, number)
    assert wrong == []


async def test_at_most_so_many_cursors_are_open(pool: Pool) -> None:
    """Who finds no free cursor waits and is counted; all get their turn."""
    most, waited, served = 0, 0, 0

    async def work() -> None:
        nonlocal most, waited, served
        async with pool.lease() as lease:
            most, waited = max(most, pool.open), max(waited, pool.waiting)
            await lease.rows("SELECT 1")
            served += 1

    async with anyio.create_task_group() as group:
        for _ in range(12):
            group.start_soon(work)
    assert (most, served) == (4, 12)
    assert waited > 0
    assert (pool.open, pool.waiting) == (0, 0)


async def test_a_cancelled_wait_for_a_cursor_is_not_counted_any_more(pool: Pool) -> None:
    """A task that gives up waiting takes no cursor with it."""
    small = Pool(1)
    async with small.lease():
        async with anyio.create_task_group() as group:
            group.start_soon(take, small)
            await until(lambda: small.waiting == 1)
            group.cancel_scope.cancel()
        assert (small.open, small.waiting) == (1, 0)
    async with small.lease() as lease:
        assert await lease.rows("SELECT 1") == [(1,)]
    await small.close()


async def take(pool: Pool) -> None:
    async with pool.lease():
        await anyio.sleep_forever()


async def test_cancelling_stops_a_long_query_and_leaves_the_pool_usable(pool: Pool) -> None:
    """A query of hours ends when its task is cancelled, wherever it was, and its cursor is free."""
    for turn in range(10):
        with anyio.fail_after(20), anyio.move_on_after(0.003 * turn):
            async with pool.lease() as lease:
                await lease.rows(ENDLESS)
    assert (pool.open, pool.waiting) == (0, 0)
    async with pool.lease() as lease:
        assert await lease.rows("SELECT 1") == [(1,)]


async def test_cancelling_before_the_query_began_stops_it_too(pool: Pool) -> None:
    """An interruption that comes before the worker thread has begun is not lost."""
    async with pool.lease() as lease:
        with anyio.fail_after(20):
            for checkpoints in range(6):
                async with anyio.create_task_group() as group:
                    group.start_soon(lease.rows, ENDLESS)
                    for _ in range(checkpoints):
                        await anyio.lowlevel.checkpoint()
                    group.cancel_scope.cancel()
        assert await lease.rows("SELECT 2") == [(2,)]


async def test_one_tasks_cancellation_interrupts_nobody_else(pool: Pool) -> None:
    """Other cursors go on while one query is stopped."""
    results: list[object] = []

    async def steady() -> None:
        async with pool.lease() as lease:
            sql = "SELECT sum(a.range + b.range) FROM range(3000) a, range(3000) b"
            results.append((await lease.rows(sql))[0][0])

    async with anyio.create_task_group() as group:
        group.start_soon(steady)
        for _ in range(5):
            with anyio.move_on_after(0.005):
                async with pool.lease() as lease:
                    await lease.rows(ENDLESS)
    assert results == [26991000000]


@pytest.mark.parametrize(
    ("sql", "parameters", "said"),
    [
        ("SELEC 1", [], "syntax error"),
        ("SELECT * FROM nowhere", [], "nowhere does not exist"),
        ("SELECT ?", [], "parameters"),
        ("SELECT CAST('x' AS INTEGER)", [], "Could not convert"),
        ("SELECT * FROM read_csv('/no/such/file.csv')", [], "No files found"),
        ("SELECT error('mine')", [], "mine"),
    ],
)
async def test_what_duckdb_refuses_is_one_kind_of_error(
    pool: Pool, sql: str, parameters: list[str], said: str
) -> None:
    """Every failure is a StoreReadError with DuckDB's reason, and the lease goes on."""
    async with pool.lease() as lease:
        with pytest.raises(StoreReadError, match=f"(?i)^DuckDB: .*{said}"):
            await lease.rows(sql, parameters)
        assert await lease.rows("SELECT 1") == [(1,)]


async def test_an_error_that_is_not_duckdbs_own_is_the_same_kind(pool: Pool) -> None:
    """Also what Python or the driver raises comes as a StoreReadError, not in a group."""
    async with pool.lease() as lease:
        with pytest.raises(StoreReadError):
            await lease.rows("SELECT ?", [object()])  # type: ignore[list-item]


async def test_an_error_gives_the_cursor_back(pool: Pool) -> None:
    """An exception in the block closes the cursor and frees its place."""
    for _ in range(6):
        with pytest.raises(ZeroDivisionError):
            async with pool.lease():
                raise ZeroDivisionError
    assert pool.open == 0


async def test_no_extension_is_fetched_from_the_network(pool: Pool) -> None:
    """DuckDB neither installs nor loads extensions by itself."""
    async with pool.lease() as lease:
        rows = await lease.rows(
            "SELECT value FROM duckdb_settings() WHERE name LIKE 'auto%_known_extensions'"
        )
    assert rows == [("false",), ("false",)]


async def test_a_missing_duckdb_is_a_store_read_error(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where DuckDB can't be started the lease says so, and leaves nothing open."""
    from engine.store.leases import pool as module

    def broken(_memory_bytes: int | None) -> None:
        raise ImportError("no module named duckdb")

    monkeypatch.setattr(module, "connect", broken)
    with pytest.raises(StoreReadError, match=r"^DuckDB can't be started: no module named duckdb$"):
        async with pool.lease():
            pass
    assert (pool.open, pool.waiting) == (0, 0)


@pytest.mark.parametrize("turn", range(10))
async def test_closing_stops_what_runs(turn: int) -> None:
    """A query of hours in another task ends with an error; closing, wherever it was, with none."""
    pool, begun = Pool(2), anyio.Event()

    async def ask_long() -> None:
        async with pool.lease() as lease:
            begun.set()
            with pytest.raises(StoreReadError):
                await lease.rows(ENDLESS)

    async with anyio.create_task_group() as group:
        group.start_soon(ask_long)
        await begun.wait()
        await anyio.sleep(0.002 * turn)
        await pool.close()


async def test_closing_twice_or_unused_is_no_error() -> None:
    """A pool that never leased anything closes as well."""
    pool = Pool(1)
    await pool.close()
    async with pool.lease():
        pass
    await pool.close()
    await pool.close()
