"""Reading on in a journal that somebody else may still be writing."""

import os
from collections.abc import Iterable, Iterator

from engine.events import AnyEvent, Event
from engine.store.journals.journal import PREFIX_BYTES, parse

_KIND_AT = PREFIX_BYTES + len(b'"type":"')
_PORTION_BYTES = 1 << 20


def kinds(types: Iterable[type[Event]]) -> tuple[bytes, ...]:
    """Return how the lines of these types name them, for `read_on`."""
    return tuple(b'%b"' % one.__name__.encode() for one in types)


def read_on(
    file: int, place: int, kinds: tuple[bytes, ...]
) -> Iterator[tuple[int, AnyEvent | None]]:
    """Yield for each whole line from a byte on the byte after it, and its event.

    Only lines whose type begins with one of `kinds` are decoded; of the others, and of damaged
    ones, the event is None.

    Raises:
        OSError: the file can't be read.
    """
    while portion := _whole_lines(file, place):
        for raw in portion.split(b"\n")[:-1]:
            place += len(raw) + 1
            yield place, parse(raw) if raw.startswith(kinds, _KIND_AT) else None


def _whole_lines(file: int, place: int) -> bytes:
    """Return the next whole lines, at least one where there is one."""
    data = b""
    while portion := os.pread(file, _PORTION_BYTES, place + len(data)):
        data += portion
        if end := data.rfind(b"\n") + 1:
            return data[:end]
    return b""
