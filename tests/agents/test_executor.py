import os
import threading
from pathlib import Path

import anyio
import pytest

from engine.agents.executor import Agents, Run
from engine.agents.schedule import PlanError
from engine.agents.tool import Call, Refused, ToolError, Unavailable
from engine.events import (
    Event,
    TaskCancelled,
    TaskFailed,
    TaskFinished,
    TaskProgressed,
    TaskStarted,
)
from engine.evidence import Evidence
from engine.process import run as run_process

from .scene import Scene, failing, found, task

pytestmark = pytest.mark.anyio


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def statuses(run: Run) -> dict[str, str]:
    return {name: outcome.record.status for name, outcome in run.outcomes.items()}


class Gate:
    """Counts who is inside at once, and lets them out together when so many have come."""

    def __init__(self, expected: int) -> None:
        self.expected, self.inside, self.most = expected, 0, 0
        self.full = anyio.Event()

    async def work(self, _: Call) -> Evidence:
        self.inside += 1
        self.most = max(self.most, self.inside)
        if self.inside >= self.expected:
            self.full.set()
        try:
            with anyio.fail_after(20):
                await self.full.wait()
        finally:
            self.inside -= 1
        return Evidence("through")


async def until(condition: object) -> None:
    assert callable(condition)
    with anyio.fail_after(20):
        while True:
            if condition():
                return
            await anyio.sleep(0.002)


# ── the way of a task ────────────────────────────────────────────────────────────────────────────


async def test_a_task_starts_and_finishes_with_its_evidence(scene: Scene) -> None:
    """Start and end are published with query, task, tool, agent and attempt."""

    async def work(call: Call) -> Evidence:
        scene.clock.advance(0.25)
        call.progress("half", 1.0, 2.0)
        return Evidence("done", found=False)

    scene.tool("look", work)
    scene.clock.advance(1.0)
    run = scene.run(task("a", tool="look"))
    scene.clock.advance(0.5)
    await scene.executor.execute(run)
    started, progressed, finished = scene.events
    assert isinstance(started, TaskStarted)
    assert (started.query, started.task, started.tool) == ("q1", "a", "look")
    assert (started.agent, started.attempt) == ("agent-1", 1)
    assert isinstance(progressed, TaskProgressed)
    assert (progressed.text, progressed.done, progressed.total) == ("half", 1.0, 2.0)
    assert isinstance(finished, TaskFinished)
    assert (finished.elapsed_ms, finished.verdict, finished.found) == (250.0, "done", False)
    record = run.outcomes["a"].record
    assert (record.status, record.started_ms, record.elapsed_ms) == ("finished", 500.0, 250.0)
    assert run.outcomes["a"].evidence == Evidence("done", found=False)


async def test_a_task_sees_the_evidence_of_what_it_needs_and_no_other(scene: Scene) -> None:
    """Inputs are the needs' evidence by task id."""
    seen: list[dict[str, Evidence]] = []

    async def last(call: Call) -> Evidence:
        seen.append(dict(call.inputs))
        return Evidence("last")

    for name in ("a", "b", "c"):
        scene.tool(name, found(name))
    scene.tool("last", last)
    await scene.execute(task("a"), task("b"), task("c"), task("last", "a", "c"))
    assert seen == [{"a": Evidence("a"), "c": Evidence("c")}]


async def test_one_then_six_then_one_runs_the_six_at_once(tmp_path: Path) -> None:
    """All six sides are at work at the same time, after the first and before the last."""
    scene = Scene(tmp_path, agents=8)
    gate = Gate(6)
    scene.tool("first", found("first"))
    scene.tool("side", gate.work)
    scene.tool("last", found("last"))
    sides = [f"side{n}" for n in range(6)]
    await scene.execute(
        task("first"),
        *(task(side, "first", tool="side") for side in sides),
        task("last", *sides),
    )
    assert gate.most == 6
    order = [
        (type(e).__name__, e.task)
        for e in scene.events
        if isinstance(e, TaskStarted | TaskFinished)
    ]
    assert order[:2] == [("TaskStarted", "first"), ("TaskFinished", "first")]
    assert {kind for kind, _ in order[2:8]} == {"TaskStarted"}
    assert {kind for kind, _ in order[8:14]} == {"TaskFinished"}
    assert order[14:] == [("TaskStarted", "last"), ("TaskFinished", "last")]
    assert {e.agent for e in scene.of(TaskStarted)[1:7]} == {f"agent-{n}" for n in range(1, 7)}
    scene.check_pairs()


