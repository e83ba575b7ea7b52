"""What is given where a query can't be served: an existing tool's answer, or the last good one."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.agents.executor import Outcome, Run
from engine.agents.services import Services
from engine.agents.serving import Instead, for_existing_tools, instead
from engine.breaker.errors import sentence
from engine.events import TaskFailed, TaskFinished, TaskStarted
from engine.evidence import (
    Answer,
    Evidence,
    Plan,
    PlannedTask,
    TaskError,
    TaskRecord,
    Understanding,
    clean,
)
from engine.existing_tools import ExistingToolbox, ToolFailed, Wanted

if TYPE_CHECKING:
    from engine.store.past_plans import PastAnswer

_KEPT = 32
_AGENT = "reserve"  # it waits for no agent: they may be what is in trouble
_NAMES: Mapping[Instead, str] = {"existing_tool": "existing tool", "cached": "earlier answer"}
_Key = tuple[object, ...]


class _Nothing(Exception):
    """This way gives nothing; the sentence says why."""


class Fallback:
    """Knows the last good answers of this session, those on record, and the existing tools."""

    def __init__(self, services: Services) -> None:
        settings = services.settings
        self._services = services
        self._tools = ExistingToolbox(
            settings.config.existing_tools, services.project, settings.trusted
        )
        self._last: OrderedDict[_Key, PastAnswer] = OrderedDict()

    def remember(self, plan: Plan, answer: Answer) -> None:
        """Keep an answer with nothing missing, in place of an earlier one to the same plan."""
        from engine.store.past_plans import PastAnswer, key

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
        self, run: Run, plan: Plan, asked: Understanding, out: Mapping[str, str]
    ) -> None:
        """Add to a run without result what there is instead, each try as a task of its own.

        `plan` is what would have been run if everything worked.
        """
        wanted = for_existing_tools(asked, self._tools.settings.commands)
        ways: dict[Instead, Callable[[], Awaitable[Evidence]]] = {
            "existing_tool": lambda: self._by_tool(wanted, out),
            "cached": lambda: self._as_before(plan, asked, out),
        }
        for way in instead(wanted, self._services.board.standing.level):
            if await self._tried(run, _NAMES[way], ways[way]):
                return

    async def _by_tool(self, wanted: Wanted | None, out: Mapping[str, str]) -> Evidence:
        assert wanted is not None
        without = frozenset({"rg"}) if "search.scan" in out else frozenset()
        try:
            return await self._tools.answer(wanted, without=without)
        except ToolFailed as error:
            raise _Nothing(str(error)) from error

    async def _as_before(
        self, plan: Plan, asked: Understanding, out: Mapping[str, str]
    ) -> Evidence:
        found = await self._found(plan, asked, out)
        if found is None:
            raise _Nothing("no earlier answer to this is known")
        from engine.agents.tools.past_span import clock, lasting

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
        self, plan: Plan, asked: Understanding, out: Mapping[str, str]
    ) -> "PastAnswer | None":
        from engine.store.past_plans import key, read_good

        if known := self._last.get((asked.intent, key(plan.tasks))):
            return known
        if "store.read" in out:
            raise _Nothing(f"earlier answers can't be looked up: {out['store.read']}")
        project = clean(str(self._services.project))
        try:
            return await self._services.past.read(
                lambda view: read_good(view, project, asked.intent, plan.tasks)
            )
        except Exception as error:
            # A boundary: whatever keeps the store from being read, the query still gets an answer.
            raise _Nothing(f"earlier answers can't be looked up: {sentence(error)}") from error

    async def _tried(self, run: Run, name: str, work: Callable[[], Awaitable[Evidence]]) -> bool:
        """Run one way as a task of the run; whether it gave something."""
        publish, now = self._services.bus.publish, self._services.clock.monotonic_s
        began_s = now()
        publish(TaskStarted(query=run.query, task=name, tool=name, agent=_AGENT))
        evidence, error = None, None
        try:
            evidence = await work()
        except _Nothing as nothing:
            error = TaskError("unavailable", clean(str(nothing)))
        took_ms = round((now() - began_s) * 1000, 3)
        if evidence is not None:
            publish(
                TaskFinished(
                    query=run.query, task=name, tool=name, agent=_AGENT,
                    elapsed_ms=took_ms, verdict=evidence.verdict, found=evidence.found,
                )
            )  # fmt: skip
        elif error is not None:
            publish(
                TaskFailed(
                    query=run.query, task=name, tool=name, agent=_AGENT,
                    elapsed_ms=took_ms, error=error,
                )
            )  # fmt: skip
        record = TaskRecord(
            id=name,
            tool=name,
            agent=_AGENT,
            status="failed" if error else "finished",
            needs=(),
            started_ms=round((began_s - run.asked_s) * 1000, 3),
            elapsed_ms=took_ms,
            attempts=1,
            error=error,
        )
        run.plan = replace(run.plan, tasks=(*run.plan.tasks, PlannedTask(name, name)))
        run.outcomes[name] = Outcome(record, evidence)
        return evidence is not None and evidence.found
