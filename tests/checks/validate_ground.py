"""Where the tests of validation measure: a project and a store of their own, and a made past."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from engine.bus import Bus
from engine.checks.validation.criteria.ground import Ground
from engine.clock import ManualClock
from engine.config import load
from engine.events import (
    Criterion,
    EngineSample,
    Event,
    SessionJoined,
    SessionLeft,
    Validated,
    ended,
)
from engine.evidence import Answer, ErrorKind, Status, TaskError, TaskRecord, Understanding
from tests.store.stores import write

NOW_S = 1_795_132_800.0 + 12 * 3600  # 2026-11-20, noon
HOUR_S = 3600.0
DAY_S = 86_400.0


def ground(folder: Path, project: Path | None = None, **settings: str) -> Ground:
    """Return a ground; settings as `search_ripgrep="rg"`."""
    here, scratch = project or folder / "project", folder / "scratch"
    here.mkdir(exist_ok=True)
    scratch.mkdir(exist_ok=True)
    flags = {"store.folder": str(folder / "store")}
    flags |= {name.replace("_", ".", 1): value for name, value in settings.items()}
    return Ground(here, load(here, flags=flags), scratch)


def at_noon(folder: Path) -> Ground:
    """Return a ground whose clock stands at NOW_S."""
    return replace(ground(folder), clock=ManualClock(wall_s=NOW_S))


def stamped(session: str, timed: Iterable[tuple[float, Event]]) -> Iterator[Event]:
    """Yield the events as the session's bus stamps them, each at its wall time."""
    clock = ManualClock(wall_s=0.0)
    bus = Bus(session, clock)
    for at_s, event in timed:
        clock.advance(max(0.0, at_s - clock.wall_s()))
        bus.stamp(event)
        yield event


def session(
    store: Path,
    name: str,
    start_s: float,
    hours: float = 0.0,
    events: Iterable[tuple[float, Event]] = (),
    *,
    version: str = "1",
    leaves: bool = True,
) -> None:
    """Write a session's journal: a sample of itself each minute, these events, and its end."""
    end_s = start_s + hours * HOUR_S
    timed: list[tuple[float, Event]] = [
        (start_s + 60 * minute, EngineSample(memory_used_bytes=10**9))
        for minute in range(int(hours * 60))
    ]
    timed = sorted([*timed, *events], key=lambda one: one[0])
    joined = SessionJoined(project="/p", pid=1, version=version)
    left = [(max(end_s, start_s), SessionLeft(reason="closed"))] if leaves else []
    write(store, name, stamped(name, [(start_s, joined), *timed, *left]))


def query(
    number: int, status: Status, elapsed_ms: float = 100.0, *, error: ErrorKind | None = None
) -> Event:
    """Return the end of a query, of which one task failed in this way."""
    failed = TaskError(error or "failed", "so it is")
    task = TaskRecord("t1", "status", None, "failed", (), 0.0, 1.0, 1, failed)
    answer = Answer(
        status=status,
        level="full",
        query=Understanding("status", "status", "system_status"),
        verdict="so it is",
        tasks=(task,) if error else (),
        elapsed_ms=elapsed_ms,
    )
    return ended(f"q{number}", answer)


def validated(*criteria: Criterion, phase: str = "all", full: bool = False) -> Validated:
    """Return a validation with these criteria."""
    assert phase in ("all", "1", "2", "3", "final")
    return Validated(phase=phase, full=full, ready_pct=0.0, criteria=criteria)  # type: ignore[arg-type]


def criterion(name: str, state: str, *, required: bool = True) -> Criterion:
    """Return a criterion in a state."""
    assert state in ("proven", "failed", "unproven")
    return Criterion(name, "1", name, state, "seen", "bar", "so", "again", required)  # type: ignore[arg-type]
