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
from array import array
from pathlib import Path
from typing import Any, Final

if __name__ == "__main__":
    # Run as a file: what is imported is found from the folder that holds the package. Last, and
    # not this file's own folder, so that no module of ours hides another.
    sys.path[:] = [*sys.path[1:], str(Path(__file__).resolve().parents[3])]

from engine.clock import SystemClock
from engine.search.errors import PatternError, ScanFailed
from engine.search.index.following import Changes, sort_out, start_watching
from engine.search.index.index_lines import Answer, Opening, Request, Row, State
from engine.search.index.text_index import FileLines, OverLimit, TextIndex
from engine.search.index.universe import list_universe
from engine.search.printable import clip, printable
from engine.search.rg_output import show_path
from engine.search.text_query import TextQuery

_TELL_S: Final = 0.1
_IDLE_SWEEP_S: Final = 60.0
_SWEPT_LATELY_S: Final = 0.05
_LISTINGS_APART: Final = 5.0
_now_s: Final = SystemClock().monotonic_s


class Withdrawn(Exception):
    """Nobody waits for this search any more."""


class IndexProcess:
    """One index, its requests and its changes, taken one after the other."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._root = opening["root"]
        self._inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._withdrawn: set[int] = set()
        self._answered = -1
        self._watched = opening["follow"]
        self._why_swept = "" if self._watched else "search.follow is off"
        self._index = TextIndex(opening["rg"], self._root, opening["limit_bytes"])
        self._folders: set[bytes] = set()
        self._generation = 0
        self._list_at_s: float | None = None
        self._listing_s = 0.0
        self._swept_s = 0.0
        self._begun_s = _now_s()

    # ── its life ─────────────────────────────────────────────────────────────────────────────

    def run(self) -> None:
        threading.Thread(target=self._read_requests, daemon=True).start()
        if self._watched:
            # First, so that no change slips between reading and watching.
            start_watching(self._root, self._inbox)
        try:
            self._build()
            while True:
                self._step()
        except OverLimit as error:
            self._tell("off", reason=str(error))
        except ScanFailed as error:
            self._tell("off", reason=str(error))

    def _read_requests(self) -> None:
        for line in sys.stdin.buffer:
            request = json.loads(line)
            if "cancel" in request:
                self._withdrawn.add(request["cancel"])
            else:
                self._inbox.put(request)
        os._exit(0)

    def _build(self) -> None:
        told_s = 0.0

        def progress(done: int, total: int) -> None:
            nonlocal told_s
            if _now_s() - told_s > _TELL_S:
                told_s = _now_s()
                self._tell("building", done, total)

        paths = list_universe(self._opening["rg"], self._root)
        self._index.fill(paths, progress)
        self._know(paths)
        self._listing_s = _LISTINGS_APART * 0.02
        self._swept_s = _now_s()
        self._tell("ready")

    def _tell(self, state: str, done: int = 0, total: int = 0, reason: str = "") -> None:
        known = len(self._index)
        told: State = {
            "state": state,  # type: ignore[typeddict-item]
            "done": done or known,
            "total": total or known,
            "memory_bytes": _own_memory(),
            "index_bytes": self._index.index_bytes,
            "text_bytes": self._index.text_bytes,
            "elapsed_ms": round(1000 * (_now_s() - self._begun_s), 1),
            "reason": reason,
            "follows": "watch" if self._watched else f"sweep: {self._why_swept}",
        }
        _write(json.dumps(told))

    # ── one thing after the other ────────────────────────────────────────────────────────────

    def _step(self) -> None:
        wait_s = _IDLE_SWEEP_S
        if self._list_at_s is not None:
            wait_s = max(0.0, self._list_at_s - _now_s())
        try:
            items = [self._inbox.get(timeout=wait_s)]
        except queue.Empty:
            if self._list_at_s is not None:
                self._list_again()
            else:
                self._sweep()
            return
        while not self._inbox.empty():
            items.append(self._inbox.get())
        # What has changed comes before what is asked, whichever was told first.
        for item in items:
            if not isinstance(item, dict):
                self._take_up(item)
        if not self._watched and _now_s() - self._swept_s > _SWEPT_LATELY_S:
            self._sweep()
        for item in items:
            if isinstance(item, dict):
                self._answer(item)  # type: ignore[arg-type]

    def _take_up(self, told: object) -> None:
        if isinstance(told, str):
            self._watched = False
            self._why_swept = told
            self._sweep()
            self._tell("ready")
            return
        changes = sort_out(told, self._root, self._index, self._folders)  # type: ignore[arg-type]
        self._apply(changes)

    def _apply(self, changes: Changes) -> None:
        if changes.sweep:
            self._sweep()
            return
        self._index.update(changes.files)
        if changes.list_again and self._list_at_s is None:
            self._list_at_s = _now_s() + self._listing_s
            if self._listing_s < _SWEPT_LATELY_S:
                self._list_again()

    def _list_again(self) -> None:
        begun_s = _now_s()
        self._list_at_s = None
        paths = list_universe(self._opening["rg"], self._root)
        known = set(self._index.paths)
        listed = set(paths)
        if self._index.update(listed - known, known - listed):
            self._generation += 1
            self._know(paths)
        took_s = _now_s() - begun_s
        self._listing_s = 0.0 if took_s < _SWEPT_LATELY_S else _LISTINGS_APART * took_s

    def _sweep(self) -> None:
        """Look at every file, whatever was told."""
        self._list_again()
        self._index.update(self._index.changed())
        self._swept_s = _now_s()

    def _know(self, paths: list[bytes]) -> None:
        folders: set[bytes] = set()
        for path in paths:
            folder = path.rpartition(b"/")[0]
            while folder and folder not in folders:
                folders.add(folder)
                folder = folder.rpartition(b"/")[0]
        self._folders = folders

    # ── searches ─────────────────────────────────────────────────────────────────────────────

    def _answer(self, request: Request) -> None:
        number = request["id"]

        def check() -> None:
            if number in self._withdrawn:
                raise Withdrawn

        payload = b""
        answer: Answer = {"id": number, "how": "index"}
        try:
            check()
            if request.get("sync"):
                self._sweep()
            if "query" in request:
                query = TextQuery(**_query(request["query"]))
                found = self._index.search(query, check)
                if found is None:
                    answer["how"] = "the pattern gives the index nothing to go by"
                else:
                    payload = self._found(answer, request, found)
        except Withdrawn:
            self._withdrawn.discard(number)
            return
        except PatternError as error:
            answer["pattern_error"] = error.reason
        except ScanFailed as error:
            answer["failed"] = error.cause
        _write(json.dumps(answer), payload)

    def _found(self, answer: Answer, request: Request, found: list[FileLines]) -> bytes:
        answer["total"] = sum(len(one.numbers) for one in found)
        answer["files"] = len(found)
        answer["binary"] = self._index.count("binary")
        answer["unreadable"] = self._index.count("unreadable")
        answer["generation"] = self._generation
        if not request.get("all"):
            answer["rows"] = _rows(found, request["max_rows"])
            return b""
        counts = array("I", [len(one.numbers) for one in found])
        payload = counts.tobytes() + b"".join(one.numbers.tobytes() for one in found)
        answer["paths"] = [os.fsdecode(one.path) for one in found]
        answer["bytes"] = len(payload)
        return payload


def _query(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in fields.items()}


def _rows(found: list[FileLines], max_rows: int) -> list[Row]:
    rows: list[Row] = []
    for one in found:
        path = show_path(one.path)
        first, _ = one.segment.line_range(one.file)
        for number in one.numbers[: max_rows - len(rows)].tolist():
            text = one.segment.line(first + number - 1).decode("utf-8", "replace").rstrip("\r")
            rows.append((path, number, clip(printable(text))))
        if len(rows) >= max_rows:
            break
    return rows


def _own_memory() -> int:
    """Return this process's resident memory in bytes, at its peak where no more is known."""
    try:
        pages = int(Path("/proc/self/statm").read_bytes().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else 1024 * peak


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
        _write(json.dumps({"state": "off", "reason": f"{error.strerror or error}"}))
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
