"""A session's journal on disk: segments, one file after the other, each locked while it grows.

    <store>/journals/<session>.jsonl         its first segment, number 0
    <store>/journals/<session>.0001.jsonl    the next one, begun after some MB or an hour

A segment is *live* while its flock is held; one whose lock can be had is finished for good, also
when its session died. A session locks its next segment before it lets go of the last one, and a
segment has its name only once it is locked: whoever sees it sees it locked.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from engine.file_lock import is_held

JOURNALS = "journals"
_NAME = re.compile(r"([^.]+)(?:\.(\d{4,}))?\.jsonl")


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """One file of a session's journal; they sort in the order in which they were written."""

    session: str
    number: int
    path: Path


def segment(folder: Path, session: str, number: int) -> Segment:
    """Return where a segment lies in the store `folder`, whether it is there or not.

    Raises:
        ValueError: such a session's files would not be found again.
    """
    name = f"{session}.{number:04d}.jsonl" if number else f"{session}.jsonl"
    if parsed(name) != (session, number):
        raise ValueError(f"a session's name is text without dots or slashes, not {session!r}")
    return Segment(session, number, folder / JOURNALS / name)


def parsed(name: str) -> tuple[str, int] | None:
    """Return session and number of a segment's file name, or None: it is something else."""
    match = _NAME.fullmatch(name)
    if match is None or "/" in name:
        return None
    return match[1], int(match[2] or 0)


def segments(folder: Path) -> list[Segment]:
    """Return all segments in the store `folder`, in their order; none where there is no store.

    Raises:
        OSError: the folder can't be listed.
    """
    try:
        names = os.listdir(folder / JOURNALS)  # noqa: PTH208 - half the time of iterdir
    except (FileNotFoundError, NotADirectoryError):
        return []
    # Sorted as plain tuples: comparing Segments would take most of a look at the other sessions.
    found = sorted((*known, name) for name in names if (known := parsed(name)) is not None)
    journals = folder / JOURNALS
    return [Segment(session, number, journals / name) for session, number, name in found]


def is_live(path: Path) -> bool:
    """Return whether somebody still writes this segment; also True where that can't be told.

    One that is gone is not live.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        return is_held(file)
    finally:
        os.close(file)
