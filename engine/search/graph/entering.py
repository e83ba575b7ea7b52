"""What happens when a module is imported first: import statements run one after the other.

Python puts a module into `sys.modules` before it runs it. An import of a module that is still
running gets it as it is: `import a.b`, and `from a import b` of a submodule, succeed; `from a
import name` succeeds only if `name` was bound on an earlier line than the one that `a` has reached.
So a cycle fails from this entry exactly if an import takes a name too early; that is what is
followed here, line by line. Left out is what imports don't show: attributes of a half-run module
that are used while modules are imported (`import a` and then `class B(a.C)`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from engine.search.graph.bindings import Bindings
from engine.search.graph.edges import KINDS, Edge

_RUN = KINDS["import_time"]


@dataclass(frozen=True, slots=True)
class Bite:
    """A name that is taken before it is bound.

    Attributes:
        entry: the file that is imported first.
        chain: from the module that lacks the name back to it; the last edge takes the name.
        name: what is taken.
        bound: the line on which the module would bind it.
        certain: False where one of the imports is under a condition or in a `try`, or where a
            `from … import *` may have bound the name before.
    """

    entry: str
    chain: tuple[Edge, ...]
    name: str
    bound: int
    certain: bool


@dataclass(slots=True)
class _Frame:
    """A module that is running; `line` is the one that it has reached."""

    path: str
    entered: Edge | None
    steps: Iterator[Edge]
    line: int = 0


@dataclass(slots=True)
class Entering:
    """Imports modules of a project in thought.

    Attributes:
        steps: the import-time edges of a file in the order in which Python runs them.
        binds: the names of a module.
        within: the files that matter; the imports of all others are not followed.
    """

    steps: Callable[[str], Sequence[Edge]]
    binds: Callable[[str], Bindings]
    within: frozenset[str]
    _kept: dict[str, tuple[Edge, ...]] = field(default_factory=dict)
    _stack: list[_Frame] = field(default_factory=list)
    _begun: set[str] = field(default_factory=set)
    # Where each running module stands in the stack.
    _running: dict[str, int] = field(default_factory=dict)

    def bites(self, entry: str, packages: Sequence[str]) -> list[Bite]:
        """Return the names that are taken too early when `entry` is imported first.

        `packages` are those above it, outermost first, which Python runs before. A certain bite
        ends the import, so it is the last.
        """
        found: list[Bite] = []
        self._begun.clear()
        for first in (*packages, entry):
            self._stack, self._running = [], {}
            self._begin(first, None)
            while self._stack:
                frame = self._stack[-1]
                step = next(frame.steps, None)
                if step is None:
                    self._stack.pop()
                    del self._running[frame.path]
                    continue
                frame.line = step.line
                found += self._take(entry, step)
                if found and found[-1].certain:
                    return found
        return found

    def _begin(self, path: str, entered: Edge | None) -> None:
        if path in self.within and path not in self._begun:
            self._begun.add(path)
            self._running[path] = len(self._stack)
            self._stack.append(_Frame(path, entered, iter(self._followed(path))))

    def _followed(self, path: str) -> tuple[Edge, ...]:
        if path not in self._kept:
            within = self.within
            self._kept[path] = tuple([one for one in self.steps(path) if one.imported in within])
        return self._kept[path]

    def _take(self, entry: str, step: Edge) -> list[Bite]:
        if step.imported not in self._begun:
            self._begin(step.imported, step)
            return []
        if not step.names:
            return []
        running = self._running.get(step.imported)
        if running is None:
            return []
        reached = self._stack[running].line
        names = self.binds(step.imported)
        early = [
            (name, bound) for name in step.names if (bound := names.lines.get(name, 0)) >= reached
        ]
        way = tuple(frame.entered for frame in self._stack[running + 1 :] if frame.entered)
        chain = (*way, step)
        starred = any(line < reached for line in names.stars)
        certain = not starred and all(edge.kind == "runtime" for edge in chain)
        return [Bite(entry, chain, name, bound, certain) for name, bound in early]


def run_steps(edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """Return the edges of one file that an import of it follows."""
    return tuple(edge for edge in edges if edge.sure and edge.kind in _RUN)
