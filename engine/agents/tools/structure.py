"""Names in code: where one is defined and used, who calls it, what it calls, what tests it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from engine.agents.tool import Call, Refused
from engine.agents.tools import marks
from engine.agents.tools.counts import unread
from engine.agents.tools.library_imports import of_library
from engine.evidence import Evidence, Finding, Findings, Mark, Section, Table, clean, counted
from engine.search.facts import Json
from engine.search.structure.places import place

_SHOWN: Final = 50
_ANY_OWNER: Final = "every use of the name {} counts, whatever object or module it belongs to"
_BY_NAMES: Final = "a test counts by the names it writes; nothing was run"
_UNKNOWN_ROOT: Final = "one that is not known"
_NAMED: Final = 3
_TITLES: Final = {
    "certain": "Calls, certain",
    "likely": "Calls, likely (by inheritance, or the only definition of the name)",
    "by name only": "Calls by name only (the object is not known)",
}


async def definitions(call: Call) -> Evidence:
    """Every definition of a name, live code before tests before backups."""
    name = _symbol(call)
    answer = await _ask(call, "structure.definitions", name=name, limit=_SHOWN)
    rows: list[Json] = answer["definitions"]
    if not rows:
        alike = ", ".join(answer["alike"])
        hint = f"; written alike: {alike}" if alike else ""
        return Evidence(
            clean(f"Nothing in the project defines {name}{hint}"),
            found=False,
            not_searched=unread(answer["unread"]),
        )
    total: int = answer["total"]
    first = rows[0]
    places = counted(total, "place")
    apart = _apart(rows) if total == len(rows) else ""
    section = Findings(f"Definitions of {clean(name)}", _defined(rows), total, total > len(rows))
    return Evidence(
        verdict=clean(
            f"`{name}` is defined in {places}{apart}; first {first['kind']} {first['name']} in "
            f"{first['path']}:{first['line']}"
        ),
        sections=(section,),
        weight=2,
        not_searched=unread(answer["unread"]),
    )


async def subclasses(call: Call) -> Evidence:
    """The classes that derive from another, the direct ones first, then those below them."""
    name = _symbol(call)
    answer = await _ask(
        call, "structure.subclasses", name=name, file=call.text("file"), limit=_SHOWN
    )
    rows: list[Json] = answer["subclasses"]
    total, direct, unknown = answer["total"], answer["total_direct"], answer["unknown"]
    several = sum(label != "" for label, _ in answer["roots"]) > 1
    items = tuple(_finding(row["definition"], _derived_text(row, several)) for row in rows)
    aside = _apart([row["definition"] for row in rows[:direct]]) if direct <= len(rows) else ""
    said = f"{counted(direct, 'class derives', 'classes derive')} from `{name}` directly{aside}"
    if rows:
        first = rows[0]["definition"]
        said += f"; first {first['name']} in {first['path']}:{first['line']}"
    if total > direct:
        said += f"; {counted(total - direct, 'more derives', 'more derive')} from these"
    if several:
        said += f"; classes of that name: {_named_roots(answer['roots'])}"
    by_name = f"of {counted(unknown, 'class', 'classes')} only the name of the base is known"
    return Evidence(
        verdict=clean(said if rows else f"No class derives from {name}"),
        sections=(Findings("Subclasses", items, total, total > len(rows)),) if rows else (),
        found=bool(rows),
        weight=2,
        assumptions=(by_name,) if unknown else (),
        not_searched=unread(answer["unread"]),
    )


def _derived_text(row: Mapping[str, Json], several: bool) -> str:
    said = _definition_text(row["definition"])
    if row["depth"] > 1:
        said += f"  ({row['depth']} steps below, by {row['base']})"
    if several:
        said += f"  (of {row['root'] or _UNKNOWN_ROOT})"
    return said


def _named_roots(roots: Sequence[tuple[str, int]]) -> str:
    named = [f"{label or _UNKNOWN_ROOT} ({number:,})" for label, number in roots[:_NAMED]]
    more = f" and {len(roots) - _NAMED:,} more" if len(roots) > _NAMED else ""
    return f"{', '.join(named)}{more}"


async def references(call: Call) -> Evidence:
    """Every use of a name in code; strings and comments are only counted."""
    name = _symbol(call)
    answer = await _ask(call, "structure.references", name=name, limit=_SHOWN)
    total: int = answer["total"]
    mentions = answer["mentions"]
    besides = f"; {counted(mentions, 'mention')} more in strings and comments" if mentions else ""
    if not total:
        return Evidence(
            clean(f"No code names {name}{besides}"),
            found=False,
            not_searched=unread(answer["unread"]),
        )
    items = tuple(_finding(row, f"{row['kind']}: {row['text']}") for row in answer["references"])
    kinds = ", ".join(f"{number:,} as {kind}" for kind, number in answer["kinds"].items())
    said = (
        f"`{answer['name']}` is named {counted(total, 'time')} in code, in "
        f"{counted(answer['files'], 'file')}: {kinds}{besides}"
    )
    uses = Findings(f"Uses of {answer['name']}", items, total, total > len(items))
    is_imported = "import" in answer["kinds"] and "definition" not in answer["kinds"]
    library = await of_library(call, name) if is_imported or call.text("module") else None
    return Evidence(
        verdict=clean(f"{library[0]}; {said}" if library else said),
        sections=(library[1], uses) if library else (uses,),
        weight=2,
        assumptions=(_ANY_OWNER.format(name.rpartition(".")[2]),) if "." in name else (),
        not_searched=unread(answer["unread"]),
    )


async def callers(call: Call) -> Evidence:
    """Who calls a function, method or class: certain, likely, and by name only."""
    name, file = _symbol(call), call.text("file")
    try:
        answer = await _ask(call, "structure.callers", name=name, file=file, limit=10 * _SHOWN)
    except Refused:
        if file:
            raise
        return await _callers_elsewhere(call, name)
    targets: list[Json] = answer["targets"]
    total: int = answer["total"]
    counts: Mapping[str, int] = answer["certainties"]
    how = ", ".join(f"{counts[one]:,} {one}" for one in _TITLES if one in counts)
    used = answer["total_uses"]
    passed = f"; {counted(used, 'use')} without a call" if used else ""
    others = f"; {counted(answer['others'], 'call')} of that name mean something else"
    verdict = (
        f"`{name}` is called in {counted(total, 'place')} ({how})"
        if total
        else f"No code calls `{name}`"
    )
    return Evidence(
        verdict=clean(verdict + passed + (others if answer["others"] else "")),
        sections=tuple(_calls(answer)),
        found=bool(total or used),
        weight=2,
        assumptions=(_meant(targets),) if len(targets) > 1 else (),
        not_searched=unread(answer["unread"]),
    )


async def _callers_elsewhere(call: Call, name: str) -> Evidence:
    """Tell the calls of a name that the project doesn't define: a library's, or Python's own."""
    answer = await _ask(call, "structure.references", name=name, limit=10 * _SHOWN)
    total: int = answer["kinds"].get("call", 0)
    said = f"No function or class of the project is named {name}"
    if not total:
        alike = (await _ask(call, "structure.definitions", name=name, limit=1))["alike"]
        hint = f"; written alike: {', '.join(alike)}" if alike else ""
        return Evidence(clean(f"{said}{hint}"), found=False, not_searched=unread(answer["unread"]))
    rows = [row for row in answer["references"] if row["kind"] == "call"][:_SHOWN]
    items = tuple(_finding(row, row["text"]) for row in rows)
    title = f"Calls by name only of {clean(name.rpartition('.')[2])}"
    return Evidence(
        verdict=clean(f"{said}; by name it is called in {counted(total, 'place')}"),
        sections=(Findings(title, items, total, total > len(items)),),
        weight=2,
        assumptions=(_ANY_OWNER.format(name.rpartition(".")[2]),),
        not_searched=unread(answer["unread"]),
    )


