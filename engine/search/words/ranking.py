"""The order of documents for a question: BM25F, then what a name says, then where the code stands.

S. Robertson, H. Zaragoza, The probabilistic relevance framework: BM25 and beyond, 2009, 3.6: the
counts of a term in the fields are weighted, each by its field's length, and added before they
saturate. A concept's other spellings compete, they don't add up.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final

from engine.search.words.index import Progress, WordIndex
from engine.search.words.manner import Matched, manner_of
from engine.search.words.scan import BODY, DOC, NAME, NOTE, Document, Row
from engine.search.words.spellings import Sought, Spelling
from engine.search.words.standing import standing

_SATURATION: Final = 1.1
_IN_NAME: Final = (0.0, 1.2, 5.0, 5.0)
_IN_DOC: Final = (0.0, 2.0, 3.0, 4.0)
_IN_NOTE: Final = (0.0, 0.6, 1.0, 1.5)
_IN_BODY: Final = (0.0, 1.0, 2.0, 3.5)
_IN_PATH: Final = 1.5
# How much a field's length counts against it.
_LONG_DOC: Final = 0.5
_LONG_NOTE: Final = 0.7
_LONG_BODY: Final = 0.6

_UNCOVERED: Final = 0.2
_CANDIDATES: Final = 400
_STEP: Final = 2048


@dataclass(slots=True)
class Scored:
    """A document with its score; `matched`: the spelling that won for each concept, its code."""

    document: Document
    path: str
    score: float
    matched: Matched
    factors: list[str]


class _Column:
    """What one concept finds: for each document its weight, and how it was found.

    Only numbers: hundreds of thousands of small objects would cost more than the ranking.
    """

    def __init__(self) -> None:
        self.weights: dict[int, float] = {}
        self.found: dict[int, int] = {}  # the number of the spelling, and eight bits of code

    def matched(self, one: Sought, at: int) -> tuple[Spelling, int]:
        return one.spellings[self.found[at] >> 8], self.found[at] & 0xFF


def rank(
    index: WordIndex, looked: list[Sought], wanted: Callable[[str], bool], progress: Progress
) -> list[Scored]:
    """Return the best few hundred documents of the paths wanted, best first; ties by path, line."""
    columns = _columns(index, looked, progress)
    totals, covered = _totals(looked, columns, progress)
    whole = sum(one.rarity * one.concept.weight for one in looked if one.spellings)
    allowed = [
        one if wanted(path) else 0.0 for path, one in zip(index.paths, index.standings, strict=True)
    ]
    scores: list[tuple[float, int]] = []
    for done, (at, total) in enumerate(totals.items()):
        if done % _STEP == 0:
            progress("adding up", done, len(totals))
        if factor := allowed[index.files[at]]:
            share = _UNCOVERED + (1 - _UNCOVERED) * covered[at] / whole
            scores.append((-total * factor * share, at))
    first = nsmallest(_CANDIDATES, scores)
    found = [_scored(index, looked, columns, -score, at) for score, at in first]
    return sorted(found, key=lambda one: (-one.score, one.path, one.document.line))


def _totals(
    looked: list[Sought], columns: list[_Column], progress: Progress
) -> tuple[dict[int, float], dict[int, float]]:
    """Return, for each document, what all concepts are worth in it, and the worth of those."""
    totals: dict[int, float] = {}
    covered: dict[int, float] = {}
    for one, column in zip(looked, columns, strict=True):
        worth = one.rarity * one.concept.weight
        for done, (at, weight) in enumerate(column.weights.items()):
            if done % _STEP == 0:
                progress("adding up", done, len(column.weights))
            totals[at] = totals.get(at, 0.0) + worth * weight
            covered[at] = covered.get(at, 0.0) + worth * min(1.0, 2 * weight)
    return totals, covered


def _columns(index: WordIndex, looked: list[Sought], progress: Progress) -> list[_Column]:
    """Weigh each concept in each document that has it.

    What only a weak word finds is not looked at where there are others, and what only the path
    has counts for what something else was found in.
    """
    columns = [_Column() for _ in looked]
    strong = max(one.concept.weight for one in looked)
    for one, column in zip(looked, columns, strict=True):
        if one.concept.weight == strong:
            _weigh(index, one, column, None, progress)
    found = {at for column in columns for at in column.weights}
    found = found or set(_first_in_files(index, looked))
    for one, column in zip(looked, columns, strict=True):
        if one.concept.weight < strong:
            _weigh(index, one, column, found, progress)
        _weigh_paths(index, one, column, found, progress)
    return columns


def _weigh(
    index: WordIndex, one: Sought, column: _Column, only: set[int] | None, progress: Progress
) -> None:
    """Fill a column with the documents, of `only` where it is given, that have a spelling."""
    weigh, rows, files = _Weigher(index), index.rows, index.files
    weights, found = column.weights, column.found
    for number, spelling in enumerate(one.spellings):
        in_path = set(index.by_path_term.get(spelling.term, ()))
        for done, (at, code) in enumerate(_postings(index, spelling.term)):
            if done % _STEP == 0:
                progress("weighing the words", done, one.documents)
            row = rows[at]
            if row is None or (only is not None and at not in only):
                continue
            amount = weigh(row, code) + (_IN_PATH if files[at] in in_path else 0.0)
            weight = spelling.weight * amount / (_SATURATION + amount)
            if weight > weights.get(at, 0.0):
                weights[at] = weight
                found[at] = number << 8 | code


def _weigh_paths(
    index: WordIndex, one: Sought, column: _Column, found: set[int], progress: Progress
) -> None:
    """Add the documents of `found` that have a spelling in their path and nowhere else."""
    by_file: dict[int, int] = {}
    for number, spelling in enumerate(one.spellings):
        for file in index.by_path_term.get(spelling.term, ()):
            by_file.setdefault(file, number)
    for done, at in enumerate(found if by_file else ()):
        if done % _STEP == 0:
            progress("weighing the paths", done, len(found))
        number = by_file.get(index.files[at], -1)
        if number >= 0 and at not in column.weights:
            amount = _IN_PATH / (_SATURATION + _IN_PATH)
            column.weights[at] = one.spellings[number].weight * amount
            column.found[at] = number << 8


def _first_in_files(index: WordIndex, looked: list[Sought]) -> Iterator[int]:
    """Yield what stands for a file as a whole, where only paths have the words."""
    for one in looked:
        for spelling in one.spellings:
            for file in index.by_path_term.get(spelling.term, ()):
                at = index.first[file]
                if at < len(index.rows) and index.files[at] == file and index.rows[at]:
                    yield at


def _postings(index: WordIndex, term: str) -> Iterable[tuple[int, int]]:
    postings = index.by_term.get(term)
    return zip(postings.documents, postings.codes, strict=True) if postings else ()


class _Weigher:
    """Weighs a term's counts in a document by its fields' lengths against the average ones."""

    def __init__(self, index: WordIndex) -> None:
        count = max(1, index.alive)
        self._doc = _LONG_DOC * count / max(1, index.doc_terms)
        self._note = _LONG_NOTE * count / max(1, index.note_terms)
        self._body = _LONG_BODY * count / max(1, index.body_terms)

    def __call__(self, row: Row, code: int) -> float:
        amount = _IN_NAME[code >> NAME & 3]
        if many := code >> DOC & 3:
            amount += _IN_DOC[many] / (1 - _LONG_DOC + self._doc * row[6])
        if many := code >> NOTE & 3:
            amount += _IN_NOTE[many] / (1 - _LONG_NOTE + self._note * row[7])
        if many := code >> BODY & 3:
            amount += _IN_BODY[many] / (1 - _LONG_BODY + self._body * row[8])
        return amount


def _scored(
    index: WordIndex, looked: list[Sought], columns: list[_Column], score: float, at: int
) -> Scored:
    row = index.rows[at]
    assert row is not None
    document = Document._make(row)
    path = index.paths[index.files[at]]
    matched = {
        number: columns[number].matched(one, at)
        for number, one in enumerate(looked)
        if at in columns[number].weights
    }
    manner, why = manner_of(document, path, looked, matched)
    place = standing(path)[1]
    return Scored(document, path, score * manner, matched, [place, *why] if place else why)
