"""The incidents of a span in the order of their weight, as rows."""

from collections.abc import Iterable, Sequence
from typing import Final

from engine.agents.tools.past.span import clock, cut, lasting
from engine.evidence import Cell, Table
from engine.store.past.incidents import Incident, IncidentKind
from engine.store.past.sessions import PastSession

_COLUMNS = ("what", "of", "how bad", "times", "lasted", "last", "why")
_SAID: Final[dict[IncidentKind, str]] = {
    "alert": "alert fired",
    "level": "level below full",
    "circuit": "circuit opened",
    "health": "health check not ok",
    "message": "alert not delivered",
    "memory": "heavy work refused",
    "fold": "fold failed",
    "session": "session died",
}
# From what endangers the record or leaves nobody warned, down to what mends itself.
_WEIGHTS: Final[dict[tuple[IncidentKind, str], int]] = {
    ("alert", "critical"): 100,
    ("session", "died"): 90,
    ("level", "existing_tools"): 85,
    ("message", "given_up"): 80,
    ("health", "critical"): 75,
    ("level", "monitoring"): 70,
    ("fold", "failed"): 65,
    ("memory", "refusing"): 60,
    ("alert", "warning"): 55,
    ("message", "failed"): 50,
    ("message", "unsure"): 45,
    ("level", "limited"): 40,
    ("circuit", "open"): 35,
    ("health", "unknown"): 30,
    ("health", "warning"): 25,
}
_LEAST = 10


def died(sessions: Iterable[PastSession], start_s: float, end_s: float) -> list[Incident]:
    """Return the sessions that did not end in order within a span, consoles and runs apart.

    Of whom the beginning is not on record it can't be told which of both it was.
    """
    dead = [one for one in sessions if one.left == "died" and start_s <= one.last_s <= end_s]
    found = list[Incident]()
    for name, of_kind in (
        ("console", [one for one in dead if one.interactive]),
        ("headless", [one for one in dead if one.pid is not None and not one.interactive]),
        ("begun off the record", [one for one in dead if one.pid is None]),
    ):
        if of_kind:
            ends = sorted((one.last_s, one.session) for one in of_kind)
            why = f"last {ends[-1][1]}"
            times = len(ends)
            found.append(
                Incident("session", name, "died", times, None, ends[0][0], ends[-1][0], why=why)
            )
    return found


def in_order(incidents: Iterable[Incident]) -> list[Incident]:
    """Return the gravest first; of equals the one that lasted longer, or came more often."""
    return sorted(
        incidents,
        key=lambda one: (-_weight(one), -(one.lasted_s or 0.0), -one.times, one.kind, one.name),
    )


def _weight(one: Incident) -> int:
    return _WEIGHTS.get((one.kind, one.grade), _LEAST)


def words(one: Incident) -> str:
    """Return an incident as it stands in a sentence: "alert fired: high_memory (critical)"."""
    said = f"{_SAID[one.kind]}: {one.name}"
    return said if one.grade in said else f"{said} ({one.grade})"


def table(incidents: Sequence[Incident], now_s: float) -> Table:
    """Return the incidents as a table, in the order in which they are given."""
    rows = tuple(_row(one, now_s) for one in incidents)
    return Table("Incidents, by weight", _COLUMNS, rows)


def _row(one: Incident, now_s: float) -> tuple[Cell, ...]:
    lasted = None if one.lasted_s is None else lasting(one.lasted_s)
    if one.is_on:
        lasted = f"{lasted}, still on" if lasted else "still so"
    elif one.known_s is not None:
        lasted = f"{lasted}, on when last evaluated at {clock(one.known_s, now_s)}"
    return (
        _SAID[one.kind],
        one.name,
        one.grade,
        one.times,
        lasted,
        clock(one.last_s, now_s),
        cut(one.why),
    )
