"""A span of events as one portable file: for bug reports, replays and tests.

    gzip of lines: {"bolt_recording":1,"program":…,"session":…,"wall_s":…}, then journal lines

Each line carries its checksum as in a journal. A file that was cut off is read as far as it goes.

    RecordingError    the file can't be written, or is no recording; the sentence names it
"""

import gzip
import math
import os
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import anyio
import msgspec
from msgspec import Struct

from engine.errors import EngineError
from engine.events import Event, SessionJoined, SessionLeft
from engine.standing import TOLD, Standing
from engine.store.journals.journal import line, parse, sound
from engine.store.past.marks import PastMark, marks_of
from engine.store.past.sessions import PastSession

FORMAT: Final = 1
_LEVEL: Final = 6


class RecordingError(EngineError):
    """A recording can't be written or read."""


class Header(Struct, frozen=True):
    """What a recording says of itself; `session` is the one whose screen it was."""

    bolt_recording: int
    program: str
    session: str
    wall_s: float


class Recording(Struct, frozen=True):
    """A recording as it was read; `damaged` lines could not be."""

    header: Header
    events: tuple[Event, ...]
    damaged: int = 0
    cut: bool = False
    foreign: int = 0


class RecordingFile:
    """Writes a recording while its events happen. `record` never waits; `flush` writes."""

    def __init__(self, path: Path, header: Header) -> None:
        """Create the file.

        Raises:
            RecordingError: it is there already, or can't be created.
        """
        self.path = path
        self._pending: list[bytes] = [msgspec.json.encode(header) + b"\n"]
        self._lock = anyio.Lock()
        self._limiter = anyio.CapacityLimiter(1)
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._file: int | None = os.open(path, flags, 0o600)
        except FileExistsError:
            raise RecordingError(f"{path} is there already; name another file") from None
        except OSError as error:
            raise RecordingError(f"{path} can't be written: {error.strerror}") from error

    def record(self, event: Event) -> None:
        self._pending.append(line(event))

    async def flush(self) -> None:
        """Write what is pending, as a gzip member of its own.

        Raises:
            RecordingError: it can't be written; it stays pending.
        """
        async with self._lock:
            batch = self._pending[:]
            if batch and self._file is not None:
                await anyio.to_thread.run_sync(self._write, batch, limiter=self._limiter)
                del self._pending[: len(batch)]

    def _write(self, batch: Sequence[bytes]) -> None:
        data = gzip.compress(b"".join(batch), _LEVEL, mtime=0)
        assert self._file is not None
        start = os.fstat(self._file).st_size
        try:
            written = os.write(self._file, data)
            if written < len(data):
                os.ftruncate(self._file, start)  # half a member would end the file for readers
                raise OSError(28, "No space left on device")
        except OSError as error:
            raise RecordingError(f"{self.path} can't be written: {error.strerror}") from error

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def write(path: Path, header: Header, events: Iterable[Event]) -> int:
    """Write a whole recording and return how many events it holds.

    Raises:
        RecordingError: the file is there already, or can't be written.
    """
    count = 0
    try:
        with path.open("xb") as file, gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
            packed.write(msgspec.json.encode(header) + b"\n")
            for event in events:
                packed.write(line(event))
                count += 1
    except FileExistsError:
        raise RecordingError(f"{path} is there already; name another file") from None
    except OSError as error:
        raise RecordingError(f"{path} can't be written: {error.strerror}") from error
    return count


def read(path: Path) -> Recording:
    """Return the recording in a file.

    Raises:
        RecordingError: there is no such file, or it is no recording of a known format.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{path} can't be read: {error.strerror}") from error
    raw, cut = _unpacked(data)
    first, *lines = raw.split(b"\n")
    header = _header(path, first)
    if lines and lines[-1]:
        cut = True  # the last line has no end
    events: list[Event] = []
    damaged = foreign = 0
    for text in lines[:-1]:
        event = parse(text)
        if event is not None:
            events.append(event)
        elif b'"type":' in text[:64] and sound(text) is not None:
            foreign += 1
        elif text:
            damaged += 1
    return Recording(header, tuple(events), damaged, cut, foreign)


def _header(path: Path, first: bytes) -> Header:
    try:
        header = msgspec.json.decode(first, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise RecordingError(f"{path} is no recording of bolt-tui") from None
    if header.bolt_recording > FORMAT:
        raise RecordingError(
            f"{path} is a recording of format {header.bolt_recording}, written by bolt-tui "
            f"{header.program}; this one reads up to {FORMAT}"
        )
    return header


def _unpacked(data: bytes) -> tuple[bytes, bool]:
    """Return what can be unpacked of all members, and whether the end is missing or spoilt."""
    pieces: list[bytes] = []
    while data:
        member = zlib.decompressobj(wbits=31)
        try:
            pieces.append(member.decompress(data))
        except zlib.error:
            return b"".join(pieces), True
        if not member.eof:
            return b"".join(pieces), True
        data = member.unused_data
    return b"".join(pieces), False


class RecordedPast:
    """A recording as a past that a console can go through."""

    def __init__(self, recording: Recording) -> None:
        self._events = recording.events

    async def extent(self) -> tuple[float, float] | None:
        """Return wall times of the first and the last event, None where there is none."""
        walls = [event.wall_s for event in self._events]
        return (min(walls), max(walls)) if walls else None

    async def sessions(self, start_s: float, end_s: float) -> list[PastSession]:
        """Return the sessions that have events in the span."""
        found: dict[str, PastSession] = {}
        for event in self._events:
            found[event.session] = _grown(found.get(event.session), event)
        return [one for one in found.values() if one.joined_s <= end_s and one.last_s >= start_s]

    async def standing(self, at_s: float, session: str) -> list[Event]:
        """Return the events that say how things stood in a session just before a moment."""
        standing = Standing()
        for event in self._events:
            if event.session == session and event.wall_s < at_s:
                standing.take(event)
        return standing.events()

    async def told(self, at_s: float) -> list[Event]:
        """Return the alerts, silences and checks that stood then, whichever session told them."""
        standing = Standing()
        for event in sorted(self._events, key=lambda event: event.wall_s):
            if isinstance(event, TOLD) and event.wall_s <= at_s:
                standing.take(event)
        return sorted(standing.events(), key=lambda event: event.wall_s)

    async def events(
        self,
        start_s: float,
        end_s: float,
        *,
        session: str | None = None,
        types: Collection[type[Event]] | None = None,
    ) -> list[Event]:
        """Return the events of the span, both ends included, in their order."""
        return [
            event
            for event in self._events
            if start_s <= event.wall_s <= end_s
            and session in (None, event.session)
            and (types is None or event.__class__ in types)
        ]

    async def marks(self, start_s: float, end_s: float) -> list[PastMark]:
        """Return what the time bar marks in the span, oldest first."""
        inside = [event for event in self._events if start_s <= event.wall_s <= end_s]
        return marks_of(inside, await self.told(math.nextafter(start_s, -math.inf)))


def _grown(was: PastSession | None, event: Event) -> PastSession:
    """Return the session as it is known with one more of its events."""
    at_s = event.wall_s
    now = was or PastSession(event.session, "", None, False, at_s, at_s, "here")
    now = replace(now, joined_s=min(now.joined_s, at_s), last_s=max(now.last_s, at_s))
    if isinstance(event, SessionJoined):
        return replace(now, project=event.project, pid=event.pid, interactive=event.interactive)
    return replace(now, left="closed") if isinstance(event, SessionLeft) else now
