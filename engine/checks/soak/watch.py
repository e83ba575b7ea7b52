"""A reader of the soaked session's bus that only counts: it must not grow with the days itself."""

from collections import Counter

from engine.bus import Bus
from engine.events import (
    AlertFiring,
    AlertResolved,
    CircuitChanged,
    Event,
    IndexProgressed,
    Lagged,
    LevelChanged,
    Notice,
    StoreFolded,
)


class SoakWatch:
    """Counts what the scorecard names."""

    def __init__(self, bus: Bus) -> None:
        self.level_changes = 0
        self.missed = 0
        self.folds = self.folded_journals = 0
        self.opened, self.ready, self.notices = Counter[str](), Counter[str](), Counter[str]()
        self.fired, self.resolved = Counter[str](), Counter[str]()
        self.problems: list[str] = []
        self._firing: set[str] = set()
        self._subscription = bus.subscribe(conflate=True)

    async def run(self) -> None:
        """Count until cancelled."""
        with self._subscription:
            async for event in self._subscription:
                self.take(event)

    def take(self, event: Event) -> None:
        """Count one event."""
        if isinstance(event, LevelChanged):
            self.level_changes += event.was is not None
        elif isinstance(event, CircuitChanged):
            self.opened[event.capability] += event.state == "open" and event.was != "open"
        elif isinstance(event, IndexProgressed):
            self.ready[event.index] += event.state == "ready"
        elif isinstance(event, Notice):
            self.notices[event.key] += not event.resolved
        elif isinstance(event, Lagged):
            self.missed += event.to_seq - event.from_seq + 1
        else:
            self._take_rarer(event)

    def _take_rarer(self, event: Event) -> None:
        if isinstance(event, StoreFolded):
            self.folds += not event.problem
            self.folded_journals += event.journals
            if event.problem:
                self.problems.append(f"the store was not folded: {event.problem}")
        elif isinstance(event, AlertFiring):
            self.fired[event.rule] += event.alert not in self._firing
            self._firing.add(event.alert)
        elif isinstance(event, AlertResolved):
            self.resolved[event.rule] += 1
            self._firing.discard(event.alert)
