"""Events as a session publishes them, made for the tests of the store."""

from engine.bus import Bus
from engine.clock import ManualClock
from engine.events import Event, HostSample, Notice, QueryAsked, ended
from engine.evidence import Answer, Status, Understanding
from engine.store.journals.journal import Journal, read_events


class Session:
    """Stamps events like the bus of one session."""

    def __init__(self, name: str = "s1", wall_s: float = 1000.0) -> None:
        self.clock = ManualClock(wall_s=wall_s)
        self.bus = Bus(name, self.clock)

    def stamped(self, event: Event) -> Event:
        self.clock.advance(1.0)
        self.bus.stamp(event)
        return event

    def fact(self, text: str = "x") -> Event:
        return self.stamped(Notice(key="k", severity="info", text=text))

    def sample(self) -> Event:
        return self.stamped(HostSample())

    def asked(self, query: str, text: str) -> Event:
        return self.stamped(QueryAsked(query=query, text=text))

    def answered(self, query: str, verdict: str, status: Status = "answered") -> Event:
        understanding = Understanding("text", "said", "intent")
        answer = Answer(
            status=status, level="full", query=understanding, verdict=verdict, elapsed_ms=7.5
        )
        return self.stamped(ended(query, answer))


def recorded(journal: Journal) -> list[Event]:
    """Return what a journal's segment of now holds."""
    return list(read_events(journal.path))
