"""The capability "agents": out of order while all are stuck or the loop is starved."""

from collections.abc import Callable
from typing import Final

import anyio

from engine.agents.executor import Executor
from engine.breaker.board import Board
from engine.breaker.policy import Policy
from engine.breaker.stall import Stall
from engine.clock import Clock

CAPABILITY: Final = "agents"
_TICK_S: Final = 1.0
_CANARY_S: Final = 5.0
# What it reports is seen, not guessed from single calls: once is enough.
_POLICY: Final = Policy(failure_threshold=1, wait_s=5.0, max_wait_s=30.0)


class AgentsStalled(Exception):
    """No agent gets anywhere."""


class AgentsWatch:
    """Looks at the agents once a second; an empty task tells when they work again."""

    def __init__(
        self, executor: Executor, board: Board, clock: Clock, lag_ms: Callable[[], float | None]
    ) -> None:
        self._executor, self._board, self._clock, self._lag_ms = executor, board, clock, lag_ms
        self._stall = Stall(executor.agents.limit)

    def enter(self) -> None:
        """Enter the capability on the board."""
        self._board.add(CAPABILITY, self._canary, policy=_POLICY)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            self.look()
            await anyio.sleep(_TICK_S)

    def look(self) -> str:
        """Return the trouble, which the circuit is told too; empty where there is none."""
        now_s = self._clock.monotonic_s()
        trouble = self._stall.take(self._executor.working, self._lag_ms(), now_s)
        if trouble:
            self._board.report(CAPABILITY, AgentsStalled(trouble))
        return trouble

    async def _canary(self) -> None:
        if trouble := self.look():
            raise AgentsStalled(trouble)
        with anyio.move_on_after(_CANARY_S) as limit:
            await self._executor.run_nothing()
        if limit.cancelled_caught:
            raise AgentsStalled(f"no agent took an empty task within {_CANARY_S:g} s")
