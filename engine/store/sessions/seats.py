"""Seats: so many interactive sessions may share a store, and who sits is known by name.

    <store>/seats/1.json    {"session":…,"pid":…,"project":…,"since_s":…}, locked while it is taken

The lock is what counts; it ends with its process, however that ends. The text only says who.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Self

from engine.file_lock import Owner, locked, owner, say
from engine.store.errors import SeatsTaken, SeatsUnreadable

_SEATS = "seats"
_TRIES = 50
_AGAIN_S = 0.002


@dataclass(slots=True)
class Seat:
    """A seat that is taken; it is free again after `release` or the end of the process."""

    number: int
    _file: int | None

    @classmethod
    def take(cls, folder: Path, limit: int, who: Owner) -> Self:
        """Take one of `limit` seats of the store `folder`; blocking work of a millisecond or so.

        Raises:
            SeatsTaken: all of them are taken; it names by whom.
            SeatsUnreadable: the folder can't be made, written or locked.
        """
        try:
            (folder / _SEATS).mkdir(parents=True, exist_ok=True, mode=0o700)
            for _ in range(_TRIES):
                others = sitting(folder)
                if len(others) >= limit:
                    break
                for number in range(1, limit + 1):
                    if (file := locked(_path(folder, number))) is not None:
                        say(file, who)
                        return cls(number, file)
                # Somebody was only looking whether a seat is free, and held it for a moment.
                Event().wait(_AGAIN_S)
        except OSError as error:
            raise SeatsUnreadable(folder / _SEATS, error) from error
        raise SeatsTaken(limit, others)

    def release(self) -> None:
        """Stand up; more than once does no harm."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def sitting(folder: Path) -> list[Owner]:
    """Return who has a seat in the store `folder`, by the seats' numbers; blocking work.

    Raises:
        OSError: the seats can't be listed.
    """
    try:
        names = os.listdir(folder / _SEATS)  # noqa: PTH208 - this is read every two seconds
    except FileNotFoundError:
        return []
    numbers = sorted(int(stem) for name in names if (stem := name.removesuffix(".json")).isdigit())
    taken = (owner(_path(folder, number)) for number in numbers)
    return [who for who in taken if who is not None]


def _path(folder: Path, number: int) -> Path:
    return folder / _SEATS / f"{number}.json"
