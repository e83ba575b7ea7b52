"""The agents' circuit with a real executor and tools that heed no cancellation."""

from pathlib import Path

import anyio
import pytest

from engine.agents.tool import Call
from engine.breaker.errors import CircuitOpen
from engine.events import CircuitChanged
from engine.evidence import Evidence, PlannedTask
from engine.runtime.agents_watch import AgentsWatch
from tests.agents.scene import Scene

pytestmark = pytest.mark.anyio

TIMEOUT_S = 10.0


class Watched:
    """Two agents, one tool that stays until it is let go, and a watch with a lag that is set."""

    def __init__(self, folder: Path) -> None:
        self.scene = Scene(folder, agents=2, timeout_s=TIMEOUT_S)
        self.leave = anyio.Event()
        self.lag_ms: float | None = 1.0
        self.watch = AgentsWatch(
            self.scene.executor, self.scene.board, self.scene.clock, lambda: self.lag_ms
        )
        self.watch.enter()
        self.scene.board.announce()

    async def stay(self, call: Call) -> Evidence:
        with anyio.CancelScope(shield=True):
            await self.leave.wait()
        return Evidence("left")

    async def move(self, call: Call) -> Evidence:
        while not self.leave.is_set():
            call.progress("on", None, None)
            await anyio.sleep(0.001)
        return Evidence("left")

    def state(self) -> str:
        return self.scene.board.states()["agents"]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def tasks(*tools: str) -> list[PlannedTask]:
    return [PlannedTask(f"t{number}", tool) for number, tool in enumerate(tools)]


async def busy(watched: Watched, number: int) -> None:
    with anyio.fail_after(10):
        while len(watched.scene.executor.working) < number:  # noqa: ASYNC110
            await anyio.sleep(0.001)


async def test_it_opens_when_all_are_stuck_and_an_empty_task_closes_it(watched: Watched) -> None:
    """Half as long again as their time without progress; closed once an agent takes a task."""
    scene = watched.scene
    scene.tool("stay", watched.stay)
    async with anyio.create_task_group() as group:
        group.start_soon(scene.board.run)
        async with anyio.create_task_group() as queries:
            queries.start_soon(scene.execute, *tasks("stay", "stay"))
            await busy(watched, 2)
            scene.clock.advance(1.5 * TIMEOUT_S)
            assert watched.watch.look() == ""
            scene.clock.advance(0.1)
            assert watched.watch.look().startswith("all 2 agents are stuck: no progress for 15 s")
            assert watched.state() == "open"
            assert scene.board.standing.level == "monitoring"
            stuck = pytest.raises(CircuitOpen, match="all 2 agents are stuck")
            with stuck, scene.board.guard("agents"):
                pass
            watched.leave.set()
        with anyio.fail_after(20):
            while watched.state() != "closed":  # by the clock that moves here
                scene.clock.advance(1.0)
                await anyio.sleep(0.01)
        group.cancel_scope.cancel()
    changes = [e.state for e in scene.of(CircuitChanged) if e.capability == "agents"]
    assert changes == ["closed", "open", "half_open", "closed"]


async def test_one_that_gets_on_keeps_it_closed(watched: Watched) -> None:
    """Progress is a sign of life, however long the task takes."""
    scene = watched.scene
    scene.tool("stay", watched.stay)
    scene.tool("move", watched.move)
    async with anyio.create_task_group() as queries:
        queries.start_soon(scene.execute, *tasks("stay", "move"))
        await busy(watched, 2)
        for _ in range(4):
            scene.clock.advance(TIMEOUT_S)
            await anyio.sleep(0.01)
            assert watched.watch.look() == ""
        watched.leave.set()
    assert watched.state() == "closed"
    assert len(scene.executor.working) == 0


async def test_a_starved_loop_opens_it(watched: Watched) -> None:
    """Late for ten seconds on end; while it is, the canary fails, too."""
    watched.lag_ms = 400.0
    for _ in range(10):
        assert watched.watch.look() == ""
        watched.scene.clock.advance(1.0)
    assert watched.watch.look() == (
        "the event loop has been more than 250 ms late for 10 s, 400 ms at last"
    )
    assert watched.state() == "open"
    watched.lag_ms = 20.0
    assert watched.watch.look() == ""


async def test_an_empty_task_leaves_no_trace(watched: Watched) -> None:
    """It takes an agent, gives it back, and is no event."""
    before = len(watched.scene.events)
    await watched.scene.executor.run_nothing()
    assert len(watched.scene.events) == before
    assert watched.scene.executor.agents.running == 0
