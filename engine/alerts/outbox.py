"""The outbox: what is put here is delivered at least once, whoever dies on the way.

Exactly once where the receiver's yes was written down. Where it is not known whether a message
arrived it goes out once more, with the same id, and then no more.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import anyio
from anyio import to_thread

from engine.alerts.channels import Channel, run_sender
from engine.alerts.delivery import Desk, Folders, Lying, Settled, Waiting
from engine.alerts.due import Due
from engine.alerts.errand import NOT_OURS
from engine.alerts.message import Message
from engine.alerts.progress import ChannelName, Progress
from engine.alerts.shelf import Counts, Shelf
from engine.alerts.undelivered import ChannelError
from engine.clock import Clock, SystemClock
from engine.events import AlertDelivered
from engine.process import ProcessError

_LOOK_AGAIN_S = 1.0  # at what another session is sending
_MUTED_S = 15.0
_GIVE_UP_S = 86_400.0

On = Callable[[AlertDelivered], None]
Muted = Callable[[Message], bool]
Channels = Mapping[ChannelName, Channel | str]


def _nobody(_: str) -> None:
    """Say nothing: the caller doesn't listen."""


class Outbox:
    """Messages on their way, in the store's `alerts` folder; several sessions may share it.

    `say` takes a sentence about a file that is no message; it is called from worker threads.
    `wrong` has what could not be done in the last round over all that waits. `put`, `withdraw`,
    `counts`, `lying` and `became` touch the disk: call them in a worker thread.
    """

    def __init__(
        self,
        alerts: Path,
        *,
        give_up_s: float = _GIVE_UP_S,
        clock: Clock | None = None,
        say: Callable[[str], None] = _nobody,
    ) -> None:
        self._clock = clock if clock is not None else SystemClock()
        self._shelf = Shelf(Folders.of(alerts), self._clock)
        self._desk = Desk(Folders.of(alerts), self._clock, say)
        self._due = Due(self._clock, give_up_s)
        self.wrong: tuple[str, ...] = ()

    def put(self, message: Message, channels: Iterable[ChannelName]) -> int:
        """Put a message down for each channel; return for how many it was new.

        When this returns the message survives a power cut. An id that was put before, also one
        that was sent in the last days, is not put again.

        Raises:
            OutboxError: it can't be put down for a channel; for those before it, it is.
        """
        return sum(self._shelf.put(message, channel) for channel in channels)

    def withdraw(self, alert: str, why: str) -> int:
        """Give up what waits of an alert and can't have arrived anywhere; return how many it was.

        For an alert that ended while it was silenced: nobody knows of it, so nobody needs to.
        """
        return self._shelf.withdraw(alert, why)

    def counts(self) -> Counts:
        """Return how many messages wait, fail, and were given up in the days that are kept."""
        return self._shelf.counts()

    def lying(self) -> list[Lying]:
        """Return the messages that wait, and those that were done in the days that are kept."""
        return self._shelf.lying()

    def became(self, message: str) -> dict[ChannelName, AlertDelivered | None]:
        """Return what was last told of a message, by channel; None: nothing was tried yet."""
        return self._shelf.became(message)

    async def deliver(
        self, channels: Channels, on: On, muted: Muted, only: str | None = None
    ) -> float | None:
        """Try once each message that is due; return the seconds until the next is, if any waits.

        Messages of one alert go over a channel in the order in which they were put; a channel that
        takes nothing is left alone for a while by all of them. `on` is told of every attempt,
        `muted` is asked right before one. `only` is the one message to look at.
        """
        self._desk.wrong = []
        waiting = await self._look(on, only)
        due: list[float] = []
        async with anyio.create_task_group() as group:
            for name in sorted({one.channel for one in waiting}):
                queue = [one for one in waiting if one.channel == name]
                channel = channels.get(name, "it is not set")
                group.start_soon(_Round(self._desk, self._due, channel, on, muted).go, queue, due)
        self.wrong = tuple(dict.fromkeys(self._desk.wrong))
        return min(due, default=None)

    async def _look(self, on: On, only: str | None) -> list[Waiting]:
        """Return what waits, in the order in which it was put."""
        settled = await to_thread.run_sync(self._settled, only)
        for one in settled:
            _tell(one.told, on)
        waiting = [one.waiting for one in settled if one.waiting is not None]
        if only is None:
            self._due.forget_all_but(waiting)
        return sorted(waiting, key=lambda one: (one.head.order, one.head.put_s, one.message.id))

    def _settled(self, only: str | None) -> list[Settled]:
        try:
            waiting = self._shelf.waiting(only)
        except OSError as error:
            self._desk.complain("the outbox can't be read", error)
            return []
        return [self._desk.settle(path) for path in waiting]


