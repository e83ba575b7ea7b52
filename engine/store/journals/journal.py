"""A session's journal: one checksummed JSON line an event, in segments of its own.

    <store>/journals/<session>.jsonl     {"crc":"9f3a1c02","type":"QueryAsked","v":1,…}

The checksum is the CRC-32 of the line's bytes after `"crc":"…",`. Where a session and number stand
twice, as after a failed write, the last line holds. Lines go out in batches, one `write` each
batch, from a worker thread; writing needs no DuckDB. What a write acknowledged survives the death
of the process, with durability "disk" that of the machine.

A commit of little is written right here on the loop: a write into the machine's cache takes some
µs, the way to a thread and back a hundred. Where writes turn out slow the next ones go by the
thread for a while (pace.py).
"""

import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import anyio
import msgspec
from anyio.lowlevel import checkpoint

from engine.clock import Clock, SystemClock
from engine.events import AnyEvent, Event, Sample, decoder, encoder
from engine.evidence import clean
from engine.store.errors import JournalError as JournalError  # noqa: PLC0414 - found here too
from engine.store.journals.pace import Pace
from engine.store.journals.segment_file import Appended, Durability, SegmentFile
from engine.store.journals.segments import segments

PREFIX_BYTES = len(b'{"crc":"00000000",')
MAX_PENDING = 50_000
SEGMENT_BYTES = 8 * 1024 * 1024
SEGMENT_S = 3600.0
_FEW = 8  # events, and so many bytes, are still little
_LITTLE_BYTES = 1 << 16
_IN_A_ROW = 200  # commits after which the loop has a turn in any case: some 3 ms


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

    def __init__(
        self,
        folder: Path,
        session: str,
        *,
        durability: Durability = "os",
        segment_bytes: int = SEGMENT_BYTES,
        segment_s: float = SEGMENT_S,
        clock: Clock | None = None,
    ) -> None:
        self.written = 0
        self.dropped = 0
        self._clock = clock or SystemClock()
        self._folder, self._session = folder, session
        self._file = SegmentFile(folder, session, durability, segment_bytes, segment_s, self._clock)
        self._pending: list[Event] = []
        self._samples = 0  # at most so many of them are samples
        self._promised: set[int] = set()  # ids of events in a commit: none of them is dropped
        self._commits = 0
        self._pace = Pace()
        self._lock = anyio.Lock()
        self._limiter = anyio.CapacityLimiter(1)

    @property
    def path(self) -> Path:
        """The segment that is being written, or will be."""
        return self._file.path

    @property
    def pending(self) -> int:
        return len(self._pending)

    def events(self) -> Iterator[AnyEvent]:
        """Yield this session's readable events that are still in segments; it blocks.

        Raises:
            OSError: one can't be read.
        """
        for part in segments(self._folder):
            if part.session == self._session:
                yield from read_events(part.path)

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
            free = (n for n, event in enumerate(kept) if id(event) not in self._promised)
            oldest = next(free, len(kept))
            kept = kept[:oldest] + kept[oldest + 1 :]
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
            write = partial(self._encode_and_append, batch)
            self._settle(batch, await anyio.to_thread.run_sync(write, limiter=self._limiter))

    async def commit(self, event: Event) -> None:
        """Record one event and return when it is written, with all that came before it.

        Raises:
            JournalError: it is not on disk, and will not be: the caller has it.
        """
        self._commits += 1
        if self._commits % _IN_A_ROW == 0:  # they may come one after the other without a pause
            await checkpoint()
        self._promised.add(id(event))
        self.record(event)
        try:
            if not self._written_here():
                await self.flush()
        except JournalError:
            if self._took_back(event):
                raise
            # Its own line is whole: only what came after it is not on disk.
        finally:
            self._promised.discard(id(event))

    def close(self) -> None:
        """Let go of the segment and its lock."""
        self._file.close()

    def _written_here(self) -> bool:
        """Write what is pending on the loop, if that is little and the disk is quick."""
        if (
            len(self._pending) > _FEW
            or not self._file.is_ready
            or self._lock.locked()
            or not self._pace.is_quick(self._clock.monotonic_s())
        ):
            return False
        batch = self._pending[:]
        lines = [line(event) for event in batch]
        if sum(map(len, lines)) > _LITTLE_BYTES:
            return False
        self._settle(batch, self._append(lines))
        return True

    def _encode_and_append(self, batch: Sequence[Event]) -> Appended:
        return self._append([line(event) for event in batch])

    def _append(self, lines: Sequence[bytes]) -> Appended:
        before_s = self._clock.monotonic_s()
        appended = self._file.append(lines)
        self._pace.took(before_s, self._clock.monotonic_s())
        return appended

    def _settle(self, batch: Sequence[Event], appended: Appended) -> None:
        # One by one, not by place or number: `record` may have dropped some of them meanwhile,
        # and an answer that could not be written comes back under its old number.
        written = set(map(id, batch[: appended.lines]))
        self._pending = [event for event in self._pending if id(event) not in written]
        self._samples = sum(isinstance(event, Sample) for event in self._pending)
        self.written += appended.lines
        if appended.problem is not None:
            raise appended.problem

    def _took_back(self, event: Event) -> bool:
        """Take an event out of what is pending; False where it is written already."""
        before = len(self._pending)
        self._pending = [other for other in self._pending if other is not event]
        return len(self._pending) < before
