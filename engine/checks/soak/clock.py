"""Time that runs as the machine's while something works and leaps while all are only waiting.

A loop whose timers all ran so many times as fast would show every reading, search and fold that
many times as slow, and every deadline would strike. Here work takes as long as it takes, and what
is skipped is waiting: where nothing is ready and nothing is at work elsewhere, the clock leaps to
the next timer. What is at work elsewhere: calls in worker threads and in probe threads, children
that run a single command, children that were asked and have not answered.
"""

import asyncio
import selectors
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, ParamSpec, TypeVar

from anyio._backends._asyncio import AsyncIOBackend

from engine.clock import SystemClock
from engine.probes.probe_thread import ProbeThread

_LOOK_S: Final = 0.02
# A child that says nothing for so long is no longer waited for: it may have nothing to say.
_PATIENCE_S: Final = 20.0
# The system's timers are no finer.
_FINEST_S: Final = 0.001
# Said by children that have something to do still: no answer.
_NOT_YET: Final = (b'"alive"', b'"building"', b'"progress"')
P = ParamSpec("P")
T = TypeVar("T")
_Events = list[tuple[selectors.SelectorKey, int]]


class LeapingClock(SystemClock):
    """The machine's clocks, ahead by all that was leapt over.

    Attributes:
        leapt_s: seconds that were leapt over.
        behind_s: how far behind the machine's the wall began.
    """

    def __init__(self, behind_s: float = 0.0) -> None:
        self.leapt_s = 0.0
        self.behind_s = behind_s

    def monotonic_s(self) -> float:
        return SystemClock.monotonic_s() + self.leapt_s

    def sleepless_s(self) -> float:
        return super().sleepless_s() + self.leapt_s

    def wall_s(self) -> float:
        return SystemClock.wall_s() + self.leapt_s - self.behind_s


@dataclass(slots=True)
class Child:
    """A child process, as far as time goes by it: whether it owes an answer, since when."""

    talks: bool  # it is asked things; otherwise it runs a single command
    since_s: float
    owes: bool = True

    def at_work(self, now_s: float) -> bool:
        """Return whether it has something to do still, as far as can be told."""
        return self.owes and now_s - self.since_s < _PATIENCE_S

    def asked(self) -> None:
        self.owes, self.since_s = True, SystemClock.monotonic_s()

    def spoke(self) -> None:
        """It said something: its answer, where it is asked things."""
        self.owes = not self.talks

    def lives(self) -> None:
        """It said that it is at it still."""
        self.since_s = SystemClock.monotonic_s()


@dataclass(slots=True)
class Work:
    """All that is at work outside of the loop, by kind; and for how long time went by it."""

    calls: Counter[str] = field(default_factory=Counter)
    children: dict[int, Child] = field(default_factory=dict)
    waited_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def kind(self) -> str:
        """Return what is at work, empty where nothing is."""
        for kind, count in self.calls.items():
            if count:
                return kind
        now_s = SystemClock.monotonic_s()
        at_work = any(child.at_work(now_s) for child in self.children.values())
        return "child processes" if at_work else ""


class LeapingSelector(selectors.DefaultSelector):
    """Waits for what is at work elsewhere, and leaps where nothing is; `speed` at most."""

    def __init__(self, clock: LeapingClock, work: Work, speed: float) -> None:
        super().__init__()
        self._clock, self._work, self._speed = clock, work, speed
        self._began_s = SystemClock.monotonic_s()

    def select(self, timeout: float | None = None) -> _Events:
        if events := super().select(0 if timeout is not None else None):
            return events
        if timeout is None or timeout <= 0:
            return []
        if kind := self._work.kind():
            return self._wait(kind, timeout)
        return self._leap(timeout)

    def _wait(self, kind: str, timeout: float) -> _Events:
        before_s = SystemClock.monotonic_s()
        events = super().select(min(timeout, _LOOK_S))
        self._work.waited_s[kind] += SystemClock.monotonic_s() - before_s
        return events

    def _leap(self, timeout: float) -> _Events:
        """Go to the next timer, no sooner than the speed allows."""
        before_s = SystemClock.monotonic_s()
        passed_s = before_s - self._began_s
        early_s = (passed_s + self._clock.leapt_s + timeout) / self._speed - passed_s
        events: _Events = []
        if early_s > _FINEST_S:
            events = super().select(min(early_s, timeout))
        real_s = SystemClock.monotonic_s() - before_s
        ahead_s = real_s * (self._speed - 1) if events else timeout - real_s
        self._clock.leapt_s += min(max(0.0, ahead_s), timeout)
        return events


class LeapingLoop(asyncio.SelectorEventLoop):
    """An event loop on a leaping clock."""

    def __init__(self, clock: LeapingClock, work: Work, speed: float) -> None:
        super().__init__(LeapingSelector(clock, work, speed))
        self._leaping, self._at_work = clock, work

    def time(self) -> float:
        return self._leaping.monotonic_s()

    async def subprocess_exec(self, protocol_factory, *argv, **options):  # type: ignore[no-untyped-def]
        transport, protocol = await super().subprocess_exec(protocol_factory, *argv, **options)
        _follow(transport, protocol, self._at_work.children)
        return transport, protocol


def _follow(
    transport: asyncio.SubprocessTransport,
    protocol: asyncio.SubprocessProtocol,
    children: dict[int, Child],
) -> None:
    """Keep account of what a child is asked, says, and of its end."""
    pid, stdin = transport.get_pid(), transport.get_pipe_transport(0)
    child = children[pid] = Child(stdin is not None, SystemClock.monotonic_s())
    received, exited = protocol.pipe_data_received, protocol.process_exited

    def pipe_data_received(fd: int, data: bytes) -> None:
        if any(word in data for word in _NOT_YET):
            child.lives()
        else:
            child.spoke()
        received(fd, data)

    def process_exited() -> None:
        children.pop(pid, None)
        exited()

    vars(protocol).update(pipe_data_received=pipe_data_received, process_exited=process_exited)
    if isinstance(stdin, asyncio.WriteTransport):
        write = stdin.write

        def asking(data: bytes | bytearray | memoryview) -> None:
            child.asked()
            write(data)

        vars(stdin)["write"] = asking
    if transport.get_returncode() is not None:
        children.pop(pid, None)


@contextmanager
def counted(work: Work) -> Iterator[None]:
    """Keep account of the calls in worker threads and probe threads, for the length of the block.

    Whoever gave a thread something to do sits in its call until that is done; nobody else could
    say so. So the two ways there are replaced by ones that count, in this process.
    """
    in_thread, probe = vars(AsyncIOBackend)["run_sync_in_worker_thread"], ProbeThread.call
    counting = _counting(AsyncIOBackend.run_sync_in_worker_thread, work.calls, "threads")
    AsyncIOBackend.run_sync_in_worker_thread = staticmethod(counting)  # type: ignore[method-assign]
    ProbeThread.call = _counting(probe, work.calls, "probes")  # type: ignore[method-assign]
    try:
        yield
    finally:
        AsyncIOBackend.run_sync_in_worker_thread = in_thread  # type: ignore[method-assign]
        ProbeThread.call = probe  # type: ignore[method-assign]


def _counting(
    call: Callable[P, Coroutine[Any, Any, T]], calls: Counter[str], kind: str
) -> Callable[P, Coroutine[Any, Any, T]]:
    async def counting(*arguments: P.args, **named: P.kwargs) -> T:
        calls[kind] += 1
        try:
            return await call(*arguments, **named)
        finally:
            calls[kind] -= 1

    return counting
