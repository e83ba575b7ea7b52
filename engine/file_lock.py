"""Locks on files: one process has it, it ends with that process, and the file's text says who.

The lock is what counts; the text is for people, and may be missing.
"""

import fcntl
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine.evidence import clean

_MOST_BYTES: Final = 1 << 16


class Owner(Struct, frozen=True):
    """Who has a lock; None and empty where its file does not say. `since_s` is wall time."""

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


def locked(path: Path) -> int | None:
    """Return the file, opened and locked, made where it isn't there; None: it is another's.

    Raises:
        OSError: it can't be made or opened, or its file system has no locks.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    except BaseException:
        os.close(file)
        raise
    return file


def is_held(file: int) -> bool:
    """Return whether somebody else has the lock of this open file; True where no one can say."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    fcntl.flock(file, fcntl.LOCK_UN)
    return False


def say(file: int, owner: Owner) -> None:
    """Write who has the lock; on a full disk it is had all the same, by someone unknown."""
    text = msgspec.json.encode(replace(owner, project=clean(owner.project)))
    with suppress(OSError):
        os.ftruncate(file, 0)
        os.pwrite(file, text, 0)


def said(file: int) -> Owner:
    """Return who wrote there last."""
    try:
        return msgspec.json.decode(os.pread(file, _MOST_BYTES, 0), type=Owner)
    except (OSError, msgspec.DecodeError):
        return Owner()


def owner(path: Path) -> Owner | None:
    """Return who has the lock of a file, None where nobody has, or there is no such file."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return said(file) if is_held(file) else None
    finally:
        os.close(file)
