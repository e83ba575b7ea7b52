"""Whether a file imports a module, or takes a name out of one."""

from dataclasses import replace

from engine.agents.tool import Call
from engine.agents.tools.dependencies import path
from engine.agents.tools.import_rows import asked
from engine.evidence import Evidence, Finding, Findings, clean, counted
from engine.search.graph.answers import ImportRow, Imports, OutsideImporters

_ALL = 100_000
_SHOWN = 50


async def imported(call: Call) -> Evidence:
    """Yes or no, with the lines; where not, who of the files that it reaches does."""
    sought, file, to = call.text("sought"), clean(call.text("file")), call.text("to")
    answer: Imports = await asked(call, "graph.imports", limit=_ALL, transitive=True)
    rows = [row for row in answer["imports"] if _takes(row, sought) or to in row["paths"]]
    if rows:
        items = tuple(Finding(file, row["line"], clean(_written(row))) for row in rows[:_SHOWN])
        more = f" and {counted(len(rows) - 1, 'more line')}" if len(rows) > 1 else ""
        return Evidence(
            verdict=f"Yes, {file} imports {clean(sought)}: line {rows[0]['line']}{more}",
            sections=(Findings("Its imports of it", items, len(rows), len(rows) > _SHOWN),),
            weight=2,
        )
    if to:
        return await path(replace(call, arguments={**call.arguments, "whether": True}))
    reached = {row["path"] for row in answer["transitive"]}
    outside: OutsideImporters = await asked(call, "graph.outside", module=sought, limit=_ALL)
    others = [row for row in outside["direct"] if row["path"] in reached]
    said = f"No, {file} doesn't import {clean(sought)} itself"
    if not others:
        return Evidence(f"{said}, and no file that it reaches does", weight=2)
    items = tuple(
        Finding(clean(row["path"]), row["line"], clean(row["text"])) for row in others[:_SHOWN]
    )
    files = len({row["path"] for row in others})
    return Evidence(
        verdict=f"{said}; "
        f"{counted(files, 'file that it reaches does', 'files that it reaches do')}",
        sections=(Findings("Imported on the way", items, len(others), len(others) > _SHOWN),),
        weight=2,
    )


def _takes(row: ImportRow, sought: str) -> bool:
    """Whether it imports that module, what is in it, or takes such a name out of another."""
    module, names = row["module"], row["names"]
    if module == sought or module.startswith(f"{sought}.") or sought in names:
        return True
    package, _, last = sought.rpartition(".")
    return bool(package) and module == package and last in names


def _written(row: ImportRow) -> str:
    if row["kind"] == "dynamic":
        return f'import_module("{row["module"]}")'
    if row["names"]:
        return f"from {row['module']} import {', '.join(row['names'])}"
    return f"import {row['module']}"
