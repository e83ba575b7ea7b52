"""The metrics as one engine reads them now, and how they are shown as figures."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread

from engine.agents.services import Services
from engine.agents.tool import Call
from engine.agents.tools.on_record import of_record
from engine.alerts import standing_file
from engine.alerts.errors import DamagedStanding
from engine.alerts.lock import evaluator
from engine.events import (
    AlertDelivered,
    CircuitChanged,
    EngineSample,
    Event,
    LevelChanged,
    Sample,
)
from engine.evidence import Evidence, Figure, Figures
from engine.metrics import CIRCUIT, GROUPS, HEALTH_S, Metrics, MetricValue, Reading
from engine.store.sessions.endings import ENDS, recent

TOLD: Final[tuple[type[Event], ...]] = (*ENDS, AlertDelivered)
_TITLES: Final = {
    "machine": "Machine, as rules read it",
    "session": "This program",
    "queries": "Queries",
    "standing": "How things stand",
}
_NOT_SAMPLED: Final = "only a console or a monitor samples itself"
_ALERTS: Final = "alerts"


@of_record
async def metrics(call: Call) -> Evidence:
    """Every figure that alerts go by: the machine, this engine, the last hour of all sessions."""
    await call.services.find_gpu()
    read = await read_metrics(call.services)
    return Evidence(verdict=success_sentence(read), sections=metric_figures(read), weight=2)


async def read_metrics(services: Services) -> dict[str, Reading]:
    """Return every metric: the machine read now, this engine, and the queries of all sessions.

    Raises:
        StoreReadError: the store can't be read.
    """
    fold, clock = Metrics(), services.clock
    past = await recent(services.past, clock.wall_s(), HEALTH_S, TOLD)
    fold.take_past(past, clock.monotonic_s(), clock.wall_s())
    async with anyio.create_task_group() as group:
        group.start_soon(_sample, fold, services.read_host)
        group.start_soon(_sample, fold, services.read_gpu)
    if (own := services.newest(EngineSample)) is not None:
        fold.take(own, own.mono_s)
    now_s = clock.monotonic_s()
    for row in services.board.rows():
        fold.take(CircuitChanged(capability=row.capability, state=row.state), now_s)
    fold.take(LevelChanged(level=services.board.standing.level), now_s)
    found = fold.readings(now_s)
    found["alerts_firing"] = await anyio.to_thread.run_sync(alerts_firing, services.store)
    for name in GROUPS["session"] if own is None else ():
        found[name] = replace(found[name], reason=_NOT_SAMPLED)
    return found


async def _sample(fold: Metrics, read: Callable[[], Awaitable[Sample]]) -> None:
    try:
        sample = await read()
    except Exception:
        # A boundary: the probe's own circuit tells of it, and its figures stay unknown.
        return
    fold.take(sample, sample.mono_s)


def alerts_firing(store: Path) -> Reading:
    """Return how many alerts fire, as the session that evaluates them left it; blocking work."""
    folder = store / _ALERTS
    who = evaluator(folder)
    if who is None:
        return Reading(None, "", _ALERTS, "no session evaluates alerts now")
    try:
        alerts = standing_file.read(folder).alerts
    except DamagedStanding as error:
        return Reading(None, "", _ALERTS, str(error))
    firing = sum(one.phase in ("firing", "kept") for one in alerts.values())
    return Reading(firing, "", f"alerts, by session {who.session}")


def metric_figures(readings: Mapping[str, Reading]) -> tuple[Figures, ...]:
    """Return the metrics by group, in their base units and under the names that rules use."""
    return tuple(
        Figures(title, tuple(_figure(name, readings[name]) for name in _names(group, readings)))
        for group, title in _TITLES.items()
    )


def success_sentence(readings: Mapping[str, Reading]) -> str:
    """Return how many of the last hour's queries succeeded, or why that can't be told."""
    ratio = readings["query_success_ratio"]
    if not isinstance(ratio.value, float):
        return ratio.reason
    return f"{100 * ratio.value:.0f} % of {ratio.events} queries succeeded"


def _names(group: str, readings: Mapping[str, Reading]) -> Iterator[str]:
    for name in GROUPS[group]:
        yield name
        if name == "circuits_open":
            yield from (one for one in readings if one.startswith(CIRCUIT))


def _figure(name: str, reading: Reading) -> Figure:
    counted = "" if reading.events is None else f", {reading.events} counted"
    age_s = None if reading.age_s is None else round(reading.age_s, 1)
    source = reading.source + counted
    return Figure(
        name, _rounded(reading.value), reading.unit, source, age_s, reading.reason or None
    )


def _rounded(value: MetricValue) -> MetricValue:
    return round(value, 6) if isinstance(value, float) else value
