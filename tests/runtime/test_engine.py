"""The engine as a library: questions, events, records, and an orderly end."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from engine.errors import BadProject, BadQuery
from engine.events import (
    CircuitChanged,
    Event,
    LevelChanged,
    QueryAsked,
    QueryEnded,
    QueryPlanned,
    SessionJoined,
    TaskFinished,
    TaskStarted,
)
from engine.runtime import Engine
from engine.runtime.loop_lag import LoopLag
from engine.store.journals.journal import read_events
from tests.sample_project import make

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("desk"))


@pytest.fixture
async def engine(project: Path) -> AsyncIterator[Engine]:
    async with Engine.open(project) as opened:
        yield opened


def journal_of(home: Path, session: str) -> list[Event]:
    path = home / "state" / "bolt-tui" / "journals" / f"{session}.jsonl"
    return list(read_events(path))


async def test_twenty_queries_at_once_lose_nothing(project: Path, own_folders: Path) -> None:
    """20 queries through one engine: all answered, each with its own plan, no event lost, and the
    loop was never held for long."""
    queries = ["system status", "hardware monitoring", "memory usage", "performance metrics"] * 5
    answers = []
    async with Engine.open(project) as engine:
        lag = LoopLag(engine._clock, interval_s=0.005)
        with engine.bus.subscribe() as subscription:
            async with anyio.create_task_group() as group:
                group.start_soon(lag.run)

                async def ask(text: str) -> None:
                    answers.append(await engine.ask(text))

                async with anyio.create_task_group() as askers:
                    for text in queries:
                        askers.start_soon(ask, text)
                group.cancel_scope.cancel()
            events = subscription.take()
        session = engine.session
    assert [answer.status for answer in answers] == ["answered"] * 20
    plans = {e.query: e.tasks for e in events if isinstance(e, QueryPlanned)}
    assert len(plans) == 20
    for query, tasks in plans.items():
        mine = [e for e in events if getattr(e, "query", None) == query]
        assert sum(isinstance(e, TaskStarted) for e in mine) == len(tasks)
        assert sum(isinstance(e, TaskFinished) for e in mine) == len(tasks)
        assert sum(isinstance(e, QueryEnded) for e in mine) == 1
    recorded = journal_of(own_folders, session)
    assert [e.seq for e in recorded] == list(range(1, len(recorded) + 1))
    assert lag.p99_ms is not None


async def test_an_answer_is_on_disk_before_it_is_given(engine: Engine, own_folders: Path) -> None:
    """When ask returns, the journal already holds QueryAnswered with this very answer."""
    answer = await engine.ask(":search black_scholes")
    ends = [e for e in journal_of(own_folders, engine.session) if isinstance(e, QueryEnded)]
    assert [end.answer for end in ends] == [answer]


async def test_a_file_is_looked_at_from_all_sides(engine: Engine) -> None:
    """Analyzing a file gives sizes, heaviest functions, imports, history, and what stands out."""
    answer = await engine.ask("analyze wheel strategy performance in src/desk/pricing.py")
    assert answer.status == "degraded"
    assert {task.tool for task in answer.tasks} == {
        "file.outline",
        "file.complexity",
        "graph.imports",
        "graph.importers",
        "graph.impact",
        "graph.cycles",
        "graph.broken",
        "code.tests",
        "code.duplicates",
        "code.dead",
        "file.mentions",
        "file.history",
        "code.review",
        "wheel.analysis",
        "backtest.wheel",
        "desk.summary",
    }
    assert "24 lines (17 of code), 1 class and 2 functions" in answer.verdict
    assert "heaviest is WheelStrategy.choose (line 16, complexity 4, 7 lines)" in answer.verdict
    assert "imported by 3 files" in answer.verdict
    assert "2 commits since" in answer.verdict


async def test_a_bad_query_is_refused_before_anything_happens(engine: Engine) -> None:
    """BadQuery is raised at once and leaves no event behind."""
    with engine.bus.subscribe() as subscription:
        for text in ("", "  ", ":nothing", "a\x00b", "x" * 10_001):
            with pytest.raises(BadQuery):
                await engine.ask(text)
            with pytest.raises(BadQuery):
                engine.submit(text)
        assert not [e for e in subscription.take() if isinstance(e, QueryAsked)]


async def test_a_submitted_query_can_be_cancelled_and_still_answers(engine: Engine) -> None:
    """cancel ends a running query with status cancelled; the engine goes on."""
    with engine.bus.subscribe() as subscription:
        query = engine.submit("monitor for 60 seconds")
        async for event in subscription:
            if isinstance(event, TaskStarted):
                assert engine.cancel(query)
            if isinstance(event, QueryEnded):
                assert event.answer.status == "cancelled"
                break
    assert not engine.cancel(query)
    assert (await engine.ask("system status")).status == "answered"


async def test_a_timeout_is_part_of_the_answer(engine: Engine) -> None:
    """timeout_s ends the query with status timed_out."""
    answer = await engine.ask("monitor for 60 seconds", timeout_s=0.3)
    assert answer.status == "timed_out"
    assert [task.status for task in answer.tasks] == ["cancelled"]


async def test_a_cancelled_caller_leaves_a_recorded_end(engine: Engine, own_folders: Path) -> None:
    """When the task that asked is cancelled, the query's end is still recorded."""
    with anyio.move_on_after(0.3):
        await engine.ask("monitor for 60 seconds")
    ends = [e for e in journal_of(own_folders, engine.session) if isinstance(e, QueryEnded)]
    assert [end.answer.status for end in ends] == ["cancelled"]


