"""What the console needs of an engine, and nothing more."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from bolt_tui.past_port import PastPort
from engine.bus import Bus
from engine.events import Event
from engine.evidence import Level

if TYPE_CHECKING:
    from engine.alerts.silence import Made


class EnginePort(Protocol):
    """An open engine; everything it does arrives as events on its bus."""

    @property
    def bus(self) -> Bus: ...

    @property
    def session(self) -> str: ...

    @property
    def project(self) -> Path: ...

    @property
    def past(self) -> PastPort:
        """What was recorded, by this session and others."""
        ...

    async def flush(self) -> bool:
        """Write what has happened, so that `past` has it; False where it can't be written."""
        ...

    def submit(self, text: str) -> str:
        """Start a query and return its id; raises `engine.errors.BadQuery` for a bad text."""
        ...

    def cancel(self, query: str) -> bool:
        """Cancel a running query; False where it runs no more."""
        ...

    def force(
        self,
        capability: str,
        how: Literal["open", "closed", "disabled"],
        reason: str,
        for_s: float | None = None,
    ) -> None:
        """Hold a circuit for so long or until `release`; raises `BreakerError` where it can't."""
        ...

    def pin(self, level: Level, reason: str, for_s: float | None = None) -> None:
        """Hold the level for so long or until `release`; raises `BreakerError` where it can't."""
        ...

    def release(self, name: str) -> bool:
        """Let a capability, or "level", go by itself again; False where nobody held it.

        Raises `BreakerError` for a name that is none.
        """
        ...

    async def silence(self, matchers: Mapping[str, str], for_s: float, reason: str) -> "Made":
        """Have what fits all labels told to nobody for so long.

        Raises `AlertsError` where it can't be meant so, `OSError` where it can't be written.
        """
        ...

    async def unsilence(self, name: str) -> None:
        """End a silence before its time.

        Raises `AlertsError` where there is none, `OSError` where it can't be written.
        """
        ...

    def complete(self, text: str) -> list[str]:
        """Return whole prompts that begin as `text` does or mean it, the best first."""
        ...

    def state_events(self) -> list[Event]:
        """Return the events so far that a late reader needs, in order."""
        ...

    async def recent_queries(self, limit: int) -> list[str]:
        """Return what was asked before, newest first."""
        ...

    async def events(self, from_seq: int, to_seq: int) -> list[Event]:
        """Return events of this session that a slow reader missed."""
        ...


OpenEngine = Callable[[], AbstractAsyncContextManager[EnginePort]]
