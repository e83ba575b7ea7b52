"""An engine that only replays: what the app needs of one, over a tape."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from engine.alerts.errors import BadSilence
from engine.alerts.silence import Made, silence
from engine.breaker.circuit import How
from engine.breaker.degradation import BadPin
from engine.bus import Bus
from engine.errors import BadQuery
from engine.events import Event, QueryAsked, SilenceChanged
from engine.evidence import Level
from engine.store.past.recording import FORMAT, Header, RecordedPast, Recording

from .tape import Tape

SILENCE = "51ace001"
COMPLETIONS = (":search", ":status", "system status", "who imports", "what can be asked")


class StandIn:
    """Keeps what it was asked; answers nothing."""

    def __init__(self, tape: Tape, past: tuple[str, ...] = ()) -> None:
        self.tape = tape
        self.submitted: list[str] = []
        self.cancelled: list[str] = []
        self.ordered: list[tuple[str, str, str, float | None]] = []
        self.silenced: list[tuple[dict[str, str], float, str]] = []
        self.unsilenced: list[str] = []
        self._past = past

    @property
    def bus(self) -> Bus:
        return self.tape.bus

    @property
    def session(self) -> str:
        return self.tape.bus.session

    @property
    def project(self) -> Path:
        return Path("/home/mb/code/wheel-trader")

    @property
    def past(self) -> RecordedPast:
        header = Header(FORMAT, "test", self.session, self.tape.clock.wall_s())
        return RecordedPast(Recording(header, tuple(self.tape.events)))

    async def flush(self) -> bool:
        return True

    def submit(self, text: str) -> str:
        if text == "bad":
            raise BadQuery("the query is bad; ask something like: system status")
        self.submitted.append(text)
        query = f"asked-{len(self.submitted)}"
        self.tape.say(QueryAsked(query=query, text=text))
        return query

    def cancel(self, query: str) -> bool:
        self.cancelled.append(query)
        return True

    def force(self, capability: str, how: How, reason: str, for_s: float | None = None) -> None:
        self.ordered.append((capability, how, reason, for_s))

    def pin(self, level: Level, reason: str, for_s: float | None = None) -> None:
        if level == "limited":
            raise BadPin("the engine says no")
        self.ordered.append(("level", level, reason, for_s))

    def release(self, name: str) -> bool:
        self.ordered.append((name, "release", "", None))
        return True

    async def silence(self, matchers: Mapping[str, str], for_s: float, reason: str) -> Made:
        if "bad" in matchers.values():
            raise BadSilence("the engine says no")
        self.silenced.append((dict(matchers), for_s, reason))
        now_s = self.tape.clock.wall_s()
        self.tape.say(
            SilenceChanged(silence=SILENCE, matchers=dict(matchers), starts_s=now_s,
                           until_s=now_s + for_s, by="mb", reason=reason)
        )  # fmt: skip
        return Made(silence(SILENCE, matchers, now_s, for_s, by="mb", reason=reason), None)

    async def unsilence(self, name: str) -> None:
        self.unsilenced.append(name)
        self.tape.say(SilenceChanged(silence=name, matchers={}, starts_s=0, until_s=0, ended=True))

    def complete(self, text: str) -> list[str]:
        return [entry for entry in COMPLETIONS if entry.startswith(text) and entry != text]

    def state_events(self) -> list[Event]:
        return list(self.tape.events)

    async def recent_queries(self, limit: int) -> list[str]:
        return list(self._past[:limit])

    async def events(self, from_seq: int, to_seq: int) -> list[Event]:
        return [event for event in self.tape.events if from_seq <= event.seq <= to_seq]


@asynccontextmanager
async def opened(tape: Tape) -> AsyncIterator[StandIn]:
    """Open a stand-in as an engine is opened."""
    yield StandIn(tape)
