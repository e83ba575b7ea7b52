"""Runs a plan: up to `agents` tasks at once, each step an event, nothing left behind.

Agents are shared by all queries; each query's tasks live in a task group of their own, so that
cancelling the query ends them and only them.
"""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TypedDict

import anyio
from anyio.abc import TaskGroup
from anyio.lowlevel import checkpoint

from engine.agents.deadlines import Deadlines
from engine.agents.schedule import Schedule
from engine.agents.services import Services
from engine.agents.tool import Call, Tool, ToolError, lacking
from engine.breaker.errors import Absent, CircuitOpen, innermost, sentence
from engine.breaker.stall import Work
from engine.events import (
    TaskCancelled,
    TaskFailed,
    TaskFinished,
    TaskProgressed,
    TaskStarted,
)
from engine.evidence import Evidence, Plan, PlannedTask, TaskError, TaskRecord, TaskStatus

ATTEMPTS = 2
# Their tools do without them where `Call.untried` says so.
_OTHER_WAY = frozenset({"market"})
_SLICE_S = 0.002


class _Poorer(Exception):
    """The work was done without the capability, which failed."""

    def __init__(self, evidence: Evidence, why: str) -> None:
        super().__init__(why)
        self.evidence = evidence


@dataclass(slots=True)
class Outcome:
    """What has become of a task so far; `evidence` may be partial where the task did not finish."""

    record: TaskRecord
    evidence: Evidence | None = None


@dataclass(slots=True)
class Run:
    """One plan being executed; `outcomes` can be read at any time, also after a cancellation."""

    query: str
    plan: Plan
    asked_s: float
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    workers: int = 0
    working: int = 0


class _Head(TypedDict):
    query: str
    task: str
    tool: str
    agent: str
    attempt: int


@dataclass(slots=True)
class _Attempt:
    """One agent's go at one task."""

    run: Run
    task: PlannedTask
    tool: Tool
    agent: str
    number: int
    began_s: float
    evidence: Evidence | None = None


@dataclass(slots=True)
class _Turn:
    """Someone's place in the line for an agent."""

    called: anyio.Event = field(default_factory=anyio.Event)
    agent: int = 0