def _calls(answer: Mapping[str, Json]) -> list[Section]:
    sections: list[Section] = []
    for certainty, title in _TITLES.items():
        rows = [row for row in answer["calls"] if row["certainty"] == certainty]
        if rows:
            items = tuple(_finding(row, _call_text(row)) for row in rows[:_SHOWN])
            total = answer["certainties"][certainty]
            sections.append(Findings(title, items, total, total > len(items)))
    if uses := answer["uses"]:
        items = tuple(_finding(row, f"{row['kind']}: {row['text']}") for row in uses[:_SHOWN])
        total = answer["total_uses"]
        sections.append(Findings("Named without a call", items, total, total > len(items)))
    return sections


def _call_text(row: Mapping[str, Json]) -> str:
    inside = row["inside"] or "the module itself"
    return f"in {inside}: {row['text']} ({row['reason']})"


def _meant(targets: Sequence[Mapping[str, Json]]) -> str:
    named = ", ".join(f"{one['path']}:{one['line']}" for one in targets[:_NAMED])
    more = f" and {len(targets) - _NAMED} more" if len(targets) > _NAMED else ""
    return clean(f"the callers of all definitions of the name are listed: {named}{more}")


async def calls(call: Call) -> Evidence:
    """What a function calls, and where that leads."""
    name, file = _symbol(call), call.text("file")
    others = 0
    if not file:
        first = await _first_definition(call, name)
        if first is None:
            return _undefined(name)
        file, name, others = first
    answer = await _ask(call, "structure.calls", file=file, name=name, limit=4 * _SHOWN)
    rows = tuple(
        (row["line"], clean(row["name"]), _leads(row), row["certainty"], clean(row["reason"]))
        for row in answer["calls"]
    )
    inside = {(row["path"], row["target"]) for row in answer["calls"] if row["path"]}
    verdict = (
        f"`{answer['name']}` ({file}:{answer['line']}) makes {counted(answer['total'], 'call')}, "
        f"to {counted(len(inside), 'definition')} of the project"
    )
    columns = ("line", "call", "leads to", "certainty", "why")
    return Evidence(
        verdict=clean(verdict),
        sections=(Table("Calls", columns, rows),) if rows else (),
        found=bool(rows),
        weight=2,
        assumptions=_first_meant(name, file, others),
        not_searched=unread(answer["unread"]),
    )


