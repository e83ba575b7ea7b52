"""Where a name is defined, and where it is used."""

from engine.agents.tool import Call
from engine.agents.tools.counts import unread
from engine.agents.tools.library_imports import of_library
from engine.agents.tools.symbols.symbol import (
    ANY_OWNER,
    SHOWN,
    apart,
    ask,
    defined,
    finding,
    symbol,
)
from engine.evidence import Evidence, Findings, clean, counted
from engine.search.facts import Json


async def definitions(call: Call) -> Evidence:
    """Every definition of a name, live code before tests before backups."""
    name = symbol(call)
    answer = await ask(call, "structure.definitions", name=name, limit=SHOWN)
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
    aside = apart(rows) if total == len(rows) else ""
    section = Findings(
        f"Definitions of {clean(name)}",
        defined(rows),
        total,
        total > len(rows),
    )
    return Evidence(
        verdict=clean(
            f"`{name}` is defined in {places}{aside}; first {first['kind']} {first['name']} in "
            f"{first['path']}:{first['line']}"
        ),
        sections=(section,),
        weight=2,
        not_searched=unread(answer["unread"]),
    )


async def references(call: Call) -> Evidence:
    """Every use of a name in code; strings and comments are only counted."""
    name = symbol(call)
    answer = await ask(call, "structure.references", name=name, limit=SHOWN)
    total: int = answer["total"]
    mentions = answer["mentions"]
    besides = f"; {counted(mentions, 'mention')} more in strings and comments" if mentions else ""
    if not total:
        return Evidence(
            clean(f"No code names {name}{besides}"),
            found=False,
            not_searched=unread(answer["unread"]),
        )
    items = tuple(finding(row, f"{row['kind']}: {row['text']}") for row in answer["references"])
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
        assumptions=(ANY_OWNER.format(name.rpartition(".")[2]),) if "." in name else (),
        not_searched=unread(answer["unread"]),
    )
