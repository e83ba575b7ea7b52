"""The part of psutil that the probes use, with its types; psutil itself has none.

psutil is loaded by `load`, not by importing this module.
"""

from contextlib import AbstractContextManager
from importlib import import_module
from typing import Literal, Protocol, cast


class CoreTimes(Protocol):
    """Seconds since boot. Linux adds iowait, irq, softirq, steal, guest, guest_nice."""

    user: float
    nice: float
    system: float
    idle: float


class VirtualMemory(Protocol):
    total: int
    available: int


class SwapMemory(Protocol):
    total: int
    used: int


class DiskIo(Protocol):
    read_bytes: int
    write_bytes: int


class NicIo(Protocol):
    bytes_recv: int
    bytes_sent: int


class ProcessTimes(Protocol):
    user: float
    system: float


class ProcessMemory(Protocol):
    rss: int


class Process(Protocol):
    pid: int

    def oneshot(self) -> AbstractContextManager[None]: ...
    def create_time(self) -> float: ...
    def cpu_times(self) -> ProcessTimes: ...
    def memory_info(self) -> ProcessMemory: ...
    def name(self) -> str: ...
    def username(self) -> str: ...


class Psutil(Protocol):
    """The psutil module."""

    __version__: str
    Error: type[Exception]

    def cpu_times(self, percpu: Literal[True]) -> list[CoreTimes]: ...
    def virtual_memory(self) -> VirtualMemory: ...
    def swap_memory(self) -> SwapMemory: ...
    def disk_io_counters(self, perdisk: Literal[True], nowrap: bool) -> dict[str, DiskIo]: ...
    def net_io_counters(self, pernic: Literal[True], nowrap: bool) -> dict[str, NicIo]: ...
    def pids(self) -> list[int]: ...
    def Process(self, pid: int) -> Process: ...  # noqa: N802 - psutil's name


def load() -> Psutil:
    """Import psutil, which costs 25 ms once."""
    return cast(Psutil, import_module("psutil"))
