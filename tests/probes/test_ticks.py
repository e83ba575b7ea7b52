"""Every tick of a sampler is in exactly one column of its account."""

from collections.abc import AsyncIterator

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import HostSample
from engine.probes.pace import next_tick
from engine.probes.ticks import Ticks

from .test_sampler import Bench

pytestmark = pytest.mark.anyio
PROBE = "the host probe"


@pytest.fixture
async def running() -> AsyncIterator[Bench]:
    bench = Bench()
    async with anyio.create_task_group() as group:
        group.start_soon(bench.sampler.run)
        await bench.time.settle(bench.settled)
        yield bench
        bench.host.go.set()
        group.cancel_scope.cancel()


async def test_what_is_taken_what_fails_and_what_is_idle(running: Bench) -> None:
    """Ten seconds of host readings, of which the last five fail; nobody looks at processes."""
    await running.run(5)
    running.host.error = OSError("no counters")
    await running.run(5)
    host, processes = running.sampler.ticks[PROBE], running.sampler.ticks["the process probe"]
    assert (host.due, host.taken, host.failed, host.under_way) == (11, 6, 5, 0)
    assert (processes.due, processes.idle, processes.taken) == (11, 11, 0)
    assert running.count(HostSample) == host.taken + 1  # and the one that says it is silent


async def test_ticks_while_a_reading_hangs_are_left_out_as_busy(running: Bench) -> None:
    """One is under way; what comes back after it was given up is dropped, and then it goes on."""
    await running.run(2)
    running.host.go.clear()
    await running.run(6)
    ticks = running.sampler.ticks[PROBE]
    assert (ticks.due, ticks.taken, ticks.busy, ticks.under_way) == (9, 3, 5, 1)
    running.host.go.set()
    await running.time.settle(lambda: running.sampler.in_flight == ())
    await running.run(2)
    assert (ticks.dropped, ticks.taken, ticks.under_way) == (1, 5, 0)
    assert ticks.due == 11


@given(st.lists(st.floats(0.0, 30.0), min_size=1, max_size=50), st.floats(0.1, 10.0))
def test_lateness_of_any_kind_leaves_no_tick_out(late_s: list[float], interval_s: float) -> None:
    """However late the loop comes, what it slept through and what it had are all that was due."""
    tick, now_s, due, late = 0, 0.0, 1, 0
    for delay_s in late_s:
        now_s = max(now_s, tick * interval_s) + delay_s
        before, tick = tick, next_tick(tick, 0.0, interval_s, now_s)
        late += tick - before - 1
        due += tick - before
    assert due == tick + 1
    assert due - late == len(late_s) + 1


def test_an_empty_account_is_in_balance() -> None:
    """Before the first tick nothing is due and nothing under way."""
    assert Ticks() == Ticks(due=0)
    assert Ticks().under_way == 0
