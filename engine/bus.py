"""Publish and subscribe. A publisher never waits; a slow subscriber costs bounded memory.

What a subscriber gets is its own choice. One that *conflates* (a screen) gets the newest sample of
each type and the newest progress of each task; one that doesn't gets everything in order. Either
way its queue of facts is bounded: overrun, it gets one `Lagged` that names the sequence numbers it
missed, and reads those from the journal.

All calls belong to the event loop's thread.
"""

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

import anyio
from msgspec.structs import force_setattr

from engine.clock import Clock
from engine.events import Event, Lagged, Sample, TaskProgressed

DEFAULT_CAPACITY = 8192


@dataclass(slots=True)
class Counters:
    """What went over the bus since it was made."""

    published: int = 0
    conflated: int = 0
    lagged: int = 0


class Subscription:
    """One reader's queue. Iterate it for events, or take what has gathered with `batch`."""

    def __init__(
        self, bus: "Bus", *, conflate: bool, capacity: int, wants: Iterable[type[Event]]
    ) -> None:
        self.wants = set(wants)  # costly samples that this reader looks at; it may change them
        self._bus = bus
        self._conflate = conflate
        self._capacity = capacity
        self._facts: deque[Event] = deque()
        self._newest: dict[object, Event] = {}
        self._missed: tuple[int, int] | None = None
        self._wake = anyio.Event()
        self._closed = False

    @property
    def depth(self) -> int:
        return len(self._facts) + len(self._newest)

    def offer(self, event: Event) -> None:
        """Take an event in; called by the bus."""
        if self._conflate and isinstance(event, Sample | TaskProgressed):
            key = (
                (event.query, event.task) if isinstance(event, TaskProgressed) else event.__class__
            )
            if self._newest.pop(key, None) is not None:
                self._bus.counters.conflated += 1
            self._newest[key] = event
        else:
            if len(self._facts) >= self._capacity:
                self._overrun()
            self._facts.append(event)
        if not self._wake.is_set():
            self._wake.set()

    def _overrun(self) -> None:
        # What another session said is in no journal of this one: the last of it is kept.
        said = [event for event in self._facts if event.session != self._bus.session]
        own = [event.seq for event in self._facts if event.session == self._bus.session]
        # Least and greatest, not first and last: an answer is stamped before it is delivered.
        missed = [*(self._missed or ()), *own]
        self._missed = (min(missed), max(missed)) if missed else None
        self._facts = deque(said[max(0, len(said) - self._capacity // 2) :])
        self._bus.counters.lagged += 1

    def take(self) -> list[Event]:
        """Return all that has gathered, oldest first, without waiting."""
        events: list[Event] = [*self._facts, *self._newest.values()]
        if self._newest and self._facts:
            events.sort(key=_by_seq)
        if self._missed:
            first, last = self._missed
            events.insert(0, Lagged(session=self._bus.session, from_seq=first, to_seq=last))
        self._facts.clear()
        self._newest.clear()
        self._missed = None
        return events

    async def batch(self) -> list[Event]:
        """Wait until something has gathered and return it; an empty list means closed."""
        while not (self._facts or self._newest or self._missed):
            if self._closed:
                return []
            if self._wake.is_set():
                self._wake = anyio.Event()
            await self._wake.wait()
        return self.take()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while events := await self.batch():
            for event in events:
                yield event

    def close(self) -> None:
        """Stop receiving; a waiting reader gets what is left and then the end."""
        self._closed = True
        self._bus.drop(self)
        self._wake.set()

    def __enter__(self) -> "Subscription":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Bus:
    """Stamps events and hands them to the recorder and to every subscriber."""

    def __init__(self, session: str, clock: Clock) -> None:
        self.session = session
        self.counters = Counters()
        self.record: Callable[[Event], None] | None = None
        self._clock = clock
        self._seq = 0
        self._ticks: dict[type[Event], int] = {}
        self._subscriptions: list[Subscription] = []

    def publish(self, event: Event) -> None:
        """Stamp, record and deliver."""
        self.stamp(event)
        if self.record is not None:
            self.record(event)
        self.deliver(event)

    def stamp(self, event: Event) -> None:
        """Give the event its place in this session; done once, before anyone else sees it."""
        self._seq += 1
        force_setattr(event, "session", self.session)
        force_setattr(event, "seq", self._seq)
        force_setattr(event, "mono_s", self._clock.monotonic_s())
        force_setattr(event, "wall_s", self._clock.wall_s())
        if isinstance(event, Sample):
            tick = self._ticks[event.__class__] = self._ticks.get(event.__class__, 0) + 1
            force_setattr(event, "tick", tick)

    def deliver(self, event: Event) -> None:
        """Hand a stamped event to every subscriber."""
        self.counters.published += 1
        for subscription in self._subscriptions:
            subscription.offer(event)

    def subscribe(
        self,
        *,
        conflate: bool = False,
        capacity: int = DEFAULT_CAPACITY,
        wants: Iterable[type[Event]] = (),
    ) -> Subscription:
        """Return a queue of all events from now on; close it, or use it as a context manager."""
        subscription = Subscription(self, conflate=conflate, capacity=capacity, wants=wants)
        self._subscriptions.append(subscription)
        return subscription

    def drop(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def wanted(self, kind: type[Event]) -> bool:
        """Whether any subscriber looks at this kind of costly sample."""
        return any(kind in subscription.wants for subscription in self._subscriptions)

    @property
    def subscribers(self) -> int:
        return len(self._subscriptions)

    @property
    def depth(self) -> int:
        """Events that wait in the longest queue."""
        return max((s.depth for s in self._subscriptions), default=0)


def _by_seq(event: Event) -> int:
    return event.seq