class Agents:
    """The numbered agents: the lowest free one works next; who finds none waits in line."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.running = 0
        self._free = list(range(1, limit + 1))  # a heap; empty while anyone is in line
        self._line: deque[_Turn] = deque()

    @property
    def waiting(self) -> int:
        return len(self._line)

    async def take(self) -> int:
        """Wait for an agent; whoever asked first gets the first that is free."""
        if self._free:
            self.running += 1
            return heappop(self._free)
        turn = _Turn()
        self._line.append(turn)
        try:
            await turn.called.wait()
        except BaseException:
            if turn.agent:
                self.give_back(turn.agent)  # it was called up and will not come
            else:
                self._line.remove(turn)
            raise
        return turn.agent

    def give_back(self, agent: int) -> None:
        """Let the agent go: straight to who is next in line, so that nobody slips in between."""
        if self._line:
            turn = self._line.popleft()
            turn.agent = agent
            turn.called.set()
        else:
            self.running -= 1
            heappush(self._free, agent)


class Executor:
    """Turns plans into outcomes."""

    def __init__(self, lookup: Callable[[str], Tool], services: Services, agents: int) -> None:
        self.agents = Agents(agents)
        self._lookup = lookup
        self._tools: dict[str, Tool] = {}
        self._deadlines = Deadlines()
        self._working: dict[str, Work] = {}
        self._services = services
        self._timeout_s = services.settings.config.agents.task_timeout_s

    @property
    def working(self) -> Collection[Work]:
        """What the busy agents are at."""
        return self._working.values()

    async def run_nothing(self) -> None:
        """Have an agent do an empty task, which is no event; it waits in line like any other."""
        agent = await self.agents.take()
        try:
            await checkpoint()
        finally:
            self.agents.give_back(agent)

    async def execute(self, run: Run) -> None:
        """Run the plan to its end, filling `run.outcomes`.

        Raises:
            PlanError: the plan has no order.
        """
        names = {task.tool for task in run.plan.tasks}
        if not names <= self._tools.keys():
            await anyio.to_thread.run_sync(self._load, names)  # imports: longer than a frame
        tolerant = {task.id for task in run.plan.tasks if self._tools[task.tool].tolerant}
        schedule = Schedule(run.plan, frozenset(tolerant))
        async with anyio.create_task_group() as group:
            self._call_in(run, schedule, group)

    def _load(self, names: set[str]) -> None:
        for name in names - self._tools.keys():
            try:
                self._tools[name] = self._lookup(name)
            except Exception as error:
                # A boundary: a tool that is missing or can't be imported fails its own task.
                self._tools[name] = _broken(error)

    def _call_in(self, run: Run, schedule: Schedule, group: TaskGroup) -> None:
        """Have as many workers as tasks are ready, and never more than there are agents."""
        while run.workers < min(self.agents.limit, run.working + len(schedule)):
            run.workers += 1
            group.start_soon(self._work, run, schedule, group)

    async def _work(self, run: Run, schedule: Schedule, group: TaskGroup) -> None:
        """Work on ready tasks until there are none; call others in when one sets several free."""
        yielded_s = self._now()
        while len(schedule):
            agent = await self.agents.take()
            try:
                task = schedule.pop()
                if task is not None:
                    run.working += 1
                    succeeded = await self._attempts(run, task, f"agent-{agent}")
                    run.working -= 1
            finally:
                self.agents.give_back(agent)
            if task is not None:
                for lost in schedule.finish(task.id, succeeded=succeeded):
                    run.outcomes[lost.id] = Outcome(_skipped(lost, run.outcomes))
                self._call_in(run, schedule, group)
            if self._now() - yielded_s > _SLICE_S:  # tools that never wait must not hold the loop
                await checkpoint()
                yielded_s = self._now()
        run.workers -= 1

    async def _attempts(self, run: Run, task: PlannedTask, agent: str) -> bool:
        tool = self._tools[task.tool]
        for number in range(1, ATTEMPTS + 1):
            record = await self._attempt(_Attempt(run, task, tool, agent, number, self._now()))
            if record.status == "finished":
                return True
            if record.error is None or not _worth_retrying(record.error, tool, number):
                break
        return False

    async def _attempt(self, attempt: _Attempt) -> TaskRecord:
        """Run the tool once and publish how it went; the record is the task's until the next."""
        head = _head(attempt)
        publish = self._services.bus.publish
        publish(TaskStarted(**head))
        work = self._working[attempt.agent] = self._begun(attempt)

        def progressed(text: str, done: float | None, total: float | None) -> None:
            work.moved_s = self._now()
            publish(TaskProgressed(**head, text=text, done=done, total=total))

        call = Call(
            arguments=attempt.task.arguments,
            services=self._services,
            inputs=self._inputs(attempt),
            progress=progressed,
            partial=lambda evidence: setattr(attempt, "evidence", evidence),
        )
        try:
            evidence = await self._perform(attempt.task, attempt.tool, call)
        except anyio.get_cancelled_exc_class():
            record = self._settle(attempt, "cancelled")
            publish(TaskCancelled(**head, elapsed_ms=record.elapsed_ms or 0.0))
            raise
        except Exception as error:
            # A boundary: a failing tool fails its task, not the engine. Cause and remedy go out.
            return self._failed(attempt, head, _described(error, attempt))
        finally:
            del self._working[attempt.agent]
        attempt.evidence = evidence
        record = self._settle(attempt, "finished")
        publish(
            TaskFinished(
                **head,
                elapsed_ms=record.elapsed_ms or 0.0,
                verdict=evidence.verdict,
                found=evidence.found,
            )
        )
        return record

    def _begun(self, attempt: _Attempt) -> Work:
        tool = attempt.tool
        timeout_s = None if tool.endless else tool.timeout_s or self._timeout_s
        return Work(attempt.task.tool, attempt.began_s, timeout_s)

    async def _perform(self, task: PlannedTask, tool: Tool, call: Call) -> Evidence:
        if tool.heavy:
            await self._services.room()
        if task.capability is None:
            return await self._in_time(tool, call)
        try:
            with self._services.board.guard(task.capability):
                evidence = await self._in_time(tool, call)
                if call.poorer:
                    raise _Poorer(evidence, next(iter(call.poorer.values())))
        except CircuitOpen as out:
            if task.capability not in _OTHER_WAY:
                raise
            call.untried = str(out)
            evidence = await self._in_time(tool, call)
        except _Poorer as poorer:
            evidence = poorer.evidence
        return lacking(evidence, call.poorer)

    async def _in_time(self, tool: Tool, call: Call) -> Evidence:
        if tool.endless:
            return await tool.run(call)
        timeout_s = tool.timeout_s or self._timeout_s
        with anyio.CancelScope() as scope:
            self._deadlines.add(scope, timeout_s)
            try:
                return await tool.run(call)
            finally:
                self._deadlines.drop(scope)
        assert scope.cancelled_caught
        raise TimeoutError(f"it took longer than the {timeout_s:g} s that it is given")

    def _inputs(self, attempt: _Attempt) -> dict[str, Evidence]:
        if not attempt.task.needs:
            return {}
        outcomes = attempt.run.outcomes
        done = {need: outcomes[need] for need in attempt.task.needs if need in outcomes}
        return {need: o.evidence for need, o in done.items() if o.evidence is not None}

    def _failed(self, attempt: _Attempt, head: _Head, error: TaskError) -> TaskRecord:
        status: TaskStatus = "timed_out" if error.kind == "timeout" else "failed"
        record = self._settle(attempt, status, error)
        self._services.bus.publish(
            TaskFailed(
                **head,
                elapsed_ms=record.elapsed_ms or 0.0,
                error=error,
                will_retry=_worth_retrying(error, attempt.tool, attempt.number),
            )
        )
        return record

    def _settle(
        self, attempt: _Attempt, status: TaskStatus, error: TaskError | None = None
    ) -> TaskRecord:
        """Note what has become of the task; evidence of an earlier attempt is kept."""
        run, task = attempt.run, attempt.task
        record = TaskRecord(
            id=task.id,
            tool=task.tool,
            agent=attempt.agent,
            status=status,
            needs=task.needs,
            started_ms=_ms(attempt.began_s - run.asked_s),
            elapsed_ms=_ms(self._now() - attempt.began_s),
            attempts=attempt.number,
            error=error,
        )
        evidence = attempt.evidence
        if evidence is None and task.id in run.outcomes:
            evidence = run.outcomes[task.id].evidence
        run.outcomes[task.id] = Outcome(record, evidence)
        return record

    def _now(self) -> float:
        return self._services.clock.monotonic_s()


