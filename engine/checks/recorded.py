"""Writes what was found to the store, as a session of its own: it joined, found this, and left."""

import os
from pathlib import Path

from engine import __version__
from engine.bus import Bus
from engine.clock import Clock
from engine.events import Event, SessionJoined, SessionLeft
from engine.evidence import clean
from engine.store.errors import JournalError
from engine.store.journals.journal import SEGMENT_BYTES, SEGMENT_S, line
from engine.store.journals.segment_file import SegmentFile
from engine.store.sessions.session_name import session_name


def record(store: Path, project: Path, clock: Clock, *events: Event) -> str:
    """Write the events to a journal of a new session and return its name.

    When this returns they survive a power cut; it needs no event loop, and it may block. The
    events are stamped; none of them may have been published before.

    Raises:
        JournalError: they could not be written.
    """
    session = session_name(clock)
    bus, lines = Bus(session, clock), list[bytes]()
    bus.record = lambda event: lines.append(line(event))
    joined = SessionJoined(project=clean(str(project)), pid=os.getpid(), version=__version__)
    for event in (joined, *events, SessionLeft(reason="closed")):
        bus.publish(event)
    file = SegmentFile(store, session, "disk", SEGMENT_BYTES, SEGMENT_S, clock)
    try:
        problem: JournalError | None = file.append(lines).problem
    finally:
        file.close()
    if problem is not None:
        raise problem
    return session
