"""Time that leaps: over waiting, and over nothing else."""

import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from subprocess import PIPE

import anyio
import anyio.to_thread
import pytest

from engine.checks.soak.clock import Child, LeapingClock, LeapingLoop, Work, counted
from engine.probes.probe_thread import ProbeThread
from engine.process import run, spawn

HOUR_S = 3600.0
ECHO = (
    "import sys, time\n"
    "for line in sys.stdin:\n"
    "    time.sleep(0.1)\n"
    "    print(line, end='', flush=True)\n"
)


def leapt(main: Callable[[LeapingClock, Work], Awaitable[None]], speed: float = 1e9) -> float:
    """Run it on a leaping loop and return the real seconds that it took."""
    clock, work = LeapingClock(), Work()
    began_s = time.perf_counter()
    with counted(work):
        anyio.run(
            main,
            clock,
            work,
            backend_options={"loop_factory": lambda: LeapingLoop(clock, work, speed)},
        )
    return time.perf_counter() - began_s


def test_days_of_waiting_take_no_time_and_keep_their_order() -> None:
    """Timers fall due one after the other, each at its time by the session's clocks."""
    seen: list[tuple[str, int]] = []

    async def main(clock: LeapingClock, work: Work) -> None:
        start_s, wall_s = clock.monotonic_s(), clock.wall_s()

        async def wake(name: str, after_s: float) -> None:
            await anyio.sleep(after_s)
            seen.append((name, round(clock.monotonic_s() - start_s)))

        async with anyio.create_task_group() as group:
            group.start_soon(wake, "late", 48 * HOUR_S)
            group.start_soon(wake, "early", 1 * HOUR_S)
            group.start_soon(wake, "between", 20 * HOUR_S)
        assert abs(clock.wall_s() - wall_s - 48 * HOUR_S) < 60

    leapt(main)
    assert [name for name, _ in seen] == ["early", "between", "late"]
    assert [at_s - hours * 3600 for (_, at_s), hours in zip(seen, (1, 20, 48), strict=True)] == [
        0
    ] * 3


def test_no_deadline_strikes_while_a_thread_is_at_work() -> None:
    """A call of 0.2 s of real time takes 0.2 s of the session's, so its limit of 20 s holds."""

    async def main(clock: LeapingClock, work: Work) -> None:
        before_s = clock.monotonic_s()
        with anyio.fail_after(20):
            await anyio.to_thread.run_sync(time.sleep, 0.2)
        assert 0.2 <= clock.monotonic_s() - before_s < 20
        assert work.waited_s["threads"] >= 0.1
        thread = ProbeThread("a test")
        with anyio.fail_after(20):
            await thread.call(lambda: time.sleep(0.2))
        thread.close()
        assert work.waited_s["probes"] >= 0.1

    leapt(main)


def test_a_child_is_waited_for_until_it_has_answered_and_no_longer() -> None:
    """While it owes an answer time is the machine's; after it has answered hours are leapt over."""

    async def main(clock: LeapingClock, work: Work) -> None:
        with anyio.fail_after(20):
            done = await run([sys.executable, "-c", "import time; time.sleep(0.2)"], timeout_s=15)
        assert done.returncode == 0
        async with spawn([sys.executable, "-c", ECHO], stdin=PIPE) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            for _ in range(2):
                with anyio.fail_after(15):
                    await child.stdin.send(b"ping\n")
                    assert await child.stdout.receive() == b"ping\n"
                before_s = clock.monotonic_s()
                await anyio.sleep(HOUR_S)
                assert clock.monotonic_s() - before_s >= HOUR_S
        assert work.children == {}

    assert leapt(main) < HOUR_S / 10


def test_a_deadline_strikes_where_nothing_is_at_work() -> None:
    """Waiting for what nobody will do is waiting: it is leapt over, to the limit."""

    async def main(clock: LeapingClock, work: Work) -> None:
        with pytest.raises(TimeoutError), anyio.fail_after(10 * HOUR_S):
            await anyio.Event().wait()

    assert leapt(main) < HOUR_S / 10


def test_it_leaps_no_faster_than_it_was_asked_to() -> None:
    """100 s at 200 times as fast take half a second at least."""

    async def main(clock: LeapingClock, work: Work) -> None:
        for _ in range(100):
            await anyio.sleep(1)

    assert leapt(main, speed=200) >= 0.49


def test_a_sign_of_life_is_no_answer() -> None:
    """A child that says that it lives still owes its answer; one that only runs ends its debt."""
    asked = Child(talks=True, since_s=0.0)
    asked.lives()
    assert asked.at_work(asked.since_s + 1)
    asked.spoke()
    assert not asked.at_work(asked.since_s + 1)
    asked.asked()
    assert asked.at_work(asked.since_s + 1)
    assert not asked.at_work(asked.since_s + 3600)
    command = Child(talks=False, since_s=0.0)
    command.spoke()
    assert command.at_work(1.0)


def test_what_was_counted_is_let_go_whatever_happens() -> None:
    """Calls that raise or are cancelled don't hold time for ever, and nothing stays replaced."""
    before = ProbeThread.call

    async def main(clock: LeapingClock, work: Work) -> None:
        with suppress(ZeroDivisionError):
            await anyio.to_thread.run_sync(lambda: 1 // 0)
        stuck = threading.Event()
        with anyio.move_on_after(5):
            await anyio.to_thread.run_sync(stuck.wait, 0.3, abandon_on_cancel=True)
        assert work.calls["threads"] == 0

    leapt(main)
    assert ProbeThread.call is before
