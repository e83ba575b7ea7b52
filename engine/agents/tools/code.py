"""The project's code: an overview, where a name is defined, what bears on a topic."""

import re
from collections import Counter

from engine.agents.tool import Call
from engine.agents.tools import marks
from engine.agents.tools.counts import unparsed
from engine.agents.tools.text_search import as_tool_error, findings, run
from engine.evidence import (
    Evidence,
    Figure,
    Figures,
    Finding,
    Findings,
    Mark,
    Section,
    Table,
    clean,
)
from engine.search.errors import HistoryUnavailable, PathMissing, SearchError
from engine.search.history import repository
from engine.search.live_code import is_backup
from engine.search.project_complexity import ProjectFunction, measure_project
from engine.search.survey import count_left_out
from engine.search.text_query import Hit, TextQuery

_TOP = 15
_MARKED = 200
_LEFT_OUT_S = 2.0
_MOST_DEFINITIONS = 10_000
_PYTHON = (".py", ".pyi")

# What a definition's name says when it belongs to a topic.
_TOPICS = {
    "options": (
        r"black_?scholes|option\w*pric|pric\w*option|greeks|implied_?vol|binomial_?(tree|option|pric|model)|"
        r"(calc|calculate|compute)_(delta|gamma|vega|theta|rho)\b"
    ),
    "wheel": r"wheel|covered_?call|cash_?secured|roll_?(put|call|position)|assignment",
}
_UNASKED = {
    "options": "this reviews the code; nothing was priced: name a contract for that",
    "wheel": "this reviews the code",
}


async def overview(call: Call) -> Evidence:
    """Files by kind and the heaviest functions, of the project or of one folder; its git state."""
    services, folder = call.services, call.text("folder").rstrip("/")
    try:
        files = await services.files()
    except SearchError as error:
        raise as_tool_error(error) from error
    files = tuple(name for name in files if not folder or name.startswith(f"{folder}/"))
    where = clean(folder) if folder else "The project"
    if not files:
        return Evidence(f"{where} has no file that a search would look at", found=False)
    kinds = Counter(name.rpartition("/")[2].rpartition(".")[2].lower() for name in files)
    timeout_s = services.settings.config.search.timeout_s
    heavy = await measure_project(str(services.project), folder or ".", timeout_s=timeout_s)
    live = [f for f in heavy.functions if folder or not is_backup(f.path)]
    ranked = sorted(live, key=lambda f: (-f.complexity, f.path, f.line))
    broken = [one for one in heavy.unparsed if folder or not is_backup(one.path)]
    sections: list[Section] = [
        Table("Files", ("kind", "files"), tuple(kinds.most_common(_TOP))),
        _heaviest(ranked, "" if folder else " (backup folders left out)"),
        *([] if folder else await _repository(call)),
    ]
    python = sum(name.endswith(_PYTHON) for name in files)
    first = f"; the heaviest is {_named(ranked[0])}" if ranked else ""
    outside = "" if folder else " outside backup folders"
    left_out: dict[str, int | str] = dict(await _left_out(call, folder))
    left_out |= unparsed(len(heavy.unparsed))
    return Evidence(
        verdict=f"{f'{where}: ' if folder else ''}{len(files):,} files, {python:,} of them Python; "
        f"{len(ranked):,} functions{outside}{first}",
        sections=tuple(sections),
        weight=2,
        lacks=heavy.unknown,
        not_searched=left_out,
        marks=(
            *(marks.unparsed(one.path, one.line, one.message, "code.overview") for one in broken),
            *(mark for one in ranked[:_MARKED] if (mark := _mark(one)) is not None),
        ),
    )


def _named(one: ProjectFunction) -> str:
    return clean(f"{one.name} ({one.path}:{one.line}, complexity {one.complexity})")


def _mark(one: ProjectFunction) -> Mark | None:
    return marks.heavy_function(
        clean(one.path), one.line, clean(one.name), one.complexity, "code.overview"
    )


async def _left_out(call: Call, folder: str) -> dict[str, int]:
    """Count the hidden and ignored files, which are in none of the figures."""
    names = (folder,) if folder else ()
    services = call.services
    root = str(services.project)
    return await count_left_out(services.ripgrep(), root, names, timeout_s=_LEFT_OUT_S)


