"""What an earlier session's circuits leave to this one: a pure function of its last events.

An open circuit whose wait is not over by wall time stays open until then. A force with an end is
kept until its end; one without ended with its session. All else starts closed: nothing is known.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.breaker.circuit import How
from engine.events import CircuitChanged

LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A circuit to take over; `left_s` is the rest of its wait, or of its force."""

    left_s: float
    cause: str
    failures: int = 0
    wait_s: float = 0.0
    forced: How | None = None


def kept(events: Iterable[CircuitChanged], wall_s: float) -> dict[str, Kept]:
    """Return what still holds now, by capability; of several events of one the last counts."""
    newest = {event.capability: event for event in events}
    found = ((name, _kept(event, wall_s)) for name, event in newest.items())
    return {name: one for name, one in found if one is not None}


def _kept(event: CircuitChanged, wall_s: float) -> Kept | None:
    if event.forced is not None:
        left_s = (event.until_s or 0.0) - wall_s
        return Kept(left_s, event.reason, forced=event.forced) if left_s > 0 else None
    wait_s = event.next_try_s
    age_s = wall_s - event.wall_s
    if event.state != "open" or not wait_s or age_s > LONGEST_S:
        return None
    # A wall clock that was set back since must not make the wait longer than it was.
    left_s = min(wait_s, wait_s - age_s)
    return Kept(left_s, event.cause, event.failures, wait_s) if left_s > 0 else None