async def test_a_high_priority_goes_before_what_is_waiting(tmp_path: Path) -> None:
    """With one agent the ready task of the highest priority is next, also if it came last."""
    scene = Scene(tmp_path, agents=1)
    scene.tool("t", found("x"))
    await scene.execute(
        task("first", tool="t", priority=9),
        task("low", tool="t", priority=-1),
        task("middle", tool="t"),
        task("urgent", "first", tool="t", priority=5),
    )
    assert [e.task for e in scene.of(TaskStarted)] == ["first", "urgent", "middle", "low"]


async def test_a_plan_without_an_order_is_raised(scene: Scene) -> None:
    """A cycle reaches the caller before anything was started."""
    scene.tool("t", found("x"))
    with pytest.raises(PlanError):
        await scene.execute(task("a", "b", tool="t"), task("b", "a", tool="t"))
    assert scene.events == []


# ── how a task fails ─────────────────────────────────────────────────────────────────────────────


async def test_a_failure_is_tried_again_where_that_is_harmless(scene: Scene) -> None:
    """An idempotent tool gets a second attempt; both are published, the first says so."""
    scene.tool("t", failing(RuntimeError("once")))
    run = await scene.execute(task("t"))
    assert [
        (type(e).__name__, e.attempt)
        for e in scene.events
        if isinstance(e, TaskStarted | TaskFailed | TaskFinished)
    ] == [
        ("TaskStarted", 1),
        ("TaskFailed", 1),
        ("TaskStarted", 2),
        ("TaskFinished", 2),
    ]
    assert [e.will_retry for e in scene.of(TaskFailed)] == [True]
    assert (run.outcomes["t"].record.attempts, statuses(run)) == (2, {"t": "finished"})
    scene.check_pairs()


async def test_two_attempts_are_all(scene: Scene) -> None:
    """The second failure is final, and carries the last cause."""
    scene.tool("t", failing(RuntimeError("once"), RuntimeError("twice"), RuntimeError("thrice")))
    run = await scene.execute(task("t"))
    assert [(e.attempt, e.will_retry) for e in scene.of(TaskFailed)] == [(1, True), (2, False)]
    assert str(run.outcomes["t"].record.error) == "t: twice"


@pytest.mark.parametrize(
    ("error", "kind"),
    [(Refused("not like this"), "usage"), (Unavailable("none here", "get one"), "unavailable")],
)
async def test_what_would_fail_again_is_not_tried_again(
    scene: Scene, error: ToolError, kind: str
) -> None:
    """A refused question and a missing part fail once, with the tool's own cause and remedy."""
    scene.tool("t", failing(error))
    run = await scene.execute(task("t"))
    assert [(e.error.kind, e.will_retry) for e in scene.of(TaskFailed)] == [(kind, False)]
    assert run.outcomes["t"].record.error == error.error


async def test_what_is_not_idempotent_is_not_tried_again(scene: Scene) -> None:
    """A tool whose work must not happen twice gets one attempt."""
    scene.tool("t", failing(RuntimeError("once")), idempotent=False)
    await scene.execute(task("t"))
    assert [(e.attempt, e.will_retry) for e in scene.of(TaskFailed)] == [(1, False)]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("a bad value"), "t: a bad value"),
        (ValueError(), "t: ValueError"),
        (ExceptionGroup("g", [ExceptionGroup("h", [OSError("no disk")])]), "t: no disk"),
        (ExceptionGroup("g", [Refused("no", "ask so")]), "no; ask so"),
        (RuntimeError("two\nlines \x1b[31mred\udcff"), "t: two lines \ufffd[31mred\ufffd"),
        (ToolError("bad\x07 cause"), "bad\ufffd cause"),
    ],
)
async def test_a_cause_is_one_clean_sentence(scene: Scene, error: Exception, said: str) -> None:
    """Whatever a tool dies of is told in one line without control characters."""
    scene.tool("t", failing(error, error))
    run = await scene.execute(task("t"))
    assert str(run.outcomes["t"].record.error) == said
    scene.check_pairs()


async def test_a_tool_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """Past its time an attempt is over, says how long it had, and isn't tried again."""
    scene = Scene(tmp_path, timeout_s=0.02)
    ended = []

    async def work(_: Call) -> Evidence:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(1)
        raise AssertionError

    scene.tool("t", work)
    scene.board.add("symbols", found_nothing)
    run = await scene.execute(task("t", capability="symbols"))
    assert (statuses(run), ended) == ({"t": "timed_out"}, [1])
    (failed,) = scene.of(TaskFailed)
    assert (failed.error.kind, failed.will_retry) == ("timeout", False)
    assert failed.error.cause == "t: it took longer than the 0.02 s that it is given"
    assert next(scene.board.rows())[2:4] == (1, "it took longer than the 0.02 s that it is given")


