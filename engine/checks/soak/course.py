"""What happens to a session in a soak: questions, faults, visits, and readings of what it holds."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import anyio

from engine.checks.drill.child_faults import CODE, INDEX, children
from engine.checks.drill.stream import Tally
from engine.checks.soak.gates import Mark
from engine.checks.soak.marks import mark
from engine.clock import Clock
from engine.config import Loaded
from engine.runtime import Engine
from engine.store.errors import SeatsTaken

HOUR_S: Final = 3600.0
ALERT_S: Final = 120.0  # more than the alert that is made to flap takes to fire, and to end
FLAPPING: Final = "symbols"  # nothing else opens it
_MARKS: Final = 200
_STAYS_S: Final = 300.0
_QUESTIONS: Final = (
    "system status",
    "find black_scholes",
    "what imports desk/pricing.py",
    "memory usage",
    "what happened in the last hour",
    "analyze desk/pricing.py",
    "price a put strike 100 spot 100 vol 20% 30 days rate 4.5%",
    "find no_such_word_anywhere",
)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How far apart things are, in seconds of its own time."""

    question_s: float
    fault_s: float
    flap_s: float
    visit_s: float
    mark_s: float

    @classmethod
    def of(cls, total_s: float) -> "Rhythm":
        """Return that of a run of so long: never so slow that less than a few happen."""
        fault_s = min(3 * HOUR_S, total_s / 6)
        return cls(
            question_s=min(600.0, total_s / 20),
            fault_s=fault_s,
            flap_s=min(600.0, fault_s / 2),  # too short for the alerts that wait for longer
            visit_s=min(2 * HOUR_S, total_s / 6),
            mark_s=total_s / _MARKS,
        )


class Course:
    """Runs beside an open session until its time is over, or `stop`.

    `held` keeps time from leaping while a question is being answered.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        settings: Loaded,
        store: Path,
        total_s: float,
        rhythm: Rhythm,
        held: Callable[[], AbstractContextManager[None]],
        told: Callable[[Mark], None],
    ) -> None:
        self.tally = Tally()
        self.marks: list[Mark] = []
        self.faults = Counter[str]()
        self.visits = 0
        self.flaps = 0
        self._alert_over_s = 0.0
        self.problems: list[str] = []
        self.rhythm, self._total_s = rhythm, total_s
        self.began_s = clock.monotonic_s()
        self._engine, self._clock, self._settings, self._store = engine, clock, settings, store
        self._held, self._told = held, told
        self._ended = anyio.Event()

    @property
    def own_s(self) -> float:
        """Seconds since it began, in its own time."""
        return self._clock.monotonic_s() - self.began_s

    @property
    def flaps_under_way(self) -> int:
        """How many of the flaps may have an alert still to come, or to end: 1 or 0."""
        return int(self.own_s < self._alert_over_s)

    def stop(self) -> None:
        self._ended.set()

    async def run(self) -> bool:
        """Return whether all the time has passed."""
        rhythm = self.rhythm
        with anyio.move_on_after(self._total_s) as limit:
            async with anyio.create_task_group() as group:
                group.start_soon(self._every, rhythm.question_s, self._ask)
                group.start_soon(self._every, rhythm.fault_s, self._harm)
                group.start_soon(self._every, rhythm.visit_s, self._be_visited)
                group.start_soon(self._every, rhythm.mark_s, self._mark)
                await self._ended.wait()
                group.cancel_scope.cancel()
        return limit.cancelled_caught

    async def _every(self, interval_s: float, do: Callable[[int], Awaitable[None]]) -> None:
        number = 0
        while True:
            number += 1
            await anyio.sleep(max(0.0, number * interval_s - self.own_s))
            await do(number)

    async def _ask(self, number: int) -> None:
        self.tally.asked += 1
        began_s = self._clock.monotonic_s()
        with self._held(), anyio.CancelScope(shield=True):
            answer = await self._engine.ask(_QUESTIONS[number % len(_QUESTIONS)])
        self.tally.took(answer, self._clock.monotonic_s() - began_s)

    async def _harm(self, number: int) -> None:
        kind = (FLAPPING, INDEX, CODE)[number % 3]
        if kind == FLAPPING:
            self._flap()
            return
        pids = await anyio.to_thread.run_sync(children, kind)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.faults[f"{kind} killed"] += 1

    def _flap(self) -> None:
        flap_s = self.rhythm.flap_s
        over_s = self.own_s + flap_s + ALERT_S
        if over_s < self._total_s:  # its alert is over before the end
            self._alert_over_s = over_s
            self._engine.force(FLAPPING, "open", "the soak holds it open", flap_s)
            self.faults[f"{FLAPPING} held open"] += 1
            self.flaps += 1

    async def _be_visited(self, number: int) -> None:
        """Have another session come, ask and go: each third one a console."""
        opened = Engine.open(
            self._engine.project, settings=self._settings, clock=self._clock, live=number % 3 == 0
        )
        try:
            async with opened as other:
                with self._held():
                    await other.ask("system status")
                await anyio.sleep(_STAYS_S)
        except SeatsTaken as error:
            self.problems.append(f"a visitor was refused: {error}")
        self.visits += 1

    async def _mark(self, _: int) -> None:
        tasks = len(asyncio.all_tasks())
        reading = await anyio.to_thread.run_sync(mark, self.own_s, self._store, tasks)
        self.marks.append(reading)
        self._told(reading)
