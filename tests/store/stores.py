"""Stores of real journals, made for the tests of folding and reading."""

from collections.abc import Iterable
from pathlib import Path

from engine.events import Event
from engine.store.folding.fold_outcome import Folded, Limits
from engine.store.folding.fold_process import fold
from engine.store.journals.journal import line
from engine.store.leases.pool import Execute, Lease
from engine.store.past.history import PastQuery, read_queries
from engine.store.past.snapshot import Snapshot
from tests.benchmarks.store_reading import Machine

from .events import Session

NOON_S = 1_795_132_800.0 + 12 * 3600  # 2026-11-20
DAY_S = 86_400.0


def write(store: Path, session: str, events: Iterable[Event], number: int = 0) -> Path:
    """Write a finished segment."""
    return write_raw(store, session, b"".join(map(line, events)), number)


def write_raw(store: Path, session: str, data: bytes, number: int = 0) -> Path:
    name = f"{session}.{number:04d}.jsonl" if number else f"{session}.jsonl"
    path = store / "journals" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def samples(session: str, count: int, start_s: float = NOON_S) -> list[Event]:
    """Return what a session records of its machine in so many seconds."""
    return list(Machine(7, start_s).seconds(count, session))


def facts(session: str, texts: Iterable[str], start_s: float = NOON_S) -> list[Event]:
    """Return one query and its answer for each text."""
    one, found = Session(session, wall_s=start_s), list[Event]()
    for number, text in enumerate(texts):
        found += [one.asked(f"q{number}", text), one.answered(f"q{number}", f"about {text}")]
    return found


def folded(store: Path, limits: Limits | None = None) -> Folded:
    """Fold in this process, which must succeed."""
    outcome = fold(store, limits or Limits())
    assert isinstance(outcome, Folded), outcome
    return outcome


def parts(store: Path) -> list[Path]:
    return sorted(store.glob("parts/g*/day=*/*.parquet"))


async def past_queries(lease: Lease, store: Path, limit: int) -> list[PastQuery]:
    """Return the last queries of a store, read by one lease."""

    def read(execute: Execute) -> list[PastQuery]:
        return Snapshot(store).read(execute, lambda view: read_queries(view, limit))

    return await lease.read(read)
