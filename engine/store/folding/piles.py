"""Records of journals, sorted into piles: one file of JSON rows for each day and kind.

A pile is written in portions and never held open, so that neither memory nor open files grow with
the journals.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.store.journals.lines import records
from engine.store.journals.records import Head, Kind, Record, read_body, row

HELD_BYTES = 8 << 20
_LAST_S = 253402300799.0  # the end of the year 9999


@dataclass(slots=True)
class Pile:
    """The rows of one kind on one day, on their way into a part."""

    path: Path
    kind: Kind
    day: str
    rows: int = 0
    longest: int = 0  # bytes of the longest row
    first_s: float = float("inf")
    last_s: float = float("-inf")

    def count(self, head: Head, size: int) -> None:
        self.rows += 1
        self.longest = max(self.longest, size)
        self.first_s, self.last_s = min(self.first_s, head.wall_s), max(self.last_s, head.wall_s)


class Piles:
    """The piles of one fold, in its folder; what is in them is complete after `flush`."""

    def __init__(self, folder: Path) -> None:
        self.records = 0
        self.foreign = Counter[str]()
        self.damaged = Counter[str]()  # lines by segment
        self._folder = folder
        self._piles: dict[tuple[str, Kind], Pile] = {}
        self._held: dict[Path, bytearray] = {}
        self._held_bytes = 0

    def take_session(self, segments: Sequence[Path]) -> None:
        """Sort what one session wrote.

        Raises:
            OSError: a segment can't be read, or a pile not written.
        """
        for one in records(segments, self._set_aside):
            self.records += 1
            if one.foreign:
                self.foreign[one.head.type] += 1
            self._put(one, one.kind)

    def as_facts(self, pile: Pile) -> Pile:
        """Put the samples of a pile that fit no columns among the facts, and return those.

        Raises:
            OSError: a pile can't be read or written.
        """
        with pile.path.open("rb") as file:
            for raw in file:
                if (one := read_body(raw.removesuffix(b"\n"))) is not None:
                    self.foreign[one.head.type] += 1
                    self._put(one, "facts")
        self.drop(pile)
        self.flush()
        return self._piles[pile.day, "facts"]

    def flush(self) -> list[Pile]:
        """Write what is held, and return all piles, the facts last.

        Raises:
            OSError: a pile can't be written.
        """
        for path, held in self._held.items():
            with path.open("ab") as file:
                file.write(held)
        self._held.clear()
        self._held_bytes = 0
        return sorted(self._piles.values(), key=lambda pile: (pile.day, pile.kind == "facts"))

    def drop(self, pile: Pile) -> None:
        """Delete a pile, which is a part now."""
        pile.path.unlink()
        del self._piles[pile.day, pile.kind]

    def damaged_lines(self, segment: str) -> Path:
        """Return the file with the lines of a segment that are no records."""
        return self._folder / f"{segment}.damaged"

    def _put(self, one: Record, kind: Kind) -> None:
        day, data = day_of(one.head.wall_s), row(one, kind)
        pile = self._piles.get((day, kind))
        if pile is None:
            pile = Pile(self._folder / f"{day}.{kind}.ndjson", kind, day)
            self._piles[day, kind] = pile
        pile.count(one.head, len(data))
        held = self._held.setdefault(pile.path, bytearray())
        held += data
        held += b"\n"
        self._hold(len(data))

    def _set_aside(self, segment: str, raw: bytes) -> None:
        self.damaged[segment] += 1
        held = self._held.setdefault(self.damaged_lines(segment), bytearray())
        held += raw if raw.endswith(b"\n") else raw + b"\n"
        self._hold(len(raw))

    def _hold(self, size: int) -> None:
        self._held_bytes += size
        if self._held_bytes >= HELD_BYTES:
            self.flush()


def day_of(wall_s: float) -> str:
    """Return the UTC day; times that no calendar has belong to the first day of 1970."""
    inside = wall_s if 0 <= wall_s <= _LAST_S else 0.0
    return datetime.fromtimestamp(inside, UTC).strftime("%Y-%m-%d")
