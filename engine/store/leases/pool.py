"""The DuckDB pool: one cursor for one task at a time, cancelled in the middle of a query.

A connection shared by threads hands out other threads' rows, so nobody shares: a lease is a cursor
of its own over one in-memory database. Queries run in worker threads; a cancelled one is
interrupted and waited for, so no thread is inside DuckDB when the program ends. A database that
died of an error is left to those who have it, and the next lease makes another.

    StoreReadError    DuckDB could not answer; the sentence carries its reason
    └── LeaseTimeout  no cursor came free in time; it says who has them
"""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Protocol, TypeVar

import anyio

from engine.store.leases.lease_database import Database, bury, connect
from engine.store.leases.lease_times import Held, Times

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
_PATIENCE_S = 30.0
_STOPPED_S = 1.0


class StoreReadError(Exception):
    """DuckDB could not read what was asked for."""


class LeaseTimeout(StoreReadError):
    """No cursor came free in time."""


class Lease:
    """One task's cursor; its statements run one after the other."""

    def __init__(
        self, database: Database, cursor: "DuckDBPyConnection", limiter: anyio.CapacityLimiter
    ) -> None:
        self._database = database
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
        try:
            return _fetched(self._cursor.execute(sql, list(parameters)))
        except Exception as error:
            # Not swallowed: looked at, and raised on.
            self._database.note(error)
            raise

    @property
    def busy(self) -> bool:
        """Whether a thread is at work with its cursor."""
        return self._lock.locked()

    def interrupt(self) -> None:
        """Stop the query that runs now, if one does."""
        self._cursor.interrupt()

    async def _interrupt(self, finished: anyio.Event) -> None:
        """Stop the query; again and again, as one that hasn't begun yet does not hear of it."""
        while not finished.is_set():
            self.interrupt()
            with anyio.move_on_after(_AGAIN_S):
                await finished.wait()


def _fetched(cursor: "DuckDBPyConnection") -> list[Row]:
    """Fetch by portions: one call that makes 10 MB of strings would hold the interpreter lock."""
    rows: list[Row] = []
    while portion := cursor.fetchmany(_PORTION):
        rows += portion
    return rows


class Pool:
    """Leases cursors, at most `limit` at once; the database is made by the first lease.

    `memory_bytes` is the most that DuckDB may take, and then it writes nothing aside to disk; None
    leaves both to DuckDB.

    Attributes:
        limit, open, waiting: how many there are, are lent, and are waited for.
        waited, held: how long the last leases were waited for, and lent.
        reconnects: how often the database had to be made again; `problem` is why it was last.
    """

    def __init__(
        self, limit: int, *, patience_s: float = _PATIENCE_S, memory_bytes: int | None = None
    ) -> None:
        self.limit = limit
        self.waiting = 0
        self.waited, self.held = Times(), Times()
        self.reconnects, self.problem = 0, ""
        self._patience_s = patience_s
        self._memory_bytes = memory_bytes
        self._slots = anyio.CapacityLimiter(limit)
        self._threads = anyio.CapacityLimiter(limit)
        self._connecting = anyio.Lock()
        self._database: Database | None = None
        self._lent: dict[object, Held] = {}
        self._leases: set[Lease] = set()

    @property
    def open(self) -> int:
        return len(self._lent)

    @property
    def holders(self) -> tuple[Held, ...]:
        """Who has a cursor now, the longest first."""
        return tuple(self._lent.values())

    @asynccontextmanager
    async def lease(self, who: str = "") -> AsyncIterator[Lease]:
        """Wait for a free cursor and lend it for the length of the block.

        Args:
            who: what those who wait are told has the cursor; by itself, the task's name.

        Raises:
            LeaseTimeout: none came free; StoreReadError: DuckDB can't make its database.
        """
        borrower = object()
        await self._wait(borrower)
        began_s = time.monotonic()
        self._lent[borrower] = Held(who or anyio.get_current_task().name or "a task", began_s)
        try:
            database, cursor = await self._cursor()
            lease = Lease(database, cursor, self._threads)
            self._leases.add(lease)
            try:
                yield lease
            finally:
                self._leases.discard(lease)
                self._let_go(database, cursor)
        finally:
            del self._lent[borrower]
            self.held.add(time.monotonic() - began_s)
            self._slots.release_on_behalf_of(borrower)

    async def _wait(self, borrower: object) -> None:
        began_s = time.monotonic()
        self.waiting += 1
        try:
            with anyio.fail_after(self._patience_s):
                await self._slots.acquire_on_behalf_of(borrower)
        except TimeoutError as error:
            now_s = time.monotonic()
            who = ", ".join(held.said(now_s) for held in self.holders)
            raise LeaseTimeout(
                f"none of the {self.limit} DuckDB cursors came free in {self._patience_s:g} s: "
                f"{who}; ask again, or raise store.max_leases"
            ) from error
        finally:
            self.waiting -= 1
        self.waited.add(time.monotonic() - began_s)

    async def _cursor(self) -> "tuple[Database, DuckDBPyConnection]":
        """Return a new cursor, of a new database where the last one died."""
        database = await self._connected()
        try:
            cursor = database.connection.cursor()
        except Exception as error:
            # A boundary: it died while nobody looked; a second one that can't is told.
            database.cause = str(error)
            database = await self._connected()
            cursor = database.connection.cursor()
        database.leases += 1
        return database, cursor

    async def _connected(self) -> Database:
        async with self._connecting:
            if self._database is not None and self._database.cause:
                self.reconnects, self.problem = self.reconnects + 1, self._database.cause
                bury(self._database)
                self._database = None
            if self._database is None:
                try:
                    made = await anyio.to_thread.run_sync(
                        connect, self._memory_bytes, limiter=self._threads
                    )
                except Exception as error:
                    # A boundary: whatever keeps DuckDB from starting, the store can't be read.
                    raise StoreReadError(f"DuckDB can't be started: {error}") from error
                self._database = Database(made)
            return self._database

    def _let_go(self, database: Database, cursor: "DuckDBPyConnection") -> None:
        database.leases -= 1
        with suppress(Exception):  # a boundary: a cursor of a dead database may not even close
            cursor.close()
        if database is not self._database:
            bury(database)

    async def held_bytes(self) -> int:
        """Return what DuckDB holds; 0 where there is no database, or it doesn't tell now."""
        if self._database is None or self.open:
            return 0
        async with self.lease("memory") as lease:
            rows = await lease.rows("SELECT sum(memory_usage_bytes) FROM duckdb_memory()")
        return int(str(rows[0][0] or 0))

    async def shed(self) -> None:
        """Give DuckDB's memory back: who has a lease keeps it, the next makes a new database."""
        database, self._database = self._database, None
        if database is not None:
            await anyio.to_thread.run_sync(bury, database)

    async def close(self) -> None:
        """Close the database; what still runs is stopped before, as a cursor at work won't close.

        What does not stop in a moment keeps its database until it lets go of it.
        """
        with anyio.move_on_after(_STOPPED_S):
            while busy := [lease for lease in self._leases if lease.busy]:
                for lease in busy:
                    lease.interrupt()
                await anyio.sleep(_AGAIN_S)
        database, self._database = self._database, None
        if database is not None:
            bury(database)
