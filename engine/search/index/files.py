"""Reading the files that a search looks at, as ripgrep reads them.

A file with a NUL is binary and is left out. One with a UTF-16 byte order mark is searched as the
UTF-8 that it stands for; those and files with UTF-8's mark are *marked*, because what a regular
expression sees at their first character only ripgrep can say.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_MARKS: Final = (*_UTF16, b"\xef\xbb\xbf")
Kind = Literal["text", "marked", "binary", "unreadable"]
Stamp = tuple[int, int, int, int]
_NO_STAMP: Final = (-1, -1, -1, -1)


@dataclass(frozen=True, slots=True)
class File:
    """One file's text (empty unless it is `text` or `marked`) and the stamp of what was read.

    Attributes:
        stamp: size, both times in ns, and number on disk; see `stamp_of`.
    """

    path: bytes
    kind: Kind
    text: bytes
    stamp: Stamp


def stamp_of(status: os.stat_result) -> Stamp:
    """Return what changes whenever a file is written, replaced or renamed over."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def read_file(root: int, path: bytes) -> File:
    """Read `path` below the open folder `root`; whatever is wrong makes it `unreadable`."""
    try:
        # A pipe must not be waited for.
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=root)
    except OSError:
        return File(path, "unreadable", b"", _NO_STAMP)
    try:
        status = os.fstat(opened)
        if not stat.S_ISREG(status.st_mode):
            return File(path, "unreadable", b"", _NO_STAMP)
        data = _all(opened, status.st_size)
    except OSError:
        return File(path, "unreadable", b"", _NO_STAMP)
    finally:
        os.close(opened)
    return _file(path, data, stamp_of(status))


def read_text(path: Path) -> bytes | None:
    """Return a file's text as a search sees it; None where it can't be read or is binary."""
    try:
        data = path.read_bytes() if path.is_file() else None
    except OSError:
        return None
    if data is None:
        return None
    file = _file(b"", data, _NO_STAMP)
    return None if file.kind == "binary" else file.text


def _all(opened: int, size: int) -> bytes:
    """Read to the end, which may have moved since `size` was asked for."""
    data = os.read(opened, size + 1)
    if len(data) == size:
        return data
    parts = [data]
    while data:
        data = os.read(opened, 1 << 20)
        parts.append(data)
    return b"".join(parts)


def _file(path: bytes, data: bytes, stamp: Stamp) -> File:
    kind: Kind = "text"
    if data.startswith(_MARKS):
        kind = "marked"
        if data.startswith(_UTF16):
            data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    if b"\0" in data:
        return File(path, "binary", b"", stamp)
    return File(path, kind, data, stamp)
