"""From the imports of files to edges; what was resolved once is kept for all that look there."""

from collections.abc import Iterator
from typing import NamedTuple

from engine.search.graph.edges import Edge, FileEdges, Missing
from engine.search.graph.scan import Row, as_import
from engine.search.modules import ModuleFiles, Origin, Resolved, Resolver, dotted_parts


def is_package_file(path: str) -> bool:
    """Return whether a file is the `__init__` of a package."""
    return path.endswith(("/__init__.py", "/__init__.pyi"))


class Reach(NamedTuple):
    """What an import reaches, the same from every file that looks in the same places.

    Attributes:
        targets: the files that it names, each with the places in the import's names of those that
            it takes out of that file.
        parents: the packages above them that Python runs first.
    """

    origin: Origin
    targets: tuple[tuple[str, tuple[int, ...]], ...] = ()
    parents: tuple[str, ...] = ()


class Resolution:
    """Resolves the imports of a project's files; good for one set of files."""

    def __init__(self, project: ModuleFiles) -> None:
        self.project = project
        self._resolver = Resolver(project)
        # Where it is looked from: a folder for a relative import, else `Resolver.place`.
        self._reached: dict[tuple[str | int, str, tuple[str, ...], int], Reach] = {}
        self._packages: dict[tuple[str, str | None], tuple[str, ...]] = {}

    def edges(self, importer: str, rows: tuple[Row, ...]) -> FileEdges:
        """Return the edges of a file and its imports that lead nowhere."""
        edges: list[Edge] = []
        missing: list[Missing] = []
        folder = importer.rpartition("/")[0]
        place = self._resolver.place(folder)
        heads, reached = self.project.heads, self._reached
        for row in rows:
            line, module, names, level, kind, _ = row
            if not level and module.partition(".")[0] not in heads:
                continue
            key = (folder if level else place, module, names, level)
            reach = reached.get(key) or self.reach(importer, row)
            if reach.targets:
                edges += _edges(importer, row, reach)
            elif reach.origin == "missing":
                missing.append(Missing(importer, line, module, names, level, kind))
        return FileEdges(tuple(edges), tuple(missing))

    def reach(self, importer: str, row: Row) -> Reach:
        """Return what one import of the file reaches, standard and unknown modules too."""
        _, module, names, level, *_ = row
        folder = importer.rpartition("/")[0]
        key = (folder if level else self._resolver.place(folder), module, names, level)
        if key in self._reached:
            return self._reached[key]
        reach = self._reach(self._resolver.resolve(importer, as_import(row)), names)
        # A guess, or that there is none, leaves out the importer: it holds for no other file.
        if reach.origin not in ("uncertain", "unknown"):
            self._reached[key] = reach
        return reach

    def _reach(self, resolved: Resolved, names: tuple[str, ...]) -> Reach:
        own, paths = resolved.own, resolved.paths
        inside = {dotted_parts(path)[-1] for path in paths if path != own}
        taken = tuple([at for at, name in enumerate(names) if name not in inside])
        targets = tuple([(path, taken if path == own else ()) for path in paths])
        if resolved.origin != "first-party":
            return Reach(resolved.origin, targets)
        parents: dict[str, None] = {}
        for path in paths:
            parents.update(dict.fromkeys(self._above(path, resolved.root)))
        return Reach(resolved.origin, targets, tuple([one for one in parents if one not in paths]))

    def _above(self, path: str, root: str | None) -> tuple[str, ...]:
        """Return the packages above a file, up to the folder that its name starts from.

        Where that isn't known, as for a relative import, up to the first folder that is none.
        """
        folder = path.rpartition("/")[0]
        if is_package_file(path):
            folder = folder.rpartition("/")[0]
        if (folder, root) not in self._packages:
            self._packages[folder, root] = tuple(self._packages_of(folder, root))[::-1]
        return self._packages[folder, root]

    def _packages_of(self, folder: str, root: str | None) -> Iterator[str]:
        while folder and folder != root:
            package = self.project.modules.get(folder, "")
            if is_package_file(package):
                yield package
            elif root is None:
                break
            folder = folder.rpartition("/")[0]


def _edges(importer: str, row: Row, reach: Reach) -> Iterator[Edge]:
    """Yield the edges of one import in the order in which Python runs the files."""
    line, _, names, _, kind, called = row
    sure = reach.origin == "first-party"
    for path in reach.parents:
        if not importer.startswith(path.rpartition("/")[0] + "/"):
            yield Edge(importer, line, path, kind, (), (), True, sure)
    for path, taken in reach.targets:
        if path != importer:
            given = tuple([names[at] for at in taken])
            new = tuple([called[at] for at in taken]) if called and names else given
            yield Edge(importer, line, path, kind, given, new, False, sure)
