"""The machine in one sample: cores, memory, pressure, disks, network, temperatures."""

import os
import sys

from engine.clock import Clock
from engine.events import HostSample
from engine.probes import linux, psutil_port
from engine.probes.counters import CounterReader, Counters, Rate, rates_between
from engine.probes.machine import Machine, PsutilMachine
from engine.probes.psutil_port import Psutil
from engine.probes.reading import Unknown, attempt, known


class HostProbe:
    """Reads the machine; rates cover the time since the previous sample.

    A call blocks for some 100 µs and belongs in one worker thread. Making the probe loads psutil.
    """

    def __init__(
        self, clock: Clock, *, machine: Machine | None = None, psutil: Psutil | None = None
    ) -> None:
        psutil = psutil or psutil_port.load()
        self._machine = machine or machine_here(psutil)
        self._reader = CounterReader(psutil, self._machine, clock)
        self._before: Counters | None = None

    def sample(self) -> HostSample:
        """Read everything once; rates are unknown in the first sample, which has no window."""
        before, after = self._before, self._reader.read()
        self._before = after
        rates = rates_between(before, after)
        machine, memory = self._machine, self._machine.memory()
        pressure = machine.pressure()
        cores = 0 if isinstance(after.cores, Unknown) else len(after.cores)
        unknown: dict[str, str] = {}

        total = known(unknown, "memory_total_bytes", memory.total)
        available = known(unknown, "memory_available_bytes", memory.available)
        used = _used(total, available)
        kinds = attempt(lambda: machine.core_kinds(cores))
        frequencies = attempt(lambda: machine.frequencies_mhz(cores))
        temperatures = attempt(machine.temperatures_c)
        disk_read, disk_write = _split(unknown, "disk_read_bps", "disk_write_bps", rates.disk_bps)
        net_recv, net_sent = _split(unknown, "net_recv_bps", "net_sent_bps", rates.net_bps)
        return HostSample(
            cpu_pct=known(unknown, "cpu_pct", rates.cpu_pct) or (),
            core_kinds=known(unknown, "core_kinds", kinds) or "",
            cpu_freq_mhz=known(unknown, "cpu_freq_mhz", frequencies) or (),
            load_avg=known(unknown, "load_avg", attempt(os.getloadavg)),
            memory_total_bytes=total,
            memory_used_bytes=known(unknown, "memory_used_bytes", used),
            memory_available_bytes=available,
            memory_pressure=known(unknown, "memory_pressure", pressure.level),
            memory_stall_pct=known(unknown, "memory_stall_pct", pressure.stall_pct),
            swap_total_bytes=known(unknown, "swap_total_bytes", memory.swap_total),
            swap_used_bytes=known(unknown, "swap_used_bytes", memory.swap_used),
            disk_read_bps=disk_read,
            disk_write_bps=disk_write,
            net_recv_bps=net_recv,
            net_sent_bps=net_sent,
            temperatures_c=known(unknown, "temperatures_c", temperatures) or {},
            source=machine.source,
            unknown=unknown,
        )


def machine_here(psutil: Psutil, platform: str = sys.platform) -> Machine:
    """Return what knows most about the operating system that this runs on."""
    if platform == "linux":
        return linux.LinuxMachine(psutil.__version__)
    if platform == "darwin":
        from engine.probes import macos  # start-up: no other system needs it

        return macos.MacMachine(psutil)
    return PsutilMachine(psutil, platform)


def _used(total: int | None, available: int | None) -> int | Unknown:
    if total is None or available is None:
        return Unknown("needs the total and the available memory")
    return max(0, total - available)


def _split(
    unknown: dict[str, str], into_field: str, out_field: str, rate: Rate
) -> tuple[float | None, float | None]:
    """Sort one rate in two directions into the fields of a sample."""
    if isinstance(rate, Unknown):
        unknown[into_field] = unknown[out_field] = rate.reason
        return None, None
    return rate
