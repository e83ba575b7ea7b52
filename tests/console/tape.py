"""A recording of events: a real bus on a clock that moves only when told."""

from engine.bus import Bus
from engine.clock import ManualClock
from engine.events import Event

SESSION = "20261123T143000-4711-a3f2"
START_WALL_S = 1_795_444_200.0  # 2026-11-23 14:30:00 UTC


class Tape:
    """Publishes events in order and keeps them; `events` is what a late reader would get."""

    def __init__(self) -> None:
        self.clock = ManualClock(monotonic_s=1000.0, wall_s=START_WALL_S)
        self.bus = Bus(SESSION, self.clock)
        self.events: list[Event] = []
        self.bus.record = self.events.append

    def say(self, *events: Event) -> "Tape":
        """Publish events at this moment."""
        for event in events:
            self.bus.publish(event)
        return self

    def hand_on(self, *events: Event) -> "Tape":
        """Hand on what another session told, stamped by it."""
        for event in events:
            self.events.append(event)
            self.bus.deliver(event)
        return self

    def wait(self, seconds: float) -> "Tape":
        """Let time pass."""
        self.clock.advance(seconds)
        return self
