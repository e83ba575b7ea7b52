"""The table of processes: a cheap look at each, and the names of the few that are shown.

psutil takes some 150 µs for a process, because it opens several files for it. On Linux one file
has all that ranking needs, for a tenth of that.
"""

import os
import re
import sys
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from engine.evidence import clean
from engine.probes.linux import read_text
from engine.probes.psutil_port import Psutil
from engine.probes.reading import Unknown

Key = tuple[int, float]  # a pid is reused; together with its start time it is not

# Of /proc/PID/stat, counted from the state that follows the name (proc(5): state is field 3).
_UTIME, _STIME, _START, _RSS_PAGES = 11, 12, 19, 21
_NUMBER = re.compile(r"-?\d{1,20}")


class Seen(Struct, frozen=True):
    """One process at one moment."""

    key: Key
    cpu_s: float
    rss_bytes: int


class ProcessTable(Protocol):
    def pids(self) -> list[int]: ...

    def look(self, pid: int) -> Seen | None:
        """Return what ranking needs; None for one that ended or that may not be read."""
        ...

    def name_and_user(self, pid: int) -> tuple[str, str] | None:
        """Return what a row shows besides; None for one that ended."""
        ...


class PsutilTable:
    """Reads everything through psutil."""

    def __init__(self, psutil: Psutil) -> None:
        self._psutil = psutil
        self._gone = (psutil.Error, OSError)

    def pids(self) -> list[int]:
        return self._psutil.pids()

    def look(self, pid: int) -> Seen | None:
        try:
            process = self._psutil.Process(pid)
            with process.oneshot():
                times = process.cpu_times()
                rss_bytes = process.memory_info().rss
                start_s = process.create_time()
        except self._gone:
            return None
        return Seen((pid, start_s), times.user + times.system, rss_bytes)

    def name_and_user(self, pid: int) -> tuple[str, str] | None:
        try:
            process = self._psutil.Process(pid)
            name = clean(process.name())
        except self._gone:
            return None
        try:
            return name, clean(process.username())
        except (*self._gone, KeyError):  # an owner without an entry
            return name, ""


class LinuxTable(PsutilTable):
    """Looks at processes in /proc/PID/stat; psutil reads the few that are shown."""

    def __init__(self, psutil: Psutil, root: Path = Path("/")) -> None:
        super().__init__(psutil)
        self._proc = f"{str(root).rstrip('/')}/proc"
        self._tick_s = 1.0 / os.sysconf("SC_CLK_TCK")
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")

    def look(self, pid: int) -> Seen | None:
        try:
            text = read_text(f"{self._proc}/{pid}/stat")
        except OSError:
            return None
        seen = parse_stat(pid, text, self._tick_s, self._page_bytes)
        return None if isinstance(seen, Unknown) else seen


def parse_stat(pid: int, text: str, tick_s: float, page_bytes: int) -> Seen | Unknown:
    """Read the text of /proc/PID/stat; the name in it may hold spaces and parentheses."""
    fields = text.rpartition(")")[2].split()
    wanted = fields[_UTIME : _STIME + 1] + fields[_START : _START + 1] + fields[_RSS_PAGES:][:1]
    if len(wanted) != 4 or not all(_NUMBER.fullmatch(field) for field in wanted):
        return Unknown(f"/proc/{pid}/stat is not what proc(5) says")
    utime, stime, start, pages = map(int, wanted)
    return Seen((pid, start * tick_s), (utime + stime) * tick_s, max(0, pages) * page_bytes)


def table_here(psutil: Psutil, platform: str = sys.platform) -> ProcessTable:
    """Return the cheapest table of this platform."""
    return LinuxTable(psutil) if platform == "linux" else PsutilTable(psutil)
