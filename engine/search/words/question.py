"""A question in words, read as what it asks for: weighted concepts with their other spellings."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from engine.search.words.stemming import stem
from engine.search.words.terms import split_identifier, terms_of
from engine.search.words.vocabulary import STOP, SYNONYMS, WEAK

_WORD: Final = re.compile(r"\w+")
# What is asked for, not what it is about.
_ASKED_FOR: Final = re.compile(
    r"\s*(?:which|what)\s+(?:code|function|class|method|module|file|part|place)s?\b",
    re.IGNORECASE,
)
_SYNONYM: Final = 0.5
_ACRONYM: Final = 0.8
_WEAK: Final = 0.3
# A question has fewer; a text that was pasted in as one is cut.
_MOST_WORDS: Final = 30

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another term for a concept: `word` as a reader knows it, `weight` below 1."""

    term: str
    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Concept:
    """One word of the question: its term, its weight from 0 to 1, what else may stand for it."""

    word: str
    term: str
    weight: float
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A question's concepts in their order, and the words that were not used."""

    concepts: tuple[Concept, ...]
    dropped: tuple[str, ...]


def read(question: str) -> Reading:
    """Return the concepts of a question; stop words count only where there is nothing else."""
    start = asked.end() if (asked := _ASKED_FOR.match(question)) else 0
    words = [part for word in _WORD.findall(question, start) for part in split_identifier(word)]
    kept = [word for word in words if word not in STOP and terms_of(word)]
    if not kept:
        kept = [word for word in words if terms_of(word)]
    distinct = list(dict.fromkeys(kept))[:_MOST_WORDS]
    stems = [stem(word) for word in distinct]
    other = _alternatives(stems)
    all_weak = all(word in WEAK for word in distinct)
    concepts: dict[str, Concept] = {}
    for at, (word, term) in enumerate(zip(distinct, stems, strict=True)):
        weight = _WEAK if word in WEAK and not all_weak else 1.0
        own = tuple(one for one in other.get(at, ()) if one.term not in stems)
        concepts.setdefault(term, Concept(word, term, weight, own))
    return Reading(
        tuple(concepts.values()), tuple(dict.fromkeys(w for w in words if w not in distinct))
    )


def _alternatives(stems: Sequence[str]) -> dict[int, list[Alternative]]:
    """Return, for each position, the terms of the synonyms of the phrases it is in."""
    found: dict[int, list[Alternative]] = {}
    for start in range(len(stems)):
        for length in (1, 2, 3):
            phrase = tuple(stems[start : start + length])
            if len(phrase) < length:
                continue
            for one in _others(phrase):
                for at in range(start, start + length):
                    found.setdefault(at, []).append(one)
    return {at: _heaviest(ones) for at, ones in found.items()}


def _heaviest(ones: Iterable[Alternative]) -> list[Alternative]:
    best: dict[str, Alternative] = {}
    for one in ones:
        if one.term not in best or best[one.term].weight < one.weight:
            best[one.term] = one
    return list(best.values())


def _others(phrase: Phrase) -> Iterator[Alternative]:
    for group in _groups().get(phrase, ()):
        for words, other in group:
            if other != phrase:
                weight = _weight(phrase, other)
                yield from (
                    Alternative(term, word, weight) for word, term in zip(words, other, strict=True)
                )


def _weight(asked: Phrase, other: Phrase) -> float:
    """A part of a phrase says less than a word that says it all, as an acronym does."""
    if len(other) > 1:
        return _SYNONYM * 0.6
    return _ACRONYM if len(asked) > 1 else _SYNONYM


@cache
def _groups() -> dict[Phrase, list[list[tuple[Phrase, Phrase]]]]:
    by_phrase: dict[Phrase, list[list[tuple[Phrase, Phrase]]]] = {}
    for line in SYNONYMS.strip().split("\n"):
        phrases = [tuple(said.split()) for said in line.split(",")]
        group = [(words, tuple(stem(word) for word in words)) for words in phrases]
        for _, stems in group:
            listed = by_phrase.setdefault(stems, [])
            if group not in listed:
                listed.append(group)
    return by_phrase
