"""The lines of a session's journal, as the store reads them: each record once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from engine.store.journals.records import Record, number, record


def records(segments: Sequence[Path], damaged: Callable[[str, bytes], None]) -> Iterator[Record]:
    """Yield the records of one session's segments, each once; `damaged` hears of the other lines.

    Where a number stands twice the last line holds. Only such numbers are remembered: of a
    journal of any length that is little.

    Raises:
        OSError: a segment can't be read.
    """
    numbers = (number(raw) for _, raw in _lines(segments))
    last = last_places(one for one in numbers if one is not None)
    place = 0
    for name, raw in _lines(segments):
        one = record(raw)
        if one is None:
            damaged(name, raw)
            continue
        if last.get(one.head.seq, place) == place:
            yield one
        place += 1


def last_places(numbers: Iterable[int]) -> dict[int, int]:
    """Return where each number that comes out of order stands last, counted from 0."""
    highest, last = -1, dict[int, int]()
    for place, one in enumerate(numbers):
        if one <= highest:
            last[one] = place
        else:
            highest = one
    return last


def _lines(segments: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for path in segments:
        with path.open("rb") as file:
            for raw in file:
                if raw != b"\n":  # what begins again after a short write
                    yield path.name, raw


def whole_lines(path: Path, place: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a journal from a byte on, each with the byte after it; no torn end.

    Raises:
        OSError: it can't be read.
    """
    with path.open("rb") as file:
        file.seek(place)
        for raw in file:
            if not raw.endswith(b"\n"):
                return
            place += len(raw)
            yield place, raw
