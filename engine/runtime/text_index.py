"""The text index of a session that stays open: its memory, its events, its circuit."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import anyio

from engine.agents.serving import causes
from engine.breaker.board import Board
from engine.bus import Bus
from engine.config import Config
from engine.config.schema import Search
from engine.events import IndexProgressed

if TYPE_CHECKING:  # each costs a single run 10 ms; few search, and none keeps an index
    from engine.search.index.client import IndexClient, IndexState
    from engine.search.text_search import TextSearch

CAPABILITY = "search.index"
_LIMIT_BYTES = 1 << 30
_SHARE = 10
_CANARY_S = 3.0
_SLOW_S = 2.0
_SHED = "its memory was needed: it is built again once there is room"
ONCE = "a single run doesn't build an index"


class SessionIndex:
    """The search of one session, with an index where it pays: `live` and not turned off."""

    _client: "IndexClient | None" = None

    def __init__(
        self,
        root: str,
        config: Config,
        rg: Callable[[], str],
        bus: Bus,
        board: Board,
        *,
        live: bool,
    ) -> None:
        self._bus = bus
        self._board = board
        settings = config.search
        self._why_none = (
            "" if live and settings.index else ONCE if not live else "search.index is off"
        )
        self._settled = anyio.Event()
        self._root, self._rg, self._live = root, rg, live
        self._client = None if self._why_none else self._indexing(root, rg, settings)

    @cached_property
    def search(self) -> "TextSearch":
        from engine.search.text_search import TextSearch

        return TextSearch(
            self._rg,
            self._root,
            self._client,
            why_none="" if not self._live else self._why_none,
            report=self._report,
            left_alone=lambda: causes(self._board.rows()).get(CAPABILITY, ""),
        )

    def _indexing(self, root: str, rg: Callable[[], str], settings: Search) -> "IndexClient":
        from engine.search.index.client import IndexClient

        limit_bytes = settings.index_mb << 20 or default_limit_bytes()
        return IndexClient(
            root, rg, limit_bytes=limit_bytes, follow=settings.follow, tell=self._tell
        )

    def enter(self) -> None:
        """Enter the capability on the board."""
        if self._client is None:
            self._board.add_absent(CAPABILITY, self._why_none)
        else:
            self._board.add(CAPABILITY, self._canary, replace(self._board.policy, slow_s=_SLOW_S))

    async def run(self, then: Callable[[], Awaitable[None]]) -> None:
        """Keep the index until cancelled; `then` runs once it stands, or at once without one."""
        async with anyio.create_task_group() as group:
            if self._client is not None:
                group.start_soon(self.search.run)
                group.start_soon(self._client.run, self._report)
                await self._settled.wait()
            await then()

    @property
    def pid(self) -> int | None:
        """The index's process, None while there is none."""
        return self._client.pid if self._client is not None else None

    async def shed(self) -> None:
        """Give the index's memory back; ripgrep searches until `restore`."""
        if self._client is not None:
            await self._client.shed(_SHED)

    def restore(self) -> None:
        """Build the index again after `shed`."""
        if self._client is not None:
            self.enter()
            self._client.restore()

    def _report(self, error: Exception | None, took_s: float | None = None) -> None:
        self._board.report(CAPABILITY, error, took_s)

    async def _canary(self) -> None:
        assert self._client is not None
        try:
            with anyio.fail_after(_CANARY_S):
                await self._client.sync()
        except TimeoutError:
            raise TimeoutError(f"it has not answered within {_CANARY_S:g} s") from None

    def _tell(self, state: "IndexState") -> None:
        self._bus.publish(
            IndexProgressed(
                index="text",
                state=state.state,
                done=state.done,
                total=state.total or None,
                memory_bytes=state.memory_bytes or None,
                elapsed_ms=state.elapsed_ms or None,
                reason=state.reason or ("" if state.follows == "watch" else state.follows),
            )
        )
        if state.state != "building":
            self._settled.set()
        if state.state == "off" and self._client is not None and self._client.pid is not None:
            # Its own decision: a project or machine that can't have one, no failure.
            self._board.add_absent(CAPABILITY, state.reason)


def default_limit_bytes() -> int:
    """Return a tenth of the machine's memory, a gigabyte at most."""
    return min(_LIMIT_BYTES, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _SHARE)
