"""The process that knows a session's Python files: opened with the engine, started when asked."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal

from engine.agents.tool import Refused, ToolError, Unavailable
from engine.bus import Bus
from engine.clock import Clock
from engine.config.cache_folder import cache_folder
from engine.events import IndexProgressed
from engine.search.code_client import CodeClient
from engine.search.errors import RipgrepMissing, SearchError
from engine.search.facts import BadQuestion, Unreadable

# Beyond any task's own time, which ends it sooner.
_LONGEST_S = 3600.0
Progress = Callable[[str, float | None, float | None], None]


def code_cache(environ: Mapping[str, str] = os.environ) -> str:
    """Return the user's folder for what was read of Python files; empty if there is none."""
    folder = cache_folder(environ)
    return str(folder / "code") if folder else ""


class CodeQuestions:
    """Asks it on the tools' behalf; its errors become theirs."""

    def __init__(self, root: str, rg: Callable[[], str], bus: Bus, clock: Clock) -> None:
        self._root, self._rg = root, rg
        self._bus, self._clock = bus, clock
        self._client: CodeClient | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        async with CodeClient.open(self._root, self._rg, cache=code_cache) as client:
            self._client = client
            try:
                yield
            finally:
                self._client = None

    async def ask(
        self,
        question: str,
        arguments: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
        /,
    ) -> Any:
        """Return the answer; see `Services.code`."""
        if self._client is None:
            raise ToolError("the engine is closing")
        try:
            return await self._client.ask(
                question, arguments, timeout_s=_LONGEST_S, progress=progress
            )
        except Unreadable as error:
            raise Unavailable(str(error)) from error
        except BadQuestion as error:
            raise Refused(str(error)) from error
        except RipgrepMissing as error:
            raise Unavailable(str(error)) from error
        except SearchError as error:
            raise ToolError(str(error)) from error

    @property
    def pid(self) -> int | None:
        """The process, None while there is none."""
        return self._client.pid if self._client is not None else None

    async def shed(self) -> None:
        """Give its memory back unless it is at work; the next question starts another."""
        if self._client is not None:
            await self._client.shed()

    async def warm(self) -> None:
        """Read the project's imports before anyone asks, and tell how far that is."""
        begun_s = self._clock.monotonic_s()

        def tell(_text: str, done: float | None, total: float | None) -> None:
            self._publish("building", int(done or 0), int(total or 0))

        try:
            state = await self.ask("graph.state", None, tell)
        except ToolError as error:
            # Not swallowed: the event says it, and whoever asks hears of it again.
            self._publish("off", reason=error.error.cause)
            return
        files = int(state["files"])
        elapsed_ms = round(1000 * (self._clock.monotonic_s() - begun_s), 1)
        self._publish("ready", files, files, elapsed_ms=elapsed_ms)

    def _publish(
        self,
        state: Literal["building", "ready", "off"],
        done: int = 0,
        total: int = 0,
        *,
        elapsed_ms: float | None = None,
        reason: str = "",
    ) -> None:
        self._bus.publish(
            IndexProgressed(
                index="code",
                state=state,
                done=done,
                total=total or None,
                elapsed_ms=elapsed_ms,
                reason=reason,
            )
        )
