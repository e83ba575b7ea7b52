"""The questions about what is wrong: cycles, broken imports, files that nothing imports."""

from collections.abc import Sequence
from typing import Final

from engine.search.facts import Facts
from engine.search.graph.answers import (
    BiteRow,
    BrokenAnswer,
    BrokenRow,
    CycleRow,
    Cycles,
    OrphanRow,
    Orphans,
)
from engine.search.graph.asking import Arguments, Asking, row_limit
from engine.search.graph.broken import Broken, missing_modules, missing_names
from engine.search.graph.cycles import Cycle, deferred_cycles, import_cycles
from engine.search.graph.orphans import orphans
from engine.search.live_code import is_backup

_FILES_SHOWN: Final = 30


def cycles(facts: Facts, arguments: Arguments) -> Cycles:
    """Return the import cycles, of a `file` or a `folder` those that go through it."""
    asking = Asking(facts)
    asked, wanted = asking.within(arguments)
    tick = asking.tick("looking at cycles")
    found = import_cycles(asking.graph, asking.binds, tick, wanted)
    found.sort(key=lambda cycle: is_backup(cycle.files[0]))
    apart = [cycle for cycle in deferred_cycles(asking.graph, tick) if wanted(cycle.files)]
    apart.sort(key=lambda cycle: is_backup(cycle.files[0]))
    return {
        "asked": asked,
        "cycles": [_cycle_row(asking, cycle) for cycle in found],
        "deferred": [_cycle_row(asking, cycle) for cycle in apart],
        "total_files": len(asking.graph.files),
        "unread": len(facts.unread),
    }


def _cycle_row(asking: Asking, cycle: Cycle) -> CycleRow:
    bites: list[BiteRow] = [
        {
            "name": bite.name,
            "module": bite.chain[-1].imported,
            "bound": bite.bound,
            "entry": bite.entry,
            "certain": bite.certain,
            "chain": [asking.step(edge) for edge in bite.chain],
        }
        for bite in cycle.bites
    ]
    return {
        "kind": cycle.kind,
        "files": list(cycle.files[:_FILES_SHOWN]),
        "total_files": len(cycle.files),
        "chain": [asking.step(edge) for edge in cycle.chain],
        "bites": bites,
        "failing": cycle.failing,
        "tried": cycle.tried,
        "backup": is_backup(cycle.files[0]),
    }


def broken(facts: Facts, arguments: Arguments) -> BrokenAnswer:
    """Return the imports of the project, of a `folder` or a `file`, that can't work."""
    asking = Asking(facts)
    asked, wanted = asking.within(arguments)
    found = find_broken(asking, [path for path in asking.graph.files if wanted((path,))])
    hard = [one for one in found if not one.guarded]
    soft = [one for one in found if one.guarded]
    limit = row_limit(arguments)
    return {
        "asked": asked,
        "broken": [_broken_row(asking, one) for one in hard[:limit]],
        "total_broken": len(hard),
        "live": sum(not is_backup(one.path) for one in hard),
        "guarded": [_broken_row(asking, one) for one in soft[:limit]],
        "total_guarded": len(soft),
        "unread": len(facts.unread),
    }


def find_broken(asking: Asking, paths: Sequence[str]) -> list[Broken]:
    graph, text, exists = asking.graph, asking.facts.text, asking.exists
    asking.facts.progress("looking for broken imports", 0, 1)
    edges = (edge for path in paths for edge in graph.files[path].edges)
    found = missing_modules(graph, paths, text, exists)
    found += missing_names(edges, asking.plain, asking.binds, text, exists)
    return sorted(found, key=lambda one: (is_backup(one.path), one.path, one.line, one.names))


def _broken_row(asking: Asking, one: Broken) -> BrokenRow:
    return {
        "path": one.path,
        "line": one.line,
        "module": one.module,
        "names": list(one.names),
        "kind": one.kind,
        "reason": one.reason,
        "alike": one.alike,
        "backup": is_backup(one.path),
        "text": asking.text(one.path, one.line),
    }


def nobody_imports(facts: Facts, arguments: Arguments) -> Orphans:
    """Return files that nothing imports or starts, as far as imports tell; `folder` confines it."""
    asking = Asking(facts)
    asked, wanted = asking.within(arguments)
    tick = asking.tick("looking for orphans")
    found = orphans(asking.graph, facts.text, asking.scripts(), tick)
    found = [one for one in found if wanted((one.path,))]
    rows: list[OrphanRow] = [
        {"path": one.path, "reason": one.reason, "only": list(one.only), "backup": one.backup}
        for one in found[: row_limit(arguments)]
    ]
    return {
        "asked": asked,
        "orphans": rows,
        "total": len(found),
        "live": sum(not one.backup for one in found),
        "files": sum(wanted((path,)) for path in asking.graph.files),
        "unread": len(facts.unread),
    }
