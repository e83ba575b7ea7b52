"""A session's journal: one checksummed JSON line an event, in a file of its own.

    <store>/journals/<session>.jsonl     {"crc":"9f3a1c02","type":"QueryAsked","v":1,…}

The checksum is the CRC-32 of the line's bytes after `"crc":"…",`. The file is made with O_EXCL and
locked (flock) for as long as its session lives: a journal whose lock can be had is finished. Lines
go out in batches, one `write` each batch, from a worker thread; writing needs no DuckDB. What a
write acknowledged survives the death of the process.

    JournalError    the folder or the file can't be written; the sentence names it and the cause
"""

import errno
import fcntl
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import anyio
import msgspec

from engine.events import AnyEvent, Event, Sample, decoder, encoder
from engine.evidence import clean

PREFIX_BYTES = len(b'{"crc":"00000000",')
MAX_PENDING = 50_000
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC


class JournalError(Exception):
    """What was to be recorded is not on disk."""


def line(event: Event) -> bytes:
    """Return the event as a journal keeps it, newline included."""
    try:
        body = encoder.encode(event)[1:]
    except UnicodeEncodeError:  # half a surrogate pair: one bad text must not hold up the others
        body = encoder.encode(_cleaned(msgspec.to_builtins(event)))[1:]
    return b'{"crc":"%08x",%b\n' % (zlib.crc32(body), body)


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return value


def sound(raw: bytes) -> bytes | None:
    """Return the line's JSON object without its checksum, or None where that doesn't fit."""
    raw = raw.removesuffix(b"\n")
    body = raw[PREFIX_BYTES:]
    if raw[:PREFIX_BYTES] != b'{"crc":"%08x",' % zlib.crc32(body):
        return None
    return b"{" + body


def parse(raw: bytes) -> AnyEvent | None:
    """Return the event of one line, or None: torn, flipped, or of a kind not known here."""
    body = sound(raw)
    if body is None:
        return None
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def read_events(path: Path) -> Iterator[AnyEvent]:
    """Yield the readable events of one journal in their order."""
    with path.open("rb") as file:
        for raw in file:
            if (event := parse(raw)) is not None:
                yield event


class Journal:
    """Takes everything that the bus publishes. `record` never waits; `flush` and `commit` write."""

    def __init__(self, folder: Path, session: str) -> None:
        self.path = folder / "journals" / f"{session}.jsonl"
        self.written = 0
        self.dropped = 0
        self._pending: list[Event] = []
        self._samples = 0  # at most so many of them are samples
        self._file: int | None = None
        self._torn = False
        self._lock = anyio.Lock()
        self._limiter = anyio.CapacityLimiter(1)

    @property
    def pending(self) -> int:
        return len(self._pending)

    def record(self, event: Event) -> None:
        """Keep an event for the next batch.

        Over the limit samples are dropped, and only where none is left the oldest fact; counted.
        """
        if len(self._pending) >= MAX_PENDING:
            if isinstance(event, Sample):
                self.dropped += 1
                return
            self._make_room()
        self._samples += isinstance(event, Sample)
        self._pending.append(event)

    def _make_room(self) -> None:
        kept = self._pending
        if self._samples:
            kept = [event for event in kept if not isinstance(event, Sample)]
            self._samples = 0
        if len(kept) == len(self._pending):
            kept = kept[1:]
        self.dropped += len(self._pending) - len(kept)
        self._pending = kept

    async def flush(self) -> None:
        """Write what is pending.

        Raises:
            JournalError: it could not be written; it stays pending.
        """
        async with self._lock:
            batch = self._pending[:]
            if not batch:
                return
            await anyio.to_thread.run_sync(self._write, batch, limiter=self._limiter)
            # One by one, not by place or number: `record` may have dropped some of them meanwhile,
            # and an answer that could not be written comes back under its old number.
            written = set(map(id, batch))
            self._pending = [event for event in self._pending if id(event) not in written]
            self._samples = sum(isinstance(event, Sample) for event in self._pending)
            self.written += len(batch)

    async def commit(self, event: Event) -> None:
        """Record one event and return when it is written, with all that came before it.

        Raises:
            JournalError: it is not on disk, and will not be: the caller has it.
        """
        self.record(event)
        try:
            await self.flush()
        except JournalError:
            self._pending = [other for other in self._pending if other is not event]
            raise

    def close(self) -> None:
        """Let go of the file and its lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, batch: list[Event]) -> None:
        data = b"".join(map(line, batch))
        try:
            if self._file is not None and os.fstat(self._file).st_nlink == 0:
                self.close()  # somebody deleted the folder: begin a new file in a new one
            if self._file is None:
                self._file = self._create()
            if self._torn:
                data = b"\n" + data
            written = os.write(self._file, data)
            self._torn = written < len(data)
            if self._torn:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            cause = error.strerror or str(error)
            raise JournalError(f"the journal {self.path} can't be written: {cause}") from error

    def _create(self) -> int:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self.path, _FLAGS, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # a file system without locks; the next try must find no file of ours
            os.close(file)
            self.path.unlink(missing_ok=True)
            raise
        self._torn = False
        return file
