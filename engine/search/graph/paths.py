"""Shortest ways through the graph, by breadth-first search."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from engine.search.graph.edges import Edge
from engine.search.graph.graph import Adjacency


@dataclass(frozen=True, slots=True)
class Reached:
    """A file `distance` edges away; `edge` is the last one, `previous` the file it comes from."""

    path: str
    distance: int
    edge: Edge
    previous: str


def shortest_path(graph: Adjacency, start: str, end: str) -> tuple[Edge, ...] | None:
    """Return the edges of a shortest way from `start` to `end`, None where there is none.

    From a file to itself it is the shortest cycle through it.
    """
    came: dict[str, Edge] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for neighbour, edge in graph.get(node, {}).items():
            if neighbour == end:
                return (*_way(came, start, node), edge)
            if neighbour not in came and neighbour != start:
                came[neighbour] = edge
                waiting.append(neighbour)
    return None


def _way(came: dict[str, Edge], start: str, node: str) -> Iterable[Edge]:
    way = []
    while node != start:
        way.append(came[node])
        node = came[node].importer
    return reversed(way)


def reachable(graph: Adjacency, starts: Iterable[str]) -> Iterator[Reached]:
    """Yield each file that can be reached from `starts`, which are not among them, nearest first.

    `graph` may be a view or a reversed one; then `edge` points back to `previous`.
    """
    seen = set(starts)
    waiting = deque((start, 0) for start in seen)
    while waiting:
        node, distance = waiting.popleft()
        for neighbour, edge in graph.get(node, {}).items():
            if neighbour not in seen:
                seen.add(neighbour)
                waiting.append((neighbour, distance + 1))
                yield Reached(neighbour, distance + 1, edge, node)


def shortest_cycle(
    graph: Adjacency, within: Collection[str], tick: Callable[[int, int], None]
) -> tuple[Edge, ...]:
    """Return a shortest cycle among files that all reach each other; empty where there is none."""
    inside = {
        node: {end: edge for end, edge in graph.get(node, {}).items() if end in within}
        for node in within
    }
    best: tuple[Edge, ...] = ()
    for done, start in enumerate(within):
        tick(done, len(within))
        found = shortest_path(inside, start, start)
        if found and (not best or len(found) < len(best)):
            best = found
        if len(best) == 2:
            break
    return best
