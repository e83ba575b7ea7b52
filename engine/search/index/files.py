"""Reading the files that a search looks at, as ripgrep reads them.

A file with a NUL is binary and is left out. One with a UTF-16 byte order mark is searched as the
UTF-8 that it stands for; the mark itself is no part of the text, nor is UTF-8's.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from engine.clock import SystemClock

_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_UTF8: Final = b"\xef\xbb\xbf"
# A NUL is looked for in so much before the rest is read.
_HEAD: Final = 1 << 16
_CHUNK: Final = 1 << 20
# A change of a file that follows this soon after another may leave all its times as they were.
_SETTLED_NS: Final = 100_000_000
Kind = Literal["text", "binary", "unreadable"]
Stamp = tuple[int, int, int, int]
_NO_STAMP: Final = (-1, -1, -1, -1)
_UNSETTLED: Final = (-2, -2, -2, -2)


class TooLarge(Exception):
    """A text that is larger than what may be read."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__(f"a file of {size_bytes:,} bytes")
        self.size_bytes = size_bytes


@dataclass(frozen=True, slots=True)
class File:
    """One file's text (empty unless it is `text`) and the stamp of what was read.

    Attributes:
        stamp: size, both times in ns, and number on disk; see `stamp_of`. One that no file has
            where it could be the same after another change.
    """

    path: bytes
    kind: Kind
    text: bytes
    stamp: Stamp

    def same_as(self, before: Stamp | None) -> bool:
        """Return whether nothing has changed for certain since a file had that stamp."""
        return self.stamp == before and self.stamp != _UNSETTLED


def stamp_of(status: os.stat_result) -> Stamp:
    """Return what changes whenever a file is written, replaced or renamed over."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def read_file(root: int, path: bytes, most_bytes: int) -> File:
    """Read `path` below the open folder `root`; whatever is wrong makes it `unreadable`.

    Raises:
        TooLarge: it may be text and has more than `most_bytes`.
    """
    try:
        # A pipe must not be waited for, and a link is no file of the project.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW
        opened = os.open(path, flags, dir_fd=root)
    except OSError:
        return File(path, "unreadable", b"", _NO_STAMP)
    try:
        status = os.fstat(opened)
        if not stat.S_ISREG(status.st_mode):
            return File(path, "unreadable", b"", _NO_STAMP)
        data = _read(opened, status.st_size, most_bytes)
    except OSError:
        return File(path, "unreadable", b"", _NO_STAMP)
    finally:
        os.close(opened)
    text = None if data is None else _text(data)
    return File(path, "binary" if text is None else "text", text or b"", _settled(status))


def read_text(path: Path) -> bytes | None:
    """Return a file's text as a search sees it; None where it can't be read or is binary."""
    try:
        data = path.read_bytes() if path.is_file() else None
    except OSError:
        return None
    return None if data is None else _text(data)


def _settled(status: os.stat_result) -> Stamp:
    age_ns = int(SystemClock.wall_s() * 1e9) - status.st_ctime_ns
    return stamp_of(status) if age_ns > _SETTLED_NS else _UNSETTLED


def _read(opened: int, size: int, most_bytes: int) -> bytes | None:
    """Read to the end, which may have moved since `size` was asked for; None where it is binary."""
    data = os.read(opened, min(size + 1, _HEAD))
    if len(data) == size:
        return data
    if b"\0" in data and not data.startswith(_UTF16):
        return None
    parts = [data]
    read_bytes = len(data)
    while data:
        if max(size, read_bytes) > most_bytes:
            raise TooLarge(max(size, read_bytes))
        data = os.read(opened, max(_CHUNK, size - read_bytes + 1))
        read_bytes += len(data)
        parts.append(data)
    return b"".join(parts)


def _text(data: bytes) -> bytes | None:
    """Return what is searched of a file's bytes; None where that holds a NUL."""
    if data.startswith(_UTF16):
        # As ripgrep's decoder does it, one more mark behind the first goes too.
        text = data.decode("utf-16", "replace").removeprefix("\ufeff")
        data = text.encode("utf-8", "replace")
    else:
        data = data.removeprefix(_UTF8)
    return None if b"\0" in data else data
