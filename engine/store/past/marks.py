"""What stands out on a time line: queries, circuits, levels, alerts, sessions, notices."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from engine.events import (
    AlertEvent,
    AlertFiring,
    AlertResolved,
    CircuitChanged,
    Event,
    HealthChecked,
    LevelChanged,
    Notice,
    QueryAsked,
    SessionJoined,
    SessionLeft,
    Severity,
)
from engine.store.past.events import read_events, read_told
from engine.store.past.snapshot import View

MarkKind = Literal["query", "circuit", "level", "alert", "session", "notice"]


@dataclass(frozen=True, slots=True)
class PastMark:
    """One moment worth a mark."""

    wall_s: float
    kind: MarkKind
    text: str
    severity: Severity


def read_marks(view: View, start_s: float, end_s: float) -> list[PastMark]:
    """Return the marks of a span in their order."""
    names = [kind.__name__ for kind in _MARKS]
    found = read_events(view, start_s, end_s, None, names, None)
    if not any(isinstance(one, AlertFiring) for one in found.events):
        return marks_of(found.events)
    return marks_of(found.events, read_told(view, math.nextafter(start_s, -math.inf)))


def marks_of(events: Iterable[Event], before: Iterable[Event] = ()) -> list[PastMark]:
    """Return the marks of events; `before` says what fired already when they began.

    An alert that is told again, in other words or by the next session, has its mark already.
    """
    firing = {one.alert for one in before if isinstance(one, AlertFiring)}
    marks = list[PastMark]()
    for one in events:
        if isinstance(one, AlertFiring) and one.alert in firing:
            continue
        if isinstance(one, AlertEvent):
            (firing.add if isinstance(one, AlertFiring) else firing.discard)(one.alert)
        if (made := mark(one)) is not None:
            marks.append(made)
    return marks


def mark(one: Event) -> PastMark | None:
    """Return an event's mark, or None where it has none."""
    make = _MARKS.get(one.__class__)
    return make(one) if make else None


def _query(one: Event) -> PastMark:
    assert isinstance(one, QueryAsked)
    return PastMark(one.wall_s, "query", one.text, "info")


def _circuit(one: Event) -> PastMark | None:
    assert isinstance(one, CircuitChanged)
    if one.was is None:  # how it began, not a change
        return None
    cause = f": {one.cause}" if one.cause else ""
    severity: Severity = "warning" if one.state == "open" else "info"
    text = f"{one.capability} {one.was} → {one.state}{cause}"
    return PastMark(one.wall_s, "circuit", text, severity)


def _level(one: Event) -> PastMark | None:
    assert isinstance(one, LevelChanged)
    if one.was in (None, one.level):  # how it began, or new words on it
        return None
    why = f": {one.why}" if one.why else ""
    severity: Severity = "info" if one.level == "full" else "warning"
    return PastMark(one.wall_s, "level", f"{one.was} → {one.level}{why}", severity)


def _joined(one: Event) -> PastMark:
    assert isinstance(one, SessionJoined)
    return PastMark(one.wall_s, "session", f"{one.session} joined, {one.project}", "info")


def _left(one: Event) -> PastMark:
    assert isinstance(one, SessionLeft)
    return PastMark(one.wall_s, "session", f"{one.session} left: {one.reason}", "info")


def _notice(one: Event) -> PastMark:
    assert isinstance(one, Notice)
    return PastMark(one.wall_s, "notice", one.text, "info" if one.resolved else one.severity)


def _firing(one: Event) -> PastMark:
    assert isinstance(one, AlertFiring)
    text = f"{one.rule} fires: {one.text or one.value}"
    return PastMark(one.wall_s, "alert", text, one.severity)


def _resolved(one: Event) -> PastMark:
    assert isinstance(one, AlertResolved)
    why = f": {one.why}" if one.why else ""
    return PastMark(one.wall_s, "alert", f"{one.rule} is resolved{why}", "info")


def _health(one: Event) -> PastMark | None:
    assert isinstance(one, HealthChecked)
    if one.state == "ok":
        return None
    severity: Severity = "critical" if one.state == "critical" else "warning"
    return PastMark(one.wall_s, "alert", f"health {one.state}: {one.text}", severity)


_MARKS: dict[type[Event], Callable[[Event], PastMark | None]] = {
    QueryAsked: _query,
    CircuitChanged: _circuit,
    LevelChanged: _level,
    SessionJoined: _joined,
    SessionLeft: _left,
    Notice: _notice,
    AlertFiring: _firing,
    AlertResolved: _resolved,
    HealthChecked: _health,
}
