"""Linux: memory, pressure, kinds of cores, frequencies and temperatures from /proc and /sys.

The files are read directly, because psutil opens several more for each of these than a tick can
pay for. Every path hangs under `root`, so that a test builds a small machine in a folder.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from engine.events import Pressure
from engine.evidence import clean
from engine.probes.machine import Memory, MemoryPressure
from engine.probes.reading import Unknown, attempt, reason_of

# The share of 10 s in which some task waited for memory. The kernel names no levels; these are
# ours: a tenth of the time is felt, at four tenths little gets done.
WARNING_STALL_PCT = 10.0
CRITICAL_STALL_PCT = 40.0

_READ_BYTES = 1 << 16
_SOME_AVG10 = re.compile(r"^some avg10=(\d+(?:\.\d+)?)\s", re.MULTILINE)
_MEMINFO_LINE = re.compile(r"^(\w+):\s+(\d+) kB$", re.MULTILINE)
_CPU_RANGE = re.compile(r"(\d+)(?:-(\d+))?")


def read_text(path: str) -> str:
    """Return a small file of /proc or /sys; three system calls and no buffering."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, _READ_BYTES).decode("utf-8", "replace")
    except OSError as error:
        error.filename = path  # os.read doesn't know it, and the reason should
        raise
    finally:
        os.close(fd)


def parse_stall_pct(text: str) -> float | Unknown:
    """Return PSI's "some avg10" from the text of /proc/pressure/memory."""
    match = _SOME_AVG10.search(text)
    if match is None:
        return Unknown("/proc/pressure/memory has no 'some avg10'")
    share = float(match[1])
    return share if share <= 100 else Unknown(f"PSI gave a share of {share:g} %")


def pressure_of(stall_pct: float) -> Pressure:
    """Map the share of time that tasks stall for memory to a level."""
    if stall_pct >= CRITICAL_STALL_PCT:
        return "critical"
    return "warning" if stall_pct >= WARNING_STALL_PCT else "normal"


def parse_memory(text: str) -> Memory:
    """Return the memory of the text of /proc/meminfo."""
    found = {name: int(kib) * 1024 for name, kib in _MEMINFO_LINE.findall(text)}

    def of(name: str) -> int | Unknown:
        return found.get(name, Unknown(f"/proc/meminfo has no {name}"))

    swap_total, swap_free = of("SwapTotal"), of("SwapFree")
    if isinstance(swap_total, Unknown) or isinstance(swap_free, Unknown):
        swap_used: int | Unknown = Unknown("/proc/meminfo lacks SwapTotal or SwapFree")
    else:
        swap_used = max(0, swap_total - swap_free)
    return Memory(of("MemTotal"), of("MemAvailable"), swap_total, swap_used)


def parse_cpu_list(text: str) -> tuple[int, ...] | Unknown:
    """Return the core ids of a list such as "0-3,8"."""
    cores: list[int] = []
    for part in text.strip().split(","):
        match = _CPU_RANGE.fullmatch(part)
        if match is None:
            return Unknown(f"not a list of cores: {clean(text.strip())[:40]!r}")
        first, last = int(match[1]), int(match[2] or match[1])
        if last - first > 4096:
            return Unknown(f"an impossible range of cores: {part[:40]}")
        cores.extend(range(first, last + 1))
    return tuple(cores)


def kinds_of(ids: Iterable[int], efficient: Iterable[int]) -> str:
    """Return E for the efficient cores and P for all others, in the order of `ids`."""
    slow = frozenset(efficient)
    return "".join("E" if core in slow else "P" for core in ids)


def kinds_by_capacity(ids: Iterable[int], capacity: Mapping[int, int]) -> str | Unknown:
    """Return E for the cores of the lowest capacity and P for all others.

    Cores within a tenth of each other are one kind: bins of the same core differ by that much.
    """
    order = tuple(ids)
    if any(core not in capacity for core in order):
        return Unknown("Linux tells no capacity of the cores")
    low, high = min(capacity.values(), default=0), max(capacity.values(), default=0)
    if low >= 0.9 * high:
        return Unknown("all cores are of one kind")
    return kinds_of(order, (core for core in order if capacity[core] <= 1.1 * low))


