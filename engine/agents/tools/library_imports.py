"""Imports of what is none of the project's: a library's module, or Python's own."""

from engine.agents.tool import Call
from engine.agents.tools.import_rows import asked, count, steps, unread
from engine.evidence import Evidence, Finding, Findings, Section, clean
from engine.search.graph.answers import OutsideImporters


async def library_importers(call: Call) -> Evidence:
    """Every line that imports a library's module, or else the files that are called alike."""
    answer: OutsideImporters = await asked(call, "graph.outside", module=call.text("module"))
    about, total, files = f"`{clean(answer['asked'])}`", answer["total_direct"], answer["files"]
    if not total:
        return _none(about, call.texts("nearest"), answer["unread"])
    told = "only imports of its own are told: its other files are not here"
    return Evidence(
        verdict=f"{about} is none of the project's modules; "
        f"{count(files, 'file imports', 'files import')} it",
        sections=(steps("Imported by", answer["direct"], total),),
        weight=2,
        assumptions=(told,) if call.flag("transitive") else (),
        not_searched=unread(answer["unread"]),
    )


def _none(about: str, nearest: tuple[str, ...], skipped: int) -> Evidence:
    said = f"No file imports {about}, and the project has no such module"
    items = tuple(Finding(clean(path), None, "written alike") for path in nearest)
    return Evidence(
        verdict=f"{said}; nearest is {items[0].path}" if items else said,
        sections=(Findings("Nearest names", items, len(items)),) if items else (),
        found=False,
        weight=2,
        not_searched=unread(skipped),
    )


async def namesake(call: Call) -> tuple[str, Section] | None:
    """Return what to say of imports of the same name that lead out of the project, if there are."""
    if not (module := call.text("module")):
        return None
    answer: OutsideImporters = await asked(call, "graph.outside", module=module)
    if not (total := answer["total_direct"]):
        return None
    other = f"another {clean(module)}, which is none of the project's"
    said = f"{count(total, 'import means', 'imports mean')} {other}"
    return said, steps(f"Imports of {other}", answer["direct"], total)
