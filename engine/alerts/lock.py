"""Who evaluates the alerts: one session at a time, which holds the lock of <store>/alerts/lock.

The lock is what counts; it ends with its process, however that ends. The text only says who, and
the file's time of change moves on for as long as that session works: one that is stopped keeps the
lock and is known by a time that stands still.
"""

import fcntl
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

LOCK: Final = "lock"
_MOST_BYTES: Final = 1 << 16


class Evaluator(Struct, frozen=True):
    """Who holds the lock, as far as it said; `since_s` is wall time."""

    session: str = ""
    pid: int | None = None
    project: str = ""
    since_s: float | None = None

    def __str__(self) -> str:
        if self.pid is None:
            return "a process that has not said who it is"
        since = ""
        if self.since_s is not None:
            since = f" since {datetime.fromtimestamp(self.since_s):%Y-%m-%d %H:%M}"
        return f"process {self.pid} on {self.project}{since}"


class AlertLock:
    """The lock as one session sees it; every call is blocking work of less than a millisecond."""

    def __init__(self, folder: Path, who: Evaluator) -> None:
        self._path, self._who = folder / LOCK, who
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """Whether this session holds it."""
        return self._file is not None

    def take(self, since_s: float) -> bool:
        """Take the lock if it is free, and say there who has it; False where it is another's.

        Raises:
            OSError: the folder can't be made or written, or its file system has no locks.
        """
        if self._file is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        except OSError:
            os.close(file)
            raise
        self._file = file
        if not self._is_in_place(file):  # it was removed between opening and locking it
            self.release()
            return False
        said = msgspec.structs.replace(self._who, since_s=since_s)
        with suppress(OSError):  # on a full disk it is held all the same, by someone unknown
            os.ftruncate(file, 0)
            os.pwrite(file, msgspec.json.encode(said), 0)
        return True

    def beat(self) -> bool:
        """Tell that this session works; False where its lock is none any more.

        A lock whose file was removed or replaced keeps nobody away, so it is let go.
        """
        if self._file is None:
            return False
        if not self._is_in_place(self._file):
            self.release()
            return False
        with suppress(OSError):
            os.utime(self._file)
        return True

    def release(self) -> None:
        """Let go of it; more than once does no harm."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def last_beat(self) -> int | None:
        """Return a number that changes while who holds the lock works, None without a file."""
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return None

    def said(self) -> Evaluator:
        """Return who wrote there last; that one holds the lock where `take` has just said no."""
        try:
            return msgspec.json.decode(self._path.read_bytes()[:_MOST_BYTES], type=Evaluator)
        except (OSError, msgspec.DecodeError):
            return Evaluator()

    def _is_in_place(self, file: int) -> bool:
        try:
            there = self._path.stat()
        except OSError:
            return False
        here = os.fstat(file)
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


def evaluator(folder: Path) -> Evaluator | None:
    """Return who evaluates the alerts of this folder now, None where nobody does; blocking work."""
    try:
        file = os.open(folder / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if not _is_held(file):
            return None
        return msgspec.json.decode(os.pread(file, _MOST_BYTES, 0), type=Evaluator)
    except msgspec.DecodeError:
        return Evaluator()
    finally:
        os.close(file)


def _is_held(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    fcntl.flock(file, fcntl.LOCK_UN)
    return False
