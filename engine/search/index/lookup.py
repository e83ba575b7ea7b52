"""The lines of a segment that match: those that are sure, and those that ripgrep has to look at."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.search.index import neighbours
from engine.search.index.neighbours import APART, UNSURE, WORD
from engine.search.index.segment import Ints, Mask, Segment
from engine.search.index.wanted import Wanted

_NONE: Final = np.empty(0, np.int64)
_NEWLINE: Final = 10
_LONG: Final = 500
# Characters beyond ASCII that are looked at one by one; a text full of them is ripgrep's.
_MOST_LOOKED_AT: Final = 2000
# How every byte stands by itself.
_CLASS: Final = np.array(
    [UNSURE if b >= 0x80 else int(chr(b).isalnum() or b == ord("_")) for b in range(256)], np.uint8
)


@dataclass(frozen=True, slots=True)
class Lines:
    """Line numbers of one segment, ascending; `doubtful` may match, `sure` do."""

    sure: Ints
    doubtful: Ints


def find_lines(segment: Segment, wanted: Wanted) -> Lines:
    """Return the lines that may match; no other line of the segment does."""
    found = [_of_way(segment, wanted, way) for way in wanted.ways]
    sure = _merged([one.sure for one in found])
    doubtful = [one.doubtful for one in found]
    if wanted.folds and len(segment.folding):
        doubtful.append(segment.folding)
    return Lines(sure, np.setdiff1d(_merged(doubtful), sure, assume_unique=True))


def _of_way(segment: Segment, wanted: Wanted, way: tuple[bytes, ...]) -> Lines:
    literal, *beside = way
    at = segment.positions(literal, beside, ignore_case=wanted.ignore_case)
    if not wanted.decides:
        return Lines(_NONE, segment.lines_at(at))
    if not wanted.word or not len(at):
        return Lines(segment.lines_at(at), _NONE)
    sure, doubtful = _apart(segment, literal, at)
    return Lines(segment.lines_at(at[sure]), segment.lines_at(at[doubtful]))


def _apart(segment: Segment, literal: bytes, at: Ints) -> tuple[Mask, Mask]:
    """Tell the occurrences that stand apart from words, and those of which that isn't sure."""
    codes = np.frombuffer(segment.text, np.uint8)
    before = _CLASS[np.where(at > 0, codes[at - 1], _NEWLINE)]
    # Every line ends with a line break, so there is a byte behind.
    behind = _CLASS[codes[at + len(literal)]]
    for one in np.flatnonzero((before == UNSURE) & (behind != WORD))[:_MOST_LOOKED_AT].tolist():
        before[one] = neighbours.before(segment.text, int(at[one]))
    for one in np.flatnonzero((behind == UNSURE) & (before != WORD))[:_MOST_LOOKED_AT].tolist():
        behind[one] = neighbours.behind(segment.text, int(at[one]) + len(literal))
    sure: Mask = (before == APART) & (behind == APART)
    doubtful: Mask = ~sure & (before != WORD) & (behind != WORD)
    if _overlaps_itself(literal):
        # An occurrence that was skipped may stand apart where its neighbour doesn't.
        doubtful = ~sure
    return sure, doubtful


def _overlaps_itself(literal: bytes) -> bool:
    # What is too long to be looked at counts as one that does.
    return len(literal) > _LONG or any(
        literal.startswith(literal[shift:]) for shift in range(1, len(literal))
    )


def _merged(lines: list[Ints]) -> Ints:
    """Return ascending numbers, each once."""
    some = [one for one in lines if len(one)]
    if len(some) < 2:
        return some[0] if some else _NONE
    return np.unique(np.concatenate(some))
