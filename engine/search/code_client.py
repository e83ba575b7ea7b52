"""Asking the process that knows a project's Python files (`code_process.py`).

    async with CodeClient.open(root, find_ripgrep) as client:
        cycles = await client.ask("graph.cycles")

Nothing is started before the first question. The process then stays, so that the next answers
come from what it has read; when it dies, the next question starts another.
"""

import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import TYPE_CHECKING, Final

import anyio
from anyio.abc import TaskGroup, TaskStatus

from engine.process import spawn
from engine.search.facts import Json
from engine.search.ripgrep import BASE_FLAGS, failures_as_scan_failed

if TYPE_CHECKING:  # start-up: seven modules that a run without such a question does without
    from engine.search.code_lines import Opening
    from engine.search.code_talk import Progress, Talk

TOPICS: Final[Mapping[str, str]] = {
    "graph": "engine.search.graph.questions",
    "structure": "engine.search.structure.questions",
    "project": "engine.search.project_questions",
    "words": "engine.search.words.questions",
    "pricing": "engine.search.pricing.questions",
}
_SCRIPT: Final = str(Path(__file__).with_name("code_process.py"))
LISTING: Final = ("--files", "--null")


class CodeClient:
    """Asks one project's process. Use `CodeClient.open`.

    Questions may be asked at the same time; they are answered one after the other. One that is
    cancelled or runs out of time is withdrawn: the caller goes on at once.
    """

    def __init__(
        self,
        root: str,
        rg: Callable[[], str],
        group: TaskGroup,
        *,
        processes: int,
        topics: Mapping[str, str],
        cache: Callable[[], str],
    ) -> None:
        self._root = root
        self._rg = rg
        self._group = group
        self._processes = processes
        self._topics = topics
        self._cache = cache
        self._starting = anyio.Lock()
        self._talk: Talk | None = None

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        root: str,
        rg: Callable[[], str],
        *,
        processes: int = 0,
        topics: Mapping[str, str] = TOPICS,
        cache: Callable[[], str] = str,
    ) -> AsyncIterator["CodeClient"]:
        """Have a client for the length of the block; its process ends with the block.

        `rg` finds the ripgrep to run when the process is started. `processes` read files when
        there are many to read; 0 means as many as suit the machine. `topics` are the modules that
        answer, by the first word of a question. `cache` gives the folder, absolute, where what was
        read is kept between runs; empty for nowhere.
        """
        raised: Exception | None = None
        async with anyio.create_task_group() as group:
            try:
                yield cls(root, rg, group, processes=processes, topics=topics, cache=cache)
            except Exception as error:
                raised = error  # raised again below: in here the task group would wrap it
            finally:
                group.cancel_scope.cancel()
        if raised is not None:
            raise raised

    @property
    def pid(self) -> int | None:
        """The process's number; None while there is none."""
        return None if self._talk is None else self._talk.pid

    async def ask(
        self,
        question: str,
        arguments: Mapping[str, Json] | None = None,
        *,
        timeout_s: float = 60.0,
        progress: "Progress | None" = None,
    ) -> Json:
        """Return the answer to `question`, which is about the files as they are now.

        `progress` is told at most ten times a second what is done, how much of it and of how much
        (0: unknown).

        Raises:
            BadQuestion: it can't be answered as it was put.
            RipgrepMissing: as `rg` raises it.
            ScanFailed
        """
        with failures_as_scan_failed(timeout_s), anyio.fail_after(timeout_s):
            talk = await self._running()
            return await talk.ask(question, arguments or {}, progress)

    async def end(self) -> None:
        """End the process and so give its memory back; the next question starts another."""
        if self._talk is not None:
            await self._talk.end()

    async def shed(self) -> None:
        """End the process unless it is working on a question."""
        if self._talk is not None and self._talk.idle:
            await self._talk.end()

    async def _running(self) -> "Talk":
        async with self._starting:
            if self._talk is None:
                opening: Opening = {
                    "root": os.path.abspath(self._root),  # noqa: PTH100 - a link stays a link
                    "listing": [os.path.abspath(self._rg()), *BASE_FLAGS, *LISTING],  # noqa: PTH100
                    "processes": self._processes,
                    "topics": dict(self._topics),
                    "cache": self._cache(),
                }
                started: Talk = await self._group.start(self._live, opening)
                return started
            return self._talk

    async def _live(self, opening: "Opening", *, task_status: "TaskStatus[Talk]") -> None:
        from engine.search.code_talk import Talk

        # -S -E: neither installed packages nor the environment can change what it does.
        argv = [sys.executable, "-S", "-E", _SCRIPT]
        ended = anyio.Event()
        try:
            with anyio.CancelScope() as scope:
                async with spawn(argv, stdin=PIPE, stderr=DEVNULL) as process:
                    talk = Talk(process, self._group, scope, ended)
                    try:
                        await talk.send(opening)
                        self._talk = talk
                        task_status.started(talk)
                        await talk.read()
                    finally:
                        self._talk = None
                        talk.close()
        finally:
            ended.set()