async def found_nothing() -> None:
    """A canary."""


async def test_a_tools_own_time_wins_over_the_configured_one(tmp_path: Path) -> None:
    """A tool may be given less or more time, or all of it."""
    scene = Scene(tmp_path, timeout_s=0.01)

    async def slow(_: Call) -> Evidence:
        await anyio.sleep(0.05)
        return Evidence("slow")

    scene.tool("short", slow, timeout_s=0.01)
    scene.tool("long", slow, timeout_s=20.0)
    scene.tool("endless", slow, endless=True)
    run = await scene.execute(task("short"), task("long"), task("endless"))
    assert statuses(run) == {"short": "timed_out", "long": "finished", "endless": "finished"}


async def test_a_timeout_of_the_tools_own_is_a_timeout_too(scene: Scene) -> None:
    """A TimeoutError that a tool raises keeps its words."""
    scene.tool("t", failing(TimeoutError("the disk did not answer")))
    run = await scene.execute(task("t"))
    assert statuses(run) == {"t": "timed_out"}
    assert "t: the disk did not answer" in str(run.outcomes["t"].record.error)


async def test_a_tool_that_cannot_be_loaded_fails_its_task_alone(scene: Scene) -> None:
    """A plan with a missing or broken tool runs all its other tasks."""
    scene.tool("t", found("fine"))
    run = await scene.execute(
        task("t"), task("gone", tool="no.such"), task("after", "gone", tool="t")
    )
    assert statuses(run) == {"t": "finished", "gone": "failed", "after": "skipped"}
    assert str(run.outcomes["gone"].record.error).startswith("its tool can't be loaded: KeyError")
    scene.check_pairs()


async def test_what_depends_on_a_failure_is_skipped_with_its_reason(scene: Scene) -> None:
    """Near and far dependents are on record as skipped, each naming the need that gave nothing."""
    scene.tool("bad", failing(Refused("no")))
    scene.tool("t", found("fine"))
    run = await scene.execute(
        task("bad"), task("t"), task("near", "t", "bad", tool="t"), task("far", "near", tool="t")
    )
    assert statuses(run) == {"bad": "failed", "t": "finished", "near": "skipped", "far": "skipped"}
    near, far = run.outcomes["near"].record, run.outcomes["far"].record
    assert str(near.error) == "it needs bad, which gave nothing"
    assert str(far.error) == "it needs near, which gave nothing"
    assert (near.agent, near.attempts, near.started_ms) == (None, 0, None)
    assert {e.task for e in scene.of(TaskStarted)} == {"bad", "t"}


async def test_a_tolerant_tool_works_with_what_there_is(scene: Scene) -> None:
    """It runs with the evidence of the needs that gave something."""
    seen: list[list[str]] = []

    async def summary(call: Call) -> Evidence:
        seen.append(sorted(call.inputs))
        return Evidence("sum")

    scene.tool("bad", failing(Refused("no")))
    scene.tool("good", found("fine"))
    scene.tool("sum", summary, tolerant=True)
    run = await scene.execute(task("bad"), task("good"), task("sum", "bad", "good"))
    assert (statuses(run)["sum"], seen) == ("finished", [["good"]])


async def test_an_open_circuit_turns_a_task_away(scene: Scene) -> None:
    """The tool isn't called, the task fails as unavailable and isn't tried again."""
    calls: list[int] = []

    async def work(_: Call) -> Evidence:
        calls.append(1)
        raise RuntimeError("it broke")

    scene.board.add("symbols", found_nothing)
    scene.board.add_absent("market", "no positions")
    scene.tool("t", work)
    first = await scene.execute(task("a", tool="t", capability="symbols"))
    assert (len(calls), scene.board.states()["symbols"]) == (2, "open")
    second = await scene.execute(
        task("b", tool="t", capability="symbols"),
        task("c", tool="t", capability="market"),
        query="q2",
    )
    assert len(calls) == 2
    assert str(first.outcomes["a"].record.error) == "t: it broke"
    for name, said in (
        ("b", "symbols is out of order (it broke)"),
        ("c", "market is absent: no p"),
    ):
        error = second.outcomes[name].record.error
        assert error is not None
        assert (error.kind, str(error)[: len(said)]) == ("unavailable", said)
    scene.check_pairs()


