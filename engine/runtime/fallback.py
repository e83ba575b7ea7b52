"""What is given where a query can't be served: an existing tool's answer, or the last good one."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypedDict

import anyio
from msgspec.structs import replace

from engine.agents.executor import Outcome, Run
from engine.agents.services import Services
from engine.agents.serving import Instead, Lack, for_existing_tools, instead
from engine.breaker.errors import sentence
from engine.events import TaskCancelled, TaskFailed, TaskFinished, TaskStarted
from engine.evidence import (
    Answer,
    Evidence,
    Plan,
    PlannedTask,
    TaskError,
    TaskRecord,
    TaskStatus,
    Understanding,
    clean,
)

if TYPE_CHECKING:
    from engine.existing_tools import ExistingToolbox, Wanted
    from engine.store.past.plans import PastAnswer

_KEPT = 32
_AGENT = "reserve"  # it waits for no agent: they may be what is in trouble
_NAMES: Mapping[Instead, str] = {"existing_tool": "existing tool", "cached": "earlier answer"}
_Key = tuple[object, ...]


class _Head(TypedDict):
    query: str
    task: str
    tool: str
    agent: str


class _Nothing(Exception):
    """This way gives nothing; the sentence says why."""


class Fallback:
    """Knows the last good answers of this session, those on record, and the existing tools."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._last: OrderedDict[_Key, PastAnswer] = OrderedDict()

    @cached_property
    def _tools(self) -> "ExistingToolbox":
        from engine.existing_tools import ExistingToolbox  # start-up: most answers need none

        settings = self._services.settings
        return ExistingToolbox(
            settings.config.existing_tools, self._services.project, settings.trusted
        )

    def remember(self, plan: Plan, answer: Answer) -> None:
        """Keep an answer with nothing missing, in place of an earlier one to the same plan."""
        from engine.store.past.plans import PastAnswer, key

        if answer.status != "answered" or not plan.tasks:
            return
        known = (answer.query.intent, key(plan.tasks))
        self._last[known] = PastAnswer(answer, self._services.clock.wall_s())
        self._last.move_to_end(known)
        while len(self._last) > _KEPT:
            self._last.popitem(last=False)

    def shed(self) -> None:
        """Let go of the answers that are kept in memory; those on record stay."""
        self._last.clear()

    async def stand_in(
        self, run: Run, plan: Plan, asked: Understanding, out: Mapping[str, Lack]
    ) -> None:
        """Add to a run without result what there is instead, as a task of its own.

        `plan` is what would have been run if everything worked.
        """
        wanted = for_existing_tools(asked, self._tools.settings.commands)
        ways: dict[Instead, Callable[[], Awaitable[Evidence]]] = {
            "existing_tool": lambda: self._by_tool(wanted),
            "cached": lambda: self._as_before(plan, asked, out),
        }
        tried: list[tuple[PlannedTask, Outcome]] = []
        for way in instead(wanted, self._services.board.standing.level):
            tried.append(await self._tried(run, _NAMES[way], ways[way]))
            if tried[-1][1].evidence is not None:
                tried = tried[-1:]  # why the one before gave nothing no longer matters
                break
        run.plan = replace(run.plan, tasks=(*run.plan.tasks, *(task for task, _ in tried)))
        run.outcomes.update((task.id, outcome) for task, outcome in tried)

    async def _by_tool(self, wanted: "Wanted | None") -> Evidence:
        from engine.existing_tools import ToolFailed

        assert wanted is not None
        # Where the scan is out of order, and not just out of use, it is rg that failed.
        failed = self._services.board.states().get("search.scan") in ("open", "half_open")
        without = frozenset({"rg"}) if failed else frozenset[str]()
        try:
            evidence = await self._tools.answer(wanted, without=without)
        except ToolFailed as error:
            raise _Nothing(str(error)) from error
        return replace(evidence, found=True)  # that there is nothing is an answer too

    async def _as_before(
        self, plan: Plan, asked: Understanding, out: Mapping[str, Lack]
    ) -> Evidence:
        found = await self._found(plan, asked, out)
        if found is None:
            raise _Nothing("no earlier answer to this is known")
        from engine.agents.tools.past.span import clock, lasting

        now_s = self._services.clock.wall_s()
        old = f"{lasting(max(0.0, now_s - found.at_s))} ago, {clock(found.at_s, now_s)}"
        answer = found.answer
        return Evidence(
            answer.verdict,
            tuple(
                replace(section, title=f"{section.title} ({old})") for section in answer.sections
            ),
            lacks=f"this was the answer {old}",
            assumptions=answer.assumptions,
            not_searched=answer.not_searched,
        )

    async def _found(
        self, plan: Plan, asked: Understanding, out: Mapping[str, Lack]
    ) -> "PastAnswer | None":
        from engine.store.past.plans import key, read_good

        if known := self._last.get((asked.intent, key(plan.tasks))):
            return known
        if "store.read" in out:
            raise _Nothing(f"earlier answers can't be looked up: {out['store.read'].why}")
        project = clean(str(self._services.project))
        try:
            return await self._services.past.read(
                lambda view: read_good(view, project, asked.intent, plan.tasks)
            )
        except Exception as error:
            # A boundary: whatever keeps the store from being read, the query still gets an answer.
            raise _Nothing(f"earlier answers can't be looked up: {sentence(error)}") from error

    async def _tried(
        self, run: Run, name: str, work: Callable[[], Awaitable[Evidence]]
    ) -> tuple[PlannedTask, Outcome]:
        """Run one way as a task of the run, with its events."""
        publish, now = self._services.bus.publish, self._services.clock.monotonic_s
        head: _Head = {"query": run.query, "task": name, "tool": name, "agent": _AGENT}
        began_s = now()

        def record(status: TaskStatus, error: TaskError | None = None) -> TaskRecord:
            since_ms, took_ms = _ms(began_s - run.asked_s), _ms(now() - began_s)
            return TaskRecord(name, name, _AGENT, status, (), since_ms, took_ms, 1, error)

        publish(TaskStarted(**head))
        try:
            found = await work()
        except _Nothing as nothing:
            error = TaskError("unavailable", clean(str(nothing)))
            outcome = Outcome(record("failed", error))
            publish(TaskFailed(**head, elapsed_ms=_ms(now() - began_s), error=error))
        except anyio.get_cancelled_exc_class():
            publish(TaskCancelled(**head, elapsed_ms=_ms(now() - began_s)))
            raise
        else:
            outcome = Outcome(record("finished"), found)
            took_ms = _ms(now() - began_s)
            publish(TaskFinished(**head, elapsed_ms=took_ms, verdict=found.verdict))
        return PlannedTask(name, name), outcome


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
