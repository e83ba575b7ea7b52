"""An executor with small tools of a test's own, and all events that it publishes."""

from collections.abc import Awaitable, Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from engine.agents.executor import Executor, Run
from engine.agents.services import Services
from engine.agents.tool import Call, Tool
from engine.breaker.board import Board
from engine.breaker.circuit import Policy
from engine.bus import Bus
from engine.clock import ManualClock
from engine.config import load
from engine.events import Event, TaskEvent, TaskProgressed, TaskStarted
from engine.evidence import Evidence, Plan, PlannedTask

Work = Callable[[Call], Awaitable[Evidence]]
E = TypeVar("E", bound=Event)


def task(
    name: str, *needs: str, tool: str = "", capability: str | None = None, priority: int = 0
) -> PlannedTask:
    return PlannedTask(name, tool or name, {}, needs, capability, priority)


async def _never(*_: object) -> Any:
    raise AssertionError("no tool of these tests asks for this")


class Scene:
    """Everything that an executor needs, with a clock that moves when told."""

    def __init__(self, folder: Path, *, agents: int = 4, timeout_s: float = 60.0) -> None:
        self.clock = ManualClock()
        self.bus = Bus("s1", self.clock)
        self.events: list[Event] = []
        self.bus.record = self.events.append
        self.board = Board(self.bus.publish, self.clock, Policy(failure_threshold=2))
        self.tools: dict[str, Tool] = {}
        settings = load(
            folder,
            flags={"agents.task_timeout_s": f"{timeout_s:g}"},
            environ={"XDG_CONFIG_HOME": str(folder)},
        )
        parts: dict[str, Any] = {
            "settings": settings,
            "clock": self.clock,
            "bus": self.bus,
            "board": self.board,
        }
        # No tool of these tests reads the machine, the project or the store.
        names = [part.name for part in fields(Services) if part.name not in parts]
        others: dict[str, Any] = dict.fromkeys(names, _never)
        self.services = Services(**parts, **others)
        self.executor = Executor(self._lookup, self.services, agents)

    def _lookup(self, name: str) -> Tool:
        return self.tools[name]

    def tool(self, name: str, work: Work, **settings: Any) -> None:
        self.tools[name] = Tool(work, **settings)

    def run(self, *tasks: PlannedTask, query: str = "q1") -> Run:
        return Run(query, Plan(tasks), self.clock.monotonic_s())

    async def execute(self, *tasks: PlannedTask, query: str = "q1") -> Run:
        run = self.run(*tasks, query=query)
        await self.executor.execute(run)
        return run

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def check_pairs(self) -> None:
        """Each start is followed by exactly one end of the same attempt, and each end has one."""
        open_: set[tuple[str, str, int]] = set()
        busy: set[str] = set()
        seen: set[tuple[str, str, int]] = set()
        for event in self.events:
            if not isinstance(event, TaskEvent):
                continue
            key = (event.query, event.task, event.attempt)
            if isinstance(event, TaskStarted):
                assert key not in seen, f"{key} started twice"
                assert event.agent not in busy, f"{event.agent} works on two tasks"
                open_.add(key)
                seen.add(key)
                busy.add(event.agent)
            elif isinstance(event, TaskProgressed):
                assert key in open_
            else:
                assert key in open_, f"{key} ended without having started"
                open_.remove(key)
                busy.remove(event.agent)
        assert not open_, f"never ended: {open_}"


def found(verdict: str, **more: Any) -> Work:
    """Return work that finds something at once."""

    async def work(_: Call) -> Evidence:
        return Evidence(verdict, **more)

    return work


def failing(*errors: Exception) -> Work:
    """Return work that raises these, one an attempt, and then succeeds."""
    left = list(errors)

    async def work(_: Call) -> Evidence:
        if left:
            raise left.pop(0)
        return Evidence("at last")

    return work
