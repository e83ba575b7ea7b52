"""How much hangs on each file."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from engine.search.graph.edges import Edge
from engine.search.graph.strong import components

_DAMPING: Final = 0.85
_ROUNDS: Final = 40
_SETTLED: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Central:
    """The weight of one file.

    Attributes:
        importers, imports: direct ones, each file once.
        dependents: files that reach it over any number of imports, itself aside.
        rank: PageRank (L. Page and S. Brin, 1998) over the imports, damping 0.85; all sum to 1.
    """

    path: str
    importers: int
    imports: int
    dependents: int
    rank: float


def central(
    graph: Mapping[str, Mapping[str, Edge]], tick: Callable[[int, int], None]
) -> list[Central]:
    """Return every file with its weight, the one with most dependents first."""
    importers: dict[str, int] = {}
    for ends in graph.values():
        for end in ends:
            importers[end] = importers.get(end, 0) + 1
    dependents = count_dependents(graph)
    ranks = page_rank(graph, tick)
    found = [
        Central(path, importers.get(path, 0), len(ends), dependents[path], ranks[path])
        for path, ends in graph.items()
    ]
    return sorted(found, key=lambda one: (-one.dependents, -one.rank, one.path))


def count_dependents(graph: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Return how many other files reach each file, by sets of bits over the components."""
    groups = components(graph)
    place = {member: at for at, members in enumerate(groups) for member in members}
    reaching = [0] * len(groups)
    node_bit = 0
    own: list[int] = []
    for members in groups:
        own.append(((1 << len(members)) - 1) << node_bit)
        node_bit += len(members)
    # Components come before those that reach them, so from the end each is complete when read.
    for at in range(len(groups) - 1, -1, -1):
        reaching[at] |= own[at]
        for member in groups[at]:
            for neighbour in graph.get(member, ()):
                reaching[place[neighbour]] |= reaching[at]
    return {member: reaching[at].bit_count() - 1 for member, at in place.items()}


def page_rank(
    graph: Mapping[str, Iterable[str]], tick: Callable[[int, int], None]
) -> dict[str, float]:
    """Return the PageRank of each node: importance flows from the importing to the imported."""
    nodes = list(dict.fromkeys([*graph, *(end for ends in graph.values() for end in ends)]))
    number = {node: at for at, node in enumerate(nodes)}
    ends = [[number[end] for end in graph.get(node, ())] for node in nodes]
    total = len(nodes)
    rank = [1.0 / total] * total if total else []
    for done in range(_ROUNDS):
        tick(done, _ROUNDS)
        lost = sum(rank[at] for at in range(total) if not ends[at])
        share = (1.0 - _DAMPING + _DAMPING * lost) / total if total else 0.0
        new = [share] * total
        for at, reached in enumerate(ends):
            if reached:
                part = _DAMPING * rank[at] / len(reached)
                for end in reached:
                    new[end] += part
        moved = sum(abs(a - b) for a, b in zip(rank, new, strict=True))
        rank = new
        if moved < _SETTLED:
            break
    return {node: rank[at] for at, node in enumerate(nodes)}
