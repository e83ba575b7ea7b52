"""Everything of the machine that only counts up, read at one moment, and what two moments tell."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from engine.clock import Clock
from engine.probes.machine import Machine
from engine.probes.psutil_port import Psutil
from engine.probes.rates import CoreTime, Flow, busy_pct, core_time, flow_bps
from engine.probes.reading import NEEDS_TWO, Unknown, attempt

Flows = dict[str, Flow] | Unknown
Rate = tuple[float, float] | Unknown


class Counters(Struct, frozen=True):
    """Cores, physical disks and network interfaces at `at_s` on the monotonic clock."""

    at_s: float
    cores: tuple[CoreTime, ...] | Unknown
    disks: Flows
    nics: Flows


class Rates(Struct, frozen=True):
    """What happened between two readings: percent a core, bytes per second in and out."""

    cpu_pct: tuple[float, ...] | Unknown
    disk_bps: Rate
    net_bps: Rate


def rates_between(before: Counters | None, after: Counters) -> Rates:
    """Return the rates of one window, each known or not by itself."""
    if before is None:
        first = Unknown(NEEDS_TWO)
        before = Counters(after.at_s, first, first, first)
    window_s = after.at_s - before.at_s
    return Rates(
        cpu_pct=_cpu(before.cores, after.cores),
        disk_bps=_flow(before.disks, after.disks, window_s),
        net_bps=_flow(before.nics, after.nics, window_s),
    )


def _cpu(
    before: tuple[CoreTime, ...] | Unknown, after: tuple[CoreTime, ...] | Unknown
) -> tuple[float, ...] | Unknown:
    if isinstance(after, Unknown):
        return after
    return Unknown(NEEDS_TWO) if isinstance(before, Unknown) else busy_pct(before, after)


def _flow(before: Flows, after: Flows, window_s: float) -> Rate:
    if isinstance(after, Unknown):
        return after
    if isinstance(before, Unknown):
        return Unknown(NEEDS_TWO)
    return flow_bps(before, after, window_s)


class CounterReader:
    """Reads all counters through psutil; the machine says which devices are physical."""

    def __init__(self, psutil: Psutil, machine: Machine, clock: Clock) -> None:
        self._psutil = psutil
        self._clock = clock
        self._disks = _Chosen(machine.physical_disks)
        self._nics = _Chosen(machine.physical_nics)

    def read(self) -> Counters:
        return Counters(
            at_s=self._clock.monotonic_s(),
            cores=attempt(self._core_times),
            disks=attempt(self._disk_flows),
            nics=attempt(self._nic_flows),
        )

    def _core_times(self) -> tuple[CoreTime, ...]:
        return tuple(core_time(times) for times in self._psutil.cpu_times(percpu=True))

    def _disk_flows(self) -> Flows:
        # nowrap would keep a second copy of all counters; rates clamp what runs back themselves.
        counters = self._psutil.disk_io_counters(perdisk=True, nowrap=False)
        chosen = self._disks.among(counters)
        if not chosen:
            return Unknown("the machine names no physical disk")
        return {n: Flow(counters[n].read_bytes, counters[n].write_bytes) for n in chosen}

    def _nic_flows(self) -> Flows:
        counters = self._psutil.net_io_counters(pernic=True, nowrap=False)
        chosen = self._nics.among(counters)
        if not chosen:
            return Unknown("the machine has no network interface but loopback")
        return {n: Flow(counters[n].bytes_recv, counters[n].bytes_sent) for n in chosen}


class _Chosen:
    """The devices that count; asked again only when the names change."""

    def __init__(self, choose: Callable[[Iterable[str]], frozenset[str]]) -> None:
        self._choose = choose
        self._names: frozenset[str] | None = None
        self._chosen: frozenset[str] = frozenset()

    def among(self, names: Iterable[str]) -> frozenset[str]:
        now = frozenset(names)
        if now != self._names:
            self._chosen, self._names = self._choose(now), now
        return self._chosen
