"""Import cycles: which can bite while modules are imported, and which only look like cycles.

A cycle in Python is no error by itself. Each is put into one of these classes:

`fatal`     some entry fails: an import at module level takes a name that isn't bound yet
`perhaps`   the same, but one of the imports is under a condition or in a `try`
`order`     no import takes a name too early, whichever module is imported first
`later`     closed only by imports in functions or by calls: nothing at import time
`typing`    closed only by imports for type checkers: nothing at run time

The first three are told apart by `engine.search.graph.entering`. Two things are not seen there: a
name whose binding can't be told (`globals()`, a module's `__getattr__`), and attributes of a module
that are used at another one's top level.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from engine.search.graph.bindings import Bindings
from engine.search.graph.edges import UNBOUND, Edge, View
from engine.search.graph.entering import Bite, Entering, run_steps
from engine.search.graph.graph import Adjacency, Graph
from engine.search.graph.paths import reachable, shortest_cycle, shortest_path
from engine.search.graph.strong import knots

CycleClass = Literal["fatal", "perhaps", "order", "later", "typing"]
Tick = Callable[[int, int], None]

# Entries that are tried of one knot: in a larger one a bite shows from many.
_ENTRIES: Final = 300
_CLOSING_TRIED: Final = 200
_BITES: Final = 5


@dataclass(frozen=True, slots=True)
class Cycle:
    """Files that all reach each other (a strongly connected component).

    Attributes:
        files: all of them, sorted.
        chain: one cycle, edge by edge: the one that bites, else a shortest one.
        bites: for `fatal` and `perhaps`, the different ways in which it fails, fatal ones first.
        failing, tried: how many of the files that were imported first in thought fail.
    """

    kind: CycleClass
    files: tuple[str, ...]
    chain: tuple[Edge, ...]
    bites: tuple[Bite, ...] = ()
    failing: int = 0
    tried: int = 0


def import_cycles(
    graph: Graph,
    binds: Callable[[str], Bindings],
    tick: Tick,
    wanted: Callable[[Sequence[str]], bool] = lambda files: True,
) -> list[Cycle]:
    """Return the cycles of the import-time view, those that bite first, then the large ones.

    Args:
        wanted: which sets of files to look at more closely; the others are left out.
    """
    view = graph.view("import_time", parents=True)
    reverse = graph.reverse("import_time", parents=True)
    found = []
    for files in knots(view):
        if wanted(files):
            upstream = {reached.path for reached in reachable(reverse, files)}
            entering = Entering(
                lambda path: run_steps(graph.files[path].edges if path in graph.files else ()),
                binds,
                frozenset(upstream.union(files)),
            )
            found.append(_classed(graph, view, files, entering, tick))
    order = ("fatal", "perhaps", "order")
    return sorted(found, key=lambda cycle: (order.index(cycle.kind), -len(cycle.files)))


def _classed(
    graph: Graph, view: Adjacency, files: tuple[str, ...], entering: Entering, tick: Tick
) -> Cycle:
    inside = frozenset(files)
    tried = files[:_ENTRIES]
    failing = 0
    # By the import that fails: of the names that it takes one is enough.
    different: dict[Edge, Bite] = {}
    for done, entry in enumerate(tried):
        tick(done, len(tried))
        bites = [
            bite
            for bite in entering.bites(entry, graph.packages_above(entry))
            if inside.issuperset(edge.imported for edge in bite.chain)
        ]
        failing += any(bite.certain for bite in bites)
        for bite in bites:
            kept = different.get(bite.chain[-1])
            if kept is None or _rank(bite) < _rank(kept):
                different[bite.chain[-1]] = bite
    bites = sorted(different.values(), key=_rank)[:_BITES]
    if bites:
        kind: CycleClass = "fatal" if bites[0].certain else "perhaps"
        return Cycle(kind, files, bites[0].chain, tuple(bites), failing, len(tried))
    chain = shortest_cycle(view, tried, tick) or shortest_cycle(view, files, tick)
    return Cycle("order", files, chain, (), 0, len(tried))


def _rank(bite: Bite) -> tuple[bool, int, str, int]:
    return not bite.certain, len(bite.chain), bite.chain[0].importer, bite.chain[0].line


def deferred_cycles(graph: Graph, tick: Tick) -> list[Cycle]:
    """Return the cycles that only imports in functions, by calls or for type checkers close.

    Each is shown by a shortest cycle through such an import.
    """
    found: list[Cycle] = []
    known = {frozenset(files) for files in knots(graph.view("import_time", parents=True))}
    wider: Iterable[tuple[CycleClass, View]] = (("later", "runtime"), ("typing", "all"))
    for kind, name in wider:
        view = graph.view(name, parents=False)
        for files in knots(view):
            if frozenset(files) not in known:
                known.add(frozenset(files))
                chain = _closed_by(view, files, kind, tick)
                if chain:
                    found.append(Cycle(kind, files, chain))
    return found


def _closed_by(
    view: Mapping[str, Mapping[str, Edge]], files: Sequence[str], kind: CycleClass, tick: Tick
) -> tuple[Edge, ...]:
    """Return a shortest cycle through an edge of the kind that closes this one."""
    within = frozenset(files)
    kinds = UNBOUND if kind == "later" else {"type_checking"}
    inside: Adjacency = {
        node: {end: edge for end, edge in view.get(node, {}).items() if end in within}
        for node in files
    }
    closing = [edge for ends in inside.values() for edge in ends.values()]
    closing = [edge for edge in closing if edge.kind in kinds][:_CLOSING_TRIED]
    best: tuple[Edge, ...] = ()
    for done, edge in enumerate(closing):
        tick(done, len(closing))
        back = shortest_path(inside, edge.imported, edge.importer)
        if back is not None and (not best or len(back) + 1 < len(best)):
            best = (*back, edge)
    return best
