"""The console on a recording: no engine, nothing can be asked, time goes by as it did."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

import anyio

from bolt_tui.app import ConsoleSettings, run_console
from bolt_tui.engine_port import EnginePort
from engine.alerts.errors import BadSilence
from engine.breaker.circuit import How
from engine.breaker.degradation import BadPin
from engine.breaker.errors import BadForce
from engine.bus import Bus
from engine.clock import SystemClock
from engine.errors import BadQuery
from engine.events import Event, Notice, SessionJoined
from engine.evidence import Level, counted
from engine.store.past.recording import RecordedPast, Recording, read


class Replayed:
    """An engine port over a recording; what is on screen comes from its past."""

    def __init__(self, recording: Recording) -> None:
        self.bus = Bus(recording.header.session, SystemClock())
        self.session = recording.header.session
        self.past = RecordedPast(recording)
        joined = (e for e in recording.events if isinstance(e, SessionJoined))
        self.project = Path(next((e.project for e in joined), ""))
        self._recording = recording

    async def flush(self) -> bool:
        return True

    def submit(self, text: str) -> str:
        """Refuse: there is no engine here."""
        raise BadQuery(f"this is a recording; {text[:40]!r} can't be asked of it")

    def cancel(self, query: str) -> bool:  # noqa: ARG002
        return False

    def force(
        self,
        capability: str,
        how: How,  # noqa: ARG002
        reason: str,  # noqa: ARG002
        for_s: float | None = None,  # noqa: ARG002
    ) -> None:
        """Refuse: what is over can't be changed."""
        raise BadForce(f"this is a recording; {capability} can't be forced in it")

    def pin(
        self,
        level: Level,
        reason: str,  # noqa: ARG002
        for_s: float | None = None,  # noqa: ARG002
    ) -> None:
        """Refuse: what is over can't be changed."""
        raise BadPin(f"this is a recording; its level can't be pinned to {level}")

    def release(self, name: str) -> bool:
        """Refuse: what is over can't be changed."""
        raise BadForce(f"this is a recording; {name} can't be released in it")

    async def silence(
        self,
        matchers: Mapping[str, str],  # noqa: ARG002
        for_s: float,  # noqa: ARG002
        reason: str,  # noqa: ARG002
    ) -> NoReturn:
        """Refuse: what is over can't be changed."""
        raise BadSilence("this is a recording; nothing can be silenced in it")

    async def unsilence(self, name: str) -> None:
        """Refuse: what is over can't be changed."""
        raise BadSilence(f"this is a recording; silence {name} can't be ended in it")

    def complete(self, text: str) -> list[str]:  # noqa: ARG002
        return []

    async def recent_queries(self, limit: int) -> list[str]:  # noqa: ARG002
        return []

    async def events(self, from_seq: int, to_seq: int) -> list[Event]:  # noqa: ARG002
        return []

    def state_events(self) -> list[Event]:
        """Return what of the file could not be read; the rest is its past."""
        read_in_part = []
        if self._recording.cut:
            read_in_part.append("its end is missing")
        if self._recording.damaged:
            count = self._recording.damaged
            read_in_part.append(counted(count, "line is damaged", "lines are damaged"))
        if self._recording.foreign:
            counts = counted(self._recording.foreign, "event is", "events are")
            read_in_part.append(f"{counts} of a kind not known here")
        text = f"of this recording {', '.join(read_in_part)}"
        notice = Notice(key="recording", severity="warning", text=text)
        return [notice] if read_in_part else []


def run(path: Path, settings: ConsoleSettings) -> int:
    """Play a recording in this terminal, `settings.replay_speed` times as fast as it happened.

    Returns the exit code.

    Raises:
        RecordingError: the file is no recording.
    """
    replayed = Replayed(read(path))

    @asynccontextmanager
    async def open_recording() -> AsyncIterator[EnginePort]:
        yield replayed

    return anyio.run(lambda: run_console(open_recording, settings=settings))
