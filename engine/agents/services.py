"""The engine's parts as tools see them; the runtime fills this in."""

import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from engine.breaker.board import Board
from engine.bus import Bus
from engine.clock import Clock
from engine.config import Loaded
from engine.events import Event, GpuSample, HostSample, ProcessSample
from engine.evidence import Figure
from engine.store.journals.journal import Journal
from engine.store.leases.pool import Pool

if TYPE_CHECKING:  # 10 ms each: only who searches or looks back pays
    from engine.search.text_search import TextSearch
    from engine.store.past.past import Past


class AskCode(Protocol):
    """Puts a question to the process that knows the project's Python files; see `search.facts`.

    Raises:
        ToolError: the question is refused, or the process failed.
    """

    def __call__(
        self,
        question: str,
        arguments: Mapping[str, Any] | None = None,
        progress: Callable[[str, float | None, float | None], None] | None = None,
        /,
    ) -> Awaitable[Any]: ...


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
    open_past: Callable[[], "Past"]
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
    open_text: Callable[[], "TextSearch"]
    code: AskCode
    room: Callable[[], Awaitable[None]]
    """Returns where heavy work may begin; raises Unavailable where memory is short."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    """What the program was started with, secrets included: its children get `os.environ`."""

    @property
    def text(self) -> "TextSearch":
        """Finds lines in the project's files."""
        return self.open_text()

    @property
    def past(self) -> "Past":
        """What was recorded, by this session and others."""
        return self.open_past()
