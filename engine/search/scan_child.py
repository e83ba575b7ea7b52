"""The process that scans some of a project's Python files for the process that asked for them.

Started as `python -S -E scan_child.py ROOT module:function…`. Each frame of its standard input is a
list of paths; for each it answers with a frame of what the scans made of them (`FileScan`s). It
ends with its standard input.
"""

import gc
import importlib
import marshal
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO, Final

if __name__ == "__main__":
    # Run as a file: what is imported is found from the folder that holds the package. Last, and
    # not this file's own folder, so that no module of ours hides one of the standard library's.
    sys.path[:] = [*sys.path[1:], str(Path(__file__).resolve().parents[2])]

from engine.search.facts import Scan
from engine.search.python_file import FileScan, scan_file

LENGTH_BYTES: Final = 8
FILE_CPU_S: Final = 20.0
_COLLECT_EVERY: Final = 50_000


def frame(value: Any) -> bytes:
    data = marshal.dumps(value)
    return len(data).to_bytes(LENGTH_BYTES, "big") + data


def named(scan: Scan[Any]) -> str:
    """Return the name by which another process finds a scan."""
    return f"{scan.__module__}:{scan.__qualname__}"


def find(name: str) -> Scan[Any]:
    module, _, function = name.partition(":")
    found: Scan[Any] = getattr(importlib.import_module(module), function)
    return found


def scanned(scans: Sequence[Scan[Any]], root: str, paths: Sequence[str]) -> bytes:
    found: list[FileScan] = []
    for path in paths:
        # Ends this process by itself, also where a pattern that never ends holds the lock.
        signal.setitimer(signal.ITIMER_PROF, FILE_CPU_S)
        found.append(scan_file(scans, root, path))
    signal.setitimer(signal.ITIMER_PROF, 0)
    try:
        return frame([tuple(one) for one in found])
    except ValueError:
        return frame([_sendable(one) for one in found])


def _sendable(found: FileScan) -> tuple[object, ...]:
    """Return `found` with a failure in place of each value that can't be sent."""
    outcomes: list[object] = []
    for outcome in found.outcomes:
        try:
            marshal.dumps(outcome)
            outcomes.append(outcome)
        except ValueError as error:
            outcomes.append(f"ValueError: {error}")
    return (found.path, found.stamp, found.reason, tuple(outcomes))


def _take(source: BinaryIO, batches: "SimpleQueue[list[str]]") -> None:
    while length := source.read(LENGTH_BYTES):
        batches.put(marshal.loads(source.read(int.from_bytes(length, "big"))))
    os._exit(0)


def main() -> None:
    answers, source = sys.stdout.buffer, sys.stdin.buffer
    sys.stdout = sys.stderr  # what a scan prints is no answer
    root, *names = sys.argv[1:]
    scans = [find(name) for name in names]
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    gc.freeze()
    gc.set_threshold(_COLLECT_EVERY)
    batches: SimpleQueue[list[str]] = SimpleQueue()
    threading.Thread(target=_take, args=(source, batches), daemon=True).start()
    try:
        while True:
            answers.write(scanned(scans, root, batches.get()))
            answers.flush()
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main()
