"""The newest event of each kind that describes how things stand: what a late reader needs first."""

from collections.abc import Callable
from typing import TypeVar

from engine.events import (
    CircuitChanged,
    EngineSample,
    Event,
    GpuSample,
    HostSample,
    IndexProgressed,
    LevelChanged,
    MemoryChanged,
    Notice,
    PeerChanged,
    ProcessSample,
    SessionJoined,
)

E = TypeVar("E", bound=Event)
_ALONE = (
    HostSample,
    GpuSample,
    ProcessSample,
    EngineSample,
    SessionJoined,
    LevelChanged,
    MemoryChanged,
)


class Standing:
    """Keeps one event for the session, the level, each circuit, peer, notice and sample."""

    def __init__(self) -> None:
        self._newest: dict[object, Event] = {}
        # By class, because every event comes by here and most are of no interest.
        self._keep: dict[type[Event], Callable[[Event], None]] = {
            **dict.fromkeys(_ALONE, self._take_alone),
            CircuitChanged: self._take_circuit,
            Notice: self._take_notice,
            IndexProgressed: self._take_index,
            PeerChanged: self._take_peer,
        }

    def take(self, event: Event) -> None:
        keep = self._keep.get(event.__class__)
        if keep is not None:
            keep(event)

    def events(self) -> list[Event]:
        """Return them in the order in which they happened."""
        return sorted(self._newest.values(), key=lambda event: event.seq)

    def newest(self, kind: type[E]) -> E | None:
        event = self._newest.get(kind)
        return event if isinstance(event, kind) else None

    def _take_alone(self, event: Event) -> None:
        self._newest[event.__class__] = event

    def _take_circuit(self, event: Event) -> None:
        assert isinstance(event, CircuitChanged)
        self._newest[CircuitChanged, event.capability] = event

    def _take_index(self, event: Event) -> None:
        assert isinstance(event, IndexProgressed)
        self._newest[IndexProgressed, event.index] = event

    def _take_peer(self, event: Event) -> None:
        assert isinstance(event, PeerChanged)
        self._newest.pop((PeerChanged, event.peer), None)
        if event.state == "here":
            self._newest[PeerChanged, event.peer] = event

    def _take_notice(self, event: Event) -> None:
        assert isinstance(event, Notice)
        self._newest.pop((Notice, event.key), None)
        if not event.resolved:
            self._newest[Notice, event.key] = event