class LinuxMachine:
    """Reads /proc and /sys under `root`; what can't change is read once."""

    def __init__(self, psutil_version: str, root: Path = Path("/")) -> None:
        self._root = str(root).rstrip("/")
        self._psutil_version = psutil_version
        self._kinds: tuple[int, str | Unknown] | None = None
        self._online: tuple[int, ...] | None = None
        self._sensors = dict(_sensors(root))

    @property
    def source(self) -> str:
        return f"psutil {self._psutil_version}, /proc, /sys"

    def memory(self) -> Memory:
        text = attempt(lambda: read_text(f"{self._root}/proc/meminfo"))
        return Memory(text, text, text, text) if isinstance(text, Unknown) else parse_memory(text)

    def pressure(self) -> MemoryPressure:
        stall = attempt(lambda: parse_stall_pct(read_text(f"{self._root}/proc/pressure/memory")))
        return MemoryPressure(stall if isinstance(stall, Unknown) else pressure_of(stall), stall)

    def core_kinds(self, cores: int, /) -> str | Unknown:
        if self._kinds is None or self._kinds[0] != cores:  # a core went on- or offline
            self._kinds = cores, attempt(lambda: self._read_kinds(cores))
        return self._kinds[1]

    def _read_kinds(self, cores: int) -> str | Unknown:
        ids = self._online_ids(cores)
        if isinstance(ids, Unknown):
            return ids
        atom = attempt(lambda: parse_cpu_list(self._sys("devices/cpu_atom/cpus")))
        if not isinstance(atom, Unknown):
            return kinds_of(ids, atom)
        capacity = {
            core: int(text)
            for core in ids
            if (
                text := self._sys_or_nothing(f"devices/system/cpu/cpu{core}/cpu_capacity")
            ).isdigit()
        }
        return kinds_by_capacity(ids, capacity)

    def frequencies_mhz(self, cores: int, /) -> tuple[float, ...] | Unknown:
        if self._online is None or len(self._online) != cores:
            ids = self._online_ids(cores)
            if isinstance(ids, Unknown):
                return ids
            self._online = ids
        try:
            return tuple(
                int(self._sys(f"devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq")) / 1000
                for core in self._online
            )
        except (FileNotFoundError, NotADirectoryError):
            return Unknown("no cpufreq driver tells the cores' present frequency")

    def temperatures_c(self) -> dict[str, float] | Unknown:
        if not self._sensors:
            return Unknown("no sensor under /sys/class/hwmon or /sys/class/thermal")
        found: dict[str, float] = {}
        reason = ""
        for name, path in self._sensors.items():
            try:
                found[name] = int(read_text(path)) / 1000
            except (OSError, ValueError) as error:  # one sensor that sleeps hides no other
                reason = reason_of(error)
        return found or Unknown(f"no temperature sensor can be read: {reason}")

    def physical_disks(self, names: Iterable[str]) -> frozenset[str]:
        """Only whole disks have a folder in /sys/block, and only real ones a device behind it."""
        return frozenset(n for n in names if self._exists(f"block/{n}/device"))

    def physical_nics(self, names: Iterable[str]) -> frozenset[str]:
        """In a container no interface has a device: there, all but loopback count."""
        all_names = frozenset(names) - {"lo"}
        real = (n for n in all_names if self._exists(f"class/net/{n}/device"))
        return frozenset(real) or all_names

    def _online_ids(self, cores: int) -> tuple[int, ...] | Unknown:
        ids = parse_cpu_list(self._sys("devices/system/cpu/online"))
        if not isinstance(ids, Unknown) and len(ids) != cores:
            return Unknown(f"{len(ids)} cores are online, but {cores} tell their times")
        return ids

    def _exists(self, path: str) -> bool:
        return Path(f"{self._root}/sys/{path}").exists()

    def _sys(self, path: str) -> str:
        return read_text(f"{self._root}/sys/{path}").strip()

    def _sys_or_nothing(self, path: str) -> str:
        try:
            return self._sys(path)
        except OSError:
            return ""


def _sensors(root: Path) -> Iterable[tuple[str, str]]:
    """Find the temperature files: hwmon's, or the thermal zones where there are none."""
    hwmon = sorted(root.glob("sys/class/hwmon/hwmon*/temp*_input"))
    # Reading a disk through drivetemp may keep it from spinning down.
    kept = [p for p in hwmon if _line(p.parent / "name") != "drivetemp"]
    zones = [] if kept else sorted(root.glob("sys/class/thermal/thermal_zone*/temp"))
    named = [(_hwmon_name(p), p) for p in kept] + [(_line(p.parent / "type"), p) for p in zones]
    taken: dict[str, int] = {}
    for name, path in named:
        taken[name] = taken.get(name, 0) + 1
        yield (f"{name} #{taken[name]}" if taken[name] > 1 else name), str(path)


def _hwmon_name(path: Path) -> str:
    sensor = path.name.removesuffix("_input")
    label = _line(path.with_name(f"{sensor}_label")) or sensor
    return f"{_line(path.parent / 'name')} {label}".strip()


def _line(path: Path) -> str:
    try:
        return clean(path.read_text(errors="replace").strip())
    except OSError:
        return ""
