"""What the questions about names have in common: asking, and how a definition is told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from engine.agents.tool import Call, Refused
from engine.evidence import Evidence, Finding, clean
from engine.search.facts import Json

SHOWN: Final = 50
NAMED: Final = 3
ANY_OWNER: Final = "every use of the name {} counts, whatever object or module it belongs to"


def symbol(call: Call) -> str:
    """Return the name that the question is about.

    Raises:
        Refused: it has none.
    """
    if name := call.text("symbol"):
        return name
    raise Refused("the question needs the name of a function, class or variable")


async def ask(call: Call, question: str, **arguments: Json) -> Mapping[str, Json]:
    """Return the answer of the code process; an argument that is empty is not given."""
    given = {name: value for name, value in arguments.items() if value != ""}
    answer: Mapping[str, Json] = await call.services.code(question, given, call.progress)
    return answer


async def first_definition(call: Call, name: str) -> tuple[str, str, int] | None:
    """Return the file and the dotted name of the liveliest definition, and how many more exist."""
    found = await ask(call, "structure.definitions", name=name, limit=1)
    if not found["definitions"]:
        return None
    first = found["definitions"][0]
    return first["path"], first["name"], found["total"] - 1


def undefined(name: str) -> Evidence:
    """Say that the project has no such name."""
    return Evidence(clean(f"Nothing in the project defines {name}"), found=False)


def first_meant(name: str, file: str, others: int) -> tuple[str, ...]:
    """Return which of several definitions was taken, as an assumption."""
    if not others:
        return ()
    return (clean(f"the {name} of {file} is meant; {others:,} more are defined elsewhere"),)


def apart(rows: Sequence[Mapping[str, Json]]) -> str:
    """Return how many of the definitions stand in tests and in backups."""
    places = Counter(row["place"] for row in rows)
    aside = [f"{places[one]:,} in {one}s" for one in ("test", "backup") if places[one]]
    return f" ({', '.join(aside)})" if aside else ""


def defined(rows: Sequence[Mapping[str, Json]]) -> tuple[Finding, ...]:
    """Return definitions as they are listed."""
    return tuple(finding(row, definition_text(row)) for row in rows)


def definition_text(row: Mapping[str, Json]) -> str:
    """Return kind, name, signature, marks and the first line of the docstring."""
    marks = [*row["marks"], *([row["place"]] if row["place"] != "live" else [])]
    said = f"{row['kind']} {row['name']}: {row['signature']}"
    said += f" [{', '.join(marks)}]" if marks else ""
    return said + (f" — {row['doc']}" if row["doc"] else "")


def finding(row: Mapping[str, Json], text: str) -> Finding:
    """Return a text at the place of its row."""
    return Finding(clean(row["path"]), row["line"], clean(text))
