"""Where complicated code is changed often: complexity x churn (A. Tornhill, 2015).

Churn is that of the file, so all functions of a file share it; among them complexity decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from engine.search.printable import printable
from engine.search.structure.churn import Churn


class Measured(Protocol):
    """A function with its McCabe complexity, as `project_complexity.ProjectFunction`."""

    @property
    def path(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def complexity(self) -> int: ...


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A function; `score` is its complexity times the commits that changed its file.

    `lines_changed` is None where git could not count them.
    """

    path: str
    name: str
    line: int
    complexity: int
    commits: int
    lines_changed: int | None
    score: int


def hot_spots(functions: Iterable[Measured], churn: Mapping[str, Churn]) -> list[HotSpot]:
    """Return the functions of files that were ever changed, the hottest first.

    Paths of functions are printable; those of `churn` are as the file system has them.
    """
    by_path = {printable(path): one for path, one in churn.items()}
    found = [
        HotSpot(
            one.path,
            one.name,
            one.line,
            one.complexity,
            changed.commits,
            _lines(changed),
            one.complexity * changed.commits,
        )
        for one in functions
        if (changed := by_path.get(one.path)) is not None
    ]
    return sorted(
        found, key=lambda one: (-one.score, -(one.lines_changed or 0), one.path, one.line)
    )


def _lines(changed: Churn) -> int | None:
    if changed.lines_added is None or changed.lines_removed is None:
        return None
    return changed.lines_added + changed.lines_removed
