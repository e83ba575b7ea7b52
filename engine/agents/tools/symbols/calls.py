"""Who calls a function, and what it calls."""

from collections.abc import Mapping, Sequence
from typing import Final

from engine.agents.tool import Call, Refused
from engine.agents.tools.counts import unread
from engine.agents.tools.symbols.symbol import (
    ANY_OWNER,
    NAMED,
    SHOWN,
    ask,
    finding,
    first_definition,
    first_meant,
    symbol,
    undefined,
)
from engine.evidence import Evidence, Findings, Section, Table, clean, counted
from engine.search.facts import Json

_TITLES: Final = {
    "certain": "Calls, certain",
    "likely": "Calls, likely (by inheritance, or the only definition of the name)",
    "by name only": "Calls by name only (the object is not known)",
}


async def callers(call: Call) -> Evidence:
    """Who calls a function, method or class: certain, likely, and by name only."""
    name, file = symbol(call), call.text("file")
    try:
        answer = await ask(call, "structure.callers", name=name, file=file, limit=10 * SHOWN)
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
    answer = await ask(call, "structure.references", name=name, limit=10 * SHOWN)
    total: int = answer["kinds"].get("call", 0)
    said = f"No function or class of the project is named {name}"
    if not total:
        alike = (await ask(call, "structure.definitions", name=name, limit=1))["alike"]
        hint = f"; written alike: {', '.join(alike)}" if alike else ""
        return Evidence(clean(f"{said}{hint}"), found=False, not_searched=unread(answer["unread"]))
    rows = [row for row in answer["references"] if row["kind"] == "call"][:SHOWN]
    items = tuple(finding(row, row["text"]) for row in rows)
    title = f"Calls by name only of {clean(name.rpartition('.')[2])}"
    return Evidence(
        verdict=clean(f"{said}; by name it is called in {counted(total, 'place')}"),
        sections=(Findings(title, items, total, total > len(items)),),
        weight=2,
        assumptions=(ANY_OWNER.format(name.rpartition(".")[2]),),
        not_searched=unread(answer["unread"]),
    )


def _calls(answer: Mapping[str, Json]) -> list[Section]:
    sections: list[Section] = []
    for certainty, title in _TITLES.items():
        rows = [row for row in answer["calls"] if row["certainty"] == certainty]
        if rows:
            items = tuple(finding(row, _call_text(row)) for row in rows[:SHOWN])
            total = answer["certainties"][certainty]
            sections.append(Findings(title, items, total, total > len(items)))
    if uses := answer["uses"]:
        items = tuple(finding(row, f"{row['kind']}: {row['text']}") for row in uses[:SHOWN])
        total = answer["total_uses"]
        sections.append(Findings("Named without a call", items, total, total > len(items)))
    return sections


def _call_text(row: Mapping[str, Json]) -> str:
    inside = row["inside"] or "the module itself"
    return f"in {inside}: {row['text']} ({row['reason']})"


def _meant(targets: Sequence[Mapping[str, Json]]) -> str:
    named = ", ".join(f"{one['path']}:{one['line']}" for one in targets[:NAMED])
    more = f" and {len(targets) - NAMED} more" if len(targets) > NAMED else ""
    return clean(f"the callers of all definitions of the name are listed: {named}{more}")


async def calls(call: Call) -> Evidence:
    """What a function calls, and where that leads."""
    name, file = symbol(call), call.text("file")
    others = 0
    if not file:
        first = await first_definition(call, name)
        if first is None:
            return undefined(name)
        file, name, others = first
    answer = await ask(call, "structure.calls", file=file, name=name, limit=4 * SHOWN)
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
        assumptions=first_meant(name, file, others),
        not_searched=unread(answer["unread"]),
    )


def _leads(row: Mapping[str, Json]) -> str | None:
    return clean(f"{row['target']} {row['path']}:{row['at_line']}") if row["path"] else None
