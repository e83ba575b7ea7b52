"""What makes a project hard to keep: copies, code that nothing uses, hot spots, churn."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import anyio

from engine.agents.tool import Call
from engine.agents.tools.structure import counted
from engine.evidence import Evidence, Finding, Findings, Section, Table, clean
from engine.search.errors import HistoryUnavailable
from engine.search.facts import Json
from engine.search.live_code import is_backup
from engine.search.printable import printable
from engine.search.project_complexity import ProjectComplexity, measure_project
from engine.search.structure.churn import Churn, ProjectChurn, read_churn
from engine.search.structure.hotspots import HotSpot, hot_spots

_SHOWN: Final = 30
_NAMED: Final = 3
_SHALLOW: Final = "the clone is shallow: there may be older commits"
_FILE_CHURN: Final = "churn is the number of commits that changed the function's file"


async def duplicates(call: Call) -> Evidence:
    """Copied folders and files, and code that stands in several places."""
    arguments = _folder(call) | {"limit": _SHOWN}
    answer = await call.services.code("structure.duplicates", arguments, call.progress)
    total: int = answer["total"]
    sections: list[Section] = []
    if trees := answer["trees"]:
        rows = tuple(_copy(row) for row in trees)
        sections.append(
            Findings("Copies", rows, answer["total_trees"], answer["total_trees"] > len(rows))
        )
    if clones := answer["clones"]:
        rows = tuple(_clone(row) for row in clones)
        sections.append(
            Findings("Repeated code, what weighs most first", rows, total, total > len(rows))
        )
    left_out: dict[str, int | str] = {}
    if answer["backup_files"]:
        left_out["backup files, compared as whole files only"] = answer["backup_files"]
    copied = answer["copied_files"]
    return Evidence(
        verdict=f"{counted(copied, 'file')} of {answer['files']:,} "
        f"{'copies' if copied == 1 else 'copy'} another, and {counted(total, 'passage')} of code "
        f"{'stands' if total == 1 else 'stand'} in several places "
        f"({counted(answer['duplicated_lines'], 'line')} too many)",
        sections=tuple(sections),
        found=bool(total or copied),
        weight=2,
        assumptions=(
            "names and literals may differ; imports, comments and docstrings don't count",
        ),
        not_searched=left_out | _unread(answer),
    )


def _copy(row: Mapping[str, Json]) -> Finding:
    files = f": {counted(row['files'], 'file')}" if row["files"] > 1 else ""
    renamed = row["renamed"]
    but = f", {renamed:,} with other names or literals" if renamed and row["files"] > 1 else ""
    alone = " with other names or literals" if renamed and row["files"] == 1 else ""
    of = "the project's root" if row["of"] == "." else row["of"]
    return Finding(clean(row["copy"]), None, clean(f"is a copy of {of}{alone}{files}{but}"))


def _clone(row: Mapping[str, Json]) -> Finding:
    first, *others = row["places"]
    shown = ", ".join(f"{one['path']}:{one['line']}" for one in others[:_NAMED])
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    like = "the same but for names or literals" if row["renamed"] else "the same"
    text = f"{row['lines']} lines of code to line {first['end_line']}, {like} in {shown}{more}"
    return Finding(clean(first["path"]), first["line"], clean(text))


async def dead(call: Call) -> Evidence:
    """Definitions that nothing seems to use, each with the reason and how sure that is."""
    arguments = _folder(call) | {"limit": 10 * _SHOWN}
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
    likely = answer["certainties"].get("likely", 0)
    return Evidence(
        verdict=f"{likely:,} of {counted(answer['checked'], 'definition')} in live code are named "
        f"nowhere else; {answer['certainties'].get('less likely', 0):,} more may be used by other "
        f"means, {answer['total_only_tests']:,} only by tests",
        sections=tuple(sections),
        found=bool(rows or answer["only_tests"]),
        weight=2,
        assumptions=("a name that is written anywhere else counts as used; backups don't count",),
        not_searched=_unread(answer),
    )


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
    unparsed = measured.unparsed
    left_out: dict[str, int | str] = {"Python files that don't parse": unparsed} if unparsed else {}
    if not ranked:
        why = measured.unknown or "git knows no commit of a file with functions"
        return Evidence(f"There are no hot spots: {why}", found=False, not_searched=left_out)
    first = ranked[0]
    title = "Hot spots: complexity x commits of the file"
    return Evidence(
        verdict=clean(f"The hottest is {first.name} ({first.path}:{first.line}): {_heat(first)}"),
        sections=(Findings(title, items, len(ranked), len(ranked) > len(items)),),
        weight=2,
        assumptions=(_FILE_CHURN, *((_SHALLOW,) if known.shallow else ())),
        not_searched=left_out,
    )


def _heat(one: HotSpot) -> str:
    commits = counted(one.commits, "commit")
    return f"complexity {one.complexity}, {commits}, {one.lines_changed:,} lines changed"


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
    files.sort(key=lambda item: (-item[1].commits, -item[1].lines_added, item[0]))
    where = f" below {folder}" if folder else ""
    if not files:
        return Evidence(clean(f"git knows no commit of a file{where}"), found=False)
    path, first = files[0]
    columns = ("file", "commits", "lines added", "lines removed", "authors", "last commit")
    return Evidence(
        verdict=clean(
            f"Changed most{where} is {printable(path)}: {counted(first.commits, 'commit')} of "
            f"{known.commits:,}, {first.lines_added:,} lines added and {first.lines_removed:,} "
            "removed"
        ),
        sections=(Table("Churn", columns, tuple(_row(*item) for item in files[:_SHOWN])),),
        weight=2,
        assumptions=(_SHALLOW,) if known.shallow else (),
    )


def _row(path: str, one: Churn) -> tuple[str | int, ...]:
    last = datetime.fromtimestamp(one.last_wall_s, UTC).date().isoformat()
    shown = clean(printable(path))
    return (shown, one.commits, one.lines_added, one.lines_removed, one.authors, last)


async def _history(root: str, timeout_s: float) -> ProjectChurn | HistoryUnavailable:
    try:
        return await read_churn(root, timeout_s=timeout_s)
    except HistoryUnavailable as error:
        return error


def _folder(call: Call) -> dict[str, Json]:
    folder = call.text("folder").rstrip("/")
    return {"folder": folder} if folder else {}


def _unread(answer: Mapping[str, Json]) -> dict[str, int | str]:
    return {"Python files that can't be read": answer["unread"]} if answer["unread"] else {}
