"""The DuckDB pool: one cursor for one task at a time, cancelled in the middle of a query.

A connection shared by threads hands out other threads' rows, so nobody shares: a lease is a cursor
of its own over one in-memory database. Queries run in worker threads; a cancelled one is
interrupted and waited for, so no thread is inside DuckDB when the program ends.

    StoreReadError    DuckDB could not answer; the sentence carries its reason
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

import anyio

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_AGAIN_S = 0.01
Parameter = str | int | float | bool | None | list[str]
Row = tuple[object, ...]
T = TypeVar("T")


class Execute(Protocol):
    """Runs one statement in the thread that it is called in, and returns all its rows."""

    def __call__(self, sql: str, parameters: Sequence[Parameter] = (), /) -> list[Row]: ...


_PORTION = 64


class StoreReadError(Exception):
    """DuckDB could not read what was asked for."""


class Lease:
    """One task's cursor; its statements run one after the other."""

    def __init__(self, cursor: "DuckDBPyConnection", limiter: anyio.CapacityLimiter) -> None:
        self._cursor = cursor
        self._limiter = limiter
        self._lock = anyio.Lock()

    async def rows(self, sql: str, parameters: Sequence[Parameter] = ()) -> list[Row]:
        """Run one statement and return all its rows.

        Raises:
            StoreReadError: DuckDB refuses or fails.
        """
        return await self.read(lambda execute: execute(sql, parameters))

    async def read(self, work_on: Callable[[Execute], T]) -> T:
        """Run `work_on` in a worker thread, where it may execute statements and digest their rows.

        Raises:
            StoreReadError: DuckDB refuses or fails.
        """
        outcome: list[T] = []
        failure: list[Exception] = []
        finished = anyio.Event()

        def work() -> None:
            try:
                outcome.append(work_on(self._execute))
            except Exception as error:
                # A boundary: DuckDB raises more than its own errors; all are raised again below.
                failure.append(error)

        async def in_thread() -> None:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(work, limiter=self._limiter)
            finished.set()

        async with self._lock, anyio.create_task_group() as group:
            group.start_soon(in_thread)
            try:
                await finished.wait()
            except anyio.get_cancelled_exc_class():
                with anyio.CancelScope(shield=True):
                    await self._interrupt(finished)
                raise
        if failure:
            raise StoreReadError(f"DuckDB: {failure[0]}") from failure[0]
        return outcome[0]

    def _execute(self, sql: str, parameters: Sequence[Parameter] = ()) -> list[Row]:
        return _fetched(self._cursor.execute(sql, list(parameters)))

    async def _interrupt(self, finished: anyio.Event) -> None:
        """Stop the query; again and again, as one that hasn't begun yet does not hear of it."""
        while not finished.is_set():
            self._cursor.interrupt()
            with anyio.move_on_after(_AGAIN_S):
                await finished.wait()


def _fetched(cursor: "DuckDBPyConnection") -> list[Row]:
    """Fetch by portions: one call that makes 10 MB of strings would hold the interpreter lock."""
    rows: list[Row] = []
    while portion := cursor.fetchmany(_PORTION):
        rows += portion
    return rows


class Pool:
    """Leases cursors, at most `limit` at once; the database is made by the first lease."""

    def __init__(self, limit: int) -> None:
        self.open = 0
        self.waiting = 0
        self._slots = anyio.CapacityLimiter(limit)
        self._threads = anyio.CapacityLimiter(limit)
        self._connecting = anyio.Lock()
        self._database: DuckDBPyConnection | None = None

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Lease]:
        """Wait for a free cursor and lend it for the length of the block.

        Raises:
            StoreReadError: DuckDB is missing or can't make its database.
        """
        borrower = object()
        self.waiting += 1
        try:
            await self._slots.acquire_on_behalf_of(borrower)
        finally:
            self.waiting -= 1
        self.open += 1
        try:
            database = await self._connected()
            cursor = database.cursor()
            try:
                yield Lease(cursor, self._threads)
            finally:
                cursor.close()
        finally:
            self.open -= 1
            self._slots.release_on_behalf_of(borrower)

    async def _connected(self) -> "DuckDBPyConnection":
        async with self._connecting:
            if self._database is None:
                try:
                    self._database = await anyio.to_thread.run_sync(_connect, limiter=self._threads)
                except Exception as error:
                    # A boundary: whatever keeps DuckDB from starting, the store can't be read.
                    raise StoreReadError(f"DuckDB can't be started: {error}") from error
            return self._database

    async def close(self) -> None:
        """Close the database; leases must have been given back."""
        if self._database is not None:
            self._database.close()
            self._database = None


def _connect() -> "DuckDBPyConnection":
    import duckdb  # costs 84 ms: paid by the first lease, in a thread

    return duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "threads": 2,
        },
    )
