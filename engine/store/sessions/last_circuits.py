"""How the circuits stood when the last session on a project ended: the end of its journal.

Without DuckDB, and within bounds: this is read before anything else can be asked. Of a journal that
has been folded into parts already nothing is known here.
"""

import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from engine.events import CircuitChanged, SessionJoined
from engine.store.journals.journal import parse
from engine.store.journals.segments import Segment, is_live, segments

TAIL_BYTES = 1 << 20  # a quarter of an hour and more, far beyond the wait of any circuit
_HEAD_BYTES = 1 << 13
_SESSIONS = 32  # the last so many are looked at for one on this project
_MARK = b'","type":"CircuitChanged",'


def last_circuits(folder: Path, project: str, session: str) -> list[CircuitChanged]:
    """Return the newest change of each circuit of the newest session on `project` that had any.

    `project` is its path as SessionJoined has it, `session` the one that asks. What can't be read
    is passed over: nothing depends on it.
    """
    try:
        found = [part for part in segments(folder) if part.session != session]
        groups = [list(parts) for _, parts in groupby(found, lambda part: part.session)]
        for parts in reversed(groups[-_SESSIONS:]):
            if not _is_on(parts[0], project) or is_live(parts[-1].path):
                continue
            if newest := _newest(parts):  # one that only wrote down a health check has none
                return list(newest.values())
    except OSError:
        pass  # the store is out of order, which its own circuit tells
    return []


def _is_on(part: Segment, project: str) -> bool:
    """Return whether a session's first segment says that it was on this project."""
    if part.number:
        return False
    with part.path.open("rb") as file:
        event = parse(file.readline(_HEAD_BYTES))
    return isinstance(event, SessionJoined) and event.project == project


def _newest(parts: list[Segment]) -> dict[str, CircuitChanged]:
    newest: dict[str, CircuitChanged] = {}
    room = TAIL_BYTES
    for part in reversed(parts):
        text = _tail(part.path, room)
        for raw in _marked(text):
            event = parse(raw)
            if isinstance(event, CircuitChanged) and event.capability not in newest:
                newest[event.capability] = event
        room -= len(text)
        if room <= 0:
            break
    return newest


def _tail(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - most))
        return file.read(most)


def _marked(text: bytes) -> Iterator[bytes]:
    """Yield the whole lines of circuits, the last one first."""
    end = len(text)
    while (at := text.rfind(_MARK, 0, end)) >= 0:
        begin = text.rfind(b"\n", 0, at) + 1
        stop = text.find(b"\n", at)
        if stop >= 0:
            yield text[begin:stop]
        end = begin
