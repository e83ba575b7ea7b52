"""Misspelled words of a query, put right from the vocabulary: "bakctest the wheel".

Only a word that is no inflection of a known one and lies within a slip or two of it is changed.
The search for the nearest word costs 40 ms to import: it is asked for only where a word could be
such a slip by its letters.
"""

import re
from collections import Counter
from functools import cache

from engine.agents.vocabulary import KEPT, WORDS

_WORD = r"(?<![\w./<])[A-Za-z]{4,}(?![\w./>])"
_FORMS = ("s", "es", "d", "ed", "ing", "r", "er")
_TWO_SLIPS = 6  # letters from which on two slips still leave a word to be known


def spelled(text: str, *, strictly: bool = False) -> str:
    """Return the text with its misspelled words put right; as it was where there are none.

    `strictly` is for a text that has a meaning as it stands: short words are left as they are, and
    two slips are allowed in long words only.
    """
    return re.sub(_WORD, lambda match: _right(match[0].lower(), strictly) or match[0], text)


def _right(word: str, strictly: bool) -> str | None:
    slips = _slips(len(word), strictly)
    if not slips or word in KEPT or not any(_may_be(word, known, slips) for known in WORDS):
        return None
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    near = process.extractOne(word, WORDS, scorer=OSA.distance, score_cutoff=slips)
    return near[0] if near and not _inflected(word, near[0]) else None


def _slips(letters: int, strictly: bool) -> int:
    if strictly:
        return 0 if letters < 5 else 1 if letters < _TWO_SLIPS + 2 else 2
    return 1 if letters < _TWO_SLIPS else 2


def _may_be(word: str, known: str, slips: int) -> bool:
    """Whether the letters differ by no more than the slips can explain."""
    if word == known or abs(len(word) - len(known)) > slips:
        return False
    ours, theirs = _letters(word), _letters(known)
    return (ours - theirs).total() <= slips and (theirs - ours).total() <= slips


@cache
def _letters(word: str) -> Counter[str]:
    return Counter(word)


def _inflected(word: str, known: str) -> bool:
    """Whether one is the other in another form: option and options, stress and stressed."""
    stem, longer = sorted((word, known), key=len)
    form = longer.removeprefix(stem)
    return form in _FORMS and not (form == "s" and stem.endswith("s"))
