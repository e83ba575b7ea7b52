"""What a document's name and its kind of code say, beyond the words that it has."""

from typing import Final

from engine.search.words.scan import NAME, Document
from engine.search.words.spellings import Sought, Spelling
from engine.search.words.standing import is_test
from engine.search.words.stemming import stem
from engine.search.words.terms import split_identifier, terms_of
from engine.search.words.vocabulary import VARIANTS

# For each concept the spelling that it was found by, and that term's code.
Matched = dict[int, tuple[Spelling, int]]

_NAME_SHARE: Final = 0.5
_PAIR: Final = 0.15
_MODULE: Final = 0.8
# Asked where a figure is computed: the code that has the arithmetic, not the one that calls it.
_COMPUTING: Final = frozenset(
    stem(verb) for verb in "compute calculate estimate price derive measure solve formula".split()
)
_NO_SUMS: Final = 0.85
_SUMS: Final = 1.15
_SOME_SUMS: Final = 4
_TEST: Final = 0.6
_VARIANT: Final = 0.9
_STUB: Final = 0.6
_SHORT_BODY: Final = 4


def manner_of(
    document: Document, path: str, looked: list[Sought], matched: Matched
) -> tuple[float, list[str]]:
    """Return by what a score is multiplied, and why."""
    own = terms_of(document.name.rpartition(".")[2])
    factor, why = _by_name(own, looked, matched)
    if document.kind == "module":
        factor *= _MODULE
    elif document.body_terms < _SHORT_BODY + len(own):
        factor *= _STUB
        why.append("hardly any code")
    elif any(one.concept.term in _COMPUTING for one in looked):
        factor *= _arithmetic(document, why)
    if document.name.startswith(("test_", "Test")) and not is_test(path):
        factor *= _TEST
        why.append("a test")
    if others := _variants(path, document.name, looked):
        factor *= _VARIANT
        why.append(f"a variant: {', '.join(others)}")
    return factor, why


def _by_name(
    own: tuple[str, ...], looked: list[Sought], matched: Matched
) -> tuple[float, list[str]]:
    """Weigh how much of the name was asked for, and whether in the same order."""
    positions = _positions(own, matched)
    factor = 1 + _NAME_SHARE * len(set(positions.values())) / max(1, len(own))
    pairs = _adjacent(positions, looked)
    return factor * (1 + _PAIR * pairs), ["side by side in the name"] if pairs else []


def _arithmetic(document: Document, factors: list[str]) -> float:
    if document.sums >= _SOME_SUMS:
        factors.append("does arithmetic")
        return _SUMS
    return _NO_SUMS if not document.sums else 1.0


def _variants(path: str, name: str, looked: list[Sought]) -> list[str]:
    """Return the words by which a place is a special case of what was asked for."""
    words = dict.fromkeys(split_identifier(path.rpartition("/")[2]) + split_identifier(name))
    asked = {one.concept.word for one in looked}
    return [word for word in words if word in VARIANTS and word not in asked]


def _positions(own: tuple[str, ...], matched: Matched) -> dict[int, int]:
    """Return where in the name each concept stands that it has."""
    found = {}
    for number, (spelling, code) in matched.items():
        if code >> NAME & 3 >= 2 and spelling.term in own:
            found[number] = own.index(spelling.term)
    return found


def _adjacent(positions: dict[int, int], looked: list[Sought]) -> int:
    """Count the neighbours of the question that are neighbours in the name too."""
    return sum(
        1
        for number in range(len(looked) - 1)
        if number in positions
        and number + 1 in positions
        and positions[number + 1] - positions[number] == 1
    )
