"""What is known of a project's Python files, read once and kept current."""

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar, cast

from engine.search.facts import Scan
from engine.search.python_file import FileScan, Outcome, Stamp, read_python, scan_file
from engine.search.scan_child import named
from engine.search.scan_pool import scan_in_pool
from engine.search.universe import Universe

T = TypeVar("T")
# Below it, to start processes takes longer than to do without.
POOLED_FILES: Final = 150
_READING: Final = "reading Python files"


class CodeFacts:
    """The `Facts` of one project; `refresh` before each question.

    Args:
        root: the project's folder, absolute.
        listing: the command that lists its files, each with a NUL behind it.
        processes: how many children scan when there is much to scan.
    """

    def __init__(self, root: str, listing: list[str], *, processes: int) -> None:
        self.root = root
        self.report: Callable[[str, int, int], None] = lambda text, done, total: None
        self._processes = processes
        self._universe = Universe(root, listing)
        self._layers: dict[Scan[Any], _Layer] = {}
        self._kept: dict[str, Any] = {}
        self._failed: dict[str, tuple[Stamp, str]] = {}
        self._readable: Mapping[str, Stamp] = {}
        self._python: tuple[str, ...] = ()
        self._refreshes = 0

    @property
    def files(self) -> tuple[str, ...]:
        return self._universe.files

    @property
    def python(self) -> tuple[str, ...]:
        return self._python

    @property
    def unread(self) -> Mapping[str, str]:
        """Also those that a scan failed on, although `python` has them."""
        unread = dict(self._universe.refused)
        unread.update((path, reason) for path, (_, reason) in self._failed.items())
        for layer in self._layers.values():
            for path, reason in layer.failures.items():
                unread.setdefault(path, reason)
        return unread

    @property
    def scanned(self) -> Mapping[str, int]:
        """How many files each layer holds, by its scan's name."""
        return {named(scan): len(layer.values) for scan, layer in self._layers.items()}

    def text(self, path: str) -> str:
        if path not in self._universe.stamps:
            return ""
        return read_python(f"{self.root}/{path}").text

    def layer(self, scan: Scan[T]) -> Mapping[str, T]:
        return self.layers(scan)[scan]

    def layers(self, *scans: Scan[T]) -> Mapping[Scan[T], Mapping[str, T]]:
        """Return the layers of several scans, where each file is read but once for all of them.

        A mapping that was returned never changes; while no file does, it stays the same object.
        """
        together: dict[tuple[str, ...], list[Scan[Any]]] = defaultdict(list)
        for scan in scans:
            layer = self._layers.setdefault(scan, _Layer())
            if layer.refreshed != self._refreshes and layer.shown is not self._readable:
                together[layer.outdated(self._readable)].append(scan)
        for outdated, those in together.items():
            self._scan(those, outdated)
        for scan in scans:
            self._layers[scan].refreshed = self._refreshes
        return {scan: cast("Mapping[str, T]", self._layers[scan].values) for scan in scans}

    def kept(self, name: str, make: Callable[[], T]) -> T:
        if name not in self._kept:
            self._kept[name] = make()
        return cast("T", self._kept[name])

    def progress(self, text: str, done: int, total: int) -> None:
        self.report(text, done, total)

    def refresh(self) -> None:
        """Look at the disk again.

        Raises:
            ScanFailed: the folder is gone, or ripgrep can't list it.
        """
        before = self._universe.stamps
        self._universe.refresh(lambda: self.progress("listing files", 0, 0))
        self._refreshes += 1
        if self._universe.stamps is not before:
            self._sift()

    def forget_failures(self) -> None:
        """Read again what could not be read, although it has not changed."""
        self._failed.clear()
        self._sift()

    def _sift(self) -> None:
        stamps = self._universe.stamps
        self._failed = {
            path: failed for path, failed in self._failed.items() if stamps.get(path) == failed[0]
        }
        self._readable = {path: stamps[path] for path in stamps if path not in self._failed}
        self._python = tuple(self._readable)

    def _scan(self, scans: Sequence[Scan[Any]], outdated: Sequence[str]) -> None:
        found: list[FileScan] = []

        def tick() -> None:
            self.progress(_READING, len(found), len(outdated))

        try:
            with _without_collector(len(outdated)):
                for one in self._scans(scans, outdated, tick):
                    found.append(one)
                    tick()
        finally:
            # What was read is kept where the question is withdrawn halfway.
            self._note_failures(found)
            for number, scan in enumerate(scans):
                self._layers[scan].take(found, number, self._readable)

    def _scans(
        self, scans: Sequence[Scan[Any]], outdated: Sequence[str], tick: Callable[[], None]
    ) -> Iterable[FileScan]:
        if len(outdated) < POOLED_FILES:
            return (scan_file(scans, self.root, path) for path in outdated)
        stamps = {path: self._universe.stamps[path] for path in outdated}
        return scan_in_pool(scans, self.root, stamps, processes=self._processes, tick=tick)

    def _note_failures(self, found: Iterable[FileScan]) -> None:
        failed = {
            one.path: (self._universe.stamps[one.path], one.reason) for one in found if one.reason
        }
        if failed:
            self._failed.update(failed)
            self._sift()


