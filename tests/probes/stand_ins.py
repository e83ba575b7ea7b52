"""Small machines made of plain values, for what a test machine can't be asked to do."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Literal

import anyio
import anyio.lowlevel

from engine.clock import ManualClock
from engine.probes.machine import Memory, MemoryPressure
from engine.probes.psutil_port import (
    CoreTimes,
    DiskIo,
    NicIo,
    Process,
    SwapMemory,
    VirtualMemory,
)
from engine.probes.reading import Unknown


@dataclass
class Times:
    """A core's seconds, as psutil gives them on Linux."""

    user: float = 0.0
    nice: float = 0.0
    system: float = 0.0
    idle: float = 0.0
    iowait: float = 0.0
    irq: float = 0.0
    softirq: float = 0.0
    steal: float = 0.0
    guest: float = 0.0
    guest_nice: float = 0.0


@dataclass
class MacTimes:
    """A core's seconds, as psutil gives them on macOS."""

    user: float = 0.0
    nice: float = 0.0
    system: float = 0.0
    idle: float = 0.0


@dataclass
class Bytes:
    """Counters of a disk or an interface."""

    read_bytes: int = 0
    write_bytes: int = 0
    bytes_recv: int = 0
    bytes_sent: int = 0


@dataclass
class Room:
    """Memory or swap."""

    total: int = 0
    available: int = 0
    used: int = 0


class FakeError(Exception):
    """Stands for psutil.Error."""


@dataclass
class FakePsutil:
    """psutil over plain values that a test changes between two samples."""

    __version__ = "7.0-fake"
    Error: type[Exception] = FakeError
    cores: list[CoreTimes] = field(default_factory=list)
    disks: dict[str, DiskIo] = field(default_factory=dict)
    nics: dict[str, NicIo] = field(default_factory=dict)
    room: Room | Exception = field(default_factory=lambda: Room(total=1000, available=400))
    swap: Room | Exception = field(default_factory=lambda: Room(total=50, used=20))
    processes: dict[int, Process] = field(default_factory=dict)

    def cpu_times(self, percpu: Literal[True]) -> list[CoreTimes]:
        return list(self.cores)

    def virtual_memory(self) -> VirtualMemory:
        return _or_raise(self.room)

    def swap_memory(self) -> SwapMemory:
        return _or_raise(self.swap)

    def disk_io_counters(self, perdisk: Literal[True], nowrap: bool) -> dict[str, DiskIo]:
        return dict(self.disks)

    def net_io_counters(self, pernic: Literal[True], nowrap: bool) -> dict[str, NicIo]:
        return dict(self.nics)

    def pids(self) -> list[int]:
        return list(self.processes)

    def Process(self, pid: int) -> Process:  # noqa: N802 - psutil's name
        if pid not in self.processes:
            raise FakeError(f"process {pid} is gone")
        return self.processes[pid]


@dataclass
class FakeProcess:
    """One process; `denied` stands for one that belongs to someone else."""

    pid: int
    cpu_s: float = 0.0
    rss: int = 0
    started_s: float = 1.0
    called: str = "python"
    owner: str = "me"
    denied: bool = False

    def oneshot(self) -> AbstractContextManager[None]:
        return nullcontext()

    def create_time(self) -> float:
        return self.started_s

    def cpu_times(self) -> MacTimes:
        if self.denied:
            raise FakeError("access denied")
        return MacTimes(user=self.cpu_s)

    def memory_info(self) -> "FakeProcess":
        return self

    def name(self) -> str:
        return self.called

    def username(self) -> str:
        return self.owner


class FakeMachine:
    """A machine of which everything but counters is unknown; each device counts."""

    source = "fake"
    _none = Unknown("a fake has none")

    def core_kinds(self, _cores: int, /) -> str | Unknown:
        return self._none

    def frequencies_mhz(self, _cores: int, /) -> tuple[float, ...] | Unknown:
        return self._none

    def memory(self) -> Memory:
        return Memory(self._none, self._none, self._none, self._none)

    def pressure(self) -> MemoryPressure:
        return MemoryPressure(self._none, self._none)

    def temperatures_c(self) -> dict[str, float] | Unknown:
        return self._none

    def physical_disks(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(names)

    def physical_nics(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(names)


class Timeline:
    """Time that passes only in a test's hands, with a `sleep` that waits for it."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self._sleepers: list[tuple[float, int, anyio.Event]] = []
        self._made = count()

    async def sleep(self, seconds: float) -> None:
        event = anyio.Event()
        heappush(self._sleepers, (self.clock.monotonic_s() + seconds, next(self._made), event))
        await event.wait()

    async def run(self, seconds: float, settled: Callable[[], bool]) -> None:
        """Let time pass, and after each moment wait until what it woke has settled."""
        end_s = self.clock.monotonic_s() + seconds
        while self._sleepers and self._sleepers[0][0] <= end_s + 1e-9:
            due_s, _, event = heappop(self._sleepers)
            self.clock.advance(max(0.0, due_s - self.clock.monotonic_s()))
            event.set()
            await self.settle(settled)
        self.clock.advance(max(0.0, end_s - self.clock.monotonic_s()))

    async def settle(self, settled: Callable[[], bool]) -> None:
        for _ in range(5):  # the woken task starts its work in the first of these
            await anyio.lowlevel.checkpoint()
        await until(settled)


async def until(happened: Callable[[], bool], within_s: float = 5.0) -> None:
    """Wait until something in a thread or a task has happened; fail when it does not."""
    with anyio.fail_after(within_s):
        while not happened():  # noqa: ASYNC110 - what happens in a thread sets no event
            await anyio.sleep(0.001)


def _or_raise(room: Room | Exception) -> Room:
    if isinstance(room, Exception):
        raise room
    return room
