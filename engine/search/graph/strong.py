"""Strongly connected components (R. Tarjan, 1972), without recursion."""

from collections.abc import Iterable, Mapping, Sequence


def components(graph: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Return the strongly connected components, each before those that reach it.

    Neighbours that are no keys of `graph` have none themselves.
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    open_nodes: list[str] = []
    is_open: set[str] = set()
    found: list[tuple[str, ...]] = []
    for start in graph:
        if start in order:
            continue
        order[start] = low[start] = len(order)
        open_nodes.append(start)
        is_open.add(start)
        path = [(start, iter(graph[start]))]
        while path:
            node, neighbours = path[-1]
            entered = False
            for neighbour in neighbours:
                if neighbour not in order:
                    order[neighbour] = low[neighbour] = len(order)
                    open_nodes.append(neighbour)
                    is_open.add(neighbour)
                    path.append((neighbour, iter(graph.get(neighbour, ()))))
                    entered = True
                    break
                if neighbour in is_open and order[neighbour] < low[node]:
                    low[node] = order[neighbour]
            if entered:
                continue
            path.pop()
            if path and low[node] < low[path[-1][0]]:
                low[path[-1][0]] = low[node]
            if low[node] == order[node]:
                found.append(_closed(open_nodes, is_open, node))
    return found


def _closed(open_nodes: list[str], is_open: set[str], node: str) -> tuple[str, ...]:
    """Take the component that `node` was the first of off the open nodes."""
    at = open_nodes.index(node) if len(open_nodes) < 8 else _from_end(open_nodes, node)
    members = tuple(open_nodes[at:])
    del open_nodes[at:]
    is_open.difference_update(members)
    return members


def _from_end(nodes: Sequence[str], node: str) -> int:
    at = len(nodes) - 1
    while nodes[at] != node:
        at -= 1
    return at


def knots(graph: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Return the components in which files reach each other, each sorted, the largest first."""
    found = [tuple(sorted(members)) for members in components(graph) if len(members) > 1]
    return sorted(found, key=lambda members: (-len(members), members))
