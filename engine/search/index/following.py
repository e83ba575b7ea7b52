"""What changes in a folder, as the system tells of it or as a look at every file does."""

import os
import queue
import threading
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Final

from watchfiles import Change, watch

_STEP_MS: Final = 10
_DEBOUNCE_MS: Final = 100
_WAKE_MS: Final = 60_000
_IGNORE_FILES: Final = frozenset((b".gitignore", b".ignore", b".rgignore"))
_EXCLUDES: Final = b".git/info/exclude"


@dataclass(slots=True)
class Changes:
    """What happened since the last look.

    Attributes:
        files: paths that were written, made, removed or renamed, relative to the root.
        list_again: whether other files may belong to the universe now.
        sweep: whether something was missed, so that every file has to be looked at.
        gone: the watch has ended, with the reason.
    """

    files: set[bytes] = field(default_factory=set)
    list_again: bool = False
    sweep: bool = False
    gone: str = ""

    def __bool__(self) -> bool:
        return bool(self.files or self.list_again or self.sweep or self.gone)


def start_watching(root: str, into: "queue.SimpleQueue[object]") -> threading.Thread:
    """Put `(change, path)` sets from the system into a queue; its last item is the end's reason."""

    def run() -> None:
        try:
            for found in watch(
                root,
                watch_filter=None,
                step=_STEP_MS,
                debounce=_DEBOUNCE_MS,
                rust_timeout=_WAKE_MS,
                raise_interrupt=False,
                ignore_permission_denied=True,
            ):
                into.put(found)
            into.put("the watch ended")
        except Exception as error:  # a boundary: the thread's end is told, whatever it is
            into.put(f"{type(error).__name__}: {error}")

    thread = threading.Thread(target=run, name="watch", daemon=True)
    thread.start()
    return thread


def sort_out(
    found: Iterable[tuple[Change, str]], root: str, known: Container[bytes], folders: set[bytes]
) -> Changes:
    """Tell from the system's events what they mean for the files of the universe.

    Args:
        known: the universe.
        folders: every folder that holds a file of the universe, at any depth.
    """
    changes = Changes()
    prefix = os.fsencode(root).rstrip(b"/") + b"/"
    for change, name in found:
        path = os.fsencode(name).removeprefix(prefix)
        if "\ufffd" in name:
            changes.sweep = True  # a name that isn't UTF-8 is told of by another
        elif path == _EXCLUDES or path.rpartition(b"/")[2] in _IGNORE_FILES:
            changes.list_again = True
            changes.files.add(path)
        elif path.startswith(b".git/") or path == b".git":
            continue
        elif path in known:
            changes.files.add(path)
        elif path in folders or change != Change.modified:
            # A folder or file came or went; a name that stays and isn't ours is no matter.
            changes.list_again = changes.list_again or change != Change.modified
    return changes
