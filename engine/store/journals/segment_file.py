"""The segment that a session is writing: made, locked, appended to, followed by the next one.

Only this file writes to journals. All of it may block, and none of it is for two threads at once.
"""

import errno
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from engine.clock import Clock
from engine.durable import sync, sync_folder
from engine.store.errors import JournalError
from engine.store.journals.segments import Segment, segment

Durability = Literal["os", "disk"]

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
_AGAIN_S = 10.0  # after which a next segment that could not be made is tried again


class Appended(NamedTuple):
    """How many lines are on record, from the first; `problem` says why the others are not."""

    lines: int
    problem: JournalError | None = None


class SegmentFile:
    """Appends lines to a session's newest segment.

    `durability` "os": what was appended survives the death of this process; "disk": also that of
    the machine. A next segment begins after `segment_bytes` or `segment_s`.
    """

    def __init__(
        self,
        folder: Path,
        session: str,
        durability: Durability,
        segment_bytes: int,
        segment_s: float,
        clock: Clock,
    ) -> None:
        self._folder, self._clock, self._durability = folder, clock, durability
        self._segment_bytes, self._segment_s = segment_bytes, segment_s
        self._segment = segment(folder, session, 0)
        self._file: int | None = None
        self._size = 0
        self._due_s = 0.0
        self._again_s = 0.0
        self._torn = False

    @property
    def path(self) -> Path:
        """The newest segment; before the first line, where that one will be."""
        return self._segment.path

    @property
    def is_ready(self) -> bool:
        """Whether the next append is one write and nothing else."""
        return self._file is not None and self._durability == "os" and not self._due()

    def append(self, lines: Sequence[bytes]) -> Appended:
        """Write whole lines, newlines included, in one go; the rest of a torn batch is told.

        The piece of a line that found no room is taken away again: nobody was told that it is on
        record, and a journal with half a line in it would count as damaged ever after.
        """
        before, error = self._size, None
        try:
            self._prepare()
            before = self._size
            self._write(b"".join(lines))
        except OSError as raised:
            error = raised
        accepted = self._size - before
        if accepted and self._file is not None and self._durability == "disk":
            try:
                sync(self._file)
            except OSError as raised:
                error, accepted, self._torn = raised, 0, True
        if error is None:
            return Appended(len(lines))
        whole = _whole(lines, accepted)
        self._take_away(accepted - sum(map(len, lines[:whole])))
        return Appended(whole, JournalError(self.path, error))

    def close(self) -> None:
        """Let go of the segment and its lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _take_away(self, piece_bytes: int) -> None:
        """Shorten the file by the piece of a line at its end, if it has one."""
        if not piece_bytes or self._file is None:
            return
        try:
            os.ftruncate(self._file, os.fstat(self._file).st_size - piece_bytes)
        except OSError:  # the next line begins on a new one then
            return
        self._size -= piece_bytes
        self._torn = False

    def _write(self, data: bytes) -> None:
        """Write all of it; a second call after a short one gets the system to say why."""
        assert self._file is not None
        if self._torn:
            self._torn = os.write(self._file, b"\n") == 0
        rest = memoryview(data)
        while rest:
            written = os.write(self._file, rest)
            if not written:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._size += written
            rest = rest[written:]
            self._torn = len(rest) > 0

    # ── which file ───────────────────────────────────────────────────────────────────────────

    def _prepare(self) -> None:
        """Have the right segment open."""
        if self._file is None:
            self._file = self._begin(self._segment)
        elif os.fstat(self._file).st_nlink == 0:  # somebody deleted it, or the whole folder
            self.close()
            self._segment = self._next()
            self._file = self._begin(self._segment)
        elif self._due():
            self._rotate()

    def _due(self) -> bool:
        # Not while a line is torn: what is written again belongs behind it, in the same segment.
        if not self._size or self._torn:
            return False
        now_s = self._clock.monotonic_s()
        return now_s >= self._again_s and (
            now_s >= self._due_s or self._size >= self._segment_bytes
        )

    def _rotate(self) -> None:
        finished, following = self._file, self._next()
        assert finished is not None
        try:
            self._file = self._begin(following)
        except OSError:  # it goes on in the old one
            self._again_s = self._clock.monotonic_s() + _AGAIN_S
            return
        self._segment = following
        os.close(finished)

    def _next(self) -> Segment:
        return segment(self._folder, self._segment.session, self._segment.number + 1)

    def _begin(self, new: Segment) -> int:
        """Make a segment and lock it before anyone can see it."""
        new.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = new.path.with_name(f".{new.path.name}")
        file = os.open(place, _FLAGS, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if new.path.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            place = place.rename(new.path)
            if self._durability == "disk":
                sync_folder(new.path.parent)
                sync_folder(self._folder)
        except OSError:  # the next try must find no file of ours
            os.close(file)
            place.unlink(missing_ok=True)
            raise
        self._size, self._torn, self._again_s = 0, False, 0.0
        self._due_s = self._clock.monotonic_s() + self._segment_s
        return file


def _whole(lines: Sequence[bytes], accepted: int) -> int:
    """Return how many lines are complete in the first `accepted` bytes."""
    for number, line in enumerate(lines):
        accepted -= len(line)
        if accepted < 0:
            return number
    return len(lines)
