"""The newest event of each kind that describes how things stand: what a late reader needs first."""

from engine.events import (
    CircuitChanged,
    EngineSample,
    Event,
    GpuSample,
    HostSample,
    LevelChanged,
    Notice,
    ProcessSample,
    SessionJoined,
)

_SAMPLES = (HostSample, GpuSample, ProcessSample, EngineSample, SessionJoined, LevelChanged)


class Standing:
    """Keeps one event for the session, the level, each circuit, notice and sample."""

    def __init__(self) -> None:
        self._newest: dict[object, Event] = {}

    def take(self, event: Event) -> None:
        if isinstance(event, _SAMPLES):
            self._newest[event.__class__] = event
        elif isinstance(event, CircuitChanged):
            self._newest[CircuitChanged, event.capability] = event
        elif isinstance(event, Notice):
            self._newest.pop((Notice, event.key), None)
            if not event.resolved:
                self._newest[Notice, event.key] = event

    def events(self) -> list[Event]:
        """Return them in the order in which they happened."""
        return sorted(self._newest.values(), key=lambda event: event.seq)

    def newest(self, kind: type[Event]) -> Event | None:
        return self._newest.get(kind)
