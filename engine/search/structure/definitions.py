"""Every definition of a name."""

import difflib
from collections import Counter
from typing import Final

from engine.search.facts import BadQuestion, Facts
from engine.search.printable import clip, printable
from engine.search.structure.answers import DefinitionRow, DefinitionsAnswer
from engine.search.structure.describe import docstring, signature
from engine.search.structure.index import Index, Place, index_of
from engine.search.structure.places import place
from engine.search.structure.scan import Definition
from engine.search.structure.source import Source

_MARKS: Final = {
    "property": "property",
    "cached_property": "cached property",
    "staticmethod": "static",
    "classmethod": "class method",
    "abstractmethod": "abstract",
    "overload": "overload",
}
_LENGTHS: Final = 2
_ACCESSORS: Final = ("setter", "deleter", "getter")


def find_definitions(facts: Facts, name: str, limit: int) -> DefinitionsAnswer:
    """Return every definition of a plain or dotted name: live code, then tests, then backups."""
    index = index_of(facts)
    found = named(index, name)
    rows = describe(facts, index, found[:limit])
    # Plain names that look like it, for when it is mistyped.
    alike = [] if found else _alike(index, name.rpartition(".")[2])
    return {"name": name, "total": len(found), "definitions": rows, "alike": alike}


def named(index: Index, name: str) -> list[Place]:
    if not all(part.isidentifier() for part in name.split(".")):
        raise BadQuestion(f"{printable(name)!r} is no Python name: write one, or dotted Class.name")
    if found := index.named(name):
        return found
    # `module.name`, as it would be imported.
    module, _, plain = name.rpartition(".")
    if not module:
        return []
    stem = f"/{module.replace('.', '/')}"
    ends = tuple(stem + end for end in (".py", ".pyi", "/__init__.py", "/__init__.pyi"))
    return [one for one in index.named(plain) if f"/{one.path}".endswith(ends)]


def _alike(index: Index, plain: str) -> list[str]:
    """Return defined names that are written like `plain`; names that begin otherwise are not."""
    near = [
        name
        for name in index.plain_names()
        if name[:1].lower() == plain[:1].lower() and abs(len(name) - len(plain)) <= _LENGTHS
    ]
    return difflib.get_close_matches(plain, sorted(near), n=5, cutoff=0.75)


def describe(facts: Facts, index: Index, found: list[Place]) -> list[DefinitionRow]:
    """Return definitions with what their texts say of them."""
    sources: dict[str, Source] = {}
    rows: list[DefinitionRow] = []
    for number, (path, one) in enumerate(found):
        if path not in sources:
            facts.progress("reading", number, len(found))
            sources[path] = Source(path, facts.text(path), index.definitions(path))
        rows.append(_row(sources[path], one))
    return rows


def _row(source: Source, one: Definition) -> DefinitionRow:
    at = source.at_line(one.line)
    doc = docstring(source.text, *at) if at else None
    return {
        "path": source.path,
        "name": one.name,
        "kind": one.kind,
        "line": one.line,
        "end_line": one.end_line,
        "place": place(source.path),
        "signature": printable(signature(source.text, source.masked, at[0])) if at else "",
        "doc": clip(printable(doc), 200) if doc else None,
        "decorators": [printable(name) for name in one.decorators],
        "bases": [printable(name) for name in one.bases],
        "marks": _marks(one, source.definitions),
    }


def _marks(one: Definition, siblings: list[Definition]) -> list[str]:
    marks = []
    for decorator in one.decorators:
        owner, _, last = decorator.rpartition(".")
        if last in _MARKS:
            marks.append(_MARKS[last])
        elif last in _ACCESSORS and owner:
            marks.append(f"{last} of {owner}")
    if is_implementation(one, siblings):
        marks.append("implementation of overloads")
    if one.branch == "TYPE_CHECKING":
        marks.append("for type checkers only")
    elif one.branch:
        marks.append(f"conditional ({one.branch})")
    same = Counter((other.name, other.branch) for other in siblings if not _told_apart(other))
    if not _told_apart(one) and one.function and same[one.name, one.branch] > 1:
        marks.append("defined again in this file")
    return marks


def is_overload(one: Definition) -> bool:
    return any(name.rpartition(".")[2] == "overload" for name in one.decorators)


def is_implementation(one: Definition, siblings: list[Definition]) -> bool:
    """Return whether overloads of the same name stand before a function."""
    return (
        one.function
        and not is_overload(one)
        and any(
            other.name == one.name and is_overload(other) and other.line < one.line
            for other in siblings
        )
    )


def _told_apart(one: Definition) -> bool:
    last = [name.rpartition(".")[2] for name in one.decorators]
    return any(name in (*_ACCESSORS, "overload", "register") for name in last)
