"""The DuckDB pool: one cursor for one task at a time, cancelled in the middle of a query.

A connection shared by threads hands out other threads' rows, so nobody shares: a lease is a cursor
of its own over one in-memory database. Queries run in worker threads; a cancelled one is
interrupted and waited for, so no thread is inside DuckDB when the program ends.

    StoreReadError    DuckDB could not answer; the sentence carries its reason
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Parameter = str | int | float | bool | None | list[str]
Row = tuple[object, ...]


class StoreReadError(Exception):
    """DuckDB could not read what was asked for."""


class Lease:
    """One task's cursor."""

    def __init__(self, cursor: "DuckDBPyConnection", limiter: anyio.CapacityLimiter) -> None:
        self._cursor = cursor
        self._limiter = limiter

    async def rows(self, sql: str, parameters: Sequence[Parameter] = ()) -> list[Row]:
        """Run one statement and return all its rows.

        Raises:
            StoreReadError: DuckDB refuses or fails.
        """
        outcome: list[list[Row]] = []
        failure: list[Exception] = []
        finished = anyio.Event()

        def work() -> None:
            import duckdb  # costs 84 ms: paid by the first query, in a thread

            try:
                outcome.append(self._cursor.execute(sql, list(parameters)).fetchall())
            except (duckdb.Error, RuntimeError) as error:
                failure.append(error)

        async def in_thread() -> None:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(work, limiter=self._limiter)
            finished.set()

        async with anyio.create_task_group() as group:
            group.start_soon(in_thread)
            try:
                await finished.wait()
            except anyio.get_cancelled_exc_class():
                self._cursor.interrupt()
                raise
        if failure:
            raise StoreReadError(f"DuckDB: {failure[0]}") from failure[0]
        return outcome[0]


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
        """Wait for a free cursor and lend it for the length of the block."""
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
                self._database = await anyio.to_thread.run_sync(_connect, limiter=self._threads)
            return self._database

    async def close(self) -> None:
        """Close the database; leases must have been given back."""
        if self._database is not None:
            self._database.close()
            self._database = None


def _connect() -> "DuckDBPyConnection":
    import duckdb

    return duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "threads": 2,
        },
    )
