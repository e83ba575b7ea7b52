"""What went wrong in a span, summed up by DuckDB: alerts, levels, circuits, health, messages.

What a session was in when it was last heard of it was in until then: nothing is guessed beyond.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from engine.store.journals.records import Kind
from engine.store.leases.pool import Row
from engine.store.past.events import EVER_S
from engine.store.past.snapshot import View

IncidentKind = Literal[
    "alert", "level", "circuit", "health", "message", "memory", "fold", "session"
]
_HEARD: Final[tuple[Kind, ...]] = ("facts", "EngineSample")
_HERE_S: Final = 120.0  # who was heard of so shortly before the end is taken to be there


@dataclass(frozen=True, slots=True)
class Incident:
    """What of one kind and name went wrong, and how often.

    Attributes:
        grade: how bad, in the words of its kind: an alert's severity, a level, a check's state.
        lasted_s: all times together; None where it has no length.
        first_s, last_s: when it began first and last, wall time.
        is_on: whether it was still so when it was last heard of.
        why: as it was said last.
        known_s: wall time of the last sign of whoever evaluated an alert that was on then; None
            where one is on still, or all of them are over.
    """

    kind: IncidentKind
    name: str
    grade: str
    times: int
    lasted_s: float | None
    first_s: float
    last_s: float
    is_on: bool = False
    why: str = ""
    known_s: float | None = None


def read_incidents(
    view: View, start_s: float, end_s: float, gone: Collection[str] = ()
) -> list[Incident]:
    """Return what began, or was going on, in a span; by kind, in no other order.

    `gone` are sessions that are known not to be there at its end.
    """
    away = sorted(gone)
    return [
        *_alerts(view, start_s, end_s, away),
        *_states(view, "level", start_s, end_s, away),
        *_states(view, "circuit", start_s, end_s, away),
        *_health(view, start_s, end_s),
        *_messages(view, start_s, end_s),
        *_states(view, "memory", start_s, end_s, away),
        *_folds(view, start_s, end_s),
    ]


def _alerts(view: View, start_s: float, end_s: float, gone: list[str]) -> Iterable[Incident]:
    """Firing is told again and again: each of them lasts from the first until it is resolved.

    One that fired before the span and ended in it, or did not end, is of the span. Whoever takes
    over the alerts tells what fires: so one that did not end is known of for as long as there is a
    sign of the session that told of it last.
    """
    rows = view.execute(
        f"WITH {_heard(view, start_s)}, "
        "told AS (SELECT DISTINCT ON (session, seq) session, wall_s, type, "
        "body->>'$.alert' AS alert, "
        "body->>'$.rule' AS rule, body->>'$.severity' AS severity, body->>'$.value' AS value "
        f"FROM {view.table('facts', -EVER_S, end_s)} "
        "WHERE type IN ('AlertFiring', 'AlertResolved') AND wall_s <= ?), "
        "numbered AS (SELECT *, count(*) FILTER (type = 'AlertResolved') OVER (PARTITION BY alert "
        "ORDER BY wall_s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS number FROM told), "
        "one AS (SELECT alert, number, any_value(rule) AS rule, "
        "arg_max(severity, wall_s) AS severity, arg_max(session, wall_s) AS session, "
        "arg_max(value, wall_s) FILTER (type = 'AlertFiring') AS value, max(wall_s) AS told_s, "
        "min(wall_s) AS first_s, max(wall_s) FILTER (type = 'AlertResolved') AS over_s "
        "FROM numbered GROUP BY alert, number HAVING bool_or(type = 'AlertFiring')), "
        "known AS (SELECT *, coalesce(over_s, heard_s, told_s) AS until_s, "
        "over_s IS NULL AND coalesce(heard_s >= ? AND NOT has_left, FALSE) AS is_on "
        "FROM one LEFT JOIN heard USING (session)) "
        "SELECT rule, arg_max(severity, first_s), count(*), "
        "sum(until_s - greatest(first_s, ?)), min(first_s), max(first_s), bool_or(is_on), "
        "arg_max(value, first_s), max(until_s) FILTER (over_s IS NULL AND NOT is_on) "
        "FROM known WHERE until_s >= ? GROUP BY rule",
        [gone, end_s, end_s, end_s - _HERE_S, start_s, start_s],
    )
    return _incidents("alert", rows)


def _heard(view: View, start_s: float) -> str:
    """Return the SQL of who was heard of when last; to be given who is gone, and a span's end."""
    facts, samples = (view.table(name, start_s, EVER_S) for name in _HEARD)
    return (
        "heard AS (SELECT session, max(wall_s) AS heard_s, "
        "bool_or(has_left) OR list_contains(?::VARCHAR[], session) AS has_left FROM ("
        f"SELECT session, wall_s, type = 'SessionLeft' AS has_left FROM {facts} UNION ALL "
        f"SELECT session, wall_s, FALSE FROM {samples}) WHERE wall_s <= ? GROUP BY session)"
    )


@dataclass(frozen=True, slots=True)
class _States:
    """A state of a session, in SQL: of what event, of what in the session, and where it is wrong.

    `begins` is where it became wrong, seen from the state before, `was`.
    """

    event: str
    whose: str
    state: str
    why: str
    is_wrong: str
    begins: str
    name: str = "state"