class _Round:
    """One round over what waits for one channel."""

    def __init__(self, desk: Desk, due: Due, channel: Channel | str, on: On, muted: Muted) -> None:
        self._desk, self._due, self._channel = desk, due, channel
        self._on, self._muted = on, muted

    async def go(self, queue: list[Waiting], due: list[float]) -> None:
        """Try what is due, and add to `due` the seconds until each of the others is."""
        behind: set[str] = set()
        rest_s = self._due.rest_s(queue)
        for one in queue:
            if one.message.alert in behind:
                continue
            wait_s, left = await self._done(one, rest_s)
            if left is None:
                continue
            behind.add(one.message.alert)
            due.append(wait_s)
            rest_s = max(rest_s, self._due.rest_s([left]))

    async def _done(self, one: Waiting, rest_s: float) -> tuple[float, Waiting | None]:
        """Do what is due for a message; return how long to wait then, and what is left of it."""
        wait_s = self._wait_s(one, rest_s)
        return await self._tried(one) if wait_s == 0.0 else (wait_s, one)

    def _wait_s(self, one: Waiting, rest_s: float) -> float:
        """Return the seconds until something is to be done about a message, 0 for now."""
        left_s = self._due.left_s(one)
        if isinstance(self._channel, str):
            return left_s
        if self._muted(one.message):
            return min(left_s, _MUTED_S)
        tried = one.so_far.last is not None
        if left_s == 0.0 and tried:
            return 0.0
        asked = one.message.kind == "test"  # somebody sits there and wants to know now
        return max(self._due.wait_s(one), 0.0 if asked else rest_s)

    async def _tried(self, one: Waiting) -> tuple[float, Waiting | None]:
        """Send a message or give it up; return how long to wait then, and what is left of it."""
        if self._due.left_s(one) == 0.0 and (over := self._over(one)):
            _tell(await to_thread.run_sync(self._desk.give_up, one, over), self._on)
            return 0.0, None
        assert not isinstance(self._channel, str)
        try:
            errand = await self._channel.errand(one.so_far.attempt)
            done = await run_sender(errand, one.path)
            why, ours = done.stdout.decode("utf-8", "replace"), done.returncode != NOT_OURS
            why = why or f"the process that sends ended with status {done.returncode}"
        except (ChannelError, ProcessError) as error:
            why, ours = str(error), True
        settled = await to_thread.run_sync(self._desk.settle, one.path, one.so_far.attempt)
        _tell(settled.told, self._on)
        left = settled.waiting
        if left is None:
            done_with = bool(settled.told) or not one.path.exists()
            return (0.0, None) if done_with else (_LOOK_AGAIN_S, one)
        if left.so_far != one.so_far:
            return self._due.wait_s(left), left
        return await self._failed(one, why) if ours else (_LOOK_AGAIN_S, one)

    def _over(self, one: Waiting) -> str:
        """Return why a message that waited for too long is given up; empty: it never had a try."""
        last = one.so_far.last
        if isinstance(self._channel, str):
            return f"it waited for too long for a channel: {self._channel}"
        if last is not None:
            return f"no attempt succeeded for too long; the last: {last.cause}"
        return "it was silenced for too long" if self._muted(one.message) else ""

    async def _failed(self, one: Waiting, why: str) -> tuple[float, Waiting | None]:
        """Note an attempt that left nothing in the file."""
        made, told = await to_thread.run_sync(self._desk.failed, one, why)
        _tell(told, self._on)
        if made.wait_s is None:
            return 0.0, None
        self._due.hold(one, made.wait_s)  # should it not be written, it counts all the same
        left = Waiting(one.path, one.head, Progress(one.so_far.attempt, one.so_far.unsure, made))
        return made.wait_s, left


def _tell(told: Iterable[AlertDelivered], on: On) -> None:
    for one in told:
        on(one)
