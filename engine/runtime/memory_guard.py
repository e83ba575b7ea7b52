"""Keeps the program within its memory: sheds caches, refuses heavy tasks, takes both back.

A session that stays open is looked at every other second; any session is before a heavy task. The
capability "memory" opens while heavy tasks are refused; what brings it back is another reading.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import anyio

from engine.agents.tool import Unavailable
from engine.breaker.board import Board
from engine.breaker.errors import Absent, CircuitOpen, sentence
from engine.breaker.memory import Budget, Portion, Verdict, Watermarks, gigabytes
from engine.breaker.policy import Policy
from engine.bus import Bus
from engine.clock import Clock
from engine.events import MemoryChanged, Notice
from engine.probes.own_memory import MemoryReading, ReadMemory, below
from engine.probes.reading import Unknown
from engine.runtime.free_memory import give_back, share_arenas

CAPABILITY: Final = "memory"
TICK_S: Final = 2.0
GIVE_BACK_S: Final = 3600.0  # what the C library keeps of a busy moment goes back by then
_FRESH_S: Final = 1.0
_WORTH_BYTES: Final = 1 << 20
_NAMED: Final = 5
# What it reports was measured: once is enough, and looking again costs next to nothing.
_POLICY: Final = Policy(failure_threshold=1, wait_s=2.0, max_wait_s=8.0)

Holders = tuple[tuple[str, int], ...]


class OverBudget(Exception):
    """The program holds more than it may."""


@dataclass(frozen=True, slots=True)
class Cache:
    """Something whose memory can be given back.

    Attributes:
        shed: gives it back.
        held_bytes: what it holds within this process; None where `pid` tells the process of its
            own that holds it.
        restore: builds it again once there is room; None for what comes back when it is used.
    """

    name: str
    shed: Callable[[], Awaitable[None]]
    held_bytes: Callable[[], Awaitable[int]] | None = None
    pid: Callable[[], int | None] | None = None
    restore: Callable[[], None] | None = None


class MemoryGuard:
    """Owns the budget of one session."""

    def __init__(
        self,
        budget: Budget,
        make_reader: Callable[[], ReadMemory],
        bus: Bus,
        board: Board,
        clock: Clock,
    ) -> None:
        self._marks = Watermarks(budget)
        self._make_reader = make_reader  # it may import psutil
        self._read: ReadMemory | None = None
        self._bus, self._board, self._clock = bus, board, clock
        self._caches: list[Cache] = []
        self._turns: dict[str, int] = {}
        self._gone: dict[str, int] = {}  # what waits for room, and how much it takes
        self._holders: Holders = ()
        self._looked_s: float | None = None
        self._unread = ""
        self.used_bytes: int | None = None  # as last read; None before that, or unreadable now
        self._looking = anyio.Lock()

    @property
    def budget_bytes(self) -> int:
        """How much this program and its children may hold."""
        return self._marks.budget.total_bytes

    @property
    def unknown(self) -> str:
        """Why `used_bytes` is None; empty where it is known."""
        return "" if self.used_bytes is not None else self._unread or "it was not read yet"

    def register(self, *caches: Cache) -> None:
        """Have these shed, one after the other, when memory runs short: the cheapest first."""
        self._caches += caches

    def enter(self) -> None:
        """Enter the capability on the board, and say what is wrong with the budget."""
        self._board.add(CAPABILITY, self._canary, policy=_POLICY)
        if problem := self._marks.budget.problem:
            self._bus.publish(Notice(key="memory.budget", severity="info", text=problem))

    async def run(self) -> None:
        """Look at the memory until cancelled."""
        share_arenas()
        given_back_s = self._now()
        while True:
            await self.look()
            if self._now() - given_back_s >= GIVE_BACK_S:
                given_back_s = self._now()
                await anyio.to_thread.run_sync(give_back)
            await anyio.sleep(TICK_S)

    async def admit(self) -> None:
        """Return where a heavy task may begin.

        Raises:
            Unavailable: heavy tasks are refused now.
        """
        fresh = self._looked_s is not None and self._now() - self._looked_s < _FRESH_S
        if not fresh:
            await self.look()
        try:
            with self._board.guard(CAPABILITY):
                return
        except Absent:
            return  # it can't be read, which the board says
        except CircuitOpen as out:
            cause = f"heavy tasks are refused: {out}{self._named()}"
            raise Unavailable(cause, self._lift()) from out

    async def look(self) -> None:
        """Take one reading and do what follows from it."""
        async with self._looking:
            if self._read is None:
                self._read = await anyio.to_thread.run_sync(self._make_reader)
            reading = await anyio.to_thread.run_sync(self._read)
            if isinstance(reading, Unknown):
                self._unreadable(reading.reason)
                return
            self.used_bytes = reading.used_bytes
            if self._unread:
                self._unread = ""
                self.enter()
            first, self._looked_s = self._looked_s is None, self._now()
            verdict = self._marks.take(reading.used_bytes, reading.pressure, self._looked_s)
            changed = first or verdict.was is not None
            if changed or verdict.shed != "none":
                weights = await self._weights(reading)
                if changed:
                    self._holders = _holders(reading, self._caches, weights)
                    self._publish(verdict, reading.used_bytes)
                await self._shed(verdict.shed, weights)
            if verdict.state == "refusing":
                self._board.report(CAPABILITY, OverBudget(verdict.cause))
            self._restore(verdict.room_bytes)

    def _unreadable(self, reason: str) -> None:
        self.used_bytes = None
        if reason != self._unread:
            self._unread = reason
            self._board.add_absent(CAPABILITY, f"it can't be read: {reason}")

    async def _canary(self) -> None:
        await self.look()
        if self._marks.state == "refusing":
            raise OverBudget(self._marks.cause)

    async def _weights(self, reading: MemoryReading) -> Mapping[str, int]:
        weights: dict[str, int] = {}
        for cache in self._caches:
            if cache.pid is not None:
                weights[cache.name] = below(reading.tree, cache.pid() or 0)
            elif cache.held_bytes is not None:
                weights[cache.name] = await cache.held_bytes()
        return weights

    async def _shed(self, portion: Portion, weights: Mapping[str, int]) -> None:
        """Shed all that is worth it, or the one whose last turn is the longest ago."""
        worth = [one for one in self._caches if weights.get(one.name, 0) >= _WORTH_BYTES]
        if portion == "none" or not worth:
            return
        if portion == "next":
            worth = [min(worth, key=lambda one: self._turns.get(one.name, 0))]
        for cache in worth:
            self._turns[cache.name] = max(self._turns.values(), default=0) + 1
            try:
                await cache.shed()
            except Exception as error:
                # A boundary: what one cache dies of keeps no other from being shed; it is told.
                text = f"{cache.name} could not be shed: {sentence(error)}"
                self._bus.publish(Notice(key=f"memory.{cache.name}", severity="warning", text=text))
                continue
            if cache.restore is not None:
                size = weights[cache.name]
                self._gone[cache.name] = max(size, self._gone.get(cache.name, 0))
        await anyio.to_thread.run_sync(give_back)

    def _restore(self, room_bytes: int) -> None:
        for cache in self._caches:
            size = self._gone.get(cache.name)
            if cache.restore is not None and size is not None and size <= room_bytes:
                room_bytes -= size
                del self._gone[cache.name]
                cache.restore()

    def _publish(self, verdict: Verdict, used_bytes: int) -> None:
        self._bus.publish(
            MemoryChanged(
                state=verdict.state,
                used_bytes=used_bytes,
                budget_bytes=self.budget_bytes,
                holders=self._holders,
                cause=verdict.cause,
            )
        )

    def _named(self) -> str:
        if not self._holders:
            return ""
        biggest = ", ".join(f"{name} {gigabytes(size)}" for name, size in self._holders[:3])
        return f"; the biggest holders are {biggest}"

    def _lift(self) -> str:
        below_bytes = self._marks.allowed_below_bytes
        return (
            f"it is allowed again below {gigabytes(below_bytes)}: wait until other queries are "
            "done, or raise memory.max_memory_gb"
        )

    def _now(self) -> float:
        return self._clock.monotonic_s()


def _holders(reading: MemoryReading, caches: list[Cache], weights: Mapping[str, int]) -> Holders:
    """Return who holds how much, the biggest first; together they are what was read."""
    apart = {name: size for name, size in weights.items() if size}
    own = reading.tree[reading.pid].rss_bytes
    inside = sum(weights.get(one.name, 0) for one in caches if one.pid is None)
    named = sum(weights.get(one.name, 0) for one in caches if one.pid is not None)
    others = reading.used_bytes - own - named
    found = apart | {"this program": max(0, own - inside), "other children": max(0, others)}
    biggest = sorted(found.items(), key=lambda one: -one[1])
    return tuple((name, size) for name, size in biggest if size)[:_NAMED]
