"""From the imports of files to edges; what was resolved once in a folder is kept."""

from typing import NamedTuple

from engine.search.graph.edges import Edge, FileEdges, Missing
from engine.search.graph.scan import Row, as_import
from engine.search.modules import ModuleFiles, Origin, Resolved, Resolver, dotted_parts


def is_package_file(path: str) -> bool:
    """Return whether a file is the `__init__` of a package."""
    return path.endswith(("/__init__.py", "/__init__.pyi"))


class Reach(NamedTuple):
    """What an import reaches, the same from every file of a folder.

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
        self._reached: dict[tuple[str, str, tuple[str, ...], int], Reach] = {}

    def edges(self, importer: str, rows: tuple[Row, ...]) -> FileEdges:
        """Return the edges of a file and its imports that lead nowhere."""
        edges: list[Edge] = []
        missing: list[Missing] = []
        folder = importer.rpartition("/")[0]
        heads, reached = self.project.heads, self._reached
        for row in rows:
            line, module, names, level, kind, _ = row
            if not level and module.partition(".")[0] not in heads:
                continue
            reach = reached.get((folder, module, names, level)) or self.reach(importer, row)
            if reach.targets:
                edges += _edges(importer, row, reach)
            elif reach.origin == "missing":
                missing.append(Missing(importer, line, module, names, level, kind))
        return FileEdges(tuple(edges), tuple(missing))

    def reach(self, importer: str, row: Row) -> Reach:
        """Return what one import of the file reaches, standard and unknown modules too."""
        key = (importer.rpartition("/")[0], *row[1:4])
        if key in self._reached:
            return self._reached[key]
        reach = self._reach(self._resolver.resolve(importer, as_import(row)), row)
        # A guess leaves out the importer itself, so it holds for no other file.
        if reach.origin != "uncertain":
            self._reached[key] = reach
        return reach

    def _reach(self, resolved: Resolved, row: Row) -> Reach:
        names = row[2]
        inside = {dotted_parts(path)[-1] for path in resolved.paths if path != resolved.own}
        taken = tuple(at for at, name in enumerate(names) if name not in inside)
        targets = tuple((path, taken if path == resolved.own else ()) for path in resolved.paths)
        if resolved.origin != "first-party":
            return Reach(resolved.origin, targets)
        parents: dict[str, None] = {}
        for path in resolved.paths:
            parents.update(dict.fromkeys(self._above(path, resolved.root)))
        named = set(resolved.paths)
        return Reach(resolved.origin, targets, tuple(one for one in parents if one not in named))

    def _above(self, path: str, root: str | None) -> list[str]:
        """Return the packages above a file, up to the folder that its name starts from.

        Where that isn't known, as for a relative import, up to the first folder that is none.
        """
        folder = path.rpartition("/")[0]
        if is_package_file(path):
            folder = folder.rpartition("/")[0]
        found = []
        while folder and folder != root:
            package = self.project.modules.get(folder, "")
            if is_package_file(package):
                found.append(package)
            elif root is None:
                break
            folder = folder.rpartition("/")[0]
        return found[::-1]


def _edges(importer: str, row: Row, reach: Reach) -> list[Edge]:
    """Return the edges of one import in the order in which Python runs the files."""
    line, _, names, _, kind, called = row
    sure = reach.origin == "first-party"
    edges = [
        Edge(importer, line, path, kind, (), (), True, sure)
        for path in reach.parents
        if not importer.startswith(path.rpartition("/")[0] + "/")
    ]
    for path, taken in reach.targets:
        if path == importer:
            continue
        given = tuple([names[at] for at in taken])
        new = tuple([called[at] for at in taken]) if called and names else given
        edges.append(Edge(importer, line, path, kind, given, new, False, sure))
    return edges
