"""What imports what: of a file or folder, between two files, and of the project as a whole."""

from engine.agents.tool import Call
from engine.agents.tools.counts import unread
from engine.agents.tools.dependency_faults import broken, cycles, orphans
from engine.agents.tools.dependency_figures import central, export, layers, overview
from engine.agents.tools.import_rows import (
    EVER,
    asked,
    chain,
    dependents,
    place,
    steps,
    unseen,
)
from engine.agents.tools.library_imports import library_importers, namesake
from engine.evidence import Cell, Evidence, Finding, Findings, Mark, Section, Table, clean, counted
from engine.search.graph.answers import ImpactAnswer, Importers, Imports, Passed, Path

__all__ = [
    "broken",
    "central",
    "cycles",
    "export",
    "impact",
    "importers",
    "imports",
    "layers",
    "orphans",
    "overview",
    "path",
]

_MANY = 20  # direct importers from which on a change is called far-reaching
_RUN_FIRST = "packages that Python runs on the way count too"
_VIEWS = {
    ("runtime", False): EVER,
    ("runtime", True): f"no way leads there by names alone: {_RUN_FIRST}",
    ("all", True): "imports for type checkers count too",
}


async def importers(call: Call) -> Evidence:
    """Every line that imports the file; by way of other modules, and perhaps, stand apart."""
    if not (call.text("file") or call.text("folder")):
        return await library_importers(call)
    answer: Importers = await asked(call, "graph.importers")
    about, files = place(answer["asked"]), answer["files"]
    said = [f"{about} is imported by {counted(files, 'file') if files else 'no file'}"]
    sections: list[Section] = []
    if answer["direct"]:
        sections.append(steps("Imported by", answer["direct"], answer["total_direct"]))
    if total := answer["total_through"]:
        said.append(
            f"{counted(total, 'import takes', 'imports take')} its names from other modules"
        )
        sections.append(_through(answer["through"], total))
    if total := answer["total_uncertain"]:
        said.append(f"{counted(total, 'import')} may mean it")
        title = "Perhaps imported by (only the end of the name fits, or another module may win)"
        sections.append(steps(title, answer["uncertain"], total))
    if other := await namesake(call):
        said.append(other[0])
        sections.append(other[1])
    if total := answer["total_transitive"]:
        said.append(f"{counted(total, 'file')} in all {'reaches' if total == 1 else 'reach'} it")
        sections.append(dependents("Importers at any distance", answer["transitive"], total))
    return Evidence(
        verdict="; ".join(said),
        sections=tuple(sections),
        found=bool(sections),
        weight=2,
        assumptions=(
            *((f"at a distance {EVER}; {_RUN_FIRST}",) if answer["transitive"] else ()),
            unseen(answer["computed"]),
        ),
        not_searched=unread(answer["unread"]),
    )


def _through(rows: list[Passed], total: int) -> Findings:
    items = tuple(
        Finding(
            clean(row["step"]["path"]),
            row["step"]["line"],
            clean(
                f"{row['step']['text']}  — {', '.join(row['names'])} through "
                f"{row['step']['imported']}:{row['line']}"
            ),
        )
        for row in rows
    )
    return Findings("Its names taken through other modules", items, total, total > len(items))


