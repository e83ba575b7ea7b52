"""Faults of what is written and read: a full disk, a folder that can't be written, a lock."""

import resource
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import PIPE
from typing import Final

from engine.checks.drill.fault import STATUS, Expected, Fault, Scene
from engine.checks.drill.privilege import gives_up_writing_anywhere
from engine.events import QueryAnswered, QueryAsked
from engine.process import spawn
from engine.store.journals.journal import read_events

POSITIONS: Final = "show my positions"
_BOOK: Final = "book.duckdb"
# In processes of their own: a lock of this process would not be one for its own pool.
_MAKE: Final = """
import sys, duckdb
with duckdb.connect(sys.argv[1]) as book:
    book.execute("CREATE TABLE p AS SELECT 'EXMPL' AS symbol, 100 AS quantity")
    book.execute("CREATE TABLE c AS SELECT 'EXMPL' AS symbol, current_date AS date, 24.5 AS close")
"""
# The session reads the book again and again: between two of its readings there is room.
_LOCK: Final = """
import sys, time, duckdb
for _ in range(500):
    try:
        book = duckdb.connect(sys.argv[1])
        break
    except duckdb.IOException:
        time.sleep(0.02)
print("locked", flush=True)
sys.stdin.read()
"""


@asynccontextmanager
async def full(scene: Scene) -> AsyncIterator[None]:
    """Let no file of this process grow any further, as on a disk without room."""
    largest = max((one.stat().st_size for one in _journals(scene.store)), default=0)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 10, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@asynccontextmanager
async def read_only(scene: Scene) -> AsyncIterator[None]:
    """Let the store's folder take no new file."""
    scene.store.mkdir(parents=True)
    scene.store.chmod(0o500)
    try:
        yield
    finally:
        scene.store.chmod(0o700)


def lost(scene: Scene) -> list[str]:
    """Return what of the session's queries is not on record."""
    asked, ended = set(), set()
    for path in _journals(scene.store):
        for event in read_events(path):
            if isinstance(event, QueryAsked):
                asked.add(event.query)
            elif isinstance(event, QueryAnswered):
                ended.add(event.query)
    wrong = [] if asked else ["no query is on record"]
    return wrong + [f"{query} was asked and its end is not on record" for query in asked - ended]


def _journals(store: Path) -> list[Path]:
    folder = store / "journals"
    return sorted(folder.glob("*.jsonl")) if folder.is_dir() else []


def with_book(scene: Scene) -> None:
    """Give the project a database of positions and prices."""
    import subprocess

    argv = [sys.executable, "-c", _MAKE, str(scene.project / _BOOK)]
    subprocess.run(argv, check=True, capture_output=True, timeout=30)


@asynccontextmanager
async def locked(scene: Scene) -> AsyncIterator[None]:
    """Have another process hold the user's database for writing."""
    argv = [sys.executable, "-c", _LOCK, str(scene.project / _BOOK)]
    async with spawn(argv, stdin=PIPE) as holder:
        assert holder.stdout is not None
        await holder.stdout.receive()
        yield


FAULTS: Final = (
    Fault(
        "store_full",
        "no file may grow any further (RLIMIT_FSIZE)",
        Expected("store.write", "monitoring", STATUS, frozenset({"degraded"}), "Not recorded"),
        full,
        after=lost,
    ),
    Fault(
        "store_read_only",
        "the store's folder takes no file, from the session's start",
        Expected("store.write", "monitoring", STATUS, frozenset({"degraded"}), "Not recorded"),
        read_only,
        from_start=True,
        impossible=gives_up_writing_anywhere,
        after=lost,
    ),
    Fault(
        "database_locked",
        "another process holds the user's database for writing",
        Expected("market", "full", POSITIONS, frozenset({"degraded"}), "held for writing by"),
        locked,
        settings={
            "market.positions": f"{_BOOK}:p",
            "market.prices": f"{_BOOK}:c",
        },
        ready=with_book,
    ),
)
