"""Where a file is mentioned by name: in code, in documents, elsewhere."""

from pathlib import PurePosixPath

from engine.agents.tool import Call
from engine.agents.tools.text_search import as_tool_error, findings, run
from engine.evidence import Evidence, Section
from engine.search.errors import SearchError
from engine.search.mentions import Mentioned, Mentions, find_mentions
from engine.search.text_query import TextQuery

_ROWS = 10


async def mentions(call: Call) -> Evidence:
    """Count the lines that name it; of a Python file the module's name, otherwise the file's."""
    file = call.text("file")
    if not file.endswith((".py", ".pyi")):
        return await _by_file_name(call, PurePosixPath(file).name)
    try:
        found = await find_mentions(
            call.services.ripgrep(),
            str(call.services.project),
            file,
            max_rows=_ROWS,
            timeout_s=call.services.settings.config.search.timeout_s,
        )
    except SearchError as error:
        raise as_tool_error(error) from error
    return _evidence(found)


def _evidence(found: Mentions) -> Evidence:
    kinds = (
        ("code", found.code),
        ("documents", found.documents),
        ("other files", found.other),
    )
    looked_for = ", ".join(found.names)
    sections: list[Section] = [
        findings(
            f"Mentioned in {name} (as {looked_for})",
            kind.rows,
            kind.lines,
            kind.lines > len(kind.rows),
        )
        for name, kind in kinds
        if kind.lines
    ]
    total = found.code.lines + found.documents.lines + found.other.lines
    if not total:
        return Evidence(f"no other file mentions it (as {looked_for})", found=False)
    said = ", ".join(f"{_lines(kind)} of {name}" for name, kind in kinds if kind.lines)
    return Evidence(f"mentioned in {said}", tuple(sections), weight=1)


def _lines(kind: Mentioned) -> str:
    return f"{kind.lines:,} line{'' if kind.lines == 1 else 's'}"


async def _by_file_name(call: Call, name: str) -> Evidence:
    found = await run(call, TextQuery(pattern=name))
    if not found.total:
        return Evidence(f"no file mentions {name}", found=False)
    rows = found.rows[:_ROWS]
    return Evidence(
        verdict=f"{name} is mentioned in {found.total:,} lines of {found.files:,} files",
        sections=(findings(f"Mentions of {name}", rows, found.total, found.total > len(rows)),),
        weight=1,
    )
