from collections.abc import Callable, Iterable

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bus import Bus
from engine.clock import ManualClock
from engine.events import (
    Event,
    GpuSample,
    HostSample,
    Lagged,
    Notice,
    ProcessSample,
    TaskProgressed,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def bus() -> Bus:
    return Bus("s1", ManualClock(monotonic_s=5.0, wall_s=1000.0))


def fact(text: str = "") -> Notice:
    return Notice(key="k", severity="info", text=text)


def progress(task: str, done: float, query: str = "q1") -> TaskProgressed:
    return TaskProgressed(query=query, task=task, tool="t", agent="agent-1", done=done)


def numbers(events: Iterable[Event]) -> list[int]:
    """Return the sequence numbers that were taken, those of lagged ranges included."""
    found: list[int] = []
    for event in events:
        if isinstance(event, Lagged):
            found += range(event.from_seq, event.to_seq + 1)
        else:
            found.append(event.seq)
    return found


async def test_an_event_is_stamped_once_for_all_who_see_it(bus: Bus) -> None:
    """Session, number and both clocks are the same for the record and for each subscriber."""
    recorded: list[Event] = []
    bus.record = recorded.append
    first, second = bus.subscribe(), bus.subscribe(conflate=True)
    bus.publish(fact("a"))
    (event,) = first.take()
    assert (event.session, event.seq, event.mono_s, event.wall_s) == ("s1", 1, 5.0, 1000.0)
    assert recorded == [event] == second.take()


async def test_everything_arrives_in_order_without_conflation(bus: Bus) -> None:
    """A subscription that doesn't conflate gets every sample and every fact as published."""
    subscription = bus.subscribe()
    events = [HostSample(), fact(), HostSample(), progress("a", 1), progress("a", 2), GpuSample()]
    for event in events:
        bus.publish(event)
    assert subscription.take() == events
    assert bus.counters.conflated == 0


async def test_only_the_newest_sample_of_a_type_is_kept(bus: Bus) -> None:
    """Conflation keeps the newest of each type, counts the others, and keeps every fact."""
    subscription = bus.subscribe(conflate=True)
    for event in (HostSample(), fact("a"), GpuSample(), HostSample(), fact("b"), HostSample()):
        bus.publish(event)
    assert [event.seq for event in subscription.take()] == [2, 3, 5, 6]
    assert bus.counters.conflated == 2


async def test_progress_is_conflated_task_by_task(bus: Bus) -> None:
    """The newest progress of each task of each query is kept."""
    subscription = bus.subscribe(conflate=True)
    for event in (
        progress("a", 1),
        progress("b", 1),
        progress("a", 2),
        progress("a", 9, query="q2"),
    ):
        bus.publish(event)
    kept = [e for e in subscription.take() if isinstance(e, TaskProgressed)]
    assert [(e.query, e.task, e.done) for e in kept] == [
        ("q1", "b", 1),
        ("q1", "a", 2),
        ("q2", "a", 9),
    ]


async def test_conflation_is_each_subscriptions_own(bus: Bus) -> None:
    """A screen's conflation takes nothing from a subscriber that wants everything."""
    screen, journal = bus.subscribe(conflate=True), bus.subscribe()
    for _ in range(3):
        bus.publish(HostSample())
    assert [e.seq for e in screen.take()] == [3]
    assert [e.seq for e in journal.take()] == [1, 2, 3]


async def test_an_overrun_reader_is_told_once_what_it_missed(bus: Bus) -> None:
    """However often a queue overflows between two takes, one Lagged names the whole range."""
    subscription = bus.subscribe(capacity=3)
    for _ in range(11):
        bus.publish(fact())
    events = subscription.take()
    assert isinstance(events[0], Lagged)
    assert (events[0].from_seq, events[0].to_seq, events[0].session) == (1, 9, "s1")
    assert [e.seq for e in events[1:]] == [10, 11]
    bus.publish(fact())
    assert [type(e) for e in subscription.take()] == [Notice]


async def test_a_late_delivery_is_inside_the_missed_range(bus: Bus) -> None:
    """An answer that was stamped before and delivered after others is not lost by an overrun."""
    subscription = bus.subscribe(capacity=3)
    answer = fact("answer")
    bus.stamp(answer)
    bus.publish(fact())
    bus.publish(fact())
    bus.deliver(answer)
    bus.publish(fact())
    first = subscription.take()[0]
    assert isinstance(first, Lagged)
    assert (first.from_seq, first.to_seq) == (1, 3)


@given(
    capacity=st.integers(1, 5),
    conflate=st.booleans(),
    steps=st.lists(st.sampled_from(["fact", "sample", "take"]), max_size=40),
)
def test_nothing_is_lost_whatever_the_reader_does(
    capacity: int, conflate: bool, steps: list[str]
) -> None:
    """What was taken and what was named as missed are together all facts, each exactly once."""
    bus = Bus("s", ManualClock())
    subscription = bus.subscribe(capacity=capacity, conflate=conflate)
    taken: list[Event] = []
    facts: list[int] = []
    for step in [*steps, "take"]:
        if step == "take":
            batch = subscription.take()
            assert sum(isinstance(event, Lagged) for event in batch) <= 1
            assert not any(isinstance(event, Lagged) for event in batch[1:])
            taken += batch
            continue
        event = fact() if step == "fact" else HostSample()
        bus.publish(event)
        if step == "fact" or not conflate:
            facts.append(event.seq)
    seen = [n for n in numbers(taken) if n in set(facts)]
    assert seen == facts


@given(st.lists(st.sampled_from(["fact", "host", "gpu", "a", "b"]), max_size=30))
def test_a_conflated_batch_is_in_order(kinds: list[str]) -> None:
    """A batch of facts and newest samples is sorted by sequence number."""
    bus = Bus("s", ManualClock())
    subscription = bus.subscribe(conflate=True)
    made: dict[str, Callable[[], Event]] = {"fact": fact, "host": HostSample, "gpu": GpuSample}
    for kind in kinds:
        bus.publish(made[kind]() if kind in made else progress(kind, 1.0))
    found = [event.seq for event in subscription.take()]
    assert found == sorted(found)


async def test_a_slow_subscriber_costs_the_others_nothing(bus: Bus) -> None:
    """One reader's overrun neither drops nor delays what another gets."""
    slow, quick = bus.subscribe(capacity=2), bus.subscribe(capacity=2)
    got: list[int] = []
    for _ in range(10):
        bus.publish(fact())
        got += [event.seq for event in quick.take()]
    assert got == list(range(1, 11))
    assert slow.depth <= 2
    assert bus.counters.lagged == 4


async def test_counters_and_depths_are_what_went_over_the_bus(bus: Bus) -> None:
    """Published counts events, not deliveries; depth is that of the longest queue."""
    with bus.subscribe(), bus.subscribe(conflate=True) as second:
        for _ in range(3):
            bus.publish(HostSample())
        assert (bus.counters.published, bus.depth, second.depth, bus.subscribers) == (3, 3, 1, 2)
    assert (bus.subscribers, bus.depth) == (0, 0)


async def test_a_costly_sample_is_wanted_only_while_someone_looks(bus: Bus) -> None:
    """A kind is wanted from the moment that a reader wants it until that reader is gone."""
    assert not bus.wanted(ProcessSample)
    with bus.subscribe(wants=[ProcessSample]) as subscription:
        assert bus.wanted(ProcessSample)
        subscription.wants.discard(ProcessSample)
        assert not bus.wanted(ProcessSample)
        subscription.wants.add(ProcessSample)
        assert bus.wanted(ProcessSample)
        assert not bus.wanted(GpuSample)
    assert not bus.wanted(ProcessSample)


async def test_a_reader_is_woken_by_an_event(bus: Bus) -> None:
    """A reader that waits gets the next event without polling."""
    got: list[Event] = []

    async def read() -> None:
        got.extend(await subscription.batch())

    with bus.subscribe() as subscription:
        async with anyio.create_task_group() as group:
            group.start_soon(read)
            await anyio.wait_all_tasks_blocked()
            bus.publish(fact("x"))
    assert [event.seq for event in got] == [1]


async def test_closing_wakes_every_reader(bus: Bus) -> None:
    """All that wait on a subscription end when it is closed."""
    ended: list[int] = []

    async def read(number: int) -> None:
        async for _ in subscription:
            pass
        ended.append(number)

    subscription = bus.subscribe()
    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(read, number)
            await anyio.wait_all_tasks_blocked()
            subscription.close()
    assert sorted(ended) == [0, 1, 2]


async def test_a_closed_subscription_gives_what_is_left(bus: Bus) -> None:
    """What had gathered before the close is read, what comes after it is not."""
    subscription = bus.subscribe()
    bus.publish(fact())
    subscription.close()
    bus.publish(fact())
    assert [event.seq async for event in subscription] == [1]
    assert await subscription.batch() == []


async def test_a_cancelled_reader_loses_nothing(bus: Bus) -> None:
    """Events that arrive after a reader was cancelled are there for the next one."""
    subscription = bus.subscribe()
    with anyio.move_on_after(0.01):
        await subscription.batch()
    bus.publish(fact())
    assert [event.seq for event in await subscription.batch()] == [1]


async def test_an_iterating_reader_sees_all_events_of_many_turns(bus: Bus) -> None:
    """Events that are published while a reader works through a batch come in the next one."""
    got: list[int] = []

    async def read() -> None:
        async for event in subscription:
            got.append(event.seq)
            await anyio.lowlevel.checkpoint()

    subscription = bus.subscribe()
    async with anyio.create_task_group() as group:
        group.start_soon(read)
        for _ in range(50):
            bus.publish(fact())
            await anyio.lowlevel.checkpoint()
        subscription.close()
    assert got == list(range(1, 51))
