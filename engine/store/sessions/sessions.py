"""The other sessions on the same store: who is there, what each runs, and who left how.

All of it is read from the newest segments of journals: a session is *here* while its segment is
locked; it *left* where SessionLeft is the last thing that it wrote, and *died* otherwise. Each look
reads only what was appended since the look before.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.events import (
    AnyEvent,
    PeerChanged,
    QueryAsked,
    QueryEnded,
    SessionJoined,
    SessionLeft,
)
from engine.file_lock import Owner, is_held
from engine.store.journals.segments import Segment, is_live, segment, segments
from engine.store.journals.tail import read_on
from engine.store.sessions.seats import sitting

State = Literal["here", "left", "died"]

_KINDS = (b"Query", b"Session")


@dataclass(frozen=True, slots=True)
class Peer:
    """One session; what its journal no longer says is None.

    `running` has the texts of its queries that have no answer yet, the oldest first; `since_s` is
    the wall time at which it joined.
    """

    session: str
    pid: int | None
    project: str
    interactive: bool
    state: State
    running: tuple[str, ...] = ()
    since_s: float | None = None

    @property
    def live(self) -> bool:
        """Whether it is still there."""
        return self.state == "here"


@dataclass(slots=True)
class _Tail:
    """How far one session's segments are read, and what they said."""

    at: Segment
    offset: int = 0
    joined: SessionJoined | None = None
    running: dict[str, str] = field(default_factory=dict)
    left: bool = False

    def take(self, event: AnyEvent | None) -> None:
        if isinstance(event, SessionJoined):
            self.joined = event
        elif isinstance(event, QueryAsked):
            self.running[event.query] = event.text
        elif isinstance(event, QueryEnded):
            self.running.pop(event.query, None)
        self.left = isinstance(event, SessionLeft)


class Peers:
    """Looks at the sessions of one store again and again; each look is blocking work.

    A session that ends is in the first look after its end, and in none after that. One that had
    ended before the first look is in none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tails: dict[str, _Tail] = {}
        self._ended: set[str] = set()

    def look(self) -> list[Peer]:
        """Return who is there, in the order in which they came, and who ended since the last look.

        Raises:
            OSError: the store's folder can't be listed.
        """
        found: dict[str, list[Segment]] = {}
        for part in segments(self._folder):
            found.setdefault(part.session, []).append(part)
        self._meet(found)
        peers = []
        for session, tail in sorted(self._tails.items()):
            live = self._follow(tail, found.get(session, []))
            peers.append(_peer(tail, live, self._seat_of(tail)))
            if not live:
                del self._tails[session]
                self._ended.add(session)
        return peers

    def _meet(self, found: dict[str, list[Segment]]) -> None:
        """Begin to follow the sessions that are new and live."""
        self._ended &= found.keys()
        for session in found.keys() - self._ended - self._tails.keys():
            first, newest = found[session][0], found[session][-1]
            if is_live(newest.path) or self._after(newest, ()) is not None:
                self._tails[session] = _Tail(first)
            else:
                self._ended.add(session)

    def _follow(self, tail: _Tail, found: Sequence[Segment]) -> bool:
        """Read what is new of a session, segment by segment; False where it has ended."""
        while True:
            # First the lock, then the end: what is free is complete.
            live = _read(tail)
            following = None if live else self._after(tail.at, found)
            if following is None:
                return live
            tail.at, tail.offset = following, 0

    def _after(self, last: Segment, found: Sequence[Segment]) -> Segment | None:
        """Return the session's segment after this one, which may be younger than the listing."""
        later = next((other for other in found if other.number > last.number), None)
        if later is not None:
            return later
        following = segment(self._folder, last.session, last.number + 1)
        return following if following.path.exists() else None

    def _seat_of(self, tail: _Tail) -> Owner | None:
        """Return who sits under this name: where folded segments are gone, only the seat knows."""
        if tail.joined is not None:
            return None
        session = tail.at.session
        return next((who for who in sitting(self._folder) if who.session == session), None)


def peers(folder: Path) -> list[Peer]:
    """Return the sessions that are there now; blocking work.

    Raises:
        OSError: the store's folder can't be listed.
    """
    return Peers(folder).look()


def changes(before: Iterable[Peer], now: Iterable[Peer], own: str) -> list[PeerChanged]:
    """Return what two looks have between them as events, without the session `own` itself.

    A peer that only says now who it is has changed as well; what both looks show alike has not.
    """
    known = {peer.session: peer for peer in before}
    return [
        PeerChanged(
            peer=peer.session,
            project=peer.project,
            pid=peer.pid,
            interactive=peer.interactive,
            state=peer.state,
            running=peer.running,
        )
        for peer in now
        if peer.session != own and peer.pid is not None and known.get(peer.session) != peer
    ]


def _peer(tail: _Tail, live: bool, seat: Owner | None) -> Peer:
    state: State = "here" if live else "left" if tail.left else "died"
    running = tuple(tail.running.values()) if live else ()
    if tail.joined is not None:
        said = tail.joined
        return Peer(
            tail.at.session, said.pid, said.project, said.interactive, state, running, said.wall_s
        )
    if seat is not None:
        return Peer(tail.at.session, seat.pid, seat.project, True, state, running, seat.since_s)
    return Peer(tail.at.session, None, "", False, state, running)


def _read(tail: _Tail) -> bool:
    """Take in what a segment has beyond what is read; return whether it is live."""
    try:
        file = os.open(tail.at.path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:  # folded, or the folder was deleted
        return False
    except OSError:  # for want of file handles: it is as it was
        return True
    try:
        live = is_held(file)
        for offset, event in read_on(file, tail.offset, _KINDS):
            tail.offset = offset
            tail.take(event)
        return live
    finally:
        os.close(file)