def _head(attempt: _Attempt) -> _Head:
    return {
        "query": attempt.run.query,
        "task": attempt.task.id,
        "tool": attempt.task.tool,
        "agent": attempt.agent,
        "attempt": attempt.number,
    }


def _broken(error: Exception) -> Tool:
    """Return a tool that fails as its import did."""

    async def run(_: Call) -> Evidence:
        raise ToolError(f"its tool can't be loaded: {type(error).__name__}: {sentence(error)}")

    return Tool(run, idempotent=False)


def _skipped(task: PlannedTask, outcomes: Mapping[str, Outcome]) -> TaskRecord:
    failed = (name for name in task.needs if outcomes[name].record.status != "finished")
    need = next(failed)
    error = TaskError("skipped", f"it needs {need}, which gave nothing")
    return TaskRecord(task.id, task.tool, None, "skipped", task.needs, None, None, 0, error)


def _worth_retrying(error: TaskError, tool: Tool, attempt: int) -> bool:
    return tool.idempotent and error.kind == "failed" and attempt < ATTEMPTS


def _described(error: Exception, attempt: _Attempt) -> TaskError:
    """Say in a sentence why an attempt failed."""
    error = innermost(error)
    if isinstance(error, ToolError):
        return error.error
    if isinstance(error, CircuitOpen | Absent):
        return TaskError("unavailable", str(error))
    if isinstance(error, TimeoutError):
        cause = f"{attempt.task.tool}: {sentence(error)}"
        return TaskError("timeout", cause, "raise agents.task_timeout_s or narrow the question")
    return TaskError("failed", f"{attempt.task.tool}: {sentence(error)}")


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
