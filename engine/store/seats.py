"""Seats: so many interactive sessions may share a store, and who sits is known by name.

    <store>/seats/1.json    {"session":…,"pid":…,"project":…,"since_s":…}, locked while it is taken

The lock is what counts; it ends with its process, however that ends. The text only says who.
"""

import fcntl
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Self

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine.evidence import clean
from engine.store.errors import SeatsTaken, SeatsUnreadable
from engine.store.segments import is_held

_SEATS = "seats"
_MOST_BYTES = 1 << 16
_TRIES = 50
_AGAIN_S = 0.002


class Sitting(Struct, frozen=True):
    """Who has a seat; None and empty where its file does not say. `since_s` is wall time."""

    session: str = ""
    pid: int | None = None
    project: str = ""
    since_s: float | None = None

    def __str__(self) -> str:
        if self.pid is None:
            return "one that has not said who it is"
        since = ""
        if self.since_s is not None:
            since = f" since {datetime.fromtimestamp(self.since_s):%Y-%m-%d %H:%M}"
        return f"process {self.pid} on {self.project}{since}"


@dataclass(slots=True)
class Seat:
    """A seat that is taken; it is free again after `release` or the end of the process."""

    number: int
    _file: int | None

    @classmethod
    def take(cls, folder: Path, limit: int, who: Sitting) -> Self:
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
                    if (file := _locked(_path(folder, number))) is not None:
                        _write(file, who)
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


def sitting(folder: Path) -> list[Sitting]:
    """Return who has a seat in the store `folder`, by the seats' numbers; blocking work.

    Raises:
        OSError: the seats can't be listed.
    """
    try:
        names = os.listdir(folder / _SEATS)  # noqa: PTH208 - this is read every two seconds
    except FileNotFoundError:
        return []
    numbers = sorted(int(stem) for name in names if (stem := name.removesuffix(".json")).isdigit())
    taken = (_sitter(_path(folder, number)) for number in numbers)
    return [who for who in taken if who is not None]


def _sitter(path: Path) -> Sitting | None:
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if not is_held(file):
            return None
        return msgspec.json.decode(os.pread(file, _MOST_BYTES, 0), type=Sitting)
    except msgspec.DecodeError:
        return Sitting()
    finally:
        os.close(file)


def _path(folder: Path, number: int) -> Path:
    return folder / _SEATS / f"{number}.json"


def _locked(path: Path) -> int | None:
    """Return the seat's open file with its lock, or None: it is somebody else's."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    except OSError:
        os.close(file)
        raise
    return file


def _write(file: int, who: Sitting) -> None:
    text = msgspec.json.encode(replace(who, project=clean(who.project)))
    with suppress(OSError):  # on a full disk the seat is taken all the same, by someone unknown
        os.ftruncate(file, 0)
        os.pwrite(file, text, 0)
