"""Who folds: one process at a time, which holds the lock of the store's fold.lock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.file_lock import Owner, locked, owner, say

_NAME = "fold.lock"


class FoldingElsewhere(Exception):
    """Another process holds the lock; `who` is what it wrote there."""

    def __init__(self, who: str) -> None:
        super().__init__(who)
        self.who = who


@contextmanager
def fold_lock(store: Path, now_s: float) -> Iterator[None]:
    """Hold the lock for the length of the block; it ends with the process in any case.

    Raises:
        FoldingElsewhere: somebody else has it.
        OSError: the store can't be written, or its file system has no locks.
    """
    if (file := locked(store / _NAME)) is None:
        raise FoldingElsewhere(_words(owner(store / _NAME) or Owner(), now_s))
    try:
        say(file, Owner(pid=os.getpid(), since_s=now_s))
        yield
    finally:
        os.close(file)


def folding(store: Path, now_s: float) -> str | None:
    """Return who holds the lock now, as far as they said; None where nobody folds."""
    who = owner(store / _NAME)
    return None if who is None else _words(who, now_s)


def _words(who: Owner, now_s: float) -> str:
    if who.pid is None or who.since_s is None:
        return "another process that has just begun"
    return f"process {who.pid}, for {max(0.0, now_s - who.since_s):.0f} s"
