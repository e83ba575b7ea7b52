"""A query as the index reads it: literals to look for, and how far they decide.

Ignoring case is a matter of ASCII here. Characters of other scripts fold in ways that only ripgrep
knows, so where one could matter the line is left to it.
"""

import re
from dataclasses import dataclass
from typing import Final

from engine.search.index.requirements import Requirements, of_literal, of_regex
from engine.search.text_query import TextQuery

# Shorter literals stand in so many lines that ripgrep is faster on its own.
_MIN_DOUBTFUL: Final = 2
_ASCII: Final = re.compile(r"[\x01-\x7f]+")
_FOLDING: Final = re.compile(r"[skSK]")

Way = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for.

    Attributes:
        ways: a matching line holds all literals of one of these, the longest first; in lower case
            where case is ignored.
        decides: whether a line with the (one) literal of a way matches, `word` aside.
        word: whether the literals must stand apart from other words.
        folds: whether a line may match by a character that folds to one of the literals' letters.
    """

    ways: tuple[Way, ...]
    decides: bool
    word: bool
    ignore_case: bool
    folds: bool


def read(query: TextQuery) -> Wanted | None:
    """Return what the query wants; None where the index can't help."""
    found = of_regex(query.pattern) if query.regex else of_literal(query.pattern)
    if found is None:
        return None
    if _ignores_case(query, found):
        return _ignoring_case(found, query.word)
    ways = tuple(_way(way) for way in found.ways)
    return _useful(Wanted(ways, found.exact, query.word, ignore_case=False, folds=False))


def _ignores_case(query: TextQuery, found: Requirements) -> bool:
    if query.ignore_case or not query.smart_case:
        return query.ignore_case
    runs = "".join(run for way in found.ways for run in way)
    # Where it isn't sure, ignoring case proposes more lines than needed, and ripgrep decides.
    unsure = not found.exact or not runs.isascii()
    return unsure or not any(char.isupper() for char in runs)


def _ignoring_case(found: Requirements, word: bool) -> Wanted | None:
    decides = found.exact and all(run.isascii() for way in found.ways for run in way)
    ways = []
    for way in found.ways:
        plain = [piece for run in way for piece in _ASCII.findall(run)]
        if not plain:
            return None
        ways.append(_way(tuple(piece.lower() for piece in plain)))
    folds = any(_FOLDING.search(run) for way in found.ways for run in way)
    return _useful(Wanted(tuple(ways), decides, word, ignore_case=True, folds=folds))


def _way(runs: tuple[str, ...]) -> Way:
    return tuple(sorted((run.encode() for run in runs), key=len, reverse=True))


def _useful(wanted: Wanted) -> Wanted | None:
    shortest = min(len(way[0]) for way in wanted.ways)
    return wanted if wanted.decides or shortest >= _MIN_DOUBTFUL else None
