"""Names of a module that others take from another module, which has imported them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.search.graph.bindings import Bindings
from engine.search.graph.edges import UNBOUND, Edge

_STAR = ("*",)


@dataclass(frozen=True, slots=True)
class Through:
    """An import that takes names of a module by way of another one.

    Attributes:
        edge: the import; its `imported` is the module that passes the names on.
        passed: where that module imports them.
        names: what is taken that way, as `edge` writes it.
    """

    edge: Edge
    passed: Edge
    names: tuple[str, ...]


def taken_through(
    target: str, importers: Callable[[str], Iterable[Edge]], binds: Callable[[str], Bindings]
) -> list[Through]:
    """Return the imports that take names of `target` through modules that re-export them.

    Args:
        importers: the sure edges that lead to a file.
        binds: the names of a module, for `from … import *`.
    """
    found: dict[Edge, Through] = {}
    # Modules with the names there that are the target's, None for all that they have.
    waiting: list[tuple[str, frozenset[str] | None]] = [(target, None)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        module, names = waiting.pop()
        for edge in importers(module):
            passed = _passed(edge, names, binds) - {n for m, n in seen if m == edge.importer}
            if not passed or edge.importer == target or edge.kind in UNBOUND:
                continue
            seen.update((edge.importer, name) for name in passed)
            waiting.append((edge.importer, passed))
            for taking in importers(edge.importer):
                taken = tuple(name for name in taking.names if name in passed or name == "*")
                if taken and taking.importer != target:
                    found.setdefault(taking, Through(taking, edge, taken))
    return sorted(found.values(), key=lambda one: (one.edge.importer, one.edge.line))


def _passed(
    edge: Edge, names: frozenset[str] | None, binds: Callable[[str], Bindings]
) -> frozenset[str]:
    """Return what the importer calls those of `names` that this import takes."""
    if edge.names == _STAR:
        there = binds(edge.imported).lines if names is None else names
        return frozenset(name for name in there if not name.startswith("_"))
    taken = zip(edge.names, edge.called, strict=False)
    return frozenset(called for name, called in taken if names is None or name in names)
