"""Reading one Python file as it is now, whatever it is."""

import os
import stat
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from engine.clock import SystemClock
from engine.search.facts import Scan
from engine.search.source import decode_source

MAX_BYTES: Final = 4 * 1024 * 1024
_SECOND_NS: Final = 1_000_000_000
# A second change can leave the times of the first: clocks of file systems tick every few
# milliseconds, some every two seconds (and show whole ones).
_TICK_NS: Final = _SECOND_NS // 10
_COARSE_TICK_NS: Final = 2 * _SECOND_NS
_wall_s = SystemClock.wall_s

Stamp = tuple[int, int, int, int]
"""Size, time of change, inode, time of the inode's change (ns): another one, another content."""

Outcome = tuple[Any] | str
"""What a scan made of a file: its value alone in a tuple, or how it failed."""


class Reading(NamedTuple):
    """A file's text, or the reason why there is none.

    `stamp` was taken before the text was read; None where a later change might not change it.
    """

    stamp: Stamp | None
    text: str
    reason: str


class FileScan(NamedTuple):
    """What the scans of one pass made of a file: nothing where `reason` says why it has no text."""

    path: str
    stamp: Stamp | None
    reason: str
    outcomes: tuple[Outcome, ...]


def stamp_of(status: os.stat_result) -> Stamp:
    return (status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)


def refusal(status: os.stat_result) -> str:
    """Return why such a file is not read; empty where it is."""
    if not stat.S_ISREG(status.st_mode):
        return "it is not a regular file"
    if status.st_size > MAX_BYTES:
        return f"it is larger than 4 MB ({status.st_size:,} bytes)"
    return ""


def read_python(path: str) -> Reading:
    """Read a file; never waits for a pipe or a device, never follows a link at its end."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        return Reading(None, "", error.strerror or str(error))
    try:
        status = os.fstat(file)
        if reason := refusal(status):
            return Reading(None, "", reason)
        data = _content(file, status.st_size)
    except OSError as error:
        return Reading(None, "", error.strerror or str(error))
    finally:
        os.close(file)
    return Reading(_settled(status), decode_source(data), "")


def scan_file(scans: Sequence[Scan[Any]], root: str, path: str) -> FileScan:
    """Read a file once and give its text to each of `scans`."""
    stamp, text, reason = read_python(f"{root}/{path}")
    if reason:
        return FileScan(path, stamp, reason, ())
    return FileScan(path, stamp, "", tuple(_outcome(scan, path, text) for scan in scans))


def _content(file: int, size: int) -> bytes:
    """Read what was there when the size was taken; what is added meanwhile changes the stamp."""
    data = os.read(file, size)
    while len(data) < size and (more := os.read(file, size - len(data))):
        data += more
    return data


def _settled(status: os.stat_result) -> Stamp | None:
    coarse = status.st_ctime_ns % _SECOND_NS == 0
    age_ns = int(_wall_s() * _SECOND_NS) - status.st_ctime_ns
    return None if abs(age_ns) < (_COARSE_TICK_NS if coarse else _TICK_NS) else stamp_of(status)


def _outcome(scan: Scan[Any], path: str, text: str) -> Outcome:
    try:
        return (scan(path, text),)
    except Exception as error:  # one odd file must not hide the others: it is told as unread
        return f"{type(error).__name__}: {error}"
