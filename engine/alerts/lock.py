"""Who evaluates the alerts: one session at a time, which holds the lock of <store>/alerts/lock.

The lock is what counts; it ends with its process, however that ends. The text only says who, and
the file's time of change moves on for as long as that session works: one that is stopped keeps the
lock and is known by a time that stands still.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from engine import file_lock
from engine.file_lock import Owner

LOCK: Final = "lock"


class AlertLock:
    """The lock as one session sees it; every call is blocking work of less than a millisecond."""

    def __init__(self, folder: Path, who: Owner) -> None:
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
        if (file := file_lock.locked(self._path)) is None:
            return False
        self._file = file
        if not self._is_in_place(file):  # it was removed between opening and locking it
            self.release()
            return False
        file_lock.say(file, replace(self._who, since_s=since_s))
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

    def said(self) -> Owner:
        """Return who wrote there last; that one holds the lock where `take` has just said no."""
        try:
            file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return Owner()
        try:
            return file_lock.said(file)
        finally:
            os.close(file)

    def _is_in_place(self, file: int) -> bool:
        try:
            there = self._path.stat()
        except OSError:
            return False
        here = os.fstat(file)
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


def evaluator(folder: Path) -> Owner | None:
    """Return who evaluates the alerts of this folder now, None where nobody does; blocking work."""
    return file_lock.owner(folder / LOCK)
