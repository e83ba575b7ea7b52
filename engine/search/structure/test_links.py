"""Which test functions touch a file, and which of its definitions no test names."""

import re
from collections.abc import Iterator
from typing import Final

from engine.search.facts import Facts
from engine.search.structure.answers import Certainty, TestsAnswer, TouchRow
from engine.search.structure.bindings import Names
from engine.search.structure.definitions import describe
from engine.search.structure.index import Index, Place, index_of, known_file
from engine.search.structure.places import by_place, place
from engine.search.structure.references import source_of
from engine.search.structure.scan import Definition
from engine.search.structure.source import Source

_NAME: Final = re.compile(r"[^\W\d]\w*")
_SHOWN_USES: Final = 8


def find_tests(facts: Facts, path: str, name: str | None, limit: int) -> TestsAnswer:
    """Return the test functions that name something of a file (or its definition `name`).

    `certain` where the test's module imports the file, or the name through another module;
    `by name only` where it names a definition that no other live file has, without importing it.
    """
    known_file(facts, path)
    index = index_of(facts)
    wanted = [one for one in index.definitions(path) if _counts(one) and _asked(one, name)]
    plain = {one.plain for one in wanted}
    names = Names(facts)
    rows: list[TouchRow] = []
    used: set[str] = set()
    tests = [file for file in index.files if place(file) == "test" and file != path]
    for number, file in enumerate(sorted(tests, key=by_place)):
        facts.progress("reading tests", number, len(tests))
        here = {one for one in plain if index.files[file].uses(one)}
        if here and (certainty := _certainty(names, index, file, path, here)):
            found = list(_touching(source_of(facts, index, file), here, certainty))
            rows += found
            used |= {one for row in found for one in row["uses"]}
    rows.sort(key=lambda row: (row["certainty"] != "certain", by_place(row["path"]), row["line"]))
    untested = [one for one in wanted if one.plain not in used and not one.plain.startswith("__")]
    for row in rows:
        row["uses"] = row["uses"][:_SHOWN_USES]
    return {
        "path": path,
        "total": len(rows),
        "tests": rows[:limit],
        "untested": describe(facts, index, [Place(path, one) for one in untested[:limit]]),
        "total_untested": len(untested),
        "defined": len([one for one in wanted if not one.plain.startswith("__")]),
    }


def _counts(one: Definition) -> bool:
    return one.function or one.kind == "class"


def _asked(one: Definition, name: str | None) -> bool:
    return name is None or one.name == name or one.name.endswith(f".{name}")


def _certainty(
    names: Names, index: Index, test: str, path: str, here: set[str]
) -> Certainty | None:
    for binding in names.bindings(test):
        taken = binding.taken if binding.taken not in (None, "*") else None
        dot = "." if binding.module else ""
        modules = [binding.module, *([f"{binding.module}{dot}{taken}"] if taken else [])]
        if path in [names.module(test, one, binding.level) for one in modules]:
            return "certain"
        if taken and (found := names.taken(test, binding)) and found.path == path:
            return "certain"
    unique = any(
        [file for file in index.defining(one) if place(file) == "live"] == [path] for one in here
    )
    return "by name only" if unique else None


def _touching(source: Source, wanted: set[str], certainty: Certainty) -> Iterator[TouchRow]:
    """Yield the test functions of a file that name one of `wanted`."""
    for one in source.definitions:
        if not one.function or not one.plain.startswith("test"):
            continue
        lines = source.between(one.line, one.end_line)
        code = " ".join([line[4] for line in lines])
        uses = sorted(wanted & set(_NAME.findall(code)))
        if uses:
            yield {
                "path": source.path,
                "line": one.line,
                "name": one.name,
                "certainty": certainty,
                "uses": uses,
            }
