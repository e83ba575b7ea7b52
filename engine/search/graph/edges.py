"""The edges of the dependency graph, and which of them a question looks at."""

from typing import Final, Literal, NamedTuple

from engine.search.imports import ImportKind

View = Literal["all", "runtime", "import_time"]
KINDS: Final[dict[View, frozenset[ImportKind]]] = {
    "all": frozenset(("runtime", "conditional", "local", "dynamic", "type_checking")),
    "runtime": frozenset(("runtime", "conditional", "local", "dynamic")),
    "import_time": frozenset(("runtime", "conditional")),
}
# Those that bind no name of the module that they stand in.
UNBOUND: Final[frozenset[ImportKind]] = frozenset(("local", "dynamic"))
# Of several imports of one file the one that is run first stands for all.
RANKS: Final[dict[ImportKind, int]] = {
    "runtime": 0,
    "conditional": 1,
    "local": 2,
    "dynamic": 3,
    "type_checking": 4,
}


class Edge(NamedTuple):
    """One line by which a file depends on another.

    Attributes:
        importer, line: where the import stands.
        imported: the file that it reaches.
        kind: when it is run; see `engine.search.imports.Import`.
        names: what it takes out of the imported module, submodules not among them; `("*",)` is all.
        called: what those are called in the importer.
        parent: nothing of `imported` is asked for: it is the `__init__` of a package above what is
            imported, which Python runs first. Packages above the importer itself have no such
            edges: they have begun to run before it.
        sure: whether Python would reach the file; see `engine.search.modules.Resolved.origin`.
    """

    importer: str
    line: int
    imported: str
    kind: ImportKind
    names: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    parent: bool = False
    sure: bool = True


class Missing(NamedTuple):
    """An import that a package of the project should serve and doesn't; see `Import`."""

    path: str
    line: int
    module: str
    names: tuple[str, ...]
    level: int
    kind: ImportKind


class FileEdges(NamedTuple):
    """What one file's imports come to."""

    edges: tuple[Edge, ...] = ()
    missing: tuple[Missing, ...] = ()
