"""The dependency graph as a whole: layers, weights, figures, and pictures of it."""

from engine.agents.tool import Call
from engine.agents.tools.counts import unread
from engine.agents.tools.import_rows import EVER, asked
from engine.evidence import Cell, Evidence, Figure, Figures, Table, Text, clean, counted
from engine.search.graph.answers import CentralAnswer, Export, Layers, Overview

_COPIES = "files in backup folders are left out"


async def layers(call: Call) -> Evidence:
    """Who stands on whom: from the files that import nothing of the project up."""
    answer: Layers = await asked(call, "graph.layers")
    rows = answer["layers"]
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (
            row["level"],
            row["files"],
            clean(", ".join(f"{folder} ({number})" for folder, number in row["packages"])),
            clean(", ".join(row["examples"])),
        )
        for row in rows
    )
    if not rows:
        return Evidence("There are no Python files to be layered", found=False)
    knots = answer["knots"]
    lowest = counted(rows[0]["files"], "file imports", "files import")
    highest = counted(rows[-1]["files"], "file stands", "files stand")
    tied = f"; {counted(knots, 'cycle is', 'cycles are each')} taken as one" if knots else ""
    return Evidence(
        verdict=f"{counted(len(rows), 'layer')}: {lowest} nothing of the project, {highest} on all "
        f"the layers below{tied}",
        sections=(Table("Layers", ("layer", "files", "folders", "for example"), cells),),
        weight=2,
        assumptions=(f"a file stands one above the highest that it imports; {EVER}; {_COPIES}",),
    )


async def central(call: Call) -> Evidence:
    """The files on which most hangs."""
    answer: CentralAnswer = await asked(call, "graph.central", limit=30)
    rows = answer["files"]
    if not rows or not rows[0]["dependents"]:
        return Evidence("No file is imported by another", found=False)
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (clean(r["path"]), r["dependents"], r["importers"], r["imports"], round(100 * r["rank"], 2))
        for r in rows
    )
    columns = ("file", "dependents", "direct importers", "imports", "PageRank %")
    first = rows[0]
    return Evidence(
        verdict=f"Most hangs on {clean(first['path'])}: "
        f"{counted(first['dependents'], 'file reaches', 'files reach')} it, "
        f"{first['importers']:,} by an import of their own",
        sections=(Table("Files by how many reach them", columns, cells),),
        weight=2,
        assumptions=(f"{EVER}, nor do packages that are only run on the way; {_COPIES}",),
    )


async def overview(call: Call) -> Evidence:
    """The graph in figures, with the heaviest files and folders."""
    answer: Overview = await asked(call, "graph.overview")
    state, edges = answer["state"], answer["state"]["edges"]
    total = sum(edges.values())
    bad = answer["cycles"]["fatal"]
    figures = (
        Figure("Python files", state["files"]),
        Figure("of them in backup folders", answer["backups"]),
        Figure("tests", answer["tests"]),
        *(Figure(f"imports, {kind.replace('_', ' ')}", number) for kind, number in edges.items()),
        Figure("imports that may mean another file", state["uncertain"]),
        Figure("layers", answer["levels"]),
        *(Figure(f"cycles, {kind}", number) for kind, number in answer["cycles"].items()),
        Figure("broken imports of live code", answer["broken"]),
    )
    heavy: tuple[tuple[Cell, ...], ...] = tuple(
        (clean(row["path"]), row["dependents"], row["importers"]) for row in answer["central"]
    )
    folders: tuple[tuple[Cell, ...], ...] = tuple(
        (clean(start), clean(end), number) for start, end, number in answer["packages"]
    )
    return Evidence(
        verdict=f"{counted(total, 'import')} between {counted(state['files'], 'Python file')}, in "
        f"{counted(answer['levels'], 'layer')}; {counted(bad, 'cycle')} can fail at import time, "
        f"{counted(answer['broken'], 'import')} of live code can't work",
        sections=(
            Figures("Dependency graph", figures),
            Table("On these most hangs", ("file", "dependents", "direct importers"), heavy),
            Table("Between folders", ("folder", "imports from", "imports"), folders),
        ),
        weight=2,
        assumptions=(f"layers, cycles and weights are those of live code: {_COPIES}",),
        not_searched=unread(state["unread"]),
    )


async def export(call: Call) -> Evidence:
    """The graph as text: Mermaid, DOT, JSON, or a tree."""
    answer: Export = await asked(call, "graph.export")
    about = f"around {clean(answer['asked'])} " if answer["asked"] else ""
    left_out = f"; {answer['left_out']:,} more are left out" if answer["left_out"] else ""
    names = {"mermaid": "Mermaid", "dot": "DOT", "json": "JSON", "tree": "a tree"}
    sections = [Text("Imports", answer["text"])]
    if answer["format"] == "tree" and call.text("file"):
        upward: Export = await asked(call, "graph.export", importers=True)
        sections.append(Text("Imported by", upward["text"]))
    return Evidence(
        verdict=f"{counted(answer['edges'], 'arrow')} {about}"
        f"as {names[answer['format']]}{left_out}",
        sections=tuple(sections),
        found=bool(answer["edges"]),
        weight=2,
        assumptions=() if answer["asked"] else (_COPIES,),
    )
