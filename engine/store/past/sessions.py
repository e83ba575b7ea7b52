"""Who was here: the sessions of a span, from their own records and their journals' locks."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from engine.events import SessionJoined
from engine.store.journals.records import event
from engine.store.journals.segments import is_live, segments
from engine.store.past.events import EVER_S
from engine.store.past.snapshot import View

Leaving = Literal["closed", "died", "here"]


@dataclass(frozen=True, slots=True)
class PastSession:
    """One session; `pid` is None and `project` empty where its beginning is not on record."""

    session: str
    project: str
    pid: int | None
    interactive: bool
    joined_s: float
    last_s: float
    left: Leaving


def read_sessions(view: View, folder: Path, start_s: float, end_s: float) -> list[PastSession]:
    """Return the sessions that were there at some time of the span, the earliest first."""
    seen = _seen(view, start_s)
    joined, closed = _ends(view)
    found = list[PastSession]()
    for session, (first_s, last_s) in seen.items():
        start = joined.get(session)
        joined_s = min(start.wall_s, first_s) if start else first_s
        if joined_s > end_s:
            continue
        found.append(
            PastSession(
                session=session,
                project=start.project if start else "",
                pid=start.pid if start else None,
                interactive=start.interactive if start else False,
                joined_s=joined_s,
                last_s=last_s,
                left="closed" if session in closed else "died",
            )
        )
    live = _live(folder, {one.session for one in found if one.left == "died"})
    here = [replace(one, left="here") if one.session in live else one for one in found]
    return sorted(here, key=lambda one: (one.joined_s, one.session))


def _seen(view: View, start_s: float) -> dict[str, tuple[float, float]]:
    """Return the first and last sign of life from `start_s` on."""
    rows = view.execute(
        "SELECT session, min(wall_s), max(wall_s) FROM ("
        f"SELECT session, wall_s FROM {view.table('facts', start_s, EVER_S)} UNION ALL "
        f"SELECT session, wall_s FROM {view.table('EngineSample', start_s, EVER_S)}"
        ") WHERE wall_s >= ? GROUP BY session",
        [start_s],
    )
    found = dict[str, tuple[float, float]]()
    for session, first_s, last_s in rows:
        if isinstance(first_s, float) and isinstance(last_s, float):
            found[str(session)] = first_s, last_s
    return found


def _ends(view: View) -> tuple[dict[str, SessionJoined], set[str]]:
    """Return how each session began, and which said that they ended."""
    rows = view.execute(
        f"SELECT session, type, body FROM {view.table('facts', -EVER_S, EVER_S)} "
        "WHERE type IN ('SessionJoined', 'SessionLeft')"
    )
    closed = {str(session) for session, kind, _ in rows if kind == "SessionLeft"}
    events = [event(str(body)) for _, kind, body in rows if kind == "SessionJoined"]
    return {one.session: one for one in events if isinstance(one, SessionJoined)}, closed


def _live(folder: Path, sessions: set[str]) -> set[str]:
    """Return those of the sessions whose newest journal is still locked."""
    newest = {one.session: one.path for one in segments(folder) if one.session in sessions}
    return {session for session, path in newest.items() if is_live(path)}