def _leads(row: Mapping[str, Json]) -> str | None:
    return clean(f"{row['target']} {row['path']}:{row['at_line']}") if row["path"] else None


async def tests(call: Call) -> Evidence:
    """The test functions that name something of a file, and what of it no test names."""
    file, name = call.text("file"), call.text("symbol")
    others = 0
    if not file:
        first = await _first_definition(call, _symbol(call))
        if first is None:
            return _undefined(_symbol(call))
        file, name, others = first
    answer = await _ask(call, "structure.tests", file=file, name=name, limit=_SHOWN)
    rows: list[Json] = answer["tests"]
    total, untested, defined = answer["total"], answer["total_untested"], answer["defined"]
    items = tuple(
        _finding(row, f"{row['name']} names {', '.join(row['uses'])} ({row['certainty']})")
        for row in rows
    )
    sections: list[Section] = []
    if items:
        sections.append(Findings("Test functions", items, total, total > len(items)))
    if left := answer["untested"]:
        sections.append(
            Findings("Named by no test", _defined(left), untested, untested > len(left))
        )
    what = f"{name} of {file}" if name else file
    name_it = "names" if total == 1 else "name"
    return Evidence(
        verdict=clean(
            f"{counted(total, 'test function')} {name_it} something of {what}; {untested:,} of "
            f"its {counted(defined, 'definition')} no test names"
        ),
        sections=tuple(sections),
        found=bool(total or defined),
        weight=2,
        assumptions=(_BY_NAMES, *_first_meant(name, file, others)),
        not_searched=unread(answer["unread"]),
        marks=_untested(file, left, untested, defined, is_one=bool(name)),
    )


def _untested(
    file: str, rows: Sequence[Mapping[str, Json]], number: int, of: int, *, is_one: bool
) -> tuple[Mark, ...]:
    line = rows[0]["line"] if rows and is_one else None
    mark = marks.untested(clean(file), line, number, of)
    return () if mark is None or place(file) != "live" else (mark,)


async def _first_definition(call: Call, name: str) -> tuple[str, str, int] | None:
    """Return the file and the dotted name of the liveliest definition, and how many more exist."""
    found = await _ask(call, "structure.definitions", name=name, limit=1)
    if not found["definitions"]:
        return None
    first = found["definitions"][0]
    return first["path"], first["name"], found["total"] - 1


def _undefined(name: str) -> Evidence:
    return Evidence(clean(f"Nothing in the project defines {name}"), found=False)


def _first_meant(name: str, file: str, others: int) -> tuple[str, ...]:
    if not others:
        return ()
    return (clean(f"the {name} of {file} is meant; {others:,} more are defined elsewhere"),)


async def _ask(call: Call, question: str, **arguments: Json) -> Mapping[str, Json]:
    given = {name: value for name, value in arguments.items() if value != ""}
    answer: Mapping[str, Json] = await call.services.code(question, given, call.progress)
    return answer


def _symbol(call: Call) -> str:
    symbol = call.text("symbol")
    if not symbol:
        raise Refused("the question needs the name of a function, class or variable")
    return symbol


def _apart(rows: Sequence[Mapping[str, Json]]) -> str:
    places = Counter(row["place"] for row in rows)
    aside = [f"{places[one]:,} in {one}s" for one in ("test", "backup") if places[one]]
    return f" ({', '.join(aside)})" if aside else ""


def _defined(rows: Sequence[Mapping[str, Json]]) -> tuple[Finding, ...]:
    return tuple(_finding(row, _definition_text(row)) for row in rows)


def _definition_text(row: Mapping[str, Json]) -> str:
    marks = [*row["marks"], *([row["place"]] if row["place"] != "live" else [])]
    said = f"{row['kind']} {row['name']}: {row['signature']}"
    said += f" [{', '.join(marks)}]" if marks else ""
    return said + (f" — {row['doc']}" if row["doc"] else "")


def _finding(row: Mapping[str, Json], text: str) -> Finding:
    return Finding(clean(row["path"]), row["line"], clean(text))
