"""Scanning many Python files at once, over child processes (`scan_child.py`).

Files are handed out heaviest first and in small batches, so that no child is left with the dear
ones. A child that ends is replaced: the file that ended it twice is given up, the others are
scanned all the same. The children end with the process that started them.
"""

import marshal
import os
import selectors
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.search.errors import ScanFailed
from engine.search.facts import Scan
from engine.search.python_file import FileScan, Stamp
from engine.search.scan_child import LENGTH_BYTES, frame, named

_SCRIPT: Final = str(Path(__file__).with_name("scan_child.py"))
_BATCH_BYTES: Final = 128 * 1024
_BATCH_FILES: Final = 24
# One is worked on while the next one waits in the pipe.
_AHEAD: Final = 2
_MAX_DEATHS: Final = 64
_READ_BYTES: Final = 1 << 20
_TICK_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Batch:
    """Files to scan; `deaths` of children were laid to them so far."""

    paths: tuple[str, ...]
    deaths: int = 0


def batches(files: Mapping[str, Stamp]) -> Iterator[Batch]:
    """Cut `files` (by their sizes) into batches, heaviest first."""
    paths: list[str] = []
    held_bytes = 0
    for path in sorted(files, key=lambda path: files[path][0], reverse=True):
        size_bytes = files[path][0]
        if paths and (held_bytes + size_bytes > _BATCH_BYTES or len(paths) == _BATCH_FILES):
            yield Batch(tuple(paths))
            paths, held_bytes = [], 0
        paths.append(path)
        held_bytes += size_bytes
    if paths:
        yield Batch(tuple(paths))


def scan_in_pool(
    scans: Sequence[Scan[Any]],
    root: str,
    files: Mapping[str, Stamp],
    *,
    processes: int,
    tick: Callable[[], None],
) -> Iterator[FileScan]:
    """Yield what `scans` make of each of `files`, as it comes; calls `tick` every 20 ms.

    Raises:
        ScanFailed: the children keep ending.
    """
    pool = _Pool([root, *map(named, scans)], batches(files), processes)
    try:
        while pool.busy:
            yield from pool.wait()
            for path, ending in pool.given_up():
                yield FileScan(path, files[path], "", (ending,) * len(scans))
            tick()
    finally:
        pool.end()


class _Child:
    """A child and the batches that it has, the one that it works on first."""

    def __init__(self, argv: Sequence[str]) -> None:
        # It stays in the group of this process, which is killed as a whole.
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-E", _SCRIPT, *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self.batches: deque[Batch] = deque()
        self._received = bytearray()

    def give(self, batch: Batch) -> None:
        self.batches.append(batch)
        assert self.process.stdin is not None
        # One that has ended is noticed by its output.
        with suppress(BrokenPipeError):
            self.process.stdin.write(frame(list(batch.paths)))

    def answers(self) -> list[list[Any]] | None:
        """Return what came of its batches by now; None at its end."""
        assert self.process.stdout is not None
        data = os.read(self.process.stdout.fileno(), _READ_BYTES)
        if not data:
            return None
        self._received += data
        found: list[list[Any]] = []
        while (answer := self._next_frame()) is not None:
            self.batches.popleft()
            found.append(marshal.loads(answer))
        return found

    def _next_frame(self) -> bytes | None:
        end = LENGTH_BYTES + int.from_bytes(self._received[:LENGTH_BYTES], "big")
        if len(self._received) < max(end, LENGTH_BYTES):
            return None
        answer = bytes(self._received[LENGTH_BYTES:end])
        del self._received[:end]
        return answer

    def end(self) -> int:
        """End it, and return its exit status."""
        self.process.kill()
        with self.process:
            return self.process.wait()


class _Pool:
    def __init__(self, argv: Sequence[str], work: Iterator[Batch], processes: int) -> None:
        self._argv = argv
        self._todo = deque(work)
        self._processes = processes
        self._children: set[_Child] = set()
        self._selector = selectors.DefaultSelector()
        self._given_up: list[tuple[str, str]] = []
        self._deaths = 0
        self._hand_out()

    @property
    def busy(self) -> bool:
        return bool(self._todo or self._given_up or any(c.batches for c in self._children))

    def wait(self) -> Iterator[FileScan]:
        """Yield what came in the next 20 ms."""
        for key, _ in self._selector.select(_TICK_S):
            child: _Child = key.data
            answers = child.answers()
            if answers is None:
                self._bury(child)
            # Before what came is looked at, so that no child waits for that.
            self._hand_out()
            for answer in answers or ():
                for one in answer:
                    yield FileScan(*one)

    def given_up(self) -> list[tuple[str, str]]:
        """Return the files that no child survives, each with how the last one ended; once each."""
        found, self._given_up = self._given_up, []
        return found

    def end(self) -> None:
        for child in self._children:
            child.end()
        self._children.clear()
        self._selector.close()

    def _hand_out(self) -> None:
        while self._todo and len(self._children) < min(self._processes, len(self._todo)):
            self._start()
        for held in range(_AHEAD):
            for child in self._children:
                if self._todo and len(child.batches) == held:
                    child.give(self._todo.popleft())

    def _start(self) -> None:
        try:
            child = _Child(self._argv)
        except OSError as error:
            raise ScanFailed(f"no process can be started to read files: {error}") from error
        self._children.add(child)
        assert child.process.stdout is not None
        self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _bury(self, child: _Child) -> None:
        assert child.process.stdout is not None
        self._selector.unregister(child.process.stdout)
        self._children.remove(child)
        ending = ending_of(child.end())
        self._deaths += 1
        if self._deaths > _MAX_DEATHS:
            raise ScanFailed(f"the processes that read Python files keep ending ({ending})")
        if not child.batches:
            return
        fatal, *untouched = child.batches
        self._todo.extendleft(untouched)
        if fatal.deaths and len(fatal.paths) == 1:
            self._given_up.append((fatal.paths[0], f"the process that read it ended ({ending})"))
        else:
            self._todo.extendleft(Batch((path,), fatal.deaths + 1) for path in fatal.paths)


def ending_of(returncode: int) -> str:
    """Return how a process ended, in words."""
    if returncode == -signal.SIGPROF:
        return "it took too long"
    if returncode < 0:
        with suppress(ValueError):
            return f"signal {signal.Signals(-returncode).name}"
    return f"status {returncode}"