class _Layer:
    """One scan's values.

    Attributes:
        values: replaced, never changed, when a file was.
        failures: the files that the scan failed on, each with how.
        refreshed: the number of the refresh that it was last brought up to.
        shown: the stamps that it shows, where it will show them until they are replaced.
    """

    def __init__(self) -> None:
        self.values: Mapping[str, Any] = {}
        self.failures: dict[str, str] = {}
        self.refreshed = 0
        self.shown: Mapping[str, Stamp] | None = None
        self._stamps: dict[str, Stamp | None] = {}

    def outdated(self, stamps: Mapping[str, Stamp]) -> tuple[str, ...]:
        """Return the files whose values are missing or were made of another content."""
        known = self._stamps
        return tuple([path for path, stamp in stamps.items() if known.get(path) != stamp])

    def take(self, found: Iterable[FileScan], number: int, stamps: Mapping[str, Stamp]) -> None:
        """Take what the pass's scan `number` found, forget files that are not in `stamps`."""
        gone = [path for path in self._stamps if path not in stamps]
        for path in gone:
            del self._stamps[path]
            self.failures.pop(path, None)
        fresh: dict[str, Any] = {}
        changed = bool(gone)
        for path, stamp, reason, outcomes in found:
            if reason:
                continue
            self._stamps[path] = _shared(stamp, stamps.get(path))
            if self._differs(path, outcomes[number]):
                changed = True
                fresh[path] = outcomes[number]
        if changed:
            self._replace(fresh, stamps)
        self.shown = stamps if self._stamps == stamps else None

    def _differs(self, path: str, outcome: Outcome) -> bool:
        """Return whether the file's value is another; an equal one stays the object that it was."""
        if isinstance(outcome, str):
            return self.failures.get(path) != outcome
        return path not in self.values or self.values[path] != outcome[0]

    def _replace(self, fresh: Mapping[str, Outcome], stamps: Mapping[str, Stamp]) -> None:
        values = dict(self.values)
        for path, outcome in fresh.items():
            if isinstance(outcome, str):
                values.pop(path, None)
                self.failures[path] = outcome
            else:
                values[path] = outcome[0]
                self.failures.pop(path, None)
        self.values = {path: values[path] for path in stamps if path in values}


def _shared(stamp: Stamp | None, listed: Stamp | None) -> Stamp | None:
    return listed if stamp == listed else stamp


@contextmanager
def _without_collector(files: int) -> Iterator[None]:
    """Spare the collector what a long pass reads: all of it is kept, and it holds no cycles."""
    if files < POOLED_FILES or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()
