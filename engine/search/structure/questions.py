"""The questions about definitions and their uses; the answers are described in `answers`.

Lists are cut at `limit` (200 where it isn't given). Each answer also has `unread`: how many Python
files could not be read.
"""

from collections.abc import Mapping
from typing import Final

from engine.search.facts import BadQuestion, Facts, Json, Question
from engine.search.structure.callers import find_callers
from engine.search.structure.calls import find_calls
from engine.search.structure.dead import find_dead
from engine.search.structure.definitions import find_definitions
from engine.search.structure.duplicates import find_duplicates, find_duplicates_of
from engine.search.structure.index import known_file
from engine.search.structure.project_sizes import measure
from engine.search.structure.references import find_references
from engine.search.structure.subclasses import find_subclasses
from engine.search.structure.test_links import find_tests

_LIMIT: Final = 200
_LEAST_LINES: Final = 6
_FEWEST_LINES: Final = 3

_Arguments = Mapping[str, Json]


def _text(arguments: _Arguments, name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str) or not value:
        raise BadQuestion(f"the question needs a {name}")
    return value


def _optional(arguments: _Arguments, name: str) -> str | None:
    value = arguments.get(name)
    return value if isinstance(value, str) and value else None


def _folder(arguments: _Arguments) -> str:
    folder = (_optional(arguments, "folder") or "").rstrip("/")
    return "" if folder == "." else folder


def _number(arguments: _Arguments, name: str, default: int, least: int = 0) -> int:
    value = arguments.get(name, default)
    if not isinstance(value, int) or value < least:
        raise BadQuestion(f"{name} is a whole number of at least {least}, not {value!r}")
    return value


def _limit(arguments: _Arguments) -> int:
    return _number(arguments, "limit", _LIMIT)


def _answer(facts: Facts, answer: Mapping[str, object]) -> Json:
    return {**answer, "unread": len(facts.unread)}


def definitions(facts: Facts, arguments: _Arguments) -> Json:
    """{name, limit?} -> DefinitionsAnswer."""
    return _answer(facts, find_definitions(facts, _text(arguments, "name"), _limit(arguments)))


def subclasses(facts: Facts, arguments: _Arguments) -> Json:
    """{name, file?, limit?} -> SubclassesAnswer."""
    name, file = _text(arguments, "name"), _optional(arguments, "file")
    return _answer(facts, find_subclasses(facts, name, file, _limit(arguments)))


def references(facts: Facts, arguments: _Arguments) -> Json:
    """{name, limit?} -> ReferencesAnswer."""
    return _answer(facts, find_references(facts, _text(arguments, "name"), _limit(arguments)))


def callers(facts: Facts, arguments: _Arguments) -> Json:
    """{name, file?, limit?} -> CallersAnswer."""
    name, file = _text(arguments, "name"), _optional(arguments, "file")
    return _answer(facts, find_callers(facts, name, file, _limit(arguments)))


def calls(facts: Facts, arguments: _Arguments) -> Json:
    """{file, name, limit?} -> CallsAnswer."""
    file, name = _text(arguments, "file"), _text(arguments, "name")
    return _answer(facts, find_calls(facts, file, name, _limit(arguments)))


def duplicates(facts: Facts, arguments: _Arguments) -> Json:
    """{folder? or file?, min_lines?, limit?} -> DuplicatesAnswer."""
    least = _number(arguments, "min_lines", _LEAST_LINES, _FEWEST_LINES)
    folder, limit = _folder(arguments), _limit(arguments)
    if file := _optional(arguments, "file"):
        return _answer(facts, find_duplicates_of(facts, known_file(facts, file), least, limit))
    return _answer(facts, find_duplicates(facts, folder, least, limit))


def dead(facts: Facts, arguments: _Arguments) -> Json:
    """{folder? or file?, limit?} -> DeadAnswer."""
    file = _optional(arguments, "file")
    below = known_file(facts, file) if file else _folder(arguments)
    return _answer(facts, find_dead(facts, below, _limit(arguments)))


def tests(facts: Facts, arguments: _Arguments) -> Json:
    """{file, name?, limit?} -> TestsAnswer."""
    file, name = _text(arguments, "file"), _optional(arguments, "name")
    return _answer(facts, find_tests(facts, file, name, _limit(arguments)))


def project(facts: Facts, arguments: _Arguments) -> Json:
    """{folder?, limit?} -> ProjectAnswer."""
    return _answer(facts, measure(facts, _folder(arguments), _limit(arguments)))


QUESTIONS: Final[dict[str, Question]] = {
    "structure.definitions": definitions,
    "structure.subclasses": subclasses,
    "structure.references": references,
    "structure.callers": callers,
    "structure.calls": calls,
    "structure.duplicates": duplicates,
    "structure.dead": dead,
    "structure.tests": tests,
    "structure.project": project,
}
