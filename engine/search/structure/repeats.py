"""The maximal repeats of a set of strings.

A repeat is maximal when it can be made longer at neither end without losing a place. They are found
from their first `least` characters: every window of that length that occurs twice is a start,
unless all its places have the same character before them; each start is made longer, and split
where its places go on differently (D. Gusfield, Algorithms on Strings, 1997, 7.12, by hashing in
place of a suffix tree).

Windows that are dull begin no repeat; what follows them may. Those are dull that repeat themselves
with a period of at most half their length (tables), and those of which the caller says so. A
repeat at more than 64 places, of which most overlap, is not made longer.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

_SLOTS: Final = 1 << 23
_SHIFT: Final = 24  # bits for the place within a string
_MASK: Final = (1 << _SHIFT) - 1
_STEP: Final = 16
_CROWD: Final = 64


class Repeat(NamedTuple):
    """A string of `length` characters that stands at all of `places`: (string's number, offset)."""

    length: int
    places: tuple[tuple[int, int], ...]


def maximal_repeats(
    texts: Sequence[str],
    least: int,
    dull: Callable[[str], bool] = lambda window: False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[Repeat]:
    """Yield the maximal repeats of at least `least` characters, in no special order.

    `progress(done, total)` is called every few milliseconds.
    """
    groups = _groups(texts, least, progress)

    @cache
    def skipped(window: str) -> bool:
        return _periodic(window) or dull(window)

    for number, (window, places) in enumerate(groups.items()):
        if number % 256 == 0:
            progress(2 * len(groups) + number, 3 * len(groups))
        if len(places) > 1 and not skipped(window):
            yield from _extended(texts, window, places, skipped)


def _groups(
    texts: Sequence[str], least: int, progress: Callable[[int, int], None]
) -> dict[str, list[int]]:
    """Return the places of every window that occurs twice, and of few that don't."""
    seen = bytearray(_SLOTS)
    for number, text in enumerate(texts):
        if number % _STEP == 0:
            progress(number, 3 * len(texts))
        for at in range(len(text) - least + 1):
            slot = hash(text[at : at + least]) % _SLOTS
            if seen[slot] < 2:
                seen[slot] += 1
    groups: dict[str, list[int]] = {}
    for number, text in enumerate(texts):
        if number % _STEP == 0:
            progress(len(texts) + number, 3 * len(texts))
        base = number << _SHIFT
        for at in range(len(text) - least + 1):
            window = text[at : at + least]
            if seen[hash(window) % _SLOTS] > 1:
                groups.setdefault(window, []).append(base + at)
    return groups


def _periodic(window: str) -> bool:
    return any(window[period:] == window[:-period] for period in range(1, len(window) // 2 + 1))


def _before(texts: Sequence[str], place: int) -> str:
    at = place & _MASK
    return texts[place >> _SHIFT][at - 1] if at else ""


def _begins(
    texts: Sequence[str], window: str, places: list[int], skipped: Callable[[str], bool]
) -> bool:
    """Return whether no window one to the left covers all these places."""
    before = _before(texts, places[0])
    if not before or any(_before(texts, place) != before for place in places):
        return True
    return skipped(before + window[:-1])


def _extended(
    texts: Sequence[str], window: str, places: list[int], skipped: Callable[[str], bool]
) -> Iterator[Repeat]:
    waiting = [(places, len(window))]
    while waiting:
        places, length = waiting.pop()
        if not _begins(texts, window, places, skipped):
            continue
        parts = _split(texts, places, length)
        while len(parts) == 1 and "" not in parts:
            length += 1
            parts = _split(texts, places, length)
        yield Repeat(length, tuple((place >> _SHIFT, place & _MASK) for place in places))
        if len(places) > _CROWD and _overlap(places, length):
            continue
        for char, part in parts.items():
            if char and len(part) > 1:
                waiting.append((part, length + 1))


def _overlap(places: list[int], length: int) -> bool:
    """Return whether most places overlap the next one; these go on and on in long tables."""
    return 2 * sum([next_ - place < length for place, next_ in pairwise(places)]) > len(places)


def _split(texts: Sequence[str], places: list[int], length: int) -> dict[str, list[int]]:
    """Return the places by the character that follows there, "" at the end of a string."""
    parts: dict[str, list[int]] = {}
    for place in places:
        at = (place & _MASK) + length
        parts.setdefault(texts[place >> _SHIFT][at : at + 1], []).append(place)
    return parts
