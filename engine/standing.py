"""The newest event of each kind that describes how things stand: what a late reader needs first."""

from collections.abc import Callable
from typing import TypeVar

from engine.events import (
    AlertEvent,
    AlertFiring,
    AlertPending,
    AlertResolved,
    CircuitChanged,
    EngineSample,
    Event,
    GpuSample,
    HealthChecked,
    HostSample,
    IndexProgressed,
    LevelChanged,
    MemoryChanged,
    Notice,
    PeerChanged,
    ProcessSample,
    SessionJoined,
    SilenceChanged,
    Validated,
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
    Validated,
)
TOLD: tuple[type[Event], ...] = (
    AlertPending,
    AlertFiring,
    AlertResolved,
    SilenceChanged,
    HealthChecked,
    Validated,
)
"""What holds for every session, whichever tells it."""


class Standing:
    """Keeps one event for each thing that can stand: circuit, peer, notice, alert, silence, …"""

    def __init__(self) -> None:
        self._newest: dict[object, Event] = {}
        # By class, because every event comes by here and most are of no interest.
        self._keep: dict[type[Event], Callable[[Event], None]] = {
            **dict.fromkeys(_ALONE, self._take_alone),
            CircuitChanged: self._take_circuit,
            Notice: self._take_notice,
            IndexProgressed: self._take_index,
            PeerChanged: self._take_peer,
            AlertPending: self._take_alert,
            AlertFiring: self._take_alert,
            AlertResolved: self._take_alert,
            SilenceChanged: self._take_silence,
            HealthChecked: self._take_health,
        }

    def take(self, event: Event) -> None:
        keep = self._keep.get(event.__class__)
        if keep is not None:
            keep(event)

    def events(self) -> list[Event]:
        """Return them in the order in which they happened; those of other sessions at the end.

        Numbers and monotonic times are compared only within a session.
        """
        own = self._own()
        told = [event for event in self._newest.values() if event.session not in ("", own)]
        here = [event for event in self._newest.values() if event.session in ("", own)]
        here.sort(key=lambda event: (event.mono_s, event.seq))
        return [*here, *sorted(told, key=lambda event: (event.wall_s, event.session, event.seq))]

    def _own(self) -> str:
        """Return whose standing it is; before it joined, that of whoever spoke first."""
        joined = self.newest(SessionJoined)
        first = joined or next(iter(self._newest.values()), None)
        return first.session if first else ""

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

    def _take_alert(self, event: Event) -> None:
        """Keep what is pending or fires, in whichever session it is told."""
        assert isinstance(event, AlertEvent)
        over = isinstance(event, AlertResolved) or (isinstance(event, AlertPending) and event.over)
        self._newest.pop((AlertEvent, event.alert), None)
        if not over:
            self._newest[AlertEvent, event.alert] = event

    def _take_health(self, event: Event) -> None:
        """A look at a part of the checks stands beside the last one at all of them."""
        assert isinstance(event, HealthChecked)
        self._newest[HealthChecked, event.partial] = event

    def _take_silence(self, event: Event) -> None:
        assert isinstance(event, SilenceChanged)
        self._newest.pop((SilenceChanged, event.silence), None)
        if not event.ended:
            self._newest[SilenceChanged, event.silence] = event