async def test_a_refused_question_leaves_the_circuit_alone(scene: Scene) -> None:
    """However often a question is refused, the capability stays."""
    scene.board.add("symbols", found_nothing)
    for number in range(5):
        scene.tool(f"t{number}", failing(Refused("no")))
        await scene.execute(task(f"t{number}", capability="symbols"))
    assert scene.board.states() == {"symbols": "closed"}


# ── partial evidence, and cancellation ───────────────────────────────────────────────────────────


async def test_what_a_failing_tool_had_so_far_is_kept(scene: Scene) -> None:
    """Partial evidence survives a failure, and also a second attempt that gave nothing."""
    attempts: list[int] = []

    async def work(call: Call) -> Evidence:
        attempts.append(1)
        if len(attempts) == 1:
            call.partial(Evidence("half"))
        raise RuntimeError("then it broke")

    scene.tool("t", work)
    run = await scene.execute(task("t"))
    assert len(attempts) == 2
    assert (run.outcomes["t"].evidence, statuses(run)) == (Evidence("half"), {"t": "failed"})


async def test_cancelling_a_query_ends_its_tasks_and_keeps_what_there_is(scene: Scene) -> None:
    """Each running attempt is published as cancelled, partial evidence stays, nothing runs on."""
    inside = []

    async def work(call: Call) -> Evidence:
        call.partial(Evidence("so far"))
        inside.append(1)
        try:
            await anyio.sleep_forever()
        finally:
            inside.pop()
        raise AssertionError

    scene.tool("t", work)
    scene.tool("quick", found("quick"))
    run = scene.run(
        task("quick"), task("a", tool="t"), task("b", tool="t"), task("later", "a", tool="t")
    )
    async with anyio.create_task_group() as group:
        group.start_soon(scene.executor.execute, run)
        await until(lambda: len(inside) == 2)
        scene.clock.advance(2.0)
        group.cancel_scope.cancel()
    assert inside == []
    assert statuses(run) == {"quick": "finished", "a": "cancelled", "b": "cancelled"}
    assert run.outcomes["a"].evidence == Evidence("so far")
    assert {e.task: e.elapsed_ms for e in scene.of(TaskCancelled)} == {"a": 2000.0, "b": 2000.0}
    assert (scene.executor.agents.running, scene.executor.agents.waiting) == (0, 0)
    scene.check_pairs()


async def test_a_cancelled_query_leaves_no_child_and_no_thread(
    scene: Scene, tmp_path: Path
) -> None:
    """Processes and threads that a tool uses end with its query."""
    pid, threads = tmp_path / "pid", threading.active_count()
    stop = threading.Event()

    async def child(_: Call) -> Evidence:
        await run_process(["sh", "-c", f"echo $$ > {pid}; sleep 600"])
        raise AssertionError

    async def thread(_: Call) -> Evidence:
        try:
            await anyio.to_thread.run_sync(lambda: stop.wait(0.2))
        finally:
            stop.set()
        await anyio.sleep_forever()
        raise AssertionError

    scene.tool("child", child)
    scene.tool("thread", thread)
    async with anyio.create_task_group() as group:
        group.start_soon(scene.executor.execute, scene.run(task("child"), task("thread")))
        await until(lambda: pid.exists() and pid.read_text().strip() != "")
        group.cancel_scope.cancel()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    assert stop.is_set()
    assert threading.active_count() <= threads + 2  # anyio keeps idle workers for the next call
    scene.check_pairs()


async def test_a_cancelled_call_is_no_failure_of_the_capability(scene: Scene) -> None:
    """Queries that are given up open no circuit."""

    async def work(_: Call) -> Evidence:
        await anyio.sleep_forever()
        raise AssertionError

    scene.board.add("symbols", found_nothing)
    scene.tool("t", work)
    for number in range(4):
        async with anyio.create_task_group() as group:
            run = scene.run(task("t", capability="symbols"), query=f"q{number}")
            group.start_soon(scene.executor.execute, run)
            await until(lambda number=number: len(scene.of(TaskStarted)) > number)
            group.cancel_scope.cancel()
    assert scene.board.states() == {"symbols": "closed"}


# ── many at once ─────────────────────────────────────────────────────────────────────────────────


