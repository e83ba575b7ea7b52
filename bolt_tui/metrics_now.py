"""Every metric as it stands, without an engine of one's own.

The machine is read now; queries, health and deliveries come from the store, and what a session says
of itself from the journal of the console or monitor that is running.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread

from bolt_tui.opening import Settings
from engine.agents.tools.metric_readings import TOLD, alerts_firing
from engine.clock import Clock
from engine.events import CircuitChanged, EngineSample, Event, LevelChanged, Sample
from engine.evidence import clean
from engine.metrics import GROUPS, HEALTH_S, Metrics, Newest, Reading
from engine.probes.gpu import GpuProbe
from engine.probes.host import HostProbe
from engine.probes.sampler import read_once
from engine.store.errors import StoreError
from engine.store.folder import store_folder
from engine.store.folding.folded import has_facts
from engine.store.leases.pool import Pool, StoreReadError
from engine.store.past.past import Past
from engine.store.sessions.endings import Endings, recent
from engine.store.sessions.live_session import lately, since_it_began
from engine.store.sessions.sessions import Peer, peers

_FACTS: Final = (CircuitChanged, LevelChanged)
_GPU: Final = ("gpu_ratio", "gpu_memory_used_bytes")
_HOST: Final = tuple(name for name in GROUPS["machine"] if name not in _GPU)
_OF_SESSION: Final = (*GROUPS["session"], "circuits_open", "level", "alerts_firing")
_OF_STORE: Final = (*GROUPS["queries"], "health", "deliveries_failing")
_NONE_RUNS: Final = "no console or monitor is running"


@dataclass(frozen=True, slots=True)
class Now:
    """The readings, the session that they are of, and in sentences what could not be read."""

    readings: dict[str, Reading]
    session: Peer | None
    left_out: tuple[str, ...]


async def read_now(settings: Settings, clock: Clock) -> Now:
    """Read everything; what can't be read is unknown with the reason."""
    reader = _Reader(settings, clock)
    async with anyio.create_task_group() as group:
        group.start_soon(reader.machine, _HOST, reader.host)
        group.start_soon(reader.machine, _GPU, reader.gpu)
        group.start_soon(reader.store)
    return reader.now()


class _Reader:
    """Feeds one fold from all sources, and notes which figures none of them can tell."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        config = settings.loaded.config
        self._project, self._clock, self._probes = settings.project, clock, config.probes
        self._folder = store_folder(config.store.folder)
        self._metrics = Metrics()
        self._session: Peer | None = None
        self._firing: Reading | None = None
        self._unknown: dict[str, str] = {}
        self._left_out: list[str] = []

    def now(self) -> Now:
        """Return what was read."""
        found = self._metrics.readings(self._clock.monotonic_s())
        if self._firing is not None:
            found["alerts_firing"] = self._firing
        for name, why in self._unknown.items():
            found[name] = replace(found[name], value=None, reason=why, events=None)
        return Now(found, self._session, tuple(dict.fromkeys(self._left_out)))

    # ── the machine ──────────────────────────────────────────────────────────────────────────

    async def machine(self, names: Iterable[str], sample: Callable[[], Awaitable[Sample]]) -> None:
        """Take in one sample."""
        try:
            self._metrics.take(await sample(), self._clock.monotonic_s())
        except Exception as error:
            # A boundary: whatever a probe dies of is the reason why its figures are unknown.
            self._void(names, f"can't be read: {clean(str(error)) or type(error).__name__}")

    async def host(self) -> Sample:
        return await read_once(await anyio.to_thread.run_sync(HostProbe, self._clock))

    async def gpu(self) -> Sample:
        macmon, every_s = self._probes.macmon or None, self._probes.gpu_interval_s
        probe = GpuProbe(self._clock, macmon=macmon, interval_s=every_s)
        try:
            return await probe.sample()
        finally:
            await probe.aclose()

    # ── the store ────────────────────────────────────────────────────────────────────────────

    async def store(self) -> None:
        """Take in what all sessions ended, and what the running one says of itself."""
        pool = Pool(1)
        try:
            past = Past(pool, self._folder)
            await self._or_left_out(_OF_STORE, self._ended, past)
            await self._or_left_out(_OF_SESSION, self._running, past)
        finally:
            await pool.close()

    async def _or_left_out(
        self, names: Iterable[str], work: Callable[[Past], Awaitable[None]], past: Past
    ) -> None:
        try:
            await work(past)
        except (OSError, StoreError, StoreReadError) as error:
            self._void(names, f"the store can't be read: {clean(str(error))}")
        self._left_out += past.problems

    async def _ended(self, past: Past) -> None:
        wall_s = self._clock.wall_s()
        if await anyio.to_thread.run_sync(has_facts, self._folder, wall_s - HEALTH_S):
            self._take(await recent(past, wall_s, HEALTH_S, TOLD))
        else:  # without DuckDB, which takes longer to import than all of this
            endings = Endings(self._folder, wall_s - HEALTH_S, TOLD)
            self._take(await anyio.to_thread.run_sync(endings.look))

    async def _running(self, past: Past) -> None:
        now_s, wall_s = self._clock.monotonic_s(), self._clock.wall_s()
        chosen = await anyio.to_thread.run_sync(
            _running_session, self._folder, clean(str(self._project)), now_s, wall_s
        )
        if isinstance(chosen, str):
            self._void(_OF_SESSION, chosen, tell=chosen != _NONE_RUNS)
            return
        self._session, samples = chosen
        session = self._session.session
        self._take(samples)
        said = await anyio.to_thread.run_sync(since_it_began, self._folder, session, _FACTS)
        self._take(said if said is not None else await past.standing(wall_s, session))
        self._firing = await anyio.to_thread.run_sync(alerts_firing, self._folder)

    def _take(self, events: Iterable[Event]) -> None:
        self._metrics.take_past(events, self._clock.monotonic_s(), self._clock.wall_s())

    def _void(self, names: Iterable[str], why: str, *, tell: bool = True) -> None:
        names = tuple(names)
        self._unknown |= dict.fromkeys(names, why)
        if tell:
            self._left_out.append(f"{', '.join(names)} left out: {why}")


def _running_session(
    folder: Path, project: str, now_s: float, wall_s: float
) -> tuple[Peer, list[Event]] | str:
    """Return a session that samples itself, rather one on this project, or why there is none."""
    found, silent = list[tuple[bool, float, Peer, list[Event]]](), ""
    for peer in peers(folder):
        events = lately(folder, peer.session, (EngineSample,))
        newest = Newest[EngineSample]()
        for event in events:
            if isinstance(event, EngineSample):
                newest.take(event, now_s - max(0.0, wall_s - event.wall_s))
        if newest.sample is None:
            continue  # a single run
        if why := newest.too_old(now_s):
            silent = f"session {peer.session} is there and silent: {why}"
        else:
            found.append((peer.project == project, newest.at_s, peer, list(events)))
    if not found:
        return silent or _NONE_RUNS
    _, _, peer, events_of = max(found, key=lambda one: one[:2])
    return peer, events_of
