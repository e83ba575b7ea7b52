"""What a Python file imports, and who imports it."""

from collections.abc import Awaitable
from typing import Protocol, TypeVar

from engine.agents.tool import Call
from engine.agents.tools.text_search import as_tool_error
from engine.evidence import Evidence, Finding, Findings, Table, clean
from engine.search.errors import SearchError
from engine.search.importers import (
    Importer,
    ResolvedImport,
    find_folder_importers,
    find_importers,
    resolve_imports,
)

_ROWS = 200
T_co = TypeVar("T_co", covariant=True)


async def imports(call: Call) -> Evidence:
    """Each import with where it leads."""
    found = await _asked(call, resolve_imports)
    rows = tuple(_row(one) for one in found)
    inside = {path for one in found if one.origin == "first-party" for path in one.paths}
    modules = len({one.module for one in found})
    return Evidence(
        verdict=f"imports {modules} modules, {len(inside)} files of the project among them",
        sections=(Table("Imports", ("line", "module", "names", "when", "from", "files"), rows),),
        found=bool(rows),
        weight=2,
    )


async def importers(call: Call) -> Evidence:
    """Every line that imports the file; those that may mean another file stand apart."""
    file = call.text("file")
    is_folder = call.flag("is_folder")
    found = await _asked(call, find_folder_importers if is_folder else find_importers)
    files = len({one.path for one in found.sure})
    perhaps = len({one.path for one in found.uncertain})
    maybe = f", and perhaps by {perhaps} more" if perhaps else ""
    sections = [_section("Imported by", found.sure)] if found.sure else []
    if found.uncertain:
        title = "Perhaps imported by (only the end of the name fits, or another module may win)"
        sections.append(_section(title, found.uncertain))
    unreadable = {"unreadable": found.unreadable} if found.unreadable else {}
    what = f"The package {clean(file)}, or what is in it," if is_folder else clean(file)
    said = "no file" if not files else f"{files} file{'' if files == 1 else 's'}"
    return Evidence(
        verdict=f"{what} is imported by {said}{maybe}",
        sections=tuple(sections),
        found=bool(found.sure or found.uncertain),
        weight=2,
        not_searched=dict(unreadable),
    )


class _Question(Protocol[T_co]):
    """A question about one file that the search room answers."""

    def __call__(self, rg: str, root: str, path: str, *, timeout_s: float) -> Awaitable[T_co]: ...


async def _asked(call: Call, question: _Question[T_co]) -> T_co:
    services = call.services
    timeout_s = services.settings.config.search.timeout_s
    try:
        rg, root = services.ripgrep(), str(services.project)
        return await question(rg, root, call.text("file"), timeout_s=timeout_s)
    except SearchError as error:
        raise as_tool_error(error) from error


def _section(title: str, lines: tuple[Importer, ...]) -> Findings:
    items = tuple(Finding(one.path, one.line, _text(one)) for one in lines[:_ROWS])
    return Findings(title, items, len(lines), len(lines) > _ROWS)


def _text(one: Importer) -> str:
    return one.text if one.kind == "runtime" else f"{one.text}  ({one.kind.replace('_', ' ')})"


def _row(one: ResolvedImport) -> tuple[str | int, ...]:
    return (
        one.line,
        one.module,
        ", ".join(one.names),
        one.kind.replace("_", " "),
        one.origin,
        ", ".join(clean(path) for path in one.paths),
    )
