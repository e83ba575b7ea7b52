"""The questions about the whole project: its figures, its layers, what most hangs on."""

from collections import Counter
from typing import Final

from engine.search.facts import Facts
from engine.search.graph.answers import (
    CentralAnswer,
    CentralRow,
    LayerRow,
    Layers,
    Overview,
    State,
)
from engine.search.graph.asking import Arguments, Asking, row_limit
from engine.search.graph.centrality import Central, central
from engine.search.graph.cycles import import_cycles
from engine.search.graph.fault_questions import find_broken
from engine.search.graph.graph import Adjacency
from engine.search.graph.impact import is_test
from engine.search.graph.layers import layers
from engine.search.graph.picture import folded
from engine.search.graph.strong import knots
from engine.search.live_code import is_backup

_TOP: Final = 10


def state(facts: Facts, _: Arguments) -> State:
    """Return what the graph holds; makes it if nothing has been asked yet."""
    return _state(Asking(facts))


def _state(asking: Asking) -> State:
    graph = asking.graph
    kinds: Counter[str] = Counter()
    parents = uncertain = 0
    for edge in graph.edges():
        if not edge.sure:
            uncertain += 1
        elif edge.parent:
            parents += 1
        else:
            kinds[edge.kind] += 1
    return {
        "files": len(graph.files),
        "edges": {
            "runtime": kinds["runtime"],
            "conditional": kinds["conditional"],
            "local": kinds["local"],
            "dynamic": kinds["dynamic"],
            "type_checking": kinds["type_checking"],
        },
        "parents": parents,
        "uncertain": uncertain,
        "missing": sum(len(found.missing) for found in graph.files.values()),
        "unread": len(asking.facts.unread),
    }


def _live(asking: Asking) -> Adjacency:
    """Return the imports that run at some time between files that are no copies."""
    return {
        path: {end: edge for end, edge in ends.items() if not is_backup(end)}
        for path, ends in asking.graph.view("runtime", parents=False).items()
        if not is_backup(path)
    }


def project_layers(facts: Facts, arguments: Arguments) -> Layers:
    """Return the layers of live code (of a `folder`), each with its packages and some files."""
    asking = Asking(facts)
    asked, wanted = asking.within(arguments)
    live = _live(asking)
    confined = {
        path: {end: edge for end, edge in ends.items() if wanted((end,))}
        for path, ends in live.items()
        if wanted((path,))
    }
    rows: list[LayerRow] = [
        {
            "level": layer.level,
            "files": len(layer.files),
            "packages": [(folder or ".", count) for folder, count in layer.packages[:_TOP]],
            "examples": list(layer.files[:3]),
        }
        for layer in layers(confined)
    ]
    return {
        "asked": asked,
        "layers": rows,
        "knots": len(knots(confined)),
        "backups": _backups(asking),
    }


def most_central(facts: Facts, arguments: Arguments) -> CentralAnswer:
    """Return the live files (of a `folder`) on which most depends, in the whole project."""
    asking = Asking(facts)
    asked, wanted = asking.within(arguments)
    found = central(_live(asking), asking.tick("weighing files"))
    found = [one for one in found if wanted((one.path,))]
    return {
        "asked": asked,
        "files": [_central_row(one) for one in found[: row_limit(arguments)]],
        "total": len(found),
        "backups": _backups(asking),
    }


def _backups(asking: Asking) -> int:
    return sum(map(is_backup, asking.graph.files))


def _central_row(one: Central) -> CentralRow:
    return {
        "path": one.path,
        "importers": one.importers,
        "imports": one.imports,
        "dependents": one.dependents,
        "rank": round(one.rank, 6),
    }


def overview(facts: Facts, _: Arguments) -> Overview:
    """Return the figures that a newcomer asks first."""
    asking = Asking(facts)
    graph, live = asking.graph, _live(asking)
    tick = asking.tick("looking at the graph")
    found = import_cycles(graph, asking.binds, tick)
    kinds = Counter(cycle.kind for cycle in found if not is_backup(cycle.files[0]))
    hard = [one for one in find_broken(asking, list(live)) if not one.guarded]
    edges = (edge for ends in live.values() for edge in ends.values())
    return {
        "state": _state(asking),
        "backups": _backups(asking),
        "tests": sum(map(is_test, live)),
        "levels": len(layers(live)),
        "cycles": {kind: kinds[kind] for kind in ("fatal", "perhaps", "order")},
        "broken": len(hard),
        "central": [_central_row(one) for one in central(live, tick)[:_TOP]],
        "packages": [(line.start, line.end, line.count) for line in folded(edges, _TOP).lines],
    }
