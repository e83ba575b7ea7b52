"""What changes in a folder, as the system tells of it or as a look at every file does."""

import os
import threading
import time
from collections.abc import Callable, Collection, Container
from dataclasses import dataclass, field
from typing import Final

from watchfiles import Change, watch

_STEP_MS: Final = 10
_DEBOUNCE_MS: Final = 100
_WAKE_MS: Final = 60_000
_IGNORE_FILES: Final = frozenset((b".gitignore", b".ignore", b".rgignore"))
_EXCLUDES: Final = b".git/info/exclude"
_IN_GIT: Final = b"/.git/"
_UNREADABLE_NAME: Final = "Unable to decode path"
_AGAIN_S: Final = 0.02
_MANY: Final = 4000


@dataclass(slots=True)
class Changes:
    """What happened since the last look.

    Attributes:
        files: paths that were written, made, removed or renamed, relative to the root.
        list_again: whether other files may belong to the universe now.
        sweep: whether something was missed, so that every file has to be looked at.
    """

    files: set[bytes] = field(default_factory=set)
    list_again: bool = False
    sweep: bool = False


@dataclass(frozen=True, slots=True)
class WatchBegun:
    """Every change from now on is told of."""


@dataclass(frozen=True, slots=True)
class WatchEnded:
    reason: str


Told = set[tuple[Change, str]] | WatchBegun | WatchEnded


class _Beginning:
    """Asked at each turn of the watch whether to stop; the first time it is asked, it watches."""

    def __init__(self, begun: Callable[[], None]) -> None:
        self._begun: Callable[[], None] | None = begun

    def is_set(self) -> bool:
        if self._begun is not None:
            self._begun()
            self._begun = None
        return False


def start_watching(root: str, tell: Callable[[Told], None]) -> None:
    """Have the system's events told by a thread: the beginning, sets of them, the end."""

    def run() -> None:
        # A name that isn't UTF-8 ends a watch; what it had to tell is found by a look at all files.
        while _watched(root, tell):
            time.sleep(_AGAIN_S)

    threading.Thread(target=run, name="watch", daemon=True).start()


def _watched(root: str, tell: Callable[[Told], None]) -> bool:
    """Tell of changes until the watch ends; return whether to watch again."""
    try:
        for found in watch(
            root,
            watch_filter=None,
            step=_STEP_MS,
            debounce=_DEBOUNCE_MS,
            rust_timeout=_WAKE_MS,
            stop_event=_Beginning(lambda: tell(WatchBegun())),
            raise_interrupt=False,
            # True would pass over every folder that can't be watched, whatever the reason.
            ignore_permission_denied=False,
        ):
            tell(found)
        tell(WatchEnded("the watch ended"))
    except Exception as error:  # a boundary: the thread's end is told, whatever it is
        if _UNREADABLE_NAME in str(error):
            return True
        tell(WatchEnded(f"{type(error).__name__}: {error}"))
    return False


def sort_out(
    found: Collection[tuple[Change, str]],
    root: str,
    known: Container[bytes],
    folders: Container[bytes],
) -> Changes:
    """Tell from the system's events what they mean for the files of the universe.

    Args:
        known: the universe.
        folders: every folder that holds a file of the universe, at any depth.
    """
    # So many at once may be more than the system kept for us.
    changes = Changes(sweep=len(found) > _MANY)
    prefix = os.fsencode(root).rstrip(b"/") + b"/"
    for change, name in found:
        path = os.fsencode(name).removeprefix(prefix)
        if path in known:
            changes.files.add(path)
        if _moves_the_universe(change, path, known, folders):
            changes.list_again = True
    return changes


def _moves_the_universe(
    change: Change, path: bytes, known: Container[bytes], folders: Container[bytes]
) -> bool:
    """Return whether other files may belong to the universe after a change."""
    if path.endswith(_EXCLUDES) or path.rpartition(b"/")[2] in _IGNORE_FILES:
        return True
    if _IN_GIT in b"/" + path or path in known:
        return False
    # What isn't ours and only changes is no matter; a folder may open or close.
    return change != Change.modified or path in folders
