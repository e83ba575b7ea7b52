"""A reader of the session's bus: when what was seen, how long it took, how late the loop was."""

from collections.abc import Callable
from typing import Final

import anyio

from engine.bus import Bus
from engine.clock import Clock
from engine.events import CircuitChanged, Event, LevelChanged, QueryPlanned, Sample, TaskStarted
from engine.evidence import Level

_LOOK_S: Final = 0.02
_RANK: Final = ("existing_tools", "monitoring", "limited", "full")


class Watch:
    """Reads as a screen does, which takes the newest of each sample.

    `calm` is True until the fault begins. What stands in for a key's way to the screen are the
    loop's lateness and the time from an event's stamp until a reader has it, in ms, by phase.
    """

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self.calm = True
        self.opened: dict[str, str] = {}  # by capability why
        self.lowest: Level = "full"
        self.lag_ms: dict[bool, list[float]] = {True: [], False: []}
        self.reach_ms: dict[bool, list[float]] = {True: [], False: []}
        self._clock = clock
        self._subscription = bus.subscribe(conflate=True)
        self._seen: list[Event] = []

    async def run(self) -> None:
        """Read and measure until cancelled."""
        with self._subscription:
            async with anyio.create_task_group() as group:
                group.start_soon(self._measure)
                while batch := await self._subscription.batch():
                    now_s = self._clock.monotonic_s()
                    for event in batch:
                        self._take(event, now_s)

    async def until(self, wanted: Callable[[Event], bool], limit_s: float) -> float | None:
        """Return when (monotonic) an event was published that is wanted; None: not in time."""
        with anyio.move_on_after(limit_s):
            while True:
                for event in self._seen:
                    if wanted(event):
                        return event.mono_s
                await anyio.sleep(_LOOK_S)
        return None

    def begin(self) -> None:
        """Forget what was seen: the fault begins."""
        self.calm = False
        self._seen.clear()
        self.opened.clear()
        self.lowest = "full"

    def _take(self, event: Event, now_s: float) -> None:
        self._seen.append(event)
        # Not of all events: an answer is stamped before it is on disk, and delivered after.
        if isinstance(event, QueryPlanned | TaskStarted | Sample):
            self.reach_ms[self.calm].append(max(0.0, (now_s - event.mono_s) * 1000))
        if isinstance(event, CircuitChanged) and event.state == "open":
            self.opened.setdefault(event.capability, event.cause)
        if isinstance(event, LevelChanged):
            self.lowest = min(self.lowest, event.level, key=_RANK.index)

    async def _measure(self) -> None:
        while True:
            before_s = self._clock.monotonic_s()
            await anyio.sleep(_LOOK_S)
            late_s = self._clock.monotonic_s() - before_s - _LOOK_S
            self.lag_ms[self.calm].append(max(0.0, late_s * 1000))


def p95(values: list[float]) -> float | None:
    """Return what 95 of 100 values don't exceed; None where there are none."""
    ordered = sorted(values)
    return round(ordered[int(len(ordered) * 0.95)], 2) if ordered else None
