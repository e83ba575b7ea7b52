"""The process that holds a project's text index and answers searches from it.

Started as `python -E index_process.py`. It reads an opening line, builds the index, tells of its
state and then answers line by line. It ends at once when its standard input is closed, so it never
outlives its parent; all it owns is memory.
"""

import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

if __name__ == "__main__":
    # Run as a file: what is imported is found from the folder that holds the package. Last, and
    # not this file's own folder, so that no module of ours hides another.
    sys.path[:] = [*sys.path[1:], str(Path(__file__).resolve().parents[3])]

from engine.clock import SystemClock
from engine.search.errors import PatternError, ScanFailed
from engine.search.index.answers import fill, query_of
from engine.search.index.following import (
    Told,
    WatchBegun,
    WatchEnded,
    sort_out,
    start_watching,
)
from engine.search.index.index_lines import Answer, Ended, Opening, Request, State
from engine.search.index.line_search import LineSearch
from engine.search.index.text_index import OverLimit, Progress
from engine.search.index.upkeep import Upkeep

_TELL_S: Final = 0.1
_now_s: Final = SystemClock().monotonic_s


class Withdrawn(Exception):
    """Nobody waits for this search any more."""


class IndexProcess:
    """One index, its requests and its changes, taken one after the other."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._root = opening["root"]
        self._inbox: queue.SimpleQueue[Request | Told] = queue.SimpleQueue()
        self._withdrawn: set[int] = set()
        self._answered = 0
        self._watched = opening["follow"]
        self._why_swept = "" if self._watched else "search.follow is off"
        self._search = LineSearch(opening["rg"])
        self._upkeep = Upkeep(opening["rg"], opening["root"], opening["limit_bytes"])

    # ── its life ─────────────────────────────────────────────────────────────────────────────

    def run(self) -> None:
        threading.Thread(target=self._read_requests, daemon=True).start()
        if self._watched:
            start_watching(self._root, self._inbox.put)
        try:
            self._build(self._upkeep.build)
            while True:
                self._step()
        except OverLimit as error:
            self._tell("off", reason=str(error))
        except ScanFailed as error:
            _end(error.cause)

    def _read_requests(self) -> None:
        for line in sys.stdin.buffer:
            request = json.loads(line)
            if "cancel" not in request:
                self._inbox.put(request)
            elif request["cancel"] > self._answered:
                self._withdrawn.add(request["cancel"])
        os._exit(0)

    def _build(self, build: Callable[[Progress], None]) -> None:
        begun_s = told_s = _now_s()

        def progress(done: int, total: int) -> None:
            nonlocal told_s
            if _now_s() - told_s > _TELL_S:
                told_s = _now_s()
                self._tell("building", done, total)

        build(progress)
        self._tell("ready", elapsed_s=_now_s() - begun_s)

    def _tell(
        self, state: str, done: int = 0, total: int = 0, *, elapsed_s: float = 0.0, reason: str = ""
    ) -> None:
        index = self._upkeep.index
        known = len(index) if state == "ready" else 0
        told: State = {
            "state": state,  # type: ignore[typeddict-item]
            "done": done or known,
            "total": total or known,
            "memory_bytes": _own_memory(),
            "index_bytes": index.index_bytes,
            "text_bytes": index.text_bytes,
            "elapsed_ms": round(1000 * elapsed_s, 1),
            "reason": reason,
            "follows": "watch" if self._watched else f"sweep: {self._why_swept}",
        }
        _write(json.dumps(told))

    # ── one thing after the other ────────────────────────────────────────────────────────────

    def _step(self) -> None:
        items = self._items()
        requests = [item for item in items if isinstance(item, dict)]
        # What has changed comes before what is asked, whichever was told first.
        for item in items:
            if not isinstance(item, dict):
                self._take_up(item)
        self._upkeep.do_what_is_due(unwatched=bool(requests) and not self._watched)
        for request in requests:
            self._answer(request)
        if self._upkeep.index.worn:
            # ripgrep answers meanwhile.
            self._tell("building")
            self._build(self._upkeep.build_anew)

    def _items(self) -> list[Request | Told]:
        """Wait for something to do; return all that is there."""
        try:
            items = [self._inbox.get(timeout=self._upkeep.due_in_s)]
        except queue.Empty:
            return []
        while not self._inbox.empty():
            items.append(self._inbox.get())
        return items

    def _take_up(self, told: Told) -> None:
        upkeep = self._upkeep
        if isinstance(told, WatchBegun):
            upkeep.sweep()
        elif isinstance(told, WatchEnded):
            self._watched = False
            self._why_swept = told.reason
            upkeep.sweep()
            self._tell("ready")
        else:
            upkeep.take_up(sort_out(told, self._root, upkeep.index, upkeep.folders))

    # ── searches ─────────────────────────────────────────────────────────────────────────────

    def _answer(self, request: Request) -> None:
        number = request["id"]

        def check() -> None:
            if number in self._withdrawn:
                raise Withdrawn

        payload = b""
        answer: Answer = {"id": number, "how": "index", "generation": self._upkeep.generation}
        try:
            check()
            if request.get("sync"):
                self._upkeep.sweep()
            if "query" in request:
                answer["binary"] = self._upkeep.index.count("binary")
                found = self._search.search(self._upkeep.index, query_of(request), check)
                if found is None:
                    answer["how"] = "the pattern gives the index nothing to go by"
                else:
                    payload = fill(answer, request, self._upkeep.index, found)
        except Withdrawn:
            return
        except PatternError as error:
            answer["pattern_error"] = error.reason
        except ScanFailed as error:
            answer["failed"] = error.cause
        finally:
            self._answered = number
            self._withdrawn.discard(number)
        _write(json.dumps(answer), payload)


def _own_memory() -> int:
    """Return this process's resident memory in bytes, at its peak where no more is known."""
    try:
        pages = int(Path("/proc/self/statm").read_bytes().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else 1024 * peak


def _end(reason: str) -> None:
    ended: Ended = {"ended": reason}
    _write(json.dumps(ended))


def _write(line: str, payload: bytes = b"") -> None:
    out = sys.stdout.buffer
    try:
        out.write(line.encode() + b"\n" + payload)
        out.flush()
    except BrokenPipeError:
        os._exit(0)


def main() -> None:
    opening: Opening = json.loads(sys.stdin.buffer.readline())
    try:
        IndexProcess(opening).run()
    except OSError as error:
        _end(f"the project folder can't be read: {error.strerror or error}")
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
