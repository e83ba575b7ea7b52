"""A span in numbers, and what changed in it, counted by DuckDB: a year is as light as a day."""

from dataclasses import dataclass
from typing import Final

from engine.events import AnyEvent
from engine.store.journals.records import event
from engine.store.leases.pool import Parameter
from engine.store.past.events import EVER_S
from engine.store.past.snapshot import View

ENDED: Final = ("QueryAnswered", "QueryFailed", "QueryCancelled")
CHANGES: Final = ("CircuitChanged", "LevelChanged", "Notice", "StoreFolded")
# How a circuit or a level began is no change, and a fold that went well is none worth telling.
_NOTABLE: Final = (
    "((type IN ('CircuitChanged', 'LevelChanged') AND body->>'$.was' IS NOT NULL "
    "AND body->>'$.was' IS DISTINCT FROM body->>'$.level') "
    "OR type = 'Notice' OR (type = 'StoreFolded' AND body->>'$.problem' <> ''))"
)


@dataclass(frozen=True, slots=True)
class Digest:
    """What a span held; each record counts once.

    Of the queries asked in it, `unfinished` have no answer on record. `circuits` counts changes by
    capability. `changes` are the last ones of the `total_changes`, in their order.
    """

    asked: int
    failed: int
    cancelled: int
    unfinished: int
    circuits: dict[str, int]
    levels: int
    notices: int
    changes: tuple[AnyEvent, ...]
    total_changes: int


def read_digest(
    view: View,
    start_s: float,
    end_s: float,
    limit: int,
    *,
    types: tuple[str, ...] = CHANGES,
    capability: str = "",
    own: str = "",
) -> Digest:
    """Return the numbers of a span, and at most `limit` of the changes of these types.

    Changes of a `capability` are only its circuit's. Queries that the session `own` has not
    answered yet do not count: the one that asks is among them.
    """
    where = f"wall_s >= ? AND wall_s <= ? AND type IN (SELECT unnest(?)) AND {_NOTABLE}"
    parameters: list[Parameter] = [start_s, end_s, list(types)]
    if capability:
        where += " AND body->>'$.capability' = ?"
        parameters.append(capability)
    notable = f"FROM {view.table('facts', start_s, end_s)} WHERE {where}"
    counts = _counts(view, notable, parameters)
    queries = _queries(view, start_s, end_s, own)
    return Digest(
        asked=sum(queries.values()),
        failed=queries.get("QueryFailed", 0),
        cancelled=queries.get("QueryCancelled", 0),
        unfinished=queries.get("", 0),
        circuits={name: count for kind, name, count in counts if kind == "CircuitChanged"},
        levels=sum(count for kind, _, count in counts if kind == "LevelChanged"),
        notices=sum(count for kind, _, count in counts if kind == "Notice"),
        changes=_changes(view, notable, parameters, limit),
        total_changes=sum(count for _, _, count in counts),
    )


def _counts(view: View, notable: str, parameters: list[Parameter]) -> list[tuple[str, str, int]]:
    """Return type, capability and how many."""
    rows = view.execute(
        "SELECT type, coalesce(body->>'$.capability', ''), count(DISTINCT (session, seq)) "
        f"{notable} GROUP BY ALL ORDER BY ALL",
        parameters,
    )
    return [(str(kind), str(name), _whole(count)) for kind, name, count in rows]


def _changes(
    view: View, notable: str, parameters: list[Parameter], limit: int
) -> tuple[AnyEvent, ...]:
    rows = view.execute(
        f"SELECT body {notable} QUALIFY row_number() OVER (PARTITION BY session, seq) = 1 "
        f"ORDER BY wall_s DESC, session DESC, seq DESC LIMIT {int(limit)}",
        parameters,
    )
    return tuple(one for (body,) in reversed(rows) if (one := event(str(body))) is not None)


def read_end(view: View, session: str, query: str, since_s: float) -> AnyEvent | None:
    """Return the event that ended a query, asked at `since_s`; None where none is on record."""
    rows = view.execute(
        f"SELECT body FROM {view.table('facts', since_s, EVER_S)} "
        "WHERE session = ? AND query = ? AND type IN (SELECT unnest(?)) "
        "ORDER BY seq DESC LIMIT 1",
        [session, query, list(ENDED)],
    )
    return event(str(rows[0][0])) if rows else None


def _queries(view: View, start_s: float, end_s: float, own: str) -> dict[str, int]:
    """Return how many queries of the span ended how; those without an end are under ""."""
    rows = view.execute(
        "WITH asked AS (SELECT DISTINCT session, query "
        f"FROM {view.table('facts', start_s, end_s)} "
        "WHERE type = 'QueryAsked' AND wall_s >= ? AND wall_s <= ?), "
        "ended AS (SELECT session, query, any_value(type) AS type "
        f"FROM {view.table('facts', start_s, EVER_S)} "
        "WHERE type IN (SELECT unnest(?)) AND wall_s >= ? GROUP BY session, query) "
        "SELECT coalesce(ended.type, ''), count(*) FROM asked LEFT JOIN ended "
        "USING (session, query) WHERE ended.type IS NOT NULL OR asked.session <> ? GROUP BY ALL",
        [start_s, end_s, list(ENDED), start_s, own],
    )
    return {str(kind): _whole(count) for kind, count in rows}


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
