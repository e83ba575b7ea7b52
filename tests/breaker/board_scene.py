"""A board with a clock that moves when told, all that it published, and canaries to give it."""

from collections.abc import Callable

import anyio

from engine.breaker.board import Board
from engine.breaker.policy import Policy
from engine.clock import ManualClock
from engine.events import CircuitChanged, Event, LevelChanged

POLICY = Policy(failure_threshold=2, wait_s=10.0, max_wait_s=60.0)


class Blameless(Exception):
    blameless = True


class Scene:
    """A board with a clock that moves when told, and all that it published."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.events: list[Event] = []
        self.clock = ManualClock()
        self.board = Board(self.events.append, self.clock, policy, chance=lambda: 0.0)

    def changes(self) -> list[CircuitChanged]:
        return [event for event in self.events if isinstance(event, CircuitChanged)]

    def circuits(self) -> list[tuple[str, str | None, str]]:
        changes = [e for e in self.events if isinstance(e, CircuitChanged)]
        return [(e.capability, e.was, e.state) for e in changes]

    def levels(self) -> list[tuple[str | None, str]]:
        return [(e.was, e.level) for e in self.events if isinstance(e, LevelChanged)]

    def fail(self, capability: str, error: Exception | None = None) -> None:
        try:
            with self.board.guard(capability):
                raise error or RuntimeError("it broke")
        except type(error or RuntimeError()):
            pass

    def open(self, capability: str) -> None:
        for _ in range(2):
            self.fail(capability)


async def nothing() -> None:
    """A canary that always sings."""


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(20):
        while True:
            if condition():
                return
            await anyio.sleep(0.002)


async def running(scene: Scene, condition: Callable[[], bool]) -> None:
    """Let the board try its canaries until something holds."""
    async with anyio.create_task_group() as group:
        group.start_soon(scene.board.run)
        await until(condition)
        group.cancel_scope.cancel()
