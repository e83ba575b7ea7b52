"""What is known of a project's Python files, read once and kept current."""

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar, cast

from engine.search.facts import Json, Scan
from engine.search.layer import Layer
from engine.search.layer_cache import LayerCache
from engine.search.python_file import FileScan, Stamp, read_python, scan_file
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
        cache: the folder where what was read is kept between runs, absolute; empty for nowhere.
    """

    def __init__(self, root: str, listing: list[str], *, processes: int, cache: str = "") -> None:
        self.root = root
        self.report: Callable[[str, int, int], None] = lambda text, done, total: None
        self._processes = processes
        self._universe = Universe(root, listing)
        self._layers: dict[Scan[Any], Layer] = {}
        self._cache = LayerCache(cache, root)
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

    @property
    def cache(self) -> Json:
        """Where what was read is kept, what is wrong with that, and how much was taken from it."""
        taken = {named(scan): layer.taken for scan, layer in self._layers.items()}
        return {**self._cache.state, "taken": taken}

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
            layer = self._layer(scan)
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

    def _layer(self, scan: Scan[Any]) -> Layer:
        if scan not in self._layers:
            with _without_collector(len(self._readable)):
                self._layers[scan] = Layer(self._cache.load(scan), self._readable)
        return self._layers[scan]

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
            # What was read is kept also where the question is withdrawn halfway.
            self._note_failures(found)
            for number, scan in enumerate(scans):
                layer = self._layers[scan]
                layer.take(found, number, self._readable)
                if layer.worth_saving:
                    self._cache.save(scan, layer.to_save())

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
