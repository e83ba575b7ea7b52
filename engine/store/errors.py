"""What can go wrong with the store.

StoreError
├── JournalError       what was to be recorded is not on disk
├── SeatsTaken         as many interactive sessions as are allowed are open already
├── SeatsUnreadable    who sits where can't be found out
├── ManifestDamaged    the published state can't be read; it can be rebuilt from the parts
├── ManifestNewer      a newer program published it; this one must not fold
└── FoldFailed         finished journals could not become parts; they stay, and are read as they are
"""

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
_REMEDIES = {
    errno.ENOSPC: "free space on its disk",
    errno.EDQUOT: "free space within your quota",
    errno.EFBIG: "raise the limit on a file's size (ulimit -f)",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "close programs: the machine has too many files open",
    errno.EROFS: "set store.folder to a folder that can be written",
    errno.EACCES: "set store.folder to a folder that you may write",
    errno.EPERM: "set store.folder to a folder that you may write",
    errno.ENOTDIR: "set store.folder to a folder",
    errno.EIO: "look after its disk: it reports an error",
}


class StoreError(Exception):
    """Something about the store could not be done."""


class JournalError(StoreError):
    """What was to be recorded is not on disk. `remedy` says what would let it be written."""

    def __init__(self, path: Path, cause: OSError) -> None:
        reason, self.remedy = said(cause)
        super().__init__(f"the journal {path} can't be written: {reason}")
        self.path = path


class Sitter(Protocol):
    """Who has a seat."""

    def __str__(self) -> str: ...


class SeatsTaken(StoreError):
    """Every seat of an interactive session is taken; `sitting` says by whom."""

    def __init__(self, limit: int, sitting: Sequence[Sitter]) -> None:
        who = "; ".join(map(str, sitting))
        are = "session is" if len(sitting) == 1 else "sessions are"
        super().__init__(
            f"{len(sitting)} interactive {are} open, and {limit} may be: {who}. "
            "Close one, or raise store.concurrent_sessions"
        )
        self.limit, self.sitting = limit, tuple(sitting)


class SeatsUnreadable(StoreError):
    """Whether a seat is free can't be found out."""

    def __init__(self, folder: Path, cause: OSError) -> None:
        super().__init__(f"the sessions' seats in {folder} can't be used: {said(cause)[0]}")


class ManifestDamaged(StoreError):
    """The manifest can't be read as what it should be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"the store's manifest {path} can't be read: {reason}")
        self.path = path


class ManifestNewer(StoreError):
    """The manifest is of a version that this program does not know."""

    def __init__(self, path: Path, version: int, known: int) -> None:
        super().__init__(
            f"the store's manifest {path} is of version {version}, and this program knows "
            f"{known}: use the newer program, or set store.folder to another folder"
        )
        self.path, self.version = path, version


class FoldFailed(StoreError):
    """A fold ended without publishing anything; the sentence says why."""


def said(cause: OSError) -> tuple[str, str]:
    """Return the system's reason in words, and what to do about it."""
    reason = cause.strerror or str(cause)
    if cause.errno in _NO_LOCKS:
        return (
            f"{reason}: its file system has no file locks",
            "set store.folder to a folder on a disk of this machine",
        )
    return reason, _REMEDIES.get(cause.errno or 0, "set store.folder to a folder that works")
