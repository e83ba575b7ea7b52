"""What to look for in an index: for each concept the terms that stand for it, and its worth."""

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from engine.search.words.index import WordIndex
from engine.search.words.question import Alternative, Concept

_PREFIX: Final = 0.35
_PREFIXES: Final = 6
_LOOKED_AT: Final = 50
_SHORTEST_PREFIX: Final = 4
_LONGEST_ABBREVIATION: Final = 6


@dataclass(frozen=True, slots=True)
class Spelling:
    """A term of the index that stands for a concept, as `word`; literal ones have weight 1."""

    term: str
    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Sought:
    """A concept with all spellings that the index has, and how much one match of it is worth."""

    concept: Concept
    spellings: tuple[Spelling, ...]
    rarity: float
    documents: int

    @property
    def literal(self) -> bool:
        """Whether the code has the word itself, and not only others for it."""
        return bool(self.spellings) and self.spellings[0].term == self.concept.term


def sought(index: WordIndex, concepts: tuple[Concept, ...]) -> list[Sought]:
    """Return what to look for; a concept that nothing stands for has no spelling."""
    return [_sought(index, concept) for concept in concepts]


def _sought(index: WordIndex, concept: Concept) -> Sought:
    known = [Spelling(concept.term, concept.word, 1.0)] if _is_known(index, concept.term) else []
    known += [
        Spelling(one.term, one.word, one.weight)
        for one in (*concept.alternatives, *_prefixes(index, concept))
        if _is_known(index, one.term) and one.term != concept.term
    ]
    spellings = tuple({one.term: one for one in reversed(known)}.values())[::-1]
    # One that only paths have is as rare as can be told.
    count = max(1, index.count(spellings[0].term)) if spellings else 0
    return Sought(concept, spellings, _rarity(index, count), count)


def _is_known(index: WordIndex, term: str) -> bool:
    return index.count(term) > 0 or index.in_a_path(term)


def _rarity(index: WordIndex, count: int) -> float:
    total = max(index.alive, count)
    return math.log(1 + (total - count + 0.5) / (count + 0.5))


def _prefixes(index: WordIndex, concept: Concept) -> Iterator[Alternative]:
    """Yield abbreviations of the term, and longer terms that it abbreviates."""
    term = concept.term
    if len(term) < _SHORTEST_PREFIX or concept.weight < 1:
        return
    # Below half of it, a beginning is another word: data of databento, port of portfolio.
    for end in range(
        max(_SHORTEST_PREFIX, (len(term) + 1) // 2), min(len(term), _LONGEST_ABBREVIATION + 1)
    ):
        if index.count(term[:end]):
            yield Alternative(term[:end], f"{term[:end]}…", _PREFIX)
    vocabulary = index.vocabulary
    start = bisect_left(vocabulary, term)
    longer = [one for one in vocabulary[start : start + _LOOKED_AT] if one.startswith(term)]
    for other in sorted(longer, key=lambda one: (-index.count(one), one))[:_PREFIXES]:
        yield Alternative(other, f"{other}…", _PREFIX)