async def test_a_late_reader_learns_how_things_stand(engine: Engine) -> None:
    """state_events has the session, one event for each circuit, and the level."""
    events = engine.state_events()
    assert sum(isinstance(e, SessionJoined) for e in events) == 1
    assert sum(isinstance(e, LevelChanged) for e in events) == 1
    circuits = [e.capability for e in events if isinstance(e, CircuitChanged)]
    assert len(circuits) == len(set(circuits))
    assert {"search.scan", "kernels.cpu", "store.write", "probes.host"} <= set(circuits)


async def test_missed_events_are_read_back_from_the_journal(engine: Engine) -> None:
    """events(from, to) gives what an overrun subscriber missed."""
    with engine.bus.subscribe() as subscription:
        await engine.ask("system status")
        live = subscription.take()
    assert await engine.events(live[0].seq, live[-1].seq) == live


async def test_closing_cancels_what_runs(project: Path, own_folders: Path) -> None:
    """Leaving the block ends running queries and writes their ends and SessionLeft."""
    async with Engine.open(project) as engine:
        engine.submit("monitor for 60 seconds")
        await anyio.sleep(0.2)
    recorded = journal_of(own_folders, engine.session)
    assert [e.answer.status for e in recorded if isinstance(e, QueryEnded)] == ["cancelled"]
    assert type(recorded[-1]).__name__ == "SessionLeft"


async def test_two_questions_in_one(engine: Engine) -> None:
    """A question in two parts gets one plan with the tasks of both."""
    answer = await engine.ask("who imports desk.pricing and what is the memory usage?")
    assert answer.query.intent == "multi_part"
    assert {task.tool for task in answer.tasks} == {
        "graph.importers",
        "machine.memory",
        "machine.processes",
    }
    assert "imported by 3 files" in answer.verdict


async def test_a_live_engine_samples_itself_and_the_machine(project: Path) -> None:
    """With live=True host and engine samples arrive without anybody asking."""
    seen: set[str] = set()
    async with Engine.open(project, live=True) as engine:
        with engine.bus.subscribe() as subscription, anyio.fail_after(15):
            async for event in subscription:
                seen.add(type(event).__name__)
                if {"HostSample", "EngineSample", "GpuSample"} <= seen:
                    break


async def test_no_project_no_engine(tmp_path: Path) -> None:
    """A folder that isn't there raises BadProject."""
    with pytest.raises(BadProject, match="does not exist"):
        async with Engine.open(tmp_path / "none"):
            pass


async def test_an_error_of_the_caller_comes_out_as_it_is(project: Path) -> None:
    """What the block raises leaves Engine.open unwrapped, and the engine is closed."""
    with pytest.raises(ZeroDivisionError):
        async with Engine.open(project):
            raise ZeroDivisionError


async def test_a_name_that_no_system_takes_is_just_not_found(engine: Engine) -> None:
    """A file name of 300 letters is nothing found, not an error of the engine."""
    answer = await engine.ask(f":file {'a' * 300}")
    assert answer.status == "nothing_found"


async def test_a_failure_while_planning_is_an_answer(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What breaks before any tool runs fails the query with its cause; the engine goes on."""

    async def broken(_: str) -> None:
        raise OSError("the disk is on fire")

    monkeypatch.setattr(engine._corpus, "locate", broken)
    answer = await engine.ask("analyze src/desk/pricing.py")
    assert answer.status == "failed"
    assert "the disk is on fire" in answer.verdict
    assert (await engine.ask("system status")).status == "answered"
