"""The engine's parts as tools see them; the runtime fills this in."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from engine.breaker.board import Board
from engine.bus import Bus
from engine.clock import Clock
from engine.config import Loaded
from engine.events import Event, GpuSample, HostSample, ProcessSample
from engine.evidence import Figure
from engine.store.journal import Journal
from engine.store.pool import Pool


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a tool may use beside its arguments."""

    project: Path
    settings: Loaded
    store: Path
    session: str
    clock: Clock
    bus: Bus
    board: Board
    pool: Pool
    journal: Journal
    read_host: Callable[[], Awaitable[HostSample]]
    read_gpu: Callable[[], Awaitable[GpuSample]]
    devices: Callable[[], Awaitable[tuple[Figure, ...]]]
    read_processes: Callable[[], Awaitable[ProcessSample]]
    find_gpu: Callable[[], Awaitable[None]]
    newest: Callable[[type[Event]], Event | None]
    sampling: Callable[[], AbstractAsyncContextManager[None]]
    ripgrep: Callable[[], str]
    files: Callable[[], Awaitable[tuple[str, ...]]]
