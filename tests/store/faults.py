"""Failures of the system, made for the tests of the store."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from engine.events import Event
from engine.store.journals.journal import Journal, JournalError


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """A disk on which one more write fits, and of it only the first bytes."""
    real, room = os.write, [size]

    def write(file: int, data: memoryview) -> int:
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(file, data[: room.pop()])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", write)
        yield


async def torn(journal: Journal, event: Event) -> None:
    """Fail to commit an event of which five bytes are written."""
    with room_for(5), pytest.raises(JournalError):
        await journal.commit(event)


def no_shortening(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the system refuse to shorten files, so that what is torn stays."""

    def refused(*_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "ftruncate", refused)
