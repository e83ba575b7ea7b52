"""What a host probe asks of the operating system beyond counters of time and bytes.

`PsutilMachine` is what psutil alone can tell anywhere; Linux and macOS know more.
"""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from engine.events import Pressure
from engine.probes.psutil_port import Psutil
from engine.probes.reading import Unknown, attempt


class Memory(Struct, frozen=True):
    """Bytes, each known or not by itself."""

    total: int | Unknown
    available: int | Unknown
    swap_total: int | Unknown
    swap_used: int | Unknown


class MemoryPressure(Struct, frozen=True):
    """How hard memory is fought for; `stall_pct` is the PSI "some" share over 10 s."""

    level: Pressure | Unknown
    stall_pct: float | Unknown


class Machine(Protocol):
    """One operating system's way to tell these; every call may be made from a worker thread."""

    @property
    def source(self) -> str:
        """Where the readings come from, for people."""
        ...

    def core_kinds(self, cores: int, /) -> str | Unknown:
        """Return a letter P or E for each of the `cores`, in the order of their times."""
        ...

    def frequencies_mhz(self, cores: int, /) -> tuple[float, ...] | Unknown: ...
    def memory(self) -> Memory: ...
    def pressure(self) -> MemoryPressure: ...
    def temperatures_c(self) -> dict[str, float] | Unknown: ...

    def physical_disks(self, names: Iterable[str]) -> frozenset[str]:
        """Return those whose bytes add up to the machine's: no partitions, no stacked devices."""
        ...

    def physical_nics(self, names: Iterable[str]) -> frozenset[str]:
        """Return those that are neither loopback nor carried by another one."""
        ...


class PsutilMachine:
    """An operating system of which only psutil knows something."""

    def __init__(self, psutil: Psutil, name: str) -> None:
        self._psutil = psutil
        self._nowhere = Unknown(f"not read on {name}")

    @property
    def source(self) -> str:
        return f"psutil {self._psutil.__version__}"

    def core_kinds(self, _cores: int, /) -> str | Unknown:
        return self._nowhere

    def frequencies_mhz(self, _cores: int, /) -> tuple[float, ...] | Unknown:
        return self._nowhere

    def memory(self) -> Memory:
        memory = attempt(self._psutil.virtual_memory)
        swap = attempt(self._psutil.swap_memory)
        return Memory(
            total=memory if isinstance(memory, Unknown) else memory.total,
            available=memory if isinstance(memory, Unknown) else memory.available,
            swap_total=swap if isinstance(swap, Unknown) else swap.total,
            swap_used=swap if isinstance(swap, Unknown) else swap.used,
        )

    def pressure(self) -> MemoryPressure:
        return MemoryPressure(self._nowhere, self._nowhere)

    def temperatures_c(self) -> dict[str, float] | Unknown:
        return self._nowhere

    def physical_disks(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(names)

    def physical_nics(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(name for name in names if not name.startswith("lo"))
