"""What derives from a class, directly and below that."""

from collections.abc import Mapping, Sequence
from typing import Final

from engine.agents.tool import Call
from engine.agents.tools.counts import unread
from engine.agents.tools.symbols.symbol import (
    NAMED,
    SHOWN,
    apart,
    ask,
    definition_text,
    finding,
    symbol,
)
from engine.evidence import Evidence, Findings, clean, counted
from engine.search.facts import Json

_UNKNOWN_ROOT: Final = "one that is not known"


async def subclasses(call: Call) -> Evidence:
    """The classes that derive from another, the direct ones first, then those below them."""
    name = symbol(call)
    answer = await ask(call, "structure.subclasses", name=name, file=call.text("file"), limit=SHOWN)
    rows: list[Json] = answer["subclasses"]
    total, direct, unknown = answer["total"], answer["total_direct"], answer["unknown"]
    several = sum(label != "" for label, _ in answer["roots"]) > 1
    items = tuple(finding(row["definition"], _derived_text(row, several)) for row in rows)
    aside = apart([row["definition"] for row in rows[:direct]]) if direct <= len(rows) else ""
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
    said = definition_text(row["definition"])
    if row["depth"] > 1:
        said += f"  ({row['depth']} steps below, by {row['base']})"
    if several:
        said += f"  (of {row['root'] or _UNKNOWN_ROOT})"
    return said


def _named_roots(roots: Sequence[tuple[str, int]]) -> str:
    named = [f"{label or _UNKNOWN_ROOT} ({number:,})" for label, number in roots[:NAMED]]
    more = f" and {len(roots) - NAMED:,} more" if len(roots) > NAMED else ""
    return f"{', '.join(named)}{more}"
