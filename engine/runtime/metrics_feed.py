"""What the metrics are folded from: this session's events, and what ended in any session."""

from pathlib import Path

from anyio.to_thread import run_sync

from engine.agents.tools.metric_readings import TOLD
from engine.bus import Bus
from engine.clock import Clock
from engine.events import AlertDelivered, Event, HealthChecked, Validated
from engine.metrics import HEALTH_S, Metrics, Reading
from engine.store.folding.folded import has_facts
from engine.store.past.past import Past
from engine.store.sessions.endings import Endings, recent


class MetricsFeed:
    """Keeps one fold up to date. Made with its session, so that it misses no circuit."""

    def __init__(self, store: Path, bus: Bus, clock: Clock) -> None:
        self._store, self._bus, self._clock = store, bus, clock
        self._metrics = Metrics()
        self._endings = Endings(store, clock.wall_s() - HEALTH_S, TOLD)
        # Conflated: of a sample only the newest counts. What is missed of query ends by an
        # overrun is in this session's own journal, which the endings are read from too.
        self._own = bus.subscribe(conflate=True)

    async def look(self) -> list[Event]:
        """Take in what has happened since the last look; return the reports of other sessions.

        Raises:
            OSError: the store's folder can't be listed.
        """
        reports = list[Event]()
        for event in self._own.take():
            self._take(event)
        for event in await run_sync(self._endings.look):
            # Its own deliveries came over the bus already, and later ones than this.
            if event.session != self._bus.session or not isinstance(event, AlertDelivered):
                self._take(event)
            if event.session != self._bus.session and isinstance(event, HealthChecked | Validated):
                reports.append(event)
        return reports

    async def recall(self, past: Past) -> None:
        """Take in what is on record of the last hours, for a session that begins to evaluate.

        What was not folded yet is known by `look`; DuckDB is needed only for what was.

        Raises:
            StoreReadError: the store can't be read.
        """
        now_s = self._clock.wall_s()
        if await run_sync(has_facts, self._store, now_s - HEALTH_S):
            for event in await recent(past, now_s, HEALTH_S, TOLD):
                self._take(event)

    def readings(self) -> dict[str, Reading]:
        """Return every metric as it stands now."""
        return self._metrics.readings(self._clock.monotonic_s())

    def close(self) -> None:
        """Take no more in."""
        self._own.close()

    def _take(self, event: Event) -> None:
        now_s = self._clock.monotonic_s()
        if event.session == self._bus.session:
            self._metrics.take(event, min(event.mono_s, now_s))
        else:
            self._metrics.take_past((event,), now_s, self._clock.wall_s())
