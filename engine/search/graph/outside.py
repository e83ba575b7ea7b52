"""Who imports a module that is none of the project's files: a library's, or Python's own."""

from collections.abc import Iterator
from typing import Final

from engine.search.facts import Facts
from engine.search.graph.answers import OutsideImporters, Step
from engine.search.graph.asking import Arguments, Asking, row_limit
from engine.search.graph.scan import Row
from engine.search.live_code import is_backup

_OUTSIDE: Final = frozenset(("standard library", "unknown"))
_SLICE: Final = 128


def outside_importers(facts: Facts, arguments: Arguments) -> OutsideImporters:
    """Return the imports of a `module` by its dotted name, or of what is in it, that leave here.

    Imports that lead to a file of the project, or should, are not among them.
    """
    asking = Asking(facts)
    module, limit = str(arguments.get("module") or "").strip(), row_limit(arguments)
    found = sorted(_found(asking, module), key=lambda one: (is_backup(one[0]), one[0], one[1][0]))
    lines = list(dict.fromkeys((path, row[0], row[4]) for path, row in found))
    steps: list[Step] = [
        {
            "path": path,
            "line": line,
            "imported": module,
            "kind": kind,
            "names": [],
            "parent": False,
            "text": asking.text(path, line),
        }
        for path, line, kind in lines[:limit]
    ]
    return {
        "asked": module,
        "direct": steps,
        "total_direct": len(lines),
        "files": len({path for path, *_ in lines}),
        "computed": asking.computed,
        "unread": len(facts.unread),
    }


def _found(asking: Asking, module: str) -> Iterator[tuple[str, Row]]:
    tick, paths = asking.tick("reading imports"), asking.files
    for done, path in enumerate(paths):
        if not done % _SLICE:
            tick(done, len(paths))
        for row in asking.rows(path):
            if _names(row, module) and asking.graph.resolution.reach(path, row).origin in _OUTSIDE:
                yield path, row


def _names(row: Row, module: str) -> bool:
    """Return whether an import names the module, what is in it, or takes it out of its package."""
    _, named, names, level, *_ = row
    if level:
        return False
    package, _, last = module.rpartition(".")
    is_taken = bool(package) and named == package and last in names
    return is_taken or named == module or named.startswith(f"{module}.")
