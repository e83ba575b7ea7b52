"""The layers of a project: who stands on whom, with cycles taken as one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from engine.search.graph.edges import Edge
from engine.search.graph.strong import components


@dataclass(frozen=True, slots=True)
class Layer:
    """Files whose longest way down has `level` edges; `packages` counts them by folder."""

    level: int
    files: tuple[str, ...]
    packages: tuple[tuple[str, int], ...]


def levels(graph: Mapping[str, Mapping[str, Edge]]) -> dict[str, int]:
    """Return for each file the length of its longest way down; files of a cycle share one."""
    level: dict[str, int] = {}
    for members in components(graph):
        inside = set(members)
        below = (
            level[neighbour]
            for member in members
            for neighbour in graph.get(member, {})
            if neighbour not in inside
        )
        height = max(below, default=-1) + 1
        level.update(dict.fromkeys(members, height))
    return level


def layers(graph: Mapping[str, Mapping[str, Edge]]) -> list[Layer]:
    """Return the layers from the lowest up, which imports nothing of the project."""
    by_level: dict[int, list[str]] = {}
    for path, level in levels(graph).items():
        by_level.setdefault(level, []).append(path)
    return [_layer(level, sorted(by_level[level])) for level in sorted(by_level)]


def _layer(level: int, files: list[str]) -> Layer:
    folders = Counter(path.rpartition("/")[0] for path in files)
    packages = sorted(folders.items(), key=lambda item: (-item[1], item[0]))
    return Layer(level, tuple(files), tuple(packages))
