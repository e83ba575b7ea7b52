"""Every place where code names something, with what it does there."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from engine.search.facts import BadQuestion, Facts
from engine.search.printable import printable
from engine.search.structure.answers import ReferenceRow, ReferencesAnswer
from engine.search.structure.index import STEP, Index, index_of
from engine.search.structure.logical_lines import LogicalLine
from engine.search.structure.places import by_place, place
from engine.search.structure.source import Source
from engine.search.structure.targets import targets

_NEAR: Final = 400  # characters that are looked at before and behind a name
_DEFINES: Final = re.compile(r"\b(?:def|class)[\s\\]+\Z")
_IMPORTS: Final = re.compile(r"(?:[;:]\s*|\A)(?:lazy\s+)?(?:import|from)\b[^;]*\Z")
_DECORATES: Final = re.compile(r"\A@[\s\w.]*\Z")
_BOUND: Final = re.compile(r"\b(?:as|for|global|nonlocal|del)\s+(?:[\w\s,*()]*,\s*)?\Z")
_CALLED: Final = re.compile(r"[ \t\r]*\(")
_ASSIGNED: Final = re.compile(r"[ \t\r]*(?::=|[-+*/%&|^@]=|(?:\*\*|//|<<|>>)=)")
_PREFIXES: Final = frozenset("r u b f t br rb fr rf tr rt".split())


class Use(NamedTuple):
    """A name in code.

    Attributes:
        start: its offset.
        kind: `definition`, `import`, `decorator`, `call`, `attribute`, `assignment`, `export` (in
            `__all__`) or `other`; a method that is called is a `call`.
        attribute: whether a dot stands before it.
        line: the logical line that it is in.
    """

    start: int
    kind: str
    attribute: bool
    line: LogicalLine | None


def uses_in(source: Source, plain: str) -> Iterator[Use]:
    """Yield the uses of a plain name in a file, `__all__` included, in no special order."""
    code = source.code
    for found in re.finditer(rf"(?<!\w){re.escape(plain)}(?!\w)", code):
        line = source.statement(found.start())
        before = code[max(line[3], found.start() - _NEAR) : found.start()] if line else ""
        attribute = before.rstrip()[-1:] == "."
        kind = _kind(code, found.span(), before, line)
        yield Use(found.start(), kind, attribute, line)
    yield from _exports(source, plain)


def _kind(code: str, span: tuple[int, int], before: str, line: LogicalLine | None) -> str:
    end = span[1]
    if _DEFINES.search(before):
        return "definition"
    if "import" in before + code[end : end + _NEAR] and line and _is_import(line, span[0]):
        return "import"
    if _DECORATES.match(before):
        return "decorator"
    if _CALLED.match(code, end):
        return "call"
    if before.rstrip()[-1:] == ".":
        return "attribute"
    if _ASSIGNED.match(code, end) or _BOUND.search(before):
        return "assignment"
    if line is not None:
        names, last = _targets(line[4])
        if span[0] - line[3] < last and code[span[0] : end] in names:
            return "assignment"
    return "other"


def _is_import(line: LogicalLine, start: int) -> bool:
    return _IMPORTS.search(line[4][: start - line[3]]) is not None


@lru_cache(maxsize=64)
def _targets(statement: str) -> tuple[frozenset[str], int]:
    names, _, end = targets(statement)
    return frozenset(names), end


def _exports(source: Source, plain: str) -> Iterator[Use]:
    if "__all__" not in source.code or plain not in source.text:
        return
    quoted = re.compile(rf"['\"]{re.escape(plain)}['\"]")
    for line in source.lines:
        if line[4].startswith("__all__"):
            for found in quoted.finditer(source.text, line[3], line[3] + len(line[4])):
                yield Use(found.start() + 1, "export", False, line)


def find_references(facts: Facts, name: str, limit: int) -> ReferencesAnswer:
    """Return every use of a plain name in code; what strings and comments hold is only counted."""
    plain = plain_name(name)
    index = index_of(facts)
    using = set(index.using(plain))
    rows: list[ReferenceRow] = []
    mentions = mention_files = 0
    whole = re.compile(rf"(?<!\w){re.escape(plain)}(?!\w)")
    for number, path in enumerate(facts.python):
        if number % STEP == 0 or path in using:
            facts.progress(f"reading what names {printable(plain)}", number, len(facts.python))
        text = facts.text(path)
        if plain not in text:
            continue
        if path in using or plain.lower() in _PREFIXES or _quoted(plain, text):
            source = Source(path, text, index.definitions(path))
            uses = sorted(uses_in(source, plain))
            rows += [reference(source, use) for use in uses]
            # The mask has a quote where a string's prefix begins.
            found = [one for one in whole.finditer(text) if source.code[one.start()] != '"']
            named = len(found) - len(uses)
        else:
            named = len(whole.findall(text))
        mentions += named
        mention_files += named > 0
    rows.sort(key=lambda row: (by_place(row["path"]), row["line"], row["column"]))
    return {
        "name": plain,
        "total": len(rows),
        "files": len({row["path"] for row in rows}),
        "kinds": dict(Counter(row["kind"] for row in rows).most_common()),
        "references": rows[:limit],
        "mentions": mentions,
        "mention_files": mention_files,
    }


def _quoted(plain: str, text: str) -> bool:
    return f'"{plain}"' in text or f"'{plain}'" in text


def reference(source: Source, use: Use) -> ReferenceRow:
    line, column = source.position(use.start)
    return {
        "path": source.path,
        "line": line,
        "column": column,
        "kind": use.kind,
        "place": place(source.path),
        "text": source.shown(line),
    }


def plain_name(name: str) -> str:
    """Return the last part of a dotted name.

    Raises:
        BadQuestion: it is no name.
    """
    if not name or not all(part.isidentifier() for part in name.split(".")):
        raise BadQuestion(f"{printable(name)!r} is no Python name: write one, or dotted Class.name")
    return name.rpartition(".")[2]


def source_of(facts: Facts, index: Index, path: str) -> Source:
    """Return a file of the index ready to be looked into."""
    return Source(path, facts.text(path), index.definitions(path))