def _heaviest(ranked: list[ProjectFunction], note: str) -> Findings:
    items = tuple(
        Finding(clean(f.path), f.line, f"{f.name}: complexity {f.complexity}")
        for f in ranked[:_TOP]
    )
    title = f"Heaviest functions, by McCabe complexity{note}"
    return Findings(title, items, len(ranked), len(ranked) > _TOP)


async def state(call: Call) -> Evidence:
    """The repository's branch, head and uncommitted changes."""
    sections = await _repository(call)
    known = {item.name: item for s in sections if isinstance(s, Figures) for item in s.items}
    branch = known.get("branch")
    if branch is None:
        reason = next(iter(known.values())).reason
        return Evidence(f"There is no git history here: {reason}", found=False)
    changed = known["changed files"].value
    return Evidence(
        verdict=f"On branch {branch.value or 'none'} at {known['head'].value or 'no commit'}, "
        f"{'unknown' if changed is None else changed} changed files",
        sections=tuple(sections),
        assumptions=('name a file for its history: "git history of src/module.py"',),
    )


async def _repository(call: Call) -> list[Section]:
    try:
        state = await repository(str(call.services.project))
    except HistoryUnavailable as error:
        return [Figures("Repository", (Figure("git", None, "", "git", None, error.reason),))]
    rows = (
        ("branch", state.branch, "no branch is checked out"),
        ("head", state.head, "there is no commit yet"),
        ("changed files", state.changed, state.uncounted),
        ("untracked files", state.untracked, state.uncounted),
    )
    items = tuple(
        Figure(name, value, "", "git", None, reason if value is None else None)
        for name, value, reason in rows
    )
    return [Figures("Repository", items)]


async def named(call: Call) -> Evidence:
    """What is defined by a name, or by a name that has these words in it."""
    if words := call.text("words"):
        pattern = rf"\w*{call.text('pattern')}\w*"
    else:
        words = call.text("pattern")
        pattern = rf"{re.escape(words)}\b"
    defined = await _defined(call, pattern, call.texts("paths"))
    if not defined:
        return Evidence(f'No definition has "{words}" in its name', found=False)
    count = len(defined)
    first = defined[0]
    return Evidence(
        verdict=f'{count} definition{" has" if count == 1 else "s have"} "{words}" in the name, '
        f"first {first.path}:{first.line}",
        sections=(_ranked("Defined", defined),),
        weight=2,
    )


async def topic(call: Call) -> Evidence:
    """Definitions whose names bear on a topic, live code before backups and tests."""
    name = call.text("topic")
    defined = await _defined(call, rf"\w*({_TOPICS[name]})\w*")
    if not defined:
        return Evidence(f"No definition in the project bears on {name} by its name", found=False)
    files = Counter(row.path for row in defined if not _aside(row.path))
    table = Table("Files with most of them", ("file", "definitions"), tuple(files.most_common(10)))
    first = next(iter(files.most_common(1)), None)
    most = f"; {first[0]} has the most ({first[1]:,})" if first else ""
    return Evidence(
        verdict=f"{len(defined):,} definitions bear on {name}, {sum(files.values()):,} of them in "
        f"live code{most}",
        sections=(table, _ranked(f"Definitions that bear on {name}", defined)),
        weight=2,
        assumptions=(_UNASKED[name],),
    )


async def _defined(call: Call, name: str, paths: tuple[str, ...] = ()) -> list[Hit]:
    """Return the lines that define such a name: live code first, then files with many of them."""
    pattern = rf"^\s*(async\s+def|def|class)\s+{name}"
    try:
        query = TextQuery(
            pattern, regex=True, ignore_case=name[:1] == "\\", paths=paths, suffixes=_PYTHON
        )
        found = await run(call, query, max_rows=_MOST_DEFINITIONS)
    except PathMissing:
        return []
    many = Counter(row.path for row in found.rows)
    return sorted(found.rows, key=lambda r: (_aside(r.path), -many[r.path], r.path, r.line))


def _ranked(title: str, rows: list[Hit]) -> Findings:
    return findings(title, tuple(rows[:50]), len(rows), len(rows) > 50)


def _aside(path: str) -> bool:
    """Whether the file is a test or a copy, which matter less than live code."""
    name = path.rpartition("/")[2]
    return is_backup(path) or name.startswith("test_") or "tests/" in f"{path}/"
