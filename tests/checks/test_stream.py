"""The queries of a fault: each is counted, with what became of it."""

from pathlib import Path

import anyio
import pytest

from engine.checks.drill.stream import Stream, Tally
from engine.checks.drill.watch import Watch, p95
from engine.clock import SystemClock
from engine.config import load
from engine.events import Event, QueryAnswered
from engine.evidence import Answer, Status, Understanding
from engine.runtime import Engine


def answer(status: Status, verdict: str) -> Answer:
    return Answer(
        status=status, level="full", query=Understanding("q", "q", "q", {}, 1.0), verdict=verdict
    )


def test_a_failure_without_a_word_is_causeless() -> None:
    """Degraded ones and those that found nothing are answers."""
    tally = Tally(asked=6)
    for status, verdict in (
        ("answered", "so"), ("degraded", "so"), ("nothing_found", "none"),
        ("failed", "it died"), ("timed_out", " "),
    ):  # fmt: skip
        tally.took(answer(status, verdict), 0.5)  # type: ignore[arg-type]
    assert (tally.answered, tally.unanswered) == (5, 1)
    assert (tally.errors, tally.causeless, tally.slowest_s) == (2, 1, 0.5)


@pytest.mark.anyio
async def test_every_query_of_a_stream_is_answered_and_seen(tmp_path: Path) -> None:
    """A real session: what was asked until the stop has its end, on the bus and in the count."""
    project = tmp_path / "project"
    project.mkdir()
    settings = load(project, flags={"store.folder": str(tmp_path / "store")})
    clock = SystemClock()
    async with Engine.open(project, settings=settings) as engine:
        watch, stream = Watch(engine.bus, clock), Stream(engine, clock, ("help", "system status"))
        async with anyio.create_task_group() as group:
            group.start_soon(watch.run)
            async with anyio.create_task_group() as asking:
                asking.start_soon(stream.run)
                ended: list[Event] = []

                def third(event: Event) -> bool:
                    if isinstance(event, QueryAnswered) and event not in ended:
                        ended.append(event)
                    return len(ended) > 2

                assert await watch.until(third, 30) is not None
                stream.stop()
            assert await watch.until(lambda event: False, 0.05) is None
            group.cancel_scope.cancel()
    assert stream.tally.asked >= 3
    assert (stream.tally.unanswered, stream.tally.errors) == (0, 0)
    assert watch.reach_ms[True]
    assert watch.reach_ms[False] == []


def test_the_95th_of_a_hundred() -> None:
    """None where nothing was measured, never 0."""
    assert p95([]) is None
    assert p95([float(n) for n in range(100)]) == 95.0
