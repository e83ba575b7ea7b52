"""What a session that is there now has said of itself, read from its journal; blocking work."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from engine.events import AnyEvent, Event
from engine.store.journals.segments import Segment, segments
from engine.store.journals.tail import kinds, read_on

# At one sample a second some minutes; a rarer one has fewer others between.
TAIL_BYTES: Final = 1 << 18
_NEWEST: Final = 2  # the last segment may have begun a moment ago


def lately(folder: Path, session: str, types: Sequence[type[Event]]) -> list[AnyEvent]:
    """Return what a session recorded last of these types: the end of its journal.

    Raises:
        OSError: the journal can't be read.
    """
    found = list[AnyEvent]()
    for part in _segments_of(folder, session)[-_NEWEST:]:
        found += _events(part, types, TAIL_BYTES)
    return found


def since_it_began(
    folder: Path, session: str, types: Sequence[type[Event]]
) -> list[AnyEvent] | None:
    """Return all that a session recorded of these types; None: its beginning is folded.

    Raises:
        OSError: the journal can't be read.
    """
    parts = _segments_of(folder, session)
    if not parts or parts[0].number:
        return None
    return [event for part in parts for event in _events(part, types, None)]


def _segments_of(folder: Path, session: str) -> list[Segment]:
    return [part for part in segments(folder) if part.session == session]


def _events(part: Segment, types: Sequence[type[Event]], most: int | None) -> list[AnyEvent]:
    """Return the events of these types in the last `most` bytes of a segment."""
    file = os.open(part.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        # A line that begins before is none of any type.
        place = 0 if most is None else max(0, os.fstat(file).st_size - most)
        read = read_on(file, place, kinds(types))
        return [event for _, event in read if event is not None]
    finally:
        os.close(file)
