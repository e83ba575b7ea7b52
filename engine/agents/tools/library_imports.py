"""Imports of what is none of the project's: a library's module, or Python's own."""

from engine.agents.tool import Call
from engine.agents.tools.counts import unread
from engine.agents.tools.import_rows import asked, steps, unseen
from engine.evidence import Evidence, Finding, Findings, Section, clean, counted
from engine.search.graph.answers import OutsideImporters


async def library_importers(call: Call) -> Evidence:
    """Every line that imports a library's module, or else the files that are called alike."""
    answer: OutsideImporters = await asked(call, "graph.outside", module=call.text("module"))
    about = f"`{clean(answer['asked'])}`"
    if not answer["total_direct"]:
        return _none(about, call.texts("nearest"), answer)
    said, section = _said(answer)
    told = "only imports of its own are told: its other files are not here"
    return Evidence(
        verdict=said,
        sections=(section,),
        weight=2,
        assumptions=(*((told,) if call.flag("transitive") else ()), unseen(answer["computed"])),
        not_searched=unread(answer["unread"]),
    )


def _said(answer: OutsideImporters) -> tuple[str, Section]:
    files = counted(answer["files"], "file imports", "files import")
    said = f"`{clean(answer['asked'])}` is none of the project's modules; {files} it"
    return said, steps("Imported by", answer["direct"], answer["total_direct"])


async def of_library(call: Call, name: str) -> tuple[str, Section] | None:
    """Return who imports a library's module of this name; None where nothing does."""
    answer: OutsideImporters = await asked(call, "graph.outside", module=name)
    return _said(answer) if answer["total_direct"] else None


def _none(about: str, nearest: tuple[str, ...], answer: OutsideImporters) -> Evidence:
    said = f"No file imports {about}, and the project has no such module"
    items = tuple(Finding(clean(path), None, "written alike") for path in nearest)
    return Evidence(
        verdict=f"{said}; nearest is {items[0].path}" if items else said,
        sections=(Findings("Nearest names", items, len(items)),) if items else (),
        found=False,
        weight=2,
        assumptions=(unseen(answer["computed"]),),
        not_searched=unread(answer["unread"]),
    )


async def namesake(call: Call) -> tuple[str, Section] | None:
    """Return what to say of imports of the same name that lead out of the project, if there are."""
    if not (module := call.text("module")):
        return None
    answer: OutsideImporters = await asked(call, "graph.outside", module=module)
    if not (total := answer["total_direct"]):
        return None
    other = f"another {clean(module)}, which is none of the project's"
    said = f"{counted(total, 'import means', 'imports mean')} {other}"
    return said, steps(f"Imports of {other}", answer["direct"], total)
