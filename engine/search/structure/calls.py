"""What a function calls, and where that leads."""

import re
from typing import Final

from engine.search.facts import BadQuestion, Facts
from engine.search.printable import printable
from engine.search.structure.answers import CalledRow, CallsAnswer
from engine.search.structure.index import known_file
from engine.search.structure.meanings import RECEIVER, Meaning, Meanings
from engine.search.structure.names import KEYWORDS
from engine.search.structure.references import source_of
from engine.search.structure.scan import Definition
from engine.search.structure.source import Source

_CALL: Final = re.compile(r"(?<!\w)([^\W\d]\w*)[ \t\r]*\(")
_DEFINES: Final = re.compile(r"\b(?:def|class)[\s\\]+\Z")


def find_calls(facts: Facts, path: str, name: str, limit: int) -> CallsAnswer:
    """Return what the function or class `name` of a file calls, and where that leads."""
    known_file(facts, path)
    meanings = Meanings(facts)
    source = source_of(facts, meanings.names.index, path)
    function = _wanted(source, name)
    lines = source.between(function.line, function.end_line)
    start, end = lines[0][3], lines[-1][3] + len(lines[-1][4])
    rows: list[CalledRow] = []
    for number, found in enumerate(_CALL.finditer(source.code, start, end)):
        if number % 16 == 0:
            facts.progress(
                f"following calls of {printable(name)}", found.end() - start, end - start
            )
        called = found[1]
        if called not in KEYWORDS and not _DEFINES.search(source.code[start : found.start()]):
            meant = meanings.of(source, found.start(1), found.end(1))
            rows.append(_called(source, found.start(1), called, meant))
    return {
        "path": path,
        "name": function.name,
        "line": function.line,
        "total": len(rows),
        "calls": rows[:limit],
    }


def _wanted(source: Source, name: str) -> Definition:
    ending = f".{name}"
    found = [
        one
        for one in source.definitions
        if (one.name == name or one.name.endswith(ending)) and (one.function or one.kind == "class")
    ]
    if not found:
        shown = f"{source.path} defines no function or class {printable(name)}"
        raise BadQuestion(f"{shown}: ask for its outline to see what it defines")
    return next((one for one in reversed(found) if one.name == name), found[-1])


def _called(source: Source, start: int, name: str, meant: Meaning) -> CalledRow:
    line, column = source.position(start)
    written = source.code[source.code.rfind("\n", 0, start) + 1 : start]
    receiver = RECEIVER.search(written)
    target = meant.target
    return {
        "line": line,
        "column": column,
        "name": printable("".join((receiver[1] if receiver else "").split()) + name),
        "certainty": meant.certainty,
        "path": target.path if target else None,
        "at_line": target.definition.line if target else None,
        "target": target.definition.name if target else None,
        "reason": meant.reason,
    }
