"""What winding back needs of the store or of a recording, and nothing more."""

from collections.abc import Collection, Sequence
from typing import Literal, Protocol

from engine.events import Event, Severity

MarkKind = Literal["query", "circuit", "level", "alert", "session", "notice"]


class PastSession(Protocol):
    """One session that was recorded; wall times in seconds since 1970."""

    @property
    def session(self) -> str: ...

    @property
    def joined_s(self) -> float: ...

    @property
    def last_s(self) -> float: ...


class PastMark(Protocol):
    """One thing that happened, as the time bar shows it."""

    @property
    def wall_s(self) -> float: ...

    @property
    def kind(self) -> MarkKind: ...

    @property
    def text(self) -> str: ...

    @property
    def severity(self) -> Severity: ...


class PastPort(Protocol):
    """Reads what was recorded; every method may raise what its store raises."""

    async def extent(self) -> tuple[float, float] | None:
        """Return wall times of the first and the last record, None where there is none."""
        ...

    async def sessions(self, start_s: float, end_s: float) -> Sequence[PastSession]:
        """Return the sessions that recorded something in the span."""
        ...

    async def standing(self, at_s: float, session: str) -> Sequence[Event]:
        """Return the events that say how things stood in a session just before a moment."""
        ...

    async def told(self, at_s: float) -> Sequence[Event]:
        """Return the alerts, silences and checks that stood then, whichever session told them."""
        ...

    async def events(
        self,
        start_s: float,
        end_s: float,
        *,
        session: str | None = None,
        types: Collection[type[Event]] | None = None,
    ) -> Sequence[Event]:
        """Return the events of the span, both ends included, in their order."""
        ...

    async def marks(self, start_s: float, end_s: float) -> Sequence[PastMark]:
        """Return what the time bar marks in the span, oldest first."""
        ...
