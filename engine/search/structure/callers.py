"""Who calls a function, method or class, and how sure that is."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from engine.search.facts import BadQuestion, Facts
from engine.search.printable import printable
from engine.search.structure.answers import CallersAnswer, CallRow, Certainty, ReferenceRow
from engine.search.structure.bindings import Names
from engine.search.structure.definitions import describe, named
from engine.search.structure.index import Index, Place
from engine.search.structure.meanings import Meaning, Meanings
from engine.search.structure.places import by_place, place
from engine.search.structure.references import Use, plain_name, reference, source_of, uses_in
from engine.search.structure.source import Source

_SHOWN_TARGETS: Final = 20
_RANKS: Final[dict[Certainty, int]] = {"certain": 0, "likely": 1, "by name only": 2}
_INITIALISER: Final = ".__init__"
_NO_USE: Final = ("definition", "import", "assignment")


@dataclass(slots=True)
class _Found:
    """Calls, uses without a call, and how many calls mean something else."""

    calls: list[CallRow]
    uses: list[ReferenceRow]
    others: int

    def __iadd__(self, other: "_Found") -> "_Found":
        self.calls += other.calls
        self.uses += other.uses
        self.others += other.others
        return self


class _Asked:
    """The definitions whose callers are asked for."""

    def __init__(self, found: list[Place], plain: str, names: Names) -> None:
        self.found = found
        self.plain = plain
        self._known = {(one.path, one.definition.name) for one in found}
        # What is defined inside of a function is no attribute of anything.
        self._reachable = any(not _is_local(one, names.index) for one in found)
        self._overridden = {
            (above.path, f"{above.definition.name}.{plain}")
            for one in found
            for above in names.above(one)
        }

    def judge(self, meant: Meaning) -> Certainty | None:
        """Return how sure it is that a call with this meaning calls them, None if it doesn't."""
        if meant.target is not None:
            key = (meant.target.path, meant.target.definition.name)
            if key in self._overridden and key not in self._known:
                return "likely"
            return meant.certainty if key in self._known else None
        return "by name only" if self._reachable and not meant.elsewhere else None

    def reason(self, meant: Meaning) -> str:
        target = meant.target
        if target and (target.path, target.definition.name) not in self._known:
            return f"{meant.reason}; it overrides {target.definition.name}"
        return meant.reason


def _is_local(one: Place, index: Index) -> bool:
    above = one.definition.name.rpartition(".")[0]
    return any(other.name == above and other.function for other in index.definitions(one.path))


def find_callers(facts: Facts, name: str, path: str | None, limit: int) -> CallersAnswer:
    """Return the calls of every definition of a name, or of those in one file.

    Raises:
        BadQuestion: there is no such definition.
    """
    if name.endswith(_INITIALISER):
        name = name.removesuffix(_INITIALISER)  # it is called by whoever calls the class
    meanings = Meanings(facts)
    index = meanings.names.index
    plain = plain_name(name)
    targets = _targets(index, name, path)
    asked = _Asked(targets, plain, meanings.names)
    found = _Found([], [], 0)
    candidates = sorted(index.using(plain), key=by_place)
    for number, file in enumerate(candidates):
        facts.progress(f"reading calls of {printable(name)}", number, len(candidates))
        found += _in_file(source_of(facts, index, file), asked, meanings)
    found.calls.sort(key=lambda row: (_RANKS[row["certainty"]], *_by_line(row)))
    found.uses.sort(key=_by_line)
    return {
        "name": name,
        "targets": describe(facts, index, targets[:_SHOWN_TARGETS]),
        "total": len(found.calls),
        "certainties": dict(Counter(row["certainty"] for row in found.calls)),
        "calls": found.calls[:limit],
        "uses": found.uses[:limit],
        "total_uses": len(found.uses),
        "others": found.others,
    }


def _targets(index: Index, name: str, path: str | None) -> list[Place]:
    found = [
        one
        for one in named(index, name)
        if path in (None, one.path) and (one.definition.function or one.definition.kind == "class")
    ]
    if not found:
        where = f" in {printable(path)}" if path else ""
        raise BadQuestion(f"no function or class is named {printable(name)}{where}")
    return found


def _by_line(row: CallRow | ReferenceRow) -> tuple[object, ...]:
    return by_place(row["path"]), row["line"], row["column"]


def _in_file(source: Source, asked: _Asked, meanings: Meanings) -> _Found:
    """Return what a file does with the definitions asked for, under whatever name."""
    found = _Found([], [], 0)
    renamed = re.findall(rf"(?<!\w){re.escape(asked.plain)}\s+as\s+(\w+)", source.code)
    for name in dict.fromkeys([asked.plain, *renamed]):
        for use in uses_in(source, name):
            meant = meanings.of(source, use.start, use.start + len(name))
            certainty = asked.judge(meant)
            if use.kind == "call":
                found += _call(source, use, certainty, asked.reason(meant))
            elif use.kind == "export" or (use.kind not in _NO_USE and certainty is not None):
                found.uses.append(reference(source, use))
    return found


def _call(source: Source, use: Use, certainty: Certainty | None, reason: str) -> _Found:
    if certainty is None:
        return _Found([], [], 1)
    line, column = source.position(use.start)
    around = source.around(line)
    row: CallRow = {
        "path": source.path,
        "line": line,
        "column": column,
        "inside": around[-1].name if around else "",
        "place": place(source.path),
        "certainty": certainty,
        "reason": reason,
        "text": source.shown(line),
    }
    return _Found([row], [], 0)
