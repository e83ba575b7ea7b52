"""The dependency graph of a project's Python files, brought up to date file by file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from engine.search.graph.edges import KINDS, RANKS, Edge, FileEdges, View
from engine.search.graph.resolution import Resolution, is_package_file
from engine.search.graph.scan import Row, Scanned
from engine.search.modules import ModuleFiles, dotted_parts, folders_above

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

    Imports are resolved when edges are first asked for, and no more of them than it takes.

    Attributes:
        resolution: how imports are resolved.
        tell: is told of what takes longer; it may raise, and then nothing is half done.
    """

    def __init__(self) -> None:
        self.tell: Progress = silent
        self.resolution = Resolution(ModuleFiles.of(()))
        self._files: dict[str, FileEdges] = {}
        self._scanned: dict[str, Scanned] = {}
        self._order: Mapping[str, Scanned] = {}
        self._in_order = True
        self._pending: dict[str, None] = {}
        self._universe: tuple[str, ...] = ()
        self._views: dict[tuple[str, View, bool], Adjacency] = {}
        # Of the pending files those that name something so; of the others the edges to a file.
        self._naming: dict[str, list[str]] | None = None
        self._leading: dict[str, list[Edge]] | None = None

    def update(self, universe: Sequence[str], scanned: Mapping[str, Scanned]) -> int:
        """Take notice of what changed and return how many files are to be resolved for it.

        Args:
            universe: all files of the project.
            scanned: the imports of its Python files; the same object for a file that didn't change.
        """
        stale = self._stale(tuple(universe), scanned)
        gone = list(self._scanned.keys() - scanned.keys())
        if not stale and not gone:
            return 0
        for path in gone:
            for known in (self._scanned, self._pending, self._files):
                known.pop(path, None)
        self._scanned.update((path, scanned[path]) for path in stale)
        self._pending.update(dict.fromkeys(stale))
        self._order = scanned
        self._views.clear()
        self._naming = self._leading = None
        return len(stale)

    @property
    def files(self) -> Mapping[str, FileEdges]:
        """What each file's imports come to, folder by folder."""
        if self._pending:
            self._resolve(tuple(self._pending))
        if not self._in_order:
            self._files = {path: self._files[path] for path in self._order}
            self._in_order, self._naming = True, None
        return self._files

    def _resolve(self, paths: Sequence[str]) -> None:
        self._in_order = False
        for done, path in enumerate(paths):
            if not done % _SLICE:
                self.tell("resolving imports", done, len(paths))
            self._files[path] = self.resolution.edges(path, self._scanned[path][1])
            if self._leading is not None:
                _add_leading(self._leading, self._files[path])
            del self._pending[path]

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
        return [edge for edge in self.leading_to(path) if edge.sure]

    def leading_to(self, path: str) -> list[Edge]:
        """Return the imports that name a file, sure and unsure ones, by path and line."""
        if self._pending:
            self._resolve([one for one in self._named_in(path) if one in self._pending])
        if self._leading is None:
            self._leading = {}
            for one, found in self._files.items():
                if one not in self._pending:
                    _add_leading(self._leading, found)
        return sorted(self._leading.get(path, ()))

    def _named_in(self, path: str) -> list[str]:
        """Return the files whose imports may lead to a file: they have its name."""
        if self._naming is None:
            naming: dict[str, list[str]] = {}
            for done, one in enumerate(self._pending):
                if not done % _SLICE:
                    self.tell("reading imports", done, len(self._pending))
                for word in _words(one, self._scanned[one][1]):
                    naming.setdefault(word, []).append(one)
            self._naming = naming
        return self._naming.get(dotted_parts(path)[-1], [])

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


def _add_leading(leading: dict[str, list[Edge]], found: FileEdges) -> None:
    for edge in found.edges:
        if not edge.parent:
            leading.setdefault(edge.imported, []).append(edge)


def _words(path: str, rows: tuple[Row, ...]) -> set[str]:
    """Return the names that the files have, as `dotted_parts` tells, which the imports lead to."""
    words: set[str] = set()
    for _, module, names, level, *_ in rows:
        words.update(names)
        if module:
            words.update(module.split("."))
        elif level <= len(above := folders_above(path)):
            words.add(above[level - 1].rpartition("/")[2] or "__init__")
    return words


def _stands_before(edge: Edge, other: Edge) -> bool:
    return (edge.parent, RANKS[edge.kind]) < (other.parent, RANKS[other.kind])


def _name_any(rows: tuple[Row, ...], stems: set[str]) -> bool:
    """Return False only if files of these names can't change where the imports lead."""
    return any(
        not stems.isdisjoint(names) or not stems.isdisjoint(module.split("."))
        for _, module, names, *_ in rows
    )
