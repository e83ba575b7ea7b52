"""Who folds: one process at a time, which holds the lock of the store's fold.lock."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from engine.store.segments import is_held

_NAME = "fold.lock"


class FoldingElsewhere(Exception):
    """Another process holds the lock; `who` is what it wrote there."""

    def __init__(self, who: str) -> None:
        super().__init__(who)
        self.who = who


class _Holder(Struct):
    pid: int
    since_s: float


@contextmanager
def fold_lock(store: Path, now_s: float) -> Iterator[None]:
    """Hold the lock for the length of the block; it ends with the process in any case.

    Raises:
        FoldingElsewhere: somebody else has it.
        OSError: the store can't be written, or its file system has no locks.
    """
    file = os.open(store / _NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FoldingElsewhere(_said(os.pread(file, 4096, 0), now_s)) from error
        os.ftruncate(file, 0)
        os.pwrite(file, msgspec.json.encode(_Holder(os.getpid(), now_s)), 0)
        yield
    finally:
        os.close(file)


def folding(store: Path, now_s: float) -> str | None:
    """Return who holds the lock now, as far as they said; None where nobody folds."""
    try:
        file = os.open(store / _NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return _said(os.pread(file, 4096, 0), now_s) if is_held(file) else None
    finally:
        os.close(file)


def _said(content: bytes, now_s: float) -> str:
    try:
        holder = msgspec.json.decode(content, type=_Holder)
    except msgspec.DecodeError:
        return "another process that has just begun"
    return f"process {holder.pid}, for {max(0.0, now_s - holder.since_s):.0f} s"
