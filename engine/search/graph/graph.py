"""The dependency graph of a project's Python files, brought up to date file by file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from engine.search.graph.edges import KINDS, RANKS, Edge, FileEdges, View
from engine.search.graph.resolution import Resolution, is_package_file
from engine.search.graph.scan import Row, Scanned
from engine.search.modules import ModuleFiles, folders_above

# For each file those that it reaches, or that reach it, each by one edge: one that names it before
# one that only runs it, one that is run at import before one that is run later, the first line.
Adjacency = dict[str, dict[str, Edge]]
Progress = Callable[[str, int, int], None]

_SLICE: Final = 128
# Files that bear on where modules are looked for, not only on what is found there.
_MARKS: Final = (
    *("/__init__.py", "/__init__.pyi", "/os.py"),
    *("/pyproject.toml", "/setup.py", "/setup.cfg"),
)


def silent(text: str, done: int, total: int) -> None:
    """Tell nobody."""


class Graph:
    """Files and edges; empty until its first `update`.

    Attributes:
        files: what each file's imports come to, folder by folder.
        resolution: how imports were resolved.
        version: grows with each change.
        tell: is told of what takes longer; it may raise, and then nothing is half done.
    """

    def __init__(self) -> None:
        self.tell: Progress = silent
        self.files: dict[str, FileEdges] = {}
        self.resolution = Resolution(ModuleFiles.of(()))
        self.version = 0
        self._scanned: dict[str, Scanned] = {}
        self._universe: tuple[str, ...] = ()
        self._views: dict[tuple[str, View, bool], Adjacency] = {}
        self._importers: dict[str, list[Edge]] | None = None

    def update(self, universe: Sequence[str], scanned: Mapping[str, Scanned]) -> int:
        """Bring the graph up to date and return how many files were resolved.

        Args:
            universe: all files of the project.
            scanned: the imports of its Python files; the same object for a file that didn't change.
        """
        stale = self._stale(tuple(universe), scanned)
        gone = list(self._scanned.keys() - scanned.keys())
        if not stale and not gone:
            return 0
        # Forgotten first: an update that is withdrawn half-way leaves these to the next one.
        for path in chain(stale, gone):
            self._scanned.pop(path, None)
        for path in gone:
            self.files.pop(path, None)
        is_new = any(path not in self.files for path in stale)
        self._views.clear()
        self._importers = None
        self.version += 1
        for done, path in enumerate(stale):
            if not done % _SLICE:
                self.tell("resolving imports", done, len(stale))
            self.files[path] = self.resolution.edges(path, scanned[path][1])
            self._scanned[path] = scanned[path]
        if is_new:
            self.files = {path: self.files[path] for path in scanned}
        return len(stale)

    def edges(self) -> Iterator[Edge]:
        """Yield every edge, sure and unsure, file by file."""
        return chain.from_iterable(found.edges for found in self.files.values())

    def _told_edges(self) -> Iterator[Edge]:
        for done, found in enumerate(self.files.values()):
            if not done % _SLICE:
                self.tell("reading the graph", done, len(self.files))
            yield from found.edges

    def importers(self, path: str) -> list[Edge]:
        """Return the sure imports that name a file, by path and line."""
        return list(self._named().get(path, ()))

    def _named(self) -> dict[str, list[Edge]]:
        if self._importers is None:
            importers: dict[str, list[Edge]] = {}
            for edge in self._told_edges():
                if edge.sure and not edge.parent:
                    importers.setdefault(edge.imported, []).append(edge)
            for found in importers.values():
                found.sort()
            self._importers = importers
        return self._importers

    def packages_above(self, path: str) -> tuple[str, ...]:
        """Return the `__init__` files of the packages that hold a file, the outermost first."""
        modules = self.resolution.project.modules
        folders = folders_above(path)[1:-1] if is_package_file(path) else folders_above(path)[:-1]
        found = []
        for folder in folders:
            if not is_package_file(package := modules.get(folder, "")):
                break
            found.append(package)
        return tuple(reversed(found))

    def view(self, view: View, *, parents: bool) -> Adjacency:
        """Return the sure edges of these kinds, from the importing to the imported files.

        Args:
            parents: with the packages that Python runs on the way.
        """
        return self._kept("out", view, parents)

    def reverse(self, view: View, *, parents: bool) -> Adjacency:
        """Return the edges of `view` from the imported to the importing files."""
        return self._kept("in", view, parents)

    def _kept(self, way: str, view: View, parents: bool) -> Adjacency:
        key = (way, view, parents)
        if key not in self._views:
            self._views[key] = self._adjacency(way == "in", view, parents)
        return self._views[key]

    def _adjacency(self, reverse: bool, view: View, parents: bool) -> Adjacency:
        kinds = KINDS[view]
        found: Adjacency = {path: {} for path in self.files}
        for edge in self._told_edges():
            if edge.sure and edge.kind in kinds and (parents or not edge.parent):
                start, end = (edge[2], edge[0]) if reverse else (edge[0], edge[2])
                # A file that can't be read is reached, too.
                ends = found.setdefault(start, {})
                kept = ends.get(end)
                if kept is None or _stands_before(edge, kept):
                    ends[end] = edge
        return found

    def _changed(self, scanned: Mapping[str, Scanned]) -> list[str]:
        """Return the files with other imports than before."""
        known, changed = self._scanned, []
        for path, found in scanned.items():
            before = known.get(path)
            if before is found:
                continue
            if before is not None and before[1] == found[1]:
                known[path] = found
            else:
                changed.append(path)
        return changed

    def _stale(self, universe: tuple[str, ...], scanned: Mapping[str, Scanned]) -> list[str]:
        """Return the files to be resolved; the resolution knows the new set of files then."""
        changed = self._changed(scanned)
        if universe == self._universe:
            return changed
        differing = set(universe) ^ set(self._universe)
        self._universe = universe
        if not differing:
            return changed
        before = self.resolution.project
        self.resolution = Resolution(ModuleFiles.of(universe))
        after = self.resolution.project
        marked = any(f"/{path}".endswith(_MARKS) for path in differing)
        if marked or before.roots != after.roots:
            return list(scanned)
        stems = {path.rpartition("/")[2].rpartition(".")[0] for path in differing}
        unchanged = (path for path in scanned if self._scanned.get(path) is scanned[path])
        return changed + [path for path in unchanged if _name_any(scanned[path][1], stems)]


def _stands_before(edge: Edge, other: Edge) -> bool:
    return (edge.parent, RANKS[edge.kind]) < (other.parent, RANKS[other.kind])


def _name_any(rows: tuple[Row, ...], stems: set[str]) -> bool:
    """Return False only if files of these names can't change where the imports lead."""
    return any(
        not stems.isdisjoint(names) or not stems.isdisjoint(module.split("."))
        for _, module, names, *_ in rows
    )
