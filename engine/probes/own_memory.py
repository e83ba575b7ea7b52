"""What this process and all its descendants hold, by process.

Resident memory: pages that several of them share are counted for each. On Linux one small file
has all that is needed of a process, and where the kernel lists a process's children (`children`,
proc(5)) only those are looked at; elsewhere psutil tells.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct

from engine.events import Pressure
from engine.probes import psutil_port
from engine.probes.host import machine_here
from engine.probes.linux import read_text
from engine.probes.machine import Machine
from engine.probes.reading import Unknown, attempt

# Of /proc/PID/stat, counted from the state that follows the name (proc(5): state is field 3).
_PARENT: Final = 1
_RSS_PAGES: Final = 21


class Held(Struct, frozen=True):
    """One process of the tree; `parent` is 0 for the first."""

    pid: int
    parent: int
    rss_bytes: int


class ReadTree(Protocol):
    """Reads this process and its descendants, in a worker thread."""

    def __call__(self) -> Mapping[int, Held] | Unknown: ...


class MemoryReading(Struct, frozen=True):
    """The tree of process `pid`, and the system's memory pressure; None where it isn't known."""

    pid: int
    tree: Mapping[int, Held]
    pressure: Pressure | None

    @property
    def used_bytes(self) -> int:
        return sum(one.rss_bytes for one in self.tree.values())


class ReadMemory(Protocol):
    """Takes one reading, in a worker thread."""

    def __call__(self) -> MemoryReading | Unknown: ...


def below(tree: Mapping[int, Held], pid: int) -> int:
    """Return the bytes that a process of the tree and its descendants hold; 0 where it is gone."""
    if pid not in tree:
        return 0
    own = tree[pid].rss_bytes
    return own + sum(below(tree, one.pid) for one in tree.values() if one.parent == pid)


class LinuxTree:
    """Reads /proc under `root`."""

    def __init__(self, root: Path = Path("/"), pid: int | None = None) -> None:
        self._proc = f"{str(root).rstrip('/')}/proc"
        self._pid = pid or os.getpid()
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")

    def __call__(self) -> Mapping[int, Held] | Unknown:
        return attempt(self._read)

    def _read(self) -> Mapping[int, Held]:
        tree = {self._pid: Held(self._pid, 0, self._look(self._pid)[1])}
        first = self._listed(self._pid)
        if first is None:
            return {**tree, **self._by_all_processes()}
        todo = [(pid, self._pid) for pid in first]
        while todo:
            pid, parent = todo.pop()
            try:
                tree[pid] = Held(pid, parent, self._look(pid)[1])
            except OSError:
                continue  # it has ended meanwhile
            todo += [(child, pid) for child in self._listed(pid) or ()]
        return tree

    def _listed(self, pid: int) -> list[int] | None:
        """Return a process's children; None where the kernel doesn't list them."""
        folder = f"{self._proc}/{pid}/task"
        found: list[int] = []
        try:
            threads = [one.name for one in Path(folder).iterdir()]
        except OSError:
            return []
        for thread in threads:
            path = f"{folder}/{thread}/children"
            try:
                found += map(int, read_text(path).split())
            except OSError:
                # A thread that ended, or a kernel without the list; only the main one can't end.
                if thread == str(pid):
                    return None
        return found

    def _by_all_processes(self) -> Mapping[int, Held]:
        """Return the descendants, found by looking at every process's parent."""
        every: dict[int, Held] = {}
        for name in [one.name for one in Path(self._proc).iterdir()]:
            if not name.isdecimal():
                continue
            try:
                parent, rss_bytes = self._look(int(name))
            except OSError:
                continue  # it has ended meanwhile, or is somebody else's
            every[int(name)] = Held(int(name), parent, rss_bytes)
        return {one.pid: one for one in _descendants(every, self._pid)}

    def _look(self, pid: int) -> tuple[int, int]:
        """Return parent and bytes.

        Raises:
            OSError: it is gone, or its file is not what proc(5) says.
        """
        path = f"{self._proc}/{pid}/stat"
        fields = read_text(path).rpartition(")")[2].split()
        try:
            return int(fields[_PARENT]), max(0, int(fields[_RSS_PAGES])) * self._page_bytes
        except (IndexError, ValueError):
            raise OSError(0, "is not what proc(5) says", path) from None


def _descendants(every: Mapping[int, Held], pid: int) -> Iterator[Held]:
    children: dict[int, list[Held]] = {}
    for one in every.values():
        children.setdefault(one.parent, []).append(one)
    todo = [pid]
    while todo:
        for child in children.get(todo.pop(), ()):
            if child.pid != pid:
                yield child
                todo.append(child.pid)


class PsutilTree:
    """Asks psutil, which looks at every process's parent."""

    def __init__(self) -> None:
        import psutil  # type: ignore[import-untyped]  # 25 ms: only where nothing cheaper tells

        self._gone: type[Exception] = psutil.Error
        self._process = psutil.Process()

    def __call__(self) -> Mapping[int, Held] | Unknown:
        return attempt(lambda: dict(self._read()))

    def _read(self) -> Iterable[tuple[int, Held]]:
        own = self._process
        yield own.pid, Held(own.pid, 0, own.memory_info().rss)
        for child in own.children(recursive=True):
            try:
                yield child.pid, Held(child.pid, child.ppid(), child.memory_info().rss)
            except (self._gone, OSError):
                continue  # it has ended meanwhile


def tree_here(platform: str = sys.platform) -> ReadTree:
    """Return the cheapest reader of this platform; making it may load psutil."""
    return LinuxTree() if platform == "linux" else PsutilTree()


class OwnMemory:
    """Reads tree and pressure in one go; making it loads psutil."""

    def __init__(self, read_tree: ReadTree | None = None, machine: Machine | None = None) -> None:
        self._read_tree = read_tree or tree_here()
        self._machine = machine or machine_here(psutil_port.load())
        self._pid = os.getpid()

    def __call__(self) -> MemoryReading | Unknown:
        tree = self._read_tree()
        if isinstance(tree, Unknown):
            return tree
        pressure = attempt(self._machine.pressure)
        level = pressure if isinstance(pressure, Unknown) else pressure.level
        return MemoryReading(self._pid, tree, None if isinstance(level, Unknown) else level)


def machine_bytes() -> int | None:
    """Return the machine's memory; None where the system does not tell it."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None
