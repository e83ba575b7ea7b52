"""The fold itself: every event comes by, those that say something about a metric are kept."""

from collections.abc import Callable, Iterable
from typing import Final

from engine.events import (
    AlertDelivered,
    AlertFiring,
    AlertResolved,
    CircuitChanged,
    EngineSample,
    Event,
    GpuSample,
    HealthChecked,
    HostSample,
    LevelChanged,
    QueryAnswered,
    QueryCancelled,
    QueryEnded,
    QueryFailed,
)
from engine.metrics.catalogue import CATALOGUE, CIRCUIT
from engine.metrics.query_window import QueryWindow
from engine.metrics.reading import Reading
from engine.metrics.samples import Newest, engine_readings, gpu_readings, host_readings

HEALTH_S: Final = 7200.0
DELIVERY_S: Final = 3600.0
_WORST_FIRST: Final = ("critical", "warning", "unknown", "ok")
_MOST_ENDS: Final = 10_000
_MOST_DELIVERIES: Final = 1000
_UNREAD: Final = "no session is read"
_UNWATCHED: Final = "no session that watches alerts is read"


class Metrics:
    """Folds events into the newest figures; it has no clock of its own.

    Fed with one session's events, and of all sessions with the ends of queries, the results of
    health checks and what became of deliveries: each query counts once, by session and id, however
    often it is taken. Memory is bounded: the last `most` ends are kept.
    """

    def __init__(self, window_s: float = 3600.0, most: int = _MOST_ENDS) -> None:
        self._queries = QueryWindow(window_s, most)
        self._host = Newest[HostSample]()
        self._gpu = Newest[GpuSample]()
        self._engine = Newest[EngineSample]()
        self._circuits: dict[str, CircuitChanged] = {}
        self._level: LevelChanged | None = None
        self._health: dict[str, tuple[float, HealthChecked]] = {}  # by project
        self._firing: set[str] = set()
        # By message and channel: when it was told last, and whether it was not taken.
        self._deliveries: dict[tuple[str, str], tuple[float, bool]] = {}
        # By class, because every event comes by here and most are of no interest.
        self._keep: dict[type[Event], Callable[[Event, float], None]] = {
            HostSample: self._take_host,
            GpuSample: self._take_gpu,
            EngineSample: self._take_engine,
            CircuitChanged: self._take_circuit,
            LevelChanged: self._take_level,
            HealthChecked: self._take_health,
            AlertFiring: self._take_firing,
            AlertResolved: self._take_resolved,
            AlertDelivered: self._take_delivered,
            **dict.fromkeys((QueryAnswered, QueryFailed, QueryCancelled), self._take_end),
        }

    def take(self, event: Event, at_s: float) -> None:
        """Take an event in; `at_s` is the reader's monotonic time of it, not the event's own."""
        keep = self._keep.get(event.__class__)
        if keep is not None:
            keep(event, at_s)

    def take_past(self, events: Iterable[Event], now_s: float, wall_s: float) -> None:
        """Take in what other processes recorded, by how long ago it was by the wall clock.

        `now_s` and `wall_s` are the reader's two clocks now.
        """
        for event in events:
            self.take(event, now_s - max(0.0, wall_s - event.wall_s))

    def readings(self, now_s: float) -> dict[str, Reading]:
        """Return every metric of the catalogue in its order, circuits behind `circuits_open`.

        `now_s` is not before any event that was taken.
        """
        found = {
            **host_readings(self._host, now_s),
            **gpu_readings(self._gpu, now_s),
            **engine_readings(self._engine, now_s),
            **self._queries.readings(now_s),
            **self._standing(now_s),
        }
        ordered = dict[str, Reading]()
        for name in CATALOGUE:
            ordered[name] = found[name]
            if name == "circuits_open":
                ordered |= self._circuit_states()
        return ordered

    def copy(self) -> "Metrics":
        """Return one that goes its own way from here."""
        other = Metrics()
        other._queries = self._queries.copy()
        other._host, other._gpu = self._host.copy(), self._gpu.copy()
        other._engine = self._engine.copy()
        other._circuits, other._level = self._circuits.copy(), self._level
        other._health, other._firing = self._health.copy(), self._firing.copy()
        other._deliveries = self._deliveries.copy()
        return other

    def _standing(self, now_s: float) -> dict[str, Reading]:
        level = None if self._level is None else self._level.level
        out = sum(one.state in ("open", "half_open") for one in self._circuits.values())
        # Only a session that stays open evaluates alerts, and only such a one samples itself.
        watched = self._engine.sample is not None or self._firing
        return {
            "circuits_open": _said(out if self._circuits else None, "circuits", _UNREAD),
            "level": _said(level, "the engine", _UNREAD),
            "alerts_firing": _said(len(self._firing) if watched else None, "alerts", _UNWATCHED),
            "health": self._health_state(now_s),
            "deliveries_failing": self._undelivered(now_s),
        }

    def _undelivered(self, now_s: float) -> Reading:
        begin_s = now_s - DELIVERY_S
        told = [failed for at_s, failed in self._deliveries.values() if at_s >= begin_s]
        return Reading(sum(told), "", "deliveries of all sessions, last 1 h", "", len(told))

    def _circuit_states(self) -> dict[str, Reading]:
        return {
            f"{CIRCUIT}{capability}": Reading(one.state, "", "circuits")
            for capability, one in sorted(self._circuits.items())
        }

    def _health_state(self, now_s: float) -> Reading:
        """Return the worst that the projects' last checks found: one is not mended by another."""
        if not self._health:
            return Reading(None, "", "health check", "no health check was seen")
        told = sorted(self._health.values(), key=lambda one: _place(*one), reverse=True)
        young = [one for one in told if now_s - one[0] <= HEALTH_S] or told[:1]
        at_s, event = min(young, key=lambda one: _WORST_FIRST.index(one[1].state))
        if now_s - at_s > HEALTH_S:
            why = f"the last health check is {(now_s - at_s) / 3600:.1f} h old"
            return Reading(None, "", "health check", why)
        return Reading(
            event.state,
            "",
            f"health check of {event.session}",
            age_s=now_s - at_s,
            about=f"of {event.project}: {event.text}" if event.project else event.text,
            project=event.project,
        )

    # ── events ───────────────────────────────────────────────────────────────────────────────

    def _take_host(self, event: Event, at_s: float) -> None:
        assert isinstance(event, HostSample)
        self._host.take(event, at_s)

    def _take_gpu(self, event: Event, at_s: float) -> None:
        assert isinstance(event, GpuSample)
        self._gpu.take(event, at_s)

    def _take_engine(self, event: Event, at_s: float) -> None:
        assert isinstance(event, EngineSample)
        self._engine.take(event, at_s)

    def _take_end(self, event: Event, at_s: float) -> None:
        assert isinstance(event, QueryEnded)
        self._queries.take(event, at_s)

    def _take_circuit(self, event: Event, _: float) -> None:
        assert isinstance(event, CircuitChanged)
        self._circuits[event.capability] = event

    def _take_level(self, event: Event, _: float) -> None:
        assert isinstance(event, LevelChanged)
        self._level = event

    def _take_health(self, event: Event, at_s: float) -> None:
        assert isinstance(event, HealthChecked)
        if event.partial:
            return  # what it did not look at may be as bad as before
        known = self._health.get(event.project)
        if known is None or _place(at_s, event) > _place(*known):
            self._health[event.project] = at_s, event
        newest_s = max(told_s for told_s, _ in self._health.values())
        old = [name for name, (told_s, _) in self._health.items() if told_s < newest_s - HEALTH_S]
        for name in old:
            del self._health[name]

    def _take_firing(self, event: Event, _: float) -> None:
        assert isinstance(event, AlertFiring)
        self._firing.add(event.alert)

    def _take_resolved(self, event: Event, _: float) -> None:
        assert isinstance(event, AlertResolved)
        self._firing.discard(event.alert)

    def _take_delivered(self, event: Event, at_s: float) -> None:
        assert isinstance(event, AlertDelivered)
        if event.kind == "test":
            return  # whoever asked for it was told
        key, known = (event.message, event.channel), self._deliveries
        if key in known and known[key][0] > at_s:  # an attempt may be told twice, by two ways
            return
        known.pop(key, None)
        known[key] = at_s, event.state not in ("sent", "withdrawn")
        if len(known) > _MOST_DELIVERIES:
            del known[next(iter(known))]


def _place(at_s: float, event: HealthChecked) -> tuple[float, float, str, int]:
    return at_s, event.wall_s, event.session, event.seq


def _said(value: float | str | None, source: str, reason: str) -> Reading:
    return Reading(value, "", source, "" if value is not None else reason)
