"""The questions about one file or folder: who imports it, what it imports, what breaks, a way."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from engine.search.facts import Facts
from engine.search.graph.answers import ImpactAnswer, Importers, ImportRow, Imports, Path
from engine.search.graph.asking import Arguments, Asking, dependent, row_limit
from engine.search.graph.edges import Edge, View
from engine.search.graph.impact import impact
from engine.search.graph.paths import reachable, shortest_path
from engine.search.graph.reexports import taken_through
from engine.search.live_code import is_backup


def importers(facts: Facts, arguments: Arguments) -> Importers:
    """Return who imports a `file`, or from outside anything in a `folder`.

    `transitive` asks for those at a distance too, over imports that are run at some time.
    """
    asking = Asking(facts)
    graph, limit = asking.graph, row_limit(arguments)
    asked, targets = asking.subject(arguments)
    inside = set(targets)
    direct = [edge for path in targets for edge in graph.importers(path)]
    direct = _live_first(edge for edge in direct if edge.importer not in inside)
    unsure = _unsure(asking, inside)
    through = taken_through(asked, graph.importers, asking.binds) if asked in inside else []
    far = []
    if arguments.get("transitive"):
        far = list(reachable(graph.reverse("runtime", parents=True), targets))
    return {
        "asked": asked,
        "direct": [asking.step(edge) for edge in direct[:limit]],
        "total_direct": len(direct),
        "files": len({edge.importer for edge in direct}),
        "uncertain": [asking.step(edge) for edge in unsure[:limit]],
        "total_uncertain": len(unsure),
        "through": [asking.passed(one) for one in through[:limit]],
        "total_through": len(through),
        "transitive": [dependent(one) for one in far[:limit]],
        "total_transitive": len(far),
        "computed": asking.computed,
        "unread": len(facts.unread),
    }


def _live_first(edges: Iterable[Edge]) -> list[Edge]:
    return sorted(edges, key=lambda edge: (is_backup(edge.importer), edge))


def _unsure(asking: Asking, targets: Collection[str]) -> list[Edge]:
    """Return the imports from elsewhere that may mean one of these files."""
    return _live_first(
        edge
        for path in targets
        for edge in asking.graph.leading_to(path)
        if not edge.sure and edge.importer not in targets
    )


def imports(facts: Facts, arguments: Arguments) -> Imports:
    """Return the imports of a `file` with where each leads, or those that leave a `folder`.

    Of a folder only those count that lead to files of the project, or nowhere. `transitive` asks
    for what is reached at a distance too, over imports that are run at some time.
    """
    asking = Asking(facts)
    asked, files = asking.subject(arguments)
    rows = [row for path in files for row in _import_rows(asking, path)]
    if asked not in files:
        start = f"{asked}/"
        rows = [row for row in rows if _leaves(row, start)]
    far = []
    if arguments.get("transitive"):
        far = list(reachable(asking.graph.view("runtime", parents=True), files))
    limit = row_limit(arguments)
    return {
        "asked": asked,
        "imports": rows[:limit],
        "total_imports": len(rows),
        "files": sorted(
            {path for row in rows if row["origin"] == "first-party" for path in row["paths"]}
        ),
        "transitive": [dependent(one) for one in far[:limit]],
        "total_transitive": len(far),
    }


def _import_rows(asking: Asking, path: str) -> Iterator[ImportRow]:
    for row in asking.rows(path):
        line, module, names, level, kind, _ = row
        reach = asking.graph.resolution.reach(path, row)
        yield {
            "path": path,
            "line": line,
            "module": "." * level + module,
            "names": list(names),
            "kind": kind,
            "origin": reach.origin,
            "paths": [target for target, _ in reach.targets],
            "parents": list(reach.parents),
        }


def _leaves(row: ImportRow, start: str) -> bool:
    outside = any(not path.startswith(start) for path in row["paths"])
    return outside or row["origin"] == "missing"


def what_breaks(facts: Facts, arguments: Arguments) -> ImpactAnswer:
    """Return what may break when a `file`, or a file in a `folder`, changes: all that runs it."""
    asking = Asking(facts)
    limit = row_limit(arguments)
    asked, targets = asking.subject(arguments)
    found = impact(asking.graph, targets)
    through = (
        taken_through(asked, asking.graph.importers, asking.binds) if len(targets) == 1 else []
    )
    perhaps = _unsure(asking, set(targets))
    both = (*found.modules, *found.tests)
    return {
        "asked": asked,
        "direct": sum(one.distance == 1 for one in both),
        "modules": [dependent(one) for one in found.modules[:limit]],
        "total_modules": len(found.modules),
        "tests": [dependent(one) for one in found.tests[:limit]],
        "total_tests": len(found.tests),
        "through": [asking.passed(one) for one in through[:limit]],
        "total_through": len(through),
        "perhaps": [asking.step(edge) for edge in perhaps[:limit]],
        "total_perhaps": len(perhaps),
        "backups": sum(is_backup(one.path) for one in both),
        "computed": asking.computed,
        "unread": len(facts.unread),
    }


def path(facts: Facts, arguments: Arguments) -> Path:
    """Return a shortest way of imports `from` one file `to` another.

    Looked for in imports that run at some time, then with the packages that are run on the way,
    then also in those for type checkers.
    """
    asking = Asking(facts)
    start, end = asking.file(arguments, "from"), asking.file(arguments, "to")
    tries: tuple[tuple[View, bool], ...] = (("runtime", False), ("runtime", True), ("all", True))
    for view, parents in tries:
        if steps := shortest_path(asking.graph.view(view, parents=parents), start, end):
            return _path(asking, start, end, view, parents, steps, None)
    back = shortest_path(asking.graph.view("all", parents=True), end, start)
    return _path(asking, start, end, "all", True, None, back)


def _path(
    asking: Asking,
    start: str,
    end: str,
    view: View,
    parents: bool,
    steps: Sequence[Edge] | None,
    back: Sequence[Edge] | None,
) -> Path:
    return {
        "start": start,
        "end": end,
        "steps": None if steps is None else [asking.step(edge) for edge in steps],
        "view": view,
        "parents": parents,
        "back": None if back is None else [asking.step(edge) for edge in back],
    }
