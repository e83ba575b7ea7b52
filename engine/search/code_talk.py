"""One process that knows a project's Python files, and what is said with it.

Several ask at the same time; each gets the lines that are about its question. Whoever goes away
before its answer has come withdraws the question, and a process that does not give it up is ended.
"""

import itertools
import json
import math
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Final

import anyio
from anyio.abc import Process, TaskGroup
from anyio.lowlevel import checkpoint
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from engine.search.code_lines import BEAT_S, Asked, Opening, Withdrawn, add_piece
from engine.search.errors import ScanFailed
from engine.search.facts import BadQuestion, Json, Unreadable
from engine.search.scan_pool import ending_of

GIVE_UP_S: Final = 2.0
# Six beats missed: it hangs, however long its question takes.
SILENT_S: Final = 3.0

Progress = Callable[[str, int, int], None]
"""Told what is done, how much of it and of how much (0: unknown)."""


class Talk:
    """What is said with one process, from its start to its end."""

    def __init__(
        self, process: Process, group: TaskGroup, scope: anyio.CancelScope, ended: anyio.Event
    ) -> None:
        self.pid = process.pid
        self._process = process
        self._group = group
        self._scope = scope
        self._ended = ended
        self._numbers = itertools.count(1)
        self._waiting: dict[int, MemoryObjectSendStream[dict[str, Json]]] = {}
        self._withdrawn: dict[int, anyio.Event] = {}
        self._closed = False
        self._why = ""
        self._silent_s = 0.0

    @property
    def idle(self) -> bool:
        """Whether nobody waits for an answer."""
        return not self._waiting and not self._withdrawn

    async def send(self, line: Opening | Asked | Withdrawn) -> None:
        assert self._process.stdin is not None
        try:
            await self._process.stdin.send(json.dumps(line).encode() + b"\n")
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            await self._end_of_process()
            raise self._ending() from None

    async def ask(
        self, question: str, arguments: Mapping[str, Json], progress: Progress | None
    ) -> Json:
        if self._closed:
            raise self._ending()
        number = next(self._numbers)
        into, lines = anyio.create_memory_object_stream[dict[str, Json]](math.inf)
        self._waiting[number] = into
        try:
            with lines:
                await self.send({"id": number, "question": question, "arguments": arguments})
                return await self._answer(lines, progress)
        finally:
            if number in self._waiting:
                self._withdrawn[number] = anyio.Event()
                self._group.start_soon(self._withdraw, number)

    async def read(self) -> None:
        """Hand out the lines that come, until there are no more or it has died of silence."""
        self._group.start_soon(self._listen_for_life)
        with suppress(anyio.BrokenResourceError, ValueError, KeyError):
            async for line in self._lines():
                self._hand_out(json.loads(line))
                await checkpoint()
        await self._end_of_process()

    async def end(self) -> None:
        self._why = "was ended"
        self._scope.cancel()
        await self._ended.wait()

    def close(self) -> None:
        """Let everyone go who still waits."""
        self._closed = True
        for into in self._waiting.values():
            into.close()
        self._waiting.clear()
        for given_up in self._withdrawn.values():
            given_up.set()

    async def _lines(self) -> AsyncIterator[bytes]:
        assert self._process.stdout is not None
        parts: list[bytes] = []
        async for chunk in self._process.stdout:
            self._silent_s = 0.0
            first, *others = chunk.split(b"\n")
            parts.append(first)
            for other in others:
                yield b"".join(parts)
                parts = [other]

    async def _listen_for_life(self) -> None:
        """End a process that is asked something and says nothing at all, not even that it lives.

        Turns of our own are counted, not the clock: while we are kept, nobody could be heard.
        """
        while not self._closed:
            await anyio.sleep(BEAT_S)
            self._silent_s = 0.0 if self.idle else self._silent_s + BEAT_S
            if self._silent_s > SILENT_S:
                self._why = f"gave no sign of life for {SILENT_S:g} s and was ended"
                self._scope.cancel()
                return

    def _hand_out(self, line: dict[str, Json]) -> None:
        if "alive" in line:
            return
        number = line["id"]
        more = "progress" in line or line.get("more") or line.get("last") is False
        into = self._waiting.get(number)
        if into is not None:
            # Whoever withdrew it does not listen any more.
            with suppress(anyio.BrokenResourceError):
                into.send_nowait(line)
        if not more and into is not None:
            del self._waiting[number]
            into.close()
        if not more and number in self._withdrawn:
            self._withdrawn[number].set()

    async def _answer(
        self, lines: MemoryObjectReceiveStream[dict[str, Json]], progress: Progress | None
    ) -> Json:
        answer: Json = None
        async for line in lines:
            if "progress" in line:
                if progress is not None:
                    progress(*line["progress"])
            elif "bad" in line:
                raise (Unreadable if line["unreadable"] else BadQuestion)(line["bad"])
            elif "failed" in line:
                raise ScanFailed(line["failed"])
            elif "answer" in line:
                answer = line["answer"]
            elif "items" in line:
                add_piece(answer, line["key"], line["items"])
            if line.get("last") or line.get("more") is False:
                return answer
        raise self._ending()

    async def _withdraw(self, number: int) -> None:
        with anyio.move_on_after(GIVE_UP_S) as patience:
            with suppress(ScanFailed):
                await self.send({"cancel": number})
            await self._withdrawn[number].wait()
        del self._withdrawn[number]
        if patience.cancelled_caught:
            self._why = "did not give up a question and was ended"
            self._scope.cancel()

    async def _end_of_process(self) -> None:
        with anyio.move_on_after(GIVE_UP_S):
            await self._process.wait()

    def _ending(self) -> ScanFailed:
        status = self._process.returncode
        why = self._why or f"ended ({'by itself' if status is None else ending_of(status)})"
        return ScanFailed(f"the process that reads Python files {why}")
