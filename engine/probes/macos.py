"""macOS: kinds of cores, memory pressure, memory and swap.

What can't change comes from one sysctl process, once. The pressure of each tick is read in process
through libc's sysctlbyname, with the sysctl program where that fails. Tested on recorded outputs
and a stand-in for libc; no test of this file ran on a Mac.
"""

import subprocess
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from engine.events import Pressure
from engine.probes import sysctl
from engine.probes.machine import Memory, MemoryPressure, PsutilMachine
from engine.probes.psutil_port import Psutil
from engine.probes.reading import Unknown, attempt

SYSCTL = "/usr/sbin/sysctl"
VM_STAT = "/usr/bin/vm_stat"
TIMEOUT_S = 2.0

T = TypeVar("T")
RunText = Callable[[Sequence[str]], str]
SysctlInt = Callable[[str], int | Unknown]


class MacMachine(PsutilMachine):
    """What psutil tells of a Mac, and what only sysctl does."""

    def __init__(
        self,
        psutil: Psutil,
        *,
        run_text: RunText | None = None,
        sysctl_int: SysctlInt | None = None,
    ) -> None:
        super().__init__(psutil, "macOS")
        self._run = run_text or _run_text
        self._sysctl_int = sysctl_int or _load_sysctl_int()
        self._facts: dict[str, str] | Unknown | None = None

    @property
    def source(self) -> str:
        return f"{super().source}, sysctl"

    def core_kinds(self, cores: int, /) -> str | Unknown:
        facts = self._read_facts()
        return facts if isinstance(facts, Unknown) else sysctl.core_kinds(facts, cores)

    def frequencies_mhz(self, _cores: int, /) -> tuple[float, ...] | Unknown:
        # psutil gives the highest entry of a table as the current frequency on Apple silicon, and
        # a thousandth of it on an M4: that is no measurement.
        return Unknown("macOS tells no present frequency of its cores without macmon")

    def temperatures_c(self) -> dict[str, float] | Unknown:
        return Unknown("psutil reads no temperatures on macOS")

    def memory(self) -> Memory:
        """Ask psutil, and the system's own tools for what it could not read."""
        memory = super().memory()
        if isinstance(memory.total, Unknown):
            memory = Memory(
                self._fact("hw.memsize"),
                self._text([VM_STAT], sysctl.parse_available),
                memory.swap_total,
                memory.swap_used,
            )
        if isinstance(memory.swap_total, Unknown):
            swap = self._text([SYSCTL, "-n", "vm.swapusage"], sysctl.parse_swap)
            total = swap if isinstance(swap, Unknown) else swap.total
            used = swap if isinstance(swap, Unknown) else swap.used
            memory = Memory(memory.total, memory.available, total, used)
        return memory

    def pressure(self) -> MemoryPressure:
        stall = Unknown("macOS measures no share of stalled time")
        level = attempt(lambda: self._sysctl_int(sysctl.PRESSURE_KEY))
        if isinstance(level, Unknown):
            return MemoryPressure(self._pressure_by_program(), stall)
        return MemoryPressure(sysctl.pressure_of(level), stall)

    def physical_nics(self, names: Iterable[str]) -> frozenset[str]:
        """Only en* are real: utun, bridge, awdl and the rest travel over them."""
        all_names = frozenset(n for n in names if not n.startswith("lo"))
        return frozenset(n for n in all_names if n.startswith("en")) or all_names

    def _pressure_by_program(self) -> Pressure | Unknown:
        return self._text([SYSCTL, "-n", sysctl.PRESSURE_KEY], sysctl.parse_pressure)

    def _read_facts(self) -> dict[str, str] | Unknown:
        if self._facts is None:
            self._facts = self._text([SYSCTL, *sysctl.FACT_KEYS], sysctl.parse_facts)
        return self._facts

    def _fact(self, key: str) -> int | Unknown:
        facts = self._read_facts()
        return facts if isinstance(facts, Unknown) else sysctl.whole(facts, key)

    def _text(self, argv: Sequence[str], parse: Callable[[str], T | Unknown]) -> T | Unknown:
        return attempt(lambda: parse(self._run(argv)))


def _run_text(argv: Sequence[str]) -> str:
    """Return what a short program prints; called in the probe's own thread."""
    done = subprocess.run(
        argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False
    )
    # sysctl exits with 1 when one of several keys is missing, and prints the others all the same.
    if not done.stdout and done.returncode != 0:
        raise OSError(done.returncode, done.stderr.decode("utf-8", "replace").strip(), argv[0])
    return done.stdout.decode("utf-8", "replace")


def _load_sysctl_int() -> SysctlInt:
    """Return a reader of kernel integers; on a failure to load, one that says so."""
    from engine.probes import libc  # only a Mac pays for ctypes

    function = attempt(libc.sysctl_by_name)
    if isinstance(function, Unknown):
        return lambda _name: function
    return lambda name: libc.read_int(name, function)
