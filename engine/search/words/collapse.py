"""One place for code that is kept in several: copies, backups, and overloads of one name."""

from dataclasses import dataclass

from engine.search.live_code import liveliness
from engine.search.words.ranking import Scored


@dataclass(frozen=True, slots=True)
class Place:
    """An answer; `copies` are the paths that hold the same code under the same name."""

    best: Scored
    copies: tuple[str, ...]


def collapse(ranked: list[Scored]) -> list[Place]:
    """Return the ranked documents with the copies of each behind the liveliest of them."""
    groups: dict[tuple[str, int] | tuple[str, str], list[Scored]] = {}
    for one in _implementations(ranked):
        document = one.document
        # Without code there is nothing to be a copy of.
        key = (document.name, document.digest) if document.digest else (one.path, document.name)
        groups.setdefault(key, []).append(one)
    return [_place(group) for group in groups.values()]


def _place(group: list[Scored]) -> Place:
    top = group[0].score
    best = min(group, key=lambda one: liveliness(one.path))
    best.score = max(top, best.score)
    others = sorted({one.path for one in group} - {best.path}, key=liveliness)
    return Place(best, tuple(others))


def _implementations(ranked: list[Scored]) -> list[Scored]:
    """Drop documents whose name their file defines again with more code: overloads, stubs."""
    largest: dict[tuple[str, str], Scored] = {}
    for one in ranked:
        key = one.path, one.document.name
        known = largest.get(key)
        if known is None or known.document.body_terms < one.document.body_terms:
            largest[key] = one
    return [one for one in ranked if largest[one.path, one.document.name] is one]
