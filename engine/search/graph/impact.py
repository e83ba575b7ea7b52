"""What may break when a file changes: everything that runs it, directly or not."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from engine.search.graph.graph import Graph
from engine.search.graph.paths import Reached, reachable
from engine.search.live_code import is_backup

_TEST: Final = re.compile(r"(?:^|/)(?:tests?/|(?:test_[^/]*|[^/]*_test|conftest)\.pyi?$)")


@dataclass(frozen=True, slots=True)
class Impact:
    """The files that run a file when they are imported or run; in each, live code before copies."""

    modules: tuple[Reached, ...]
    tests: tuple[Reached, ...]


def is_test(path: str) -> bool:
    """Return whether a path is named as tests are."""
    return _TEST.search(path) is not None


def impact(graph: Graph, paths: Collection[str]) -> Impact:
    """Return what depends on one of `paths` at run time, by the packages that are run too."""
    dependents = list(reachable(graph.reverse("runtime", parents=True), paths))
    return Impact(
        _ordered(one for one in dependents if not is_test(one.path)),
        _ordered(one for one in dependents if is_test(one.path)),
    )


def _ordered(dependents: Iterable[Reached]) -> tuple[Reached, ...]:
    return tuple(sorted(dependents, key=lambda one: (is_backup(one.path), one.distance, one.path)))
