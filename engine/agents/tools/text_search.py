"""Lines that contain a text, exactly as ripgrep counts them."""

from engine.agents.tool import Call, Refused, ToolError, Unavailable
from engine.evidence import Evidence, Finding, Findings
from engine.search.errors import (
    PathMissing,
    PathOutside,
    PatternError,
    RipgrepMissing,
    SearchError,
)
from engine.search.scan import scan
from engine.search.text_query import Hit, Scan, TextQuery


async def search(call: Call) -> Evidence:
    """Count all matching lines, show the first ones, and say what was not searched."""
    query = TextQuery(
        pattern=call.text("pattern"),
        regex=call.flag("regex"),
        word=call.flag("word"),
        ignore_case=call.flag("ignore_case"),
        paths=call.texts("paths"),
        suffixes=call.texts("suffixes"),
    )
    try:
        found = await run(call, query)
    except PathMissing as error:
        items = tuple(Finding(path, None, "written alike") for path in error.nearest)
        return Evidence(
            verdict=f"There is no {error.path} in the project",
            sections=(Findings("Nearest names", items, len(items)),) if items else (),
            found=False,
        )
    return _evidence(query, call.text("label") or call.text("words") or query.pattern, found)


async def run(call: Call, query: TextQuery, max_rows: int | None = None) -> Scan:
    """Scan the project; what goes wrong is a tool's error.

    Raises:
        PathMissing, Refused, Unavailable, ToolError.
    """
    settings = call.services.settings.config.search
    try:
        return await scan(
            call.services.ripgrep(),
            str(call.services.project),
            query,
            max_rows=max_rows or settings.max_rows,
            timeout_s=settings.timeout_s,
        )
    except PathMissing:
        raise
    except SearchError as error:
        raise as_tool_error(error) from error


def as_tool_error(error: SearchError) -> ToolError:
    """Return the same failure as a tool's: whose fault it is decides the kind."""
    if isinstance(error, PatternError | PathOutside):
        return Refused(str(error))
    return Unavailable(str(error)) if isinstance(error, RipgrepMissing) else ToolError(str(error))


def findings(title: str, rows: tuple[Hit, ...], total: int, truncated: bool) -> Findings:
    items = tuple(Finding(row.path, row.line, row.text) for row in rows)
    return Findings(title, items, total, truncated)


def _evidence(query: TextQuery, sought: str, found: Scan) -> Evidence:
    where = f" in {', '.join(query.paths)}" if query.paths else ""
    if query.suffixes:
        where += f" ({', '.join(f'*{suffix}' for suffix in query.suffixes)} only)"
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
        not_searched=dict(found.not_searched),
    )


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
