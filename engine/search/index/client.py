"""The text index as the engine sees it: a process that is started, asked and started again."""

import json
import sys
from array import array
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any, Final, Literal

import anyio
from anyio.abc import Process

from engine.process import ProcessError, spawn
from engine.search.errors import PatternError, ScanFailed, SearchError
from engine.search.index.index_lines import Answer, Opening, Request, Withdrawal
from engine.search.text_query import Hit, TextQuery

_SCRIPT: Final = str(Path(__file__).with_name("index_process.py"))
_CHUNK_BYTES: Final = 1 << 18
_ENDED: Final = "the process of the text index ended"
_WITHDRAW_S: Final = 0.05
_PATIENCE_S: Final = 2.0
_LOOK_S: Final = 0.02
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class IndexState:
    """How the index stands.

    Attributes:
        done, total: files read, of so many; the files of the universe when it is ready.
        memory_bytes: of its process; `index_bytes` of the bitmap, `text_bytes` of the packed text.
        reason: why it is off.
        follows: `watch`, or `sweep: ` and why every file is looked at before each search.
    """

    state: Literal["building", "ready", "off"]
    done: int = 0
    total: int = 0
    memory_bytes: int = 0
    index_bytes: int = 0
    text_bytes: int = 0
    elapsed_ms: float = 0.0
    reason: str = ""
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index found.

    Attributes:
        rows: the first matching lines; empty where `all_lines` was asked for.
        lines: for each file with matches its line numbers; only where `all_lines` was asked for.
        generation: grows whenever files come or go.
    """

    total: int
    files: int
    rows: tuple[Hit, ...]
    binary: int
    unreadable: int
    generation: int
    lines: tuple[tuple[str, "memoryview[int]"], ...] = ()


class IndexLost(ScanFailed):
    """The process ended before it answered."""


@dataclass(slots=True)
class _Waiting:
    ready: anyio.Event = field(default_factory=anyio.Event)
    answer: Answer | None = None
    payload: bytes = b""


class IndexClient:
    """One index for one project; `run` must be running while it is asked.

    Attributes:
        binary: how many files of the project are binary; None before the first answer.
        generation: as of the last answer, see `Indexed`.
    """

    def __init__(
        self,
        root: str,
        rg: Callable[[], str],
        *,
        limit_bytes: int,
        follow: bool,
        tell: Callable[[IndexState], None],
    ) -> None:
        self.state = IndexState("building")
        self.binary: int | None = None
        self.generation = 0
        self._root = root
        self._rg = rg
        self._limit_bytes = limit_bytes
        self._follow = follow
        self._tell = tell
        self._process: Process | None = None
        self._waiting: dict[int, _Waiting] = {}
        self._asked = 0
        self._ended = ""
        self._sending = anyio.Lock()
        self._life = anyio.CancelScope()
        self._wanted = anyio.Event()
        self._wanted.set()

    @property
    def pid(self) -> int | None:
        """The process's id, None while there is none."""
        return self._process.pid if self._process else None

    async def run(self, lost: Callable[[Exception], None]) -> None:
        """Keep the index until cancelled; tell `lost` of each process that ended by itself.

        An index that is off by its own decision (too large, nothing to list) is not tried again.
        """
        wait_s = _FIRST_WAIT_S
        while True:
            await self._wanted.wait()
            begun_s = anyio.current_time()
            try:
                with anyio.CancelScope() as self._life:
                    await self._live()
            except (ProcessError, SearchError, OSError) as error:
                reason = error.cause if isinstance(error, ScanFailed) else str(error)
                self._change(IndexState("off", reason=reason))
                lost(error)
            else:
                if not self._life.cancel_called:
                    return
                continue  # it was shed
            if anyio.current_time() - begun_s > _LONGEST_WAIT_S:
                wait_s = _FIRST_WAIT_S
            await anyio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
            if self._wanted.is_set():
                self._change(IndexState("building"))

    async def shed(self, reason: str) -> None:
        """Give the memory back: end the process, once its searches are done, until `restore`."""
        if self._process is None or not self._wanted.is_set():
            return
        self._wanted = anyio.Event()
        self._change(IndexState("off", reason=reason))  # from here on ripgrep is asked
        with anyio.move_on_after(_PATIENCE_S):
            while self._waiting:  # noqa: ASYNC110 - each of them waits for its own answer
                await anyio.sleep(_LOOK_S)
        self._life.cancel()

    def restore(self) -> None:
        """Build the index again after `shed`."""
        if not self._wanted.is_set():
            self._change(IndexState("building"))
            self._wanted.set()

    async def _live(self) -> None:
        opening: Opening = {
            "root": self._root,
            "rg": self._rg(),
            "limit_bytes": self._limit_bytes,
            "follow": self._follow,
        }
        argv = [sys.executable, "-E", _SCRIPT]
        try:
            async with spawn(argv, stdin=PIPE, stderr=DEVNULL) as process:
                self._ended = ""
                self._process = process
                await self._send(opening)
                await self._listen(process)
        finally:
            self._process = None
            for waiting in self._waiting.values():
                waiting.ready.set()
            self._waiting.clear()
        if self.state.state != "off":
            raise IndexLost(self._ended or _ENDED)

    async def _listen(self, process: Process) -> None:
        assert process.stdout is not None
        buffer = bytearray()

        async def more() -> None:
            assert process.stdout is not None
            buffer.extend(await process.stdout.receive(_CHUNK_BYTES))

        try:
            while True:
                while (end := buffer.find(b"\n")) < 0:
                    await more()
                line = json.loads(bytes(buffer[:end]))
                size = line.get("bytes", 0)
                while len(buffer) < end + 1 + size:
                    await more()
                payload = bytes(buffer[end + 1 : end + 1 + size])
                del buffer[: end + 1 + size]
                self._take(line, payload)
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            return

    def _take(self, line: dict[str, Any], payload: bytes) -> None:
        if "state" in line:
            if self._wanted.is_set():
                self._change(IndexState(**line))
        elif "ended" in line:
            self._ended = line["ended"]
        elif (waiting := self._waiting.pop(line["id"], None)) is not None:
            waiting.answer = line  # type: ignore[assignment]
            waiting.payload = payload
            waiting.ready.set()

    def _change(self, state: IndexState) -> None:
        self.state = state
        self._tell(state)

    async def _send(self, line: Opening | Request | Withdrawal) -> None:
        if self._process is None or self._process.stdin is None:
            raise IndexLost("the process of the text index isn't running")
        data = json.dumps(line).encode() + b"\n"
        try:
            async with self._sending:
                await self._process.stdin.send(data)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
            raise IndexLost(_ENDED) from error

    # ── searches ─────────────────────────────────────────────────────────────────────────────

    async def search(
        self, query: TextQuery, *, max_rows: int, all_lines: bool = False
    ) -> Indexed | str:
        """Return what the index found, or why it has to be left to ripgrep.

        Raises:
            PatternError, ScanFailed; IndexLost.
        """
        if self.state.state != "ready":
            return self._not_ready()
        answer, payload = await self._ask(
            {"id": 0, "query": _fields(query), "max_rows": max_rows, "all": all_lines}
        )
        if "pattern_error" in answer:
            raise PatternError(query.pattern, answer["pattern_error"])
        self.binary, self.generation = answer["binary"], answer["generation"]
        if answer["how"] != "index":
            return answer["how"]
        return Indexed(
            answer["total"],
            answer["files"],
            tuple(Hit(*row) for row in answer.get("rows", ())),
            answer["binary"],
            answer["unreadable"],
            answer["generation"],
            _lines(answer.get("paths", []), payload),
        )

    async def sync(self) -> None:
        """Return when everything that is on disk now is taken up.

        Raises:
            ScanFailed, IndexLost.
        """
        await self._ask({"id": 0, "sync": True})

    async def _ask(self, request: Request) -> tuple[Answer, bytes]:
        self._asked += 1
        number = self._asked
        waiting = self._waiting[number] = _Waiting()
        try:
            await self._send({**request, "id": number})
            await waiting.ready.wait()
        except BaseException:
            # Also where the caller is cancelled: nobody waits for the answer any more.
            self._waiting.pop(number, None)
            with anyio.move_on_after(_WITHDRAW_S, shield=True):
                await self._withdraw(number)
            raise
        if waiting.answer is None:
            raise IndexLost(self._ended or f"{_ENDED} during a search")
        if "failed" in waiting.answer:
            raise ScanFailed(waiting.answer["failed"])
        return waiting.answer, waiting.payload

    async def _withdraw(self, number: int) -> None:
        try:
            await self._send({"cancel": number})
        except IndexLost:
            return  # it has no searches any more

    def _not_ready(self) -> str:
        state = self.state
        if state.state == "off":
            return state.reason
        share = f" ({100 * state.done // state.total} %)" if state.total else ""
        return f"the index is being built{share}"


def _fields(query: TextQuery) -> dict[str, Any]:
    return {name: value for name, value in asdict(query).items() if value}


def _lines(paths: list[str], payload: bytes) -> tuple[tuple[str, "memoryview[int]"], ...]:
    numbers = memoryview(payload).cast("I") if payload else memoryview(array("I"))
    lines = []
    at = len(paths)
    for path, count in zip(paths, numbers[: len(paths)], strict=True):
        lines.append((path, numbers[at : at + count]))
        at += count
    return tuple(lines)