async def test_never_more_at_once_than_there_are_agents(tmp_path: Path) -> None:
    """Over all queries together no more tasks run than agents exist, and each agent has one."""
    scene = Scene(tmp_path, agents=3)
    inside, most = 0, 0

    async def work(_: Call) -> Evidence:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        for _turn in range(3):
            await anyio.lowlevel.checkpoint()
        inside -= 1
        return Evidence("x")

    scene.tool("t", work)
    runs = [
        scene.run(*(task(f"t{n}", tool="t") for n in range(7)), query=f"q{number}")
        for number in range(6)
    ]
    async with anyio.create_task_group() as group:
        for run in runs:
            group.start_soon(scene.executor.execute, run)
    assert most == 3
    assert all(set(statuses(run).values()) == {"finished"} for run in runs)
    assert len(scene.of(TaskFinished)) == 42
    assert (scene.executor.agents.running, scene.executor.agents.waiting) == (0, 0)
    scene.check_pairs()


async def test_one_agent_serves_two_queries_that_never_wait(tmp_path: Path) -> None:
    """Tools that end at once take an agent from nobody who was called up before them."""
    scene = Scene(tmp_path, agents=1)
    scene.tool("t", found("x"))
    runs = [
        scene.run(*(task(f"t{n}", tool="t") for n in range(20)), query=f"q{number}")
        for number in range(3)
    ]
    async with anyio.create_task_group() as group:
        for run in runs:
            group.start_soon(scene.executor.execute, run)
    assert all(len(statuses(run)) == 20 for run in runs)
    scene.check_pairs()


async def test_agents_in_line_are_served_in_order_and_can_give_up() -> None:
    """Who waits longest is next; who is cancelled, also when just called up, blocks nobody."""
    agents, served = Agents(1), list[int]()
    first = await agents.take()
    scopes = [anyio.CancelScope() for _ in range(4)]

    async def stand(number: int) -> None:
        with scopes[number]:
            agent = await agents.take()
            served.append(number)
            agents.give_back(agent)

    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(stand, number)
        await until(lambda: agents.waiting == 4)
        scopes[1].cancel()
        await until(lambda: agents.waiting == 3)
        agents.give_back(first)
        scopes[0].cancel()
    assert served in ([2, 3], [0, 2, 3])
    assert (agents.running, agents.waiting) == (0, 0)
    assert await agents.take() == 1


async def test_one_querys_failure_touches_no_other(scene: Scene) -> None:
    """A query whose tools all fail and one that is cancelled leave a third as it is."""
    gate = Gate(2)

    async def hang(_: Call) -> Evidence:
        await anyio.sleep_forever()
        raise AssertionError

    scene.tool("bad", failing(*(RuntimeError("x") for _ in range(9))))
    scene.tool("gate", gate.work)
    scene.tool("hang", hang)
    good = scene.run(task("gate"), task("again", "gate", tool="gate"), query="good")
    async with anyio.create_task_group() as group:
        group.start_soon(scene.executor.execute, good)
        await scene.execute(task("bad"), query="bad")
        async with anyio.create_task_group() as doomed:
            doomed.start_soon(scene.executor.execute, scene.run(task("hang"), query="doomed"))
            await until(lambda: any(e.query == "doomed" for e in scene.of(TaskStarted)))
            doomed.cancel_scope.cancel()
        gate.full.set()
    assert statuses(good) == {"gate": "finished", "again": "finished"}
    scene.check_pairs()


async def test_tools_that_never_wait_do_not_hold_the_loop(tmp_path: Path) -> None:
    """Other tasks get their turn between the tasks of a plan whose tools never wait."""
    scene = Scene(tmp_path, agents=1)
    turns: list[int] = []

    async def work(_: Call) -> Evidence:
        scene.clock.advance(0.01)
        return Evidence("x")

    async def other() -> None:
        while True:
            turns.append(len(scene.events))
            await anyio.lowlevel.checkpoint()

    scene.tool("t", work)
    async with anyio.create_task_group() as group:
        group.start_soon(other)
        await scene.execute(*(task(f"t{n}", tool="t") for n in range(30)))
        group.cancel_scope.cancel()
    assert len(set(turns)) > 15


async def test_every_event_is_of_a_task_of_the_plan(scene: Scene) -> None:
    """Nothing is published in the name of another query or task."""
    scene.tool("t", failing(RuntimeError("x")))
    await scene.execute(task("a", tool="t"), task("b", "a", tool="t"), query="q7")

    def place(event: Event) -> tuple[str, str]:
        assert isinstance(event, TaskStarted | TaskFailed | TaskFinished)
        return event.query, event.task

    assert {place(event) for event in scene.events} == {("q7", "a"), ("q7", "b")}
