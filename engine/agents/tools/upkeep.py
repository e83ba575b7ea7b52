"""What makes a project hard to keep: copies, code that nothing uses, hot spots, churn."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import anyio

from engine.agents.tool import Call
from engine.agents.tools import copy_rows, marks
from engine.agents.tools.counts import unparsed, unread
from engine.evidence import Evidence, Finding, Findings, Mark, Table, clean, counted
from engine.search.errors import HistoryUnavailable
from engine.search.facts import Json
from engine.search.live_code import is_backup
from engine.search.printable import printable
from engine.search.project_complexity import ProjectComplexity, measure_project
from engine.search.structure.churn import Churn, ProjectChurn, read_churn
from engine.search.structure.hotspots import HotSpot, hot_spots

_SHOWN: Final = 30
_SHALLOW: Final = "the clone is shallow: there may be older commits"
_FILE_CHURN: Final = "churn is the number of commits that changed the function's file"
_NO_LINES: Final = (
    "the clone lacks contents of older files, so lines changed are unknown, and a rename is "
    "followed only where the file was left as it was: `git fetch --refetch` brings them"
)


async def duplicates(call: Call) -> Evidence:
    """Copied folders and files, and code that stands in several places."""
    arguments = _place(call) | {"limit": _SHOWN}
    answer = await call.services.code("structure.duplicates", arguments, call.progress)
    left_out: dict[str, int | str] = {}
    if answer["backup_files"]:
        left_out["backup files, compared as whole files only"] = answer["backup_files"]
    return Evidence(
        verdict=copy_rows.said(answer, call.text("file")),
        sections=tuple(copy_rows.sections(answer)),
        found=bool(answer["total"] or answer["copied_files"]),
        weight=2,
        assumptions=(
            "names and literals may differ; imports, comments and docstrings don't count",
        ),
        not_searched=left_out | unread(answer["unread"]),
        marks=copy_rows.marked(answer),
    )


async def dead(call: Call) -> Evidence:
    """Definitions that nothing seems to use, each with the reason and how sure that is."""
    arguments = _place(call) | {"limit": 10 * _SHOWN}
    answer = await call.services.code("structure.dead", arguments, call.progress)
    rows: list[Json] = answer["candidates"]
    sections = [
        *_section("Nothing names these", rows, answer["certainties"].get("likely", 0), "likely"),
        *_section(
            "Perhaps used by other means",
            rows,
            answer["certainties"].get("less likely", 0),
            "less likely",
        ),
        *_section("Only tests use these", answer["only_tests"], answer["total_only_tests"], None),
    ]
    return Evidence(
        verdict=_unused(call, answer),
        sections=tuple(sections),
        found=bool(rows or answer["only_tests"]),
        weight=2,
        assumptions=("a name that is written anywhere else counts as used; backups don't count",),
        not_searched=unread(answer["unread"]),
        marks=tuple(_dead_mark(row) for row in rows),
    )


def _unused(call: Call, answer: Mapping[str, Json]) -> str:
    likely = answer["certainties"].get("likely", 0)
    checked, file = answer["checked"], call.text("file")
    if file and not checked:
        return clean(f"{file} has no definition that is live code, so none of it is judged")
    where = clean(f"of {file}") if file else "in live code"
    return (
        f"{likely:,} of {counted(checked, 'definition')} {where} {'is' if likely == 1 else 'are'} "
        f"named nowhere else; {answer['certainties'].get('less likely', 0):,} more may be used by "
        f"other means, {answer['total_only_tests']:,} only by tests"
    )


def _dead_mark(row: Mapping[str, Json]) -> Mark:
    is_certain = row["certainty"] == "likely"
    return marks.dead(clean(row["path"]), row["line"], clean(row["name"]), is_certain=is_certain)


def _section(
    title: str, rows: Sequence[Mapping[str, Json]], total: int, certainty: str | None
) -> list[Findings]:
    items = tuple(
        Finding(clean(row["path"]), row["line"], clean(_dead_text(row)))
        for row in rows
        if certainty in (None, row["certainty"])
    )[:_SHOWN]
    return [Findings(title, items, total, total > len(items))] if items else []


def _dead_text(row: Mapping[str, Json]) -> str:
    lines = row["end_line"] - row["line"] + 1
    return f"{row['kind']} {row['name']}, {counted(lines, 'line')}: {row['reason']}"


async def hotspots(call: Call) -> Evidence:
    """Functions that are complicated in files that are changed often."""
    folder = call.text("folder").rstrip("/")
    root = str(call.services.project)
    timeout_s = call.services.settings.config.search.timeout_s
    measured = ProjectComplexity(())
    known: ProjectChurn | HistoryUnavailable = ProjectChurn({}, 0, False)

    async def complexity() -> None:
        nonlocal measured
        measured = await measure_project(root, folder or ".", timeout_s=timeout_s)

    async def history() -> None:
        nonlocal known
        known = await _history(root, timeout_s)

    async with anyio.create_task_group() as group:
        group.start_soon(complexity)
        group.start_soon(history)
    if isinstance(known, HistoryUnavailable):
        return Evidence(f"There are no hot spots without churn: {known.reason}", found=False)
    functions = [one for one in measured.functions if folder or not is_backup(one.path)]
    ranked = hot_spots(functions, known.files)
    return _hot(ranked, measured, known)


def _hot(ranked: list[HotSpot], measured: ProjectComplexity, known: ProjectChurn) -> Evidence:
    items = tuple(
        Finding(clean(one.path), one.line, clean(f"{one.name}: {_heat(one)}"))
        for one in ranked[:_SHOWN]
    )
    left_out = unparsed(len(measured.unparsed))
    if not ranked:
        why = measured.unknown or "git knows no commit of a file with functions"
        return Evidence(f"There are no hot spots: {why}", found=False, not_searched=left_out)
    first = ranked[0]
    title = "Hot spots: complexity x commits of the file"
    return Evidence(
        verdict=clean(f"The hottest is {first.name} ({first.path}:{first.line}): {_heat(first)}"),
        sections=(Findings(title, items, len(ranked), len(ranked) > len(items)),),
        weight=2,
        assumptions=(_FILE_CHURN, *_weaker(known)),
        not_searched=left_out,
        marks=tuple(mark for one in ranked[:_SHOWN] if (mark := _hot_mark(one)) is not None),
    )


def _hot_mark(one: HotSpot) -> Mark | None:
    return marks.hot_spot(clean(one.path), one.line, clean(one.name), one.complexity, one.commits)


def _weaker(known: ProjectChurn) -> tuple[str, ...]:
    """Return in what way the churn is less than all of it."""
    lines = () if known.counts_lines else (_NO_LINES,)
    return (*lines, _SHALLOW) if known.shallow else lines


def _heat(one: HotSpot) -> str:
    commits = counted(one.commits, "commit")
    lines = "" if one.lines_changed is None else f", {one.lines_changed:,} lines changed"
    return f"complexity {one.complexity}, {commits}{lines}"


async def churn(call: Call) -> Evidence:
    """The files that are changed most."""
    folder = call.text("folder").rstrip("/")
    timeout_s = call.services.settings.config.search.timeout_s
    known = await _history(str(call.services.project), timeout_s)
    if isinstance(known, HistoryUnavailable):
        return Evidence(f"Churn is unknown: {known.reason}", found=False)
    files = [
        (path, one)
        for path, one in known.files.items()
        if not folder or path.startswith(f"{folder}/")
    ]
    files.sort(key=lambda item: (-item[1].commits, -(item[1].lines_added or 0), item[0]))
    where = f" below {folder}" if folder else ""
    if not files:
        return Evidence(clean(f"git knows no commit of a file{where}"), found=False)
    path, first = files[0]
    lines = ("lines added", "lines removed") if known.counts_lines else ()
    return Evidence(
        verdict=clean(
            f"Changed most{where} is {printable(path)}: {counted(first.commits, 'commit')} of "
            f"{known.commits:,}{_lines(first)}"
        ),
        sections=(
            Table(
                "Churn",
                ("file", "commits", *lines, "authors", "last commit"),
                tuple(_row(*item) for item in files[:_SHOWN]),
            ),
        ),
        weight=2,
        assumptions=_weaker(known),
    )


def _lines(one: Churn) -> str:
    if one.lines_added is None or one.lines_removed is None:
        return ""
    return f", {one.lines_added:,} lines added and {one.lines_removed:,} removed"


def _row(path: str, one: Churn) -> tuple[str | int, ...]:
    """Return a file's row; unknown lines have no columns."""
    last = datetime.fromtimestamp(one.last_wall_s, UTC).date().isoformat()
    lines = (lines for lines in (one.lines_added, one.lines_removed) if lines is not None)
    return (clean(printable(path)), one.commits, *lines, one.authors, last)


async def _history(root: str, timeout_s: float) -> ProjectChurn | HistoryUnavailable:
    try:
        return await read_churn(root, timeout_s=timeout_s)
    except HistoryUnavailable as error:
        return error


def _place(call: Call) -> dict[str, Json]:
    """Return the folder or the file that is asked about, as a question takes it."""
    given = {"folder": call.text("folder").rstrip("/"), "file": call.text("file")}
    return {name: place for name, place in given.items() if place}
