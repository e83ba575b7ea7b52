"""Why a place stands where it does, in words."""

from engine.search.words.collapse import Place
from engine.search.words.scan import BODY, DOC, NAME, NOTE
from engine.search.words.spellings import Sought, Spelling

_FIELDS = ("name", "class", "docstring", "code", "comment or string", "path")


def reasons(looked: list[Sought], place: Place) -> list[str]:
    """Return a phrase for each field that matched, what is missing, what weighed for or against."""
    by_field: dict[str, list[str]] = {}
    for number, (spelling, code) in sorted(place.best.matched.items()):
        by_field.setdefault(_field(code), []).append(_said(looked[number], spelling))
    said = [f"{where}: {', '.join(by_field[where])}" for where in _FIELDS if where in by_field]
    if lacking := missing(looked, place):
        said.append(f"not in it: {', '.join(lacking)}")
    said += place.best.factors
    return said


def missing(looked: list[Sought], place: Place) -> list[str]:
    """Return the words that the code has somewhere, but not here; weak ones are not missed."""
    matched = place.best.matched
    return [
        one.concept.word
        for number, one in enumerate(looked)
        if number not in matched and one.spellings and one.concept.weight == 1
    ]


def _field(code: int) -> str:
    """Return the field that says most of those where the term is."""
    if in_name := code >> NAME & 3:
        return "name" if in_name > 1 else "class"
    if code >> DOC & 3:
        return "docstring"
    if code >> BODY & 3:
        return "code"
    return "comment or string" if code >> NOTE & 3 else "path"


def _said(one: Sought, spelling: Spelling) -> str:
    if spelling.term == one.concept.term:
        return one.concept.word
    return f"{spelling.word} (for {one.concept.word})"