async def imports(call: Call) -> Evidence:
    """Each import with where it leads."""
    answer: Imports = await asked(call, "graph.imports")
    rows, total = answer["imports"], answer["total_imports"]
    one_file = all(row["path"] == answer["asked"] for row in rows)
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (
            *(() if one_file else (clean(row["path"]),)),
            row["line"],
            clean(row["module"]),
            clean(", ".join(row["names"])),
            row["kind"].replace("_", " "),
            row["origin"],
            clean(", ".join(row["paths"])),
        )
        for row in rows
    )
    columns = ("line", "module", "names", "when", "from", "files")
    cut = f" (the first {len(rows):,} of {total:,})" if total > len(rows) else ""
    table = Table(f"Imports{cut}", columns if one_file else ("file", *columns), cells)
    sections: list[Section] = [table] if rows else []
    if answer["transitive"]:
        title = "Reached at any distance"
        sections.append(dependents(title, answer["transitive"], answer["total_transitive"]))
    modules, inside = len({row["module"] for row in rows}), len(answer["files"])
    missing = sum(row["origin"] == "missing" for row in rows)
    nowhere = f"; {counted(missing, 'import leads', 'imports lead')} nowhere" if missing else ""
    outward = "" if one_file else " from outside of it"
    return Evidence(
        verdict=f"{place(answer['asked'])} imports {counted(modules, 'module')}{outward}; "
        f"{counted(inside, 'file of the project is', 'files of the project are')} reached{nowhere}",
        sections=tuple(sections),
        found=bool(rows),
        weight=2,
        assumptions=(
            *((f"at a distance {EVER}; {_RUN_FIRST}",) if answer["transitive"] else ()),
            *(() if one_file else ("of a folder only imports of the project's own files count",)),
        ),
    )


async def impact(call: Call) -> Evidence:
    """What runs the file, so may break when it changes: modules, then tests, the nearest first."""
    answer: ImpactAnswer = await asked(call, "graph.impact")
    about = place(answer["asked"])
    modules, tests = answer["total_modules"], answer["total_tests"]
    sections: list[Section] = []
    if modules:
        sections.append(dependents("Modules that run it", answer["modules"], modules))
    if tests:
        sections.append(dependents("Tests that run it", answer["tests"], tests))
    if total := answer["total_through"]:
        sections.append(_through(answer["through"], total))
    if total := answer["total_perhaps"]:
        sections.append(steps("Perhaps also (another file may be meant)", answer["perhaps"], total))
    copies = f", {answer['backups']:,} of all in backup folders" if answer["backups"] else ""
    return Evidence(
        verdict=f"{counted(modules, 'module')} and {counted(tests, 'test file')} may break when "
        f"{about} changes, {answer['direct']:,} of them by an import of their own{copies}",
        sections=tuple(sections),
        found=bool(sections),
        weight=2,
        assumptions=(f"{EVER}; {_RUN_FIRST}", unseen(answer["computed"])),
        not_searched=unread(answer["unread"]),
        marks=_far_reaching(answer),
    )


def _far_reaching(answer: ImpactAnswer) -> tuple[Mark, ...]:
    direct = answer["direct"]
    if direct < _MANY:
        return ()
    reason = f"{answer['total_modules'] + answer['total_tests']:,} files run it"
    text = f"{direct:,} files import it themselves"
    return (Mark(clean(answer["asked"]), None, text, 0.4, reason, "graph.impact"),)


async def path(call: Call) -> Evidence:
    """A shortest way of imports from one file to another, line by line."""
    answer: Path = await asked(
        call, "graph.path", **{"from": call.text("file") or call.text("folder")}
    )
    start, end = clean(answer["start"]), clean(answer["end"])
    way, back = answer["steps"], answer["back"]
    whether = call.flag("whether")
    if way is None:
        length = counted(len(back), "import") if back else ""
        turned = f"; the other way round {end} reaches it in {length}" if back else ""
        return Evidence(
            verdict=f"{'No: no' if whether else 'No'} way of imports leads from {start} to {end}"
            f"{turned}",
            sections=(chain("The other way round", back),) if back else (),
            found=whether,
            weight=2,
            assumptions=("every kind of import was followed, also those for type checkers",),
        )
    if start == end:
        said = f"{start} reaches itself in a cycle of {counted(len(way), 'import')}"
    else:
        said = f"{start} reaches {end} in {counted(len(way), 'import')}"
        if whether:
            own = f"Yes, on line {way[0]['line']}" if len(way) == 1 else "Not itself, but by others"
            said = f"{own}: {said}"
    return Evidence(
        verdict=said,
        sections=(chain("The shortest way", way),),
        weight=2,
        assumptions=(_VIEWS.get((answer["view"], answer["parents"]), EVER),),
    )
