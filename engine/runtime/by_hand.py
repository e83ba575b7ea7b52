"""The level held by hand: pinned, released, and told as any other change of it."""

from collections.abc import Callable

import anyio

from engine.breaker.board import Board
from engine.clock import Clock
from engine.events import Event, LevelChanged
from engine.evidence import Level

_LEAST_S, _LOOK_S = 0.05, 1.0


class LevelByHand:
    """Pins the ladder and tells of it; while it waits for an end or a rung, it looks on."""

    def __init__(self, board: Board, publish: Callable[[Event], None], clock: Clock) -> None:
        self._board, self._publish, self._clock = board, publish, clock
        self._following = False

    def pin(self, level: Level, reason: str, for_s: float | None = None) -> None:
        """Hold the level, for so long or until `unpin`.

        Raises:
            BadPin: the level, reason or time is none, or the rollout forbids the level.
        """
        before = self._board.ladder.level
        self._board.ladder.pin(level, reason, self._clock.monotonic_s(), for_s)
        self._say(before)

    def unpin(self) -> bool:
        """Let the level follow the capabilities again; False where it was not pinned."""
        ladder = self._board.ladder
        if not ladder.standing.pinned:
            return False
        before = ladder.level
        ladder.unpin(self._clock.monotonic_s())
        self._say(before)
        return True

    async def follow(self) -> None:
        """Tell when a pin ends and the level climbs on; done when nothing is awaited any more."""
        if self._following:
            return
        self._following = True
        try:
            while (at_s := self._board.ladder.next_at_s) is not None:
                left_s = at_s - self._clock.monotonic_s()
                await anyio.sleep(min(_LOOK_S, max(_LEAST_S, left_s)))  # a later pin may end sooner
                self._look()
        finally:
            self._following = False

    def _look(self) -> None:
        ladder = self._board.ladder
        before, pinned = ladder.level, ladder.standing.pinned
        changed = ladder.tick(self._clock.monotonic_s()) is not None
        if changed or ladder.standing.pinned != pinned:
            self._say(before)

    def _say(self, was: Level) -> None:
        now = self._board.standing
        held = now.held_until_s
        wall_s = self._clock.wall_s() - self._clock.monotonic_s()
        self._publish(
            LevelChanged(
                level=now.level,
                was=was,
                why=now.why,
                lift=now.lift,
                cap=now.cap,
                pinned=now.pinned,
                held_until_s=None if held is None else wall_s + held,
            )
        )
