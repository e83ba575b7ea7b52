"""What tests name of a file or a definition, and what of it no test names."""

from collections.abc import Mapping, Sequence
from typing import Final

from engine.agents.tool import Call
from engine.agents.tools import marks
from engine.agents.tools.counts import unread
from engine.agents.tools.symbols.symbol import (
    SHOWN,
    ask,
    defined,
    finding,
    first_definition,
    first_meant,
    symbol,
    undefined,
)
from engine.evidence import Evidence, Findings, Mark, Section, clean, counted
from engine.search.facts import Json
from engine.search.structure.places import place

_BY_NAMES: Final = "a test counts by the names it writes; nothing was run"


async def tests(call: Call) -> Evidence:
    """The test functions that name something of a file, and what of it no test names."""
    file, name = call.text("file"), call.text("symbol")
    others = 0
    if not file:
        first = await first_definition(call, symbol(call))
        if first is None:
            return undefined(symbol(call))
        file, name, others = first
    answer = await ask(call, "structure.tests", file=file, name=name, limit=SHOWN)
    rows: list[Json] = answer["tests"]
    total, untested, number = answer["total"], answer["total_untested"], answer["defined"]
    items = tuple(
        finding(row, f"{row['name']} names {', '.join(row['uses'])} ({row['certainty']})")
        for row in rows
    )
    sections: list[Section] = []
    if items:
        sections.append(Findings("Test functions", items, total, total > len(items)))
    if left := answer["untested"]:
        sections.append(
            Findings(
                "Named by no test",
                defined(left),
                untested,
                untested > len(left),
            )
        )
    what = f"{name} of {file}" if name else file
    name_it = "names" if total == 1 else "name"
    return Evidence(
        verdict=clean(
            f"{counted(total, 'test function')} {name_it} something of {what}; {untested:,} of "
            f"its {counted(number, 'definition')} no test names"
        ),
        sections=tuple(sections),
        found=bool(total or number),
        weight=2,
        assumptions=(_BY_NAMES, *first_meant(name, file, others)),
        not_searched=unread(answer["unread"]),
        marks=_untested(file, left, untested, number, is_one=bool(name)),
    )


def _untested(
    file: str, rows: Sequence[Mapping[str, Json]], number: int, of: int, *, is_one: bool
) -> tuple[Mark, ...]:
    line = rows[0]["line"] if rows and is_one else None
    mark = marks.untested(clean(file), line, number, of)
    return () if mark is None or place(file) != "live" else (mark,)