_STATES: dict[IncidentKind, _States] = {
    "level": _States(
        "LevelChanged", "''", "level", "why", "state <> 'full'", "was IS DISTINCT FROM state"
    ),
    "circuit": _States(
        "CircuitChanged",
        "body->>'$.capability'",
        "state",
        "cause",
        "state IN ('open', 'half_open')",
        "was IS NULL OR was NOT IN ('open', 'half_open')",
        "whose",
    ),
    "memory": _States(
        "MemoryChanged",
        "''",
        "state",
        "cause",
        "state = 'refusing'",
        "was IS DISTINCT FROM state",
    ),
}


def _states(
    view: View, kind: IncidentKind, start_s: float, end_s: float, gone: list[str]
) -> Iterable[Incident]:
    """A state lasts until the session's next one, or until the session was last heard of."""
    of = _STATES[kind]
    grade = "'open'" if kind == "circuit" else "state"
    rows = view.execute(
        f"WITH {_heard(view, start_s)}, "
        f"told AS (SELECT DISTINCT ON (session, seq) session, seq, wall_s, {of.whose} AS whose, "
        f"body->>'$.{of.state}' AS state, body->>'$.{of.why}' AS why "
        f"FROM {view.table('facts', -EVER_S, end_s)} WHERE type = ? AND wall_s <= ?), "
        "spans AS (SELECT *, lag(state) OVER one AS was, lead(wall_s) OVER one AS next_s "
        "FROM told WINDOW one AS (PARTITION BY session, whose ORDER BY seq)), "
        "wrong AS (SELECT *, coalesce(next_s, heard_s) AS until_s FROM spans JOIN heard "
        f"USING (session) WHERE {of.is_wrong}) "
        f"SELECT {of.name}, {grade}, count(*) FILTER ({of.begins}), "
        "sum(greatest(0, least(until_s, ?) - greatest(wall_s, ?))), min(wall_s), max(wall_s), "
        "bool_or(next_s IS NULL AND NOT has_left AND heard_s >= ?), "
        "arg_max(why, wall_s) FILTER (why <> '') "
        "FROM wrong WHERE until_s >= ? GROUP BY ALL",
        [gone, end_s, of.event, end_s, end_s, start_s, end_s - _HERE_S, start_s],
    )
    return _incidents(kind, rows)


def _health(view: View, start_s: float, end_s: float) -> Iterable[Incident]:
    """Each check that was not ok, with how often; it is so still where it was so the last time."""
    rows = view.execute(
        "WITH looked AS (SELECT DISTINCT ON (session, seq) wall_s, body "
        f"FROM {view.table('facts', start_s, end_s)} "
        "WHERE type = 'HealthChecked' AND wall_s >= ? AND wall_s <= ?), "
        "checks AS (SELECT wall_s, unnest(from_json(body->'$.checks', "
        """'[{"name": "VARCHAR", "state": "VARCHAR", "text": "VARCHAR"}]')) AS one FROM looked), """
        # A look at a part says nothing of the other checks.
        "seen AS (SELECT *, max(wall_s) OVER (PARTITION BY one.name) AS newest_s FROM checks) "
        "SELECT one.name, arg_max(one.state, wall_s), count(*), NULL, min(wall_s), max(wall_s), "
        "max(wall_s) = any_value(newest_s), arg_max(one.text, wall_s) "
        "FROM seen WHERE one.state <> 'ok' GROUP BY one.name",
        [start_s, end_s],
    )
    return _incidents("health", rows)


def _messages(view: View, start_s: float, end_s: float) -> Iterable[Incident]:
    """Messages that were not acknowledged, by channel and by what was heard of them last."""
    return _incidents(
        "message",
        view.execute(
            "WITH tried AS (SELECT body->>'$.channel' AS channel, body->>'$.message' AS message, "
            "arg_max(body->>'$.state', wall_s) AS state, arg_max(body->>'$.cause', wall_s) AS why, "
            "min(wall_s) AS first_s, max(wall_s) AS last_s "
            f"FROM {view.table('facts', start_s, end_s)} "
            "WHERE type = 'AlertDelivered' AND body->>'$.kind' <> 'test' "
            "AND wall_s >= ? AND wall_s <= ? GROUP BY ALL) "
            "SELECT channel, state, count(*), NULL, min(first_s), max(last_s), state = 'failed', "
            "arg_max(why, last_s) FROM tried WHERE state NOT IN ('sent', 'withdrawn') "
            "GROUP BY channel, state",
            [start_s, end_s],
        ),
    )


def _folds(view: View, start_s: float, end_s: float) -> Iterable[Incident]:
    """Folds of the store that failed."""
    rows = view.execute(
        "SELECT 'store', 'failed', count(DISTINCT (session, seq)) AS times, NULL, min(wall_s), "
        "max(wall_s), FALSE, arg_max(body->>'$.problem', wall_s) "
        f"FROM {view.table('facts', start_s, end_s)} "
        "WHERE type = 'StoreFolded' AND body->>'$.problem' <> '' AND wall_s >= ? AND wall_s <= ? "
        "HAVING times > 0",
        [start_s, end_s],
    )
    return _incidents("fold", rows)


def _incidents(kind: IncidentKind, rows: Iterable[Row]) -> Iterable[Incident]:
    for name, grade, times, lasted_s, first_s, last_s, is_on, why, *known in rows:
        assert isinstance(times, int)
        yield Incident(
            kind,
            str(name or ""),
            str(grade or ""),
            times,
            float(lasted_s) if isinstance(lasted_s, int | float) else None,
            float(str(first_s)),
            float(str(last_s)),
            bool(is_on),
            str(why or ""),
            next((float(str(at_s)) for at_s in known if at_s is not None and not is_on), None),
        )
