"""Lines that contain a text, exactly as ripgrep counts them."""

from msgspec.structs import replace

from engine.agents.tool import Call, Refused, ToolError, Unavailable
from engine.evidence import Evidence, Finding, Findings, Table
from engine.search.context import MAX_CONTEXT
from engine.search.errors import (
    ChoiceRefused,
    PathMissing,
    PathOutside,
    PatternError,
    RipgrepMissing,
    SearchError,
)
from engine.search.rg_output import show_path
from engine.search.scan import count_lines
from engine.search.text_query import Hit, Scan, TextQuery

# Marks a line that is shown for what stands around it.
_BESIDE = "┆ "


async def search(call: Call) -> Evidence:
    """Count all matching lines, show the first ones, and say what was not searched."""
    query = TextQuery(
        pattern=call.text("pattern"),
        regex=call.flag("regex"),
        word=call.flag("word"),
        ignore_case=call.flag("ignore_case"),
        paths=call.texts("paths"),
        suffixes=call.texts("suffixes"),
        smart_case=call.flag("smart_case"),
        types=call.texts("types"),
        globs=call.texts("globs"),
        hidden=call.flag("hidden"),
    )
    context = min(MAX_CONTEXT, int(call.number("context") or 0))
    try:
        found = await run(call, query, context=context)
    except PathMissing as error:
        items = tuple(Finding(path, None, "written alike") for path in error.nearest)
        return Evidence(
            verdict=f"There is no {error.path} in the project",
            sections=(Findings("Nearest names", items, len(items)),) if items else (),
            found=False,
        )
    evidence = _evidence(query, call.text("label") or call.text("words") or query.pattern, found)
    if call.flag("files_only") and found.total:
        return replace(evidence, sections=(await _files(call, query),))
    return replace(evidence, sections=()) if call.flag("count_only") else evidence


async def _files(call: Call, query: TextQuery) -> Table:
    """Return every file with a matching line and how many it has, the most first."""
    services = call.services
    timeout_s = services.settings.config.search.timeout_s
    try:
        counted = await count_lines(
            services.ripgrep(), str(services.project), query, timeout_s=timeout_s
        )
    except SearchError as error:
        raise as_tool_error(error) from error
    rows = sorted(((show_path(path), lines) for path, lines in counted.items()), key=_most_first)
    return Table("Files", ("file", "lines"), tuple(rows))


def _most_first(row: tuple[str, int]) -> tuple[int, str]:
    return -row[1], row[0]


async def run(call: Call, query: TextQuery, max_rows: int | None = None, context: int = 0) -> Scan:
    """Search the project; what goes wrong is a tool's error.

    Raises:
        PathMissing, Refused, Unavailable, ToolError.
    """
    settings = call.services.settings.config.search
    try:
        return await call.services.text.find(
            query,
            max_rows=max_rows or settings.max_rows,
            context=context,
            timeout_s=settings.timeout_s,
        )
    except PathMissing:
        raise
    except SearchError as error:
        raise as_tool_error(error) from error


def as_tool_error(error: SearchError) -> ToolError:
    """Return the same failure as a tool's: whose fault it is decides the kind."""
    if isinstance(error, PatternError | PathOutside | ChoiceRefused):
        return Refused(str(error))
    return Unavailable(str(error)) if isinstance(error, RipgrepMissing) else ToolError(str(error))


def findings(title: str, rows: tuple[Hit, ...], total: int, truncated: bool) -> Findings:
    items = tuple(
        Finding(row.path, row.line, f"{_BESIDE}{row.text}" if row.beside else row.text)
        for row in rows
    )
    return Findings(title, items, total, truncated)


def _narrowed(query: TextQuery) -> str:
    """Return in which files was looked, in words; empty for all that are searched."""
    kinds = [f"*{suffix}" for suffix in query.suffixes] + [f"type {one}" for one in query.types]
    kinds += [f"all but {g[1:]}" if g.startswith("!") else g for g in query.globs]
    where = f" in {', '.join(query.paths)}" if query.paths else ""
    if kinds:
        where += f" ({', '.join(kinds)} only)" if not query.globs else f" ({', '.join(kinds)})"
    return where + (", hidden and ignored files included," if query.hidden else "")


def _evidence(query: TextQuery, sought: str, found: Scan) -> Evidence:
    where = _narrowed(query)
    if found.total:
        lines = "line" if found.total == 1 else "lines"
        files = "file" if found.files == 1 else "files"
        verdict = f"{found.total:,} {lines} in {found.files:,} {files}{where} match '{sought}'"
    else:
        verdict = f"No line{where} matches '{sought}'{_elsewhere(found)}"
    rows = findings("Matches", found.rows, found.total, found.truncated)
    return Evidence(
        verdict=verdict,
        sections=(rows,) if found.total else (),
        found=found.total > 0,
        weight=2,
        not_searched=_left_out(query, found),
        assumptions=(f"by ripgrep: {found.why_scanned}",) if found.why_scanned else (),
    )


def _left_out(query: TextQuery, found: Scan) -> dict[str, int | str]:
    """Return what was not searched; a search of hidden and ignored files leaves none of those."""
    searched = {"hidden", "ignored"} if query.hidden else set()
    return {kind: files for kind, files in found.not_searched.items() if kind not in searched}


def _elsewhere(found: Scan) -> str:
    other = found.elsewhere
    if not found.looked_elsewhere:
        return "; hidden and ignored files are too many to look through as well"
    if other is None or not (other.lines or other.binary_files):
        return ""
    parts = []
    if other.lines:
        parts.append(f"{other.lines:,} lines of {other.files:,} hidden or ignored files do")
    if other.binary_files:
        parts.append(f"{other.binary_files:,} binary files do")
    return f"; {' and '.join(parts)} ({', '.join(other.paths[:3])})"
