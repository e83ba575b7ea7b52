"""Questions in words over code, asked of the process that reads it."""

import difflib
from collections.abc import Mapping
from typing import Final

from engine.search.facts import BadQuestion, Facts, Json, Question
from engine.search.printable import printable
from engine.search.words.collapse import Place, collapse
from engine.search.words.index import WordIndex
from engine.search.words.lines import signature, telling_line
from engine.search.words.question import read
from engine.search.words.ranking import rank
from engine.search.words.reasons import missing, reasons
from engine.search.words.scan import documents
from engine.search.words.spellings import Sought, sought

_LIMIT: Final = 20
_MOST: Final = 200
_COPIES: Final = 10
_NEAR: Final = 5
_NEAR_OF: Final = 4000
_ALIKE: Final = 0.7


def find(facts: Facts, arguments: Mapping[str, Json]) -> Json:
    """Return the places that answer a question in words, best first.

    Arguments:
        question: in words; identifiers are read by their parts.
        limit: at most so many results, 20 unless told.
        folder: a path relative to the root, or a list of them: only what is below.

    The answer: `terms` (each `word` with how many `documents` have it, its `weight` and
    `also`, the other spellings that counted), `dropped` words, `unknown` words with the `near`
    terms that the code has, `results` (`path`, `line`, `end_line`, `name`, `kind`, `score`, `why`,
    `missing` words, `text`, `copies`, `copy_paths`), `found` places in all (at most some
    hundred), `documents` searched, files `left_out` since no person wrote them, `unread` ones.

    Raises:
        BadQuestion: there is no word in it, or an argument is not what it should be.
    """
    question, limit, folders = _arguments(arguments)
    reading = read(question)
    if not reading.concepts:
        raise BadQuestion(f"there is no word to look for in {question!r}: name what the code does")
    if not any(_inside(path, folders) for path in facts.python):
        raise BadQuestion(f"there is no Python file in {' or '.join(folders) or 'the project'}")
    index = facts.kept("words.index", WordIndex)
    index.update(facts.layer(documents), facts.progress)
    looked = sought(index, reading.concepts)
    ranked = rank(index, looked, lambda path: _inside(path, folders), facts.progress)
    places = collapse(ranked)
    return {
        "question": question,
        "terms": [_term(one) for one in looked if one.spellings],
        "dropped": list(reading.dropped),
        "unknown": [_unknown(index, one) for one in looked if _is_missed(one)],
        "results": [_result(facts, looked, place) for place in places[:limit]],
        "found": len(places),
        "documents": index.alive,
        "left_out": index.left_out,
        "unread": len(facts.unread),
    }


QUESTIONS: Final[dict[str, Question]] = {"words.find": find}


def _arguments(arguments: Mapping[str, Json]) -> tuple[str, int, tuple[str, ...]]:
    question, limit = arguments.get("question"), arguments.get("limit", _LIMIT)
    folder = arguments.get("folder") or []
    if not isinstance(question, str):
        raise BadQuestion("a question in words needs its text")
    if not isinstance(limit, int) or limit < 1:
        raise BadQuestion(f"the number of results must be 1 or more, not {limit!r}")
    folders = [folder] if isinstance(folder, str) else folder
    if not all(isinstance(one, str) for one in folders):
        raise BadQuestion(f"a folder must be a path, not {folder!r}")
    named = tuple(one.removeprefix("./").strip("/") for one in folders)
    return question, min(limit, _MOST), () if "" in named or "." in named else named


def _inside(path: str, folders: tuple[str, ...]) -> bool:
    return not folders or any(path == one or path.startswith(f"{one}/") for one in folders)


def _term(one: Sought) -> Json:
    return {
        "word": one.concept.word,
        "documents": one.documents if one.literal else 0,
        "weight": round(one.concept.weight, 2),
        "also": [spelling.word for spelling in one.spellings if spelling.term != one.concept.term],
    }


def _is_missed(one: Sought) -> bool:
    """Whether the code lacks a word that counts."""
    return not one.literal and one.concept.weight == 1


def _unknown(index: WordIndex, one: Sought) -> Json:
    """Return the word with the terms that are written most like it."""
    first = one.concept.term[:1]
    alike = [term for term in index.vocabulary if term[:1] == first][:_NEAR_OF]
    near = difflib.get_close_matches(one.concept.term, alike, n=_NEAR, cutoff=_ALIKE)
    return {"word": one.concept.word, "near": near}


def _result(facts: Facts, looked: list[Sought], place: Place) -> Json:
    best, document = place.best, place.best.document
    lines = facts.text(best.path).split("\n")
    line = document.line
    if document.kind == "module":
        terms = {spelling.term for spelling, _ in best.matched.values()}
        line = telling_line(lines, facts.layer(documents)[best.path] or (), terms)
    return {
        "path": best.path,
        "line": line,
        "end_line": document.end_line,
        "name": document.name,
        "kind": document.kind,
        "score": round(best.score, 3),
        "why": reasons(looked, place),
        "missing": missing(looked, place),
        "text": printable(signature(lines, line)),
        "copies": len(place.copies),
        "copy_paths": list(place.copies[:_COPIES]),
    }
