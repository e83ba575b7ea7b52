"""How much Python there is: files and lines, what they define, and the longest functions."""

from collections.abc import Mapping

from engine.agents.tool import Call
from engine.agents.tools.counts import unread
from engine.evidence import (
    Evidence,
    Figure,
    Figures,
    Finding,
    Findings,
    Section,
    Table,
    clean,
    counted,
)
from engine.search.facts import Json

_SHOWN = 15
_SOURCE = "tokens of the files"
_KINDS = (
    ("live code", "files", "lines"),
    ("tests", "test_files", "test_lines"),
    ("backup folders", "backup_files", "backup_lines"),
)


async def sizes(call: Call) -> Evidence:
    """Lines of Python in live code, tests and backups; what live code defines."""
    folder = call.text("folder").rstrip("/")
    asked: dict[str, Json] = {"limit": _SHOWN} | ({"folder": folder} if folder else {})
    found: Mapping[str, Json] = await call.services.code("structure.project", asked, call.progress)
    parts = [(what, found[files], found[lines]) for what, files, lines in _KINDS if found[files]]
    files, lines = sum(part[1] for part in parts), sum(part[2] for part in parts)
    where = clean(f" in {folder}") if folder else ""
    if not files:
        return Evidence(f"There is no Python file{where}", found=False)
    apart = ", ".join(f"{number:,} of {what}" for what, _, number in parts)
    return Evidence(
        verdict=f"{counted(lines, 'line')} of Python{where}, blank ones and comments too, in "
        f"{counted(files, 'file')}: {apart}{_longest(found)}",
        sections=(Table("Python", ("what", "files", "lines"), tuple(parts)), *_defined(found)),
        weight=2,
        assumptions=("what git ignores and what is hidden doesn't count",),
        not_searched=unread(found["unread"]),
    )


def _longest(found: Mapping[str, Json]) -> str:
    if not found["longest"]:
        return ""
    first, kinds = found["longest"][0], found["kinds"]
    place = clean(f"{first['name']} ({first['path']}:{first['line']})")
    return (
        f"; live code has {counted(_functions(kinds), 'function')}, methods too, and "
        f"{counted(kinds.get('class', 0), 'class', 'classes')}, the longest function is {place}, "
        f"{counted(first['lines'], 'line')}"
    )


def _functions(kinds: Mapping[str, int]) -> int:
    return sum(number for kind, number in kinds.items() if kind.endswith(("function", "method")))


def _defined(found: Mapping[str, Json]) -> list[Section]:
    """Return what live code defines; nothing where there is none."""
    if not found["files"]:
        return []
    figures = [Figure(kind, number, "", _SOURCE) for kind, number in found["kinds"].items()]
    figures += [
        Figure("files without a docstring", found["total_undocumented"], "", _SOURCE),
        Figure("TODO, FIXME, XXX and HACK", found["todos"], "", _SOURCE),
    ]
    items = tuple(
        Finding(
            clean(row["path"]),
            row["line"],
            clean(f"{row['name']}: {counted(row['lines'], 'line')}"),
        )
        for row in found["longest"]
    )
    functions = _functions(found["kinds"])
    longest = Findings("Longest functions", items, functions, functions > len(items))
    return [Figures("Defined in live code", tuple(figures)), *([longest] if items else [])]
