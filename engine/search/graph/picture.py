"""The part of the graph that is to be shown: files around one, or folders."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from engine.search.graph.edges import Edge
from engine.search.graph.graph import Adjacency
from engine.search.graph.paths import reachable


@dataclass(frozen=True, slots=True)
class Line:
    """An arrow: `count` imports lead from `start` to `end`; `kind` is told where it is one."""

    start: str
    end: str
    count: int
    kind: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Nodes and arrows to be drawn.

    Attributes:
        nodes: paths of files, or of folders; "." is the project's own.
        left_out: how many arrows the limit cut off.
    """

    nodes: tuple[str, ...]
    lines: tuple[Line, ...]
    left_out: int = 0


def around(graph: Adjacency, reverse: Adjacency, path: str, depth: int, limit: int) -> Picture:
    """Return the imports between a file and those up to `depth` edges away, in both directions."""
    near = {path}
    for way in (graph, reverse):
        for reached in reachable(way, [path]):
            if reached.distance > depth:
                break
            near.add(reached.path)
    edges = [edge for start in near for end, edge in graph.get(start, {}).items() if end in near]
    # Those at the file itself are what a limit must not cut.
    edges.sort(key=lambda edge: (path not in edge[::2], edge.importer, edge.imported))
    lines = [Line(edge.importer, edge.imported, 1, edge.kind) for edge in edges]
    return _limited([path], lines, limit)


def folded(edges: Iterable[Edge], limit: int) -> Picture:
    """Return the imports between folders, those with most first."""
    counted: Counter[tuple[str, str]] = Counter()
    for edge in edges:
        start, end = folder(edge.importer), folder(edge.imported)
        if start != end:
            counted[start, end] += 1
    most = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return _limited([], [Line(*ends, count, "") for ends, count in most], limit)


def whole(edges: Iterable[Edge], limit: int) -> Picture:
    """Return the imports between files, in their order."""
    pairs = {(edge.importer, edge.imported): edge for edge in reversed(list(edges))}
    lines = [Line(*ends, 1, edge.kind) for ends, edge in sorted(pairs.items())]
    return _limited([], lines, limit)


def folder(path: str) -> str:
    return path.rpartition("/")[0] or "."


def _limited(first: list[str], lines: list[Line], limit: int) -> Picture:
    shown = lines[:limit]
    nodes = dict.fromkeys([*first, *(node for line in shown for node in (line.start, line.end))])
    return Picture(tuple(nodes), tuple(shown), len(lines) - len(shown))
