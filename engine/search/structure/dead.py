"""Classes, functions and methods that nothing in the project seems to use.

A use is any name in code that is written alike, so what is listed has no caller that names it; what
calls by other means (a framework by naming convention, `getattr`, an entry point) is why each
candidate has a certainty: `likely` where none of these is in sight, `less likely` with the reason.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from engine.search.facts import Facts
from engine.search.structure.answers import DeadAnswer, DeadRow
from engine.search.structure.index import STEP, Index, index_of
from engine.search.structure.places import by_place, place
from engine.search.structure.scan import Definition

_HARMLESS: Final = frozenset(
    "property cached_property staticmethod classmethod abstractmethod overload override final "
    "cache lru_cache wraps contextmanager asynccontextmanager dataclass dataclass_transform "
    "total_ordering runtime_checkable deprecated no_type_check unique setter deleter getter "
    "njit jit singledispatch singledispatchmethod".split()
)
_CALLED_BY_NAME: Final = re.compile(
    r"(?:test_?|pytest_|visit_|depart_|generic_visit$|on_|action_|watch_|compute_|validate_|render|"
    r"do_|handle_|key_|setUp|tearDown|setup_|teardown_|upgrade$|downgrade$|main$|_repr_)"
)
_SETTINGS: Final = ("pyproject.toml", "setup.cfg", "setup.py")
_SETTINGS_BYTES: Final = 1 << 20
_ENTRY_POINT: Final = re.compile(r"[\w.]+\s*:\s*([^\W\d][\w.]*)")


class Verdict(NamedTuple):
    certainty: str
    reason: str


def find_dead(facts: Facts, below: str, limit: int) -> DeadAnswer:
    """Return the candidates in live code, and what only tests use.

    `below` is the folder that is asked about, or a file; "" is the whole project.
    """
    index = index_of(facts)
    named = _named(facts, index)
    methods = _methods_by_class(index)
    dead: list[DeadRow] = []
    only_tests: list[DeadRow] = []
    checked = 0
    asked = _asked(index, below)
    for number, path in enumerate(asked):
        if number % STEP == 0:
            facts.progress("looking for what nothing names", number, len(asked))
        definitions = [one for one in index.definitions(path) if _counts(one)]
        checked += len(definitions)
        classes = {one.name: one for one in definitions if one.kind == "class"}
        for one in _unnamed(definitions, named.live):
            owner = classes.get(one.name.rpartition(".")[0])
            row = _row(path, one, _verdict(one, owner, named.strings, methods))
            (only_tests if one.plain in named.tests else dead).append(row)
    dead.sort(key=lambda row: (row["certainty"] != "likely", by_place(row["path"]), row["line"]))
    return {
        "checked": checked,
        "total": len(dead),
        "certainties": dict(Counter(row["certainty"] for row in dead)),
        "candidates": dead[:limit],
        "only_tests": only_tests[:limit],
        "total_only_tests": len(only_tests),
    }


def _counts(one: Definition) -> bool:
    return one.function or one.kind == "class"


def _unnamed(definitions: list[Definition], live: set[str]) -> Iterator[Definition]:
    """Yield what live code doesn't name; what is inside of such a thing is not listed again."""
    end = 0
    for one in definitions:
        if one.plain not in live and not _is_dunder(one.plain) and one.end_line > end:
            end = one.end_line
            yield one


def _asked(index: Index, below: str) -> list[str]:
    wanted = [path for path in index.files if not below or f"{path}/".startswith(f"{below}/")]
    live = [path for path in wanted if place(path) == "live" and not path.endswith(".pyi")]
    return sorted(live, key=by_place)


class _Named(NamedTuple):
    """The names that live code uses, that tests use, and that are in strings of either."""

    live: set[str]
    tests: set[str]
    strings: set[str]


def _named(facts: Facts, index: Index) -> _Named:
    named = _Named(set(), set(), set(_entry_points(facts)))
    for number, (path, file) in enumerate(index.files.items()):
        if number % STEP == 0:
            facts.progress("gathering names", number, len(index.files))
        where = place(path)
        if where != "backup":
            (named.live if where == "live" else named.tests).update(file.names.split())
            named.strings.update(file.strings.split())
    return named


def _entry_points(facts: Facts) -> Iterator[str]:
    """Yield the names behind the colons of "module:name" in the project's own settings."""
    for path in facts.files:
        if path.rpartition("/")[2] in _SETTINGS and place(path) == "live":
            try:
                with open(f"{facts.root}/{path}", "rb") as file:  # noqa: PTH123  # a surrogate path
                    text = file.read(_SETTINGS_BYTES).decode("utf-8", "replace")
            except OSError:
                continue  # gone meanwhile: it then calls nothing
            for found in _ENTRY_POINT.finditer(text):
                yield from found[1].split(".")


def _methods_by_class(index: Index) -> dict[str, set[str]]:
    """Return the names that each class defines, by the class's plain name."""
    found: dict[str, set[str]] = {}
    for path in index.files:
        for one in index.definitions(path):
            owner, _, plain = one.name.rpartition(".")
            if owner:
                found.setdefault(owner.rpartition(".")[2], set()).add(plain)
    return found


def _verdict(
    one: Definition, owner: Definition | None, strings: set[str], methods: dict[str, set[str]]
) -> Verdict:
    plain = one.plain
    registering = [name for name in one.decorators if name.rpartition(".")[2] not in _HARMLESS]
    if registering:
        return Verdict("less likely", f"decorated with @{registering[0]}, which may register it")
    if plain in strings:
        return Verdict("less likely", "a string of the project is this name")
    if _CALLED_BY_NAME.match(plain):
        return Verdict("less likely", "frameworks call what is named like this")
    if one.kind.endswith("method"):
        return _of_method(one, owner, methods)
    return Verdict("likely", "no code of the project names it")


def _of_method(one: Definition, owner: Definition | None, methods: dict[str, set[str]]) -> Verdict:
    for base in owner.bases if owner else ():
        last = base.rpartition(".")[2]
        if last == "Protocol":
            return Verdict("less likely", "a member of a protocol")
        if last not in methods:
            return Verdict("less likely", f"its class has the base {base}, which may call it")
        if one.plain in methods[last]:
            return Verdict("less likely", f"it overrides one of {base}")
    return Verdict("likely", "no code of the project names it")


def _is_dunder(plain: str) -> bool:
    return plain.startswith("__") and plain.endswith("__")


def _row(path: str, one: Definition, verdict: Verdict) -> DeadRow:
    return {
        "path": path,
        "line": one.line,
        "end_line": one.end_line,
        "name": one.name,
        "kind": one.kind,
        "certainty": verdict.certainty,
        "reason": verdict.reason,
    }
