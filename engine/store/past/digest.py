"""A span in numbers, and what changed in it, counted by DuckDB: a year is as light as a day."""

from dataclasses import dataclass
from typing import Final

from engine.events import AnyEvent
from engine.store.journals.records import event
from engine.store.leases.pool import Parameter
from engine.store.past.events import EVER_S
from engine.store.past.snapshot import View

ENDED: Final = ("QueryAnswered", "QueryFailed", "QueryCancelled")
# Told again and again: only where what is told of one is another than the last time.
TOLD: Final = ("AlertFiring", "AlertResolved", "SilenceChanged", "HealthChecked", "AlertDelivered")
CHANGES: Final = ("CircuitChanged", "LevelChanged", "Notice", "StoreFolded", *TOLD)
# How a circuit or a level began is no change, and a fold that went well is none worth telling.
_NOTABLE: Final = (
    "((type IN ('CircuitChanged', 'LevelChanged') AND body->>'$.was' IS NOT NULL "
    "AND body->>'$.was' IS DISTINCT FROM body->>'$.level') "
    "OR type = 'Notice' OR (type = 'StoreFolded' AND body->>'$.problem' <> '') OR is_news)"
)
# What each of TOLD is about, and what it tells of that. Messages that only try a channel, and what
# is well, are no news.
_ABOUT: Final = (
    "CASE WHEN type IN ('AlertFiring', 'AlertResolved') THEN 'alert ' || (body->>'$.alert') "
    "ELSE type || coalesce(body->>'$.silence', body->>'$.message', '') END"
)
_SAYS: Final = (
    "CASE type WHEN 'HealthChecked' THEN body->>'$.state' "
    "WHEN 'AlertDelivered' THEN body->>'$.state' "
    "WHEN 'SilenceChanged' THEN concat_ws(' ', body->>'$.ended', body->>'$.until_s') "
    "ELSE type END"
)
_WELL: Final = (
    "(type = 'HealthChecked' AND says = 'ok') OR (type = 'AlertDelivered' "
    "AND (says IN ('sent', 'withdrawn') OR body->>'$.kind' = 'test'))"
)


@dataclass(frozen=True, slots=True)
class Digest:
    """What a span held; each record counts once.

    Of the queries asked in it, `unfinished` have no answer on record. `circuits` counts changes by
    capability, `alerts` what began to fire, `unhealthy` the times that health became another than
    ok, `undelivered` the messages that did not arrive at once. `changes` are the last ones of the
    `total_changes`, in their order.
    """

    asked: int
    failed: int
    cancelled: int
    unfinished: int
    circuits: dict[str, int]
    levels: int
    notices: int
    alerts: int
    unhealthy: int
    undelivered: int
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
    notable = f"FROM {_facts(view, start_s, end_s, types)} WHERE {where}"
    counts = _counts(view, notable, parameters)

    def all_of(kind: str) -> int:
        return sum(count for one, _, count in counts if one == kind)

    queries = _queries(view, start_s, end_s, own)
    return Digest(
        asked=sum(queries.values()),
        failed=queries.get("QueryFailed", 0),
        cancelled=queries.get("QueryCancelled", 0),
        unfinished=queries.get("", 0),
        circuits={name: count for kind, name, count in counts if kind == "CircuitChanged"},
        levels=all_of("LevelChanged"),
        notices=all_of("Notice"),
        alerts=all_of("AlertFiring"),
        unhealthy=all_of("HealthChecked"),
        undelivered=_undelivered(view, notable, parameters),
        changes=_changes(view, notable, parameters, limit),
        total_changes=sum(count for _, _, count in counts),
    )


def _facts(view: View, start_s: float, end_s: float, types: tuple[str, ...]) -> str:
    """Return the facts of a span for FROM, with `is_news` for those that are TOLD.

    Whether a thing was told before is seen from all that is on record before.
    """
    table, told = view.table("facts", start_s, end_s), [one for one in types if one in TOLD]
    if not told:
        return f"(SELECT *, FALSE AS is_news FROM {table})"
    names = ", ".join(f"'{one}'" for one in TOLD)
    news = (
        f"SELECT DISTINCT session, seq FROM (SELECT *, lag(says) OVER (PARTITION BY about "
        f"ORDER BY wall_s, session, seq) AS said FROM (SELECT session, seq, wall_s, type, body, "
        f"{_ABOUT} AS about, {_SAYS} AS says FROM {view.table('facts', -EVER_S, end_s)} "
        f"WHERE type IN ({names}) AND wall_s <= {end_s!r})) "
        f"WHERE says IS DISTINCT FROM said AND NOT ({_WELL})"
    )
    return (
        f"(SELECT facts.*, news.seq IS NOT NULL AS is_news FROM {table} facts "
        f"LEFT JOIN ({news}) news USING (session, seq))"
    )


def _undelivered(view: View, notable: str, parameters: list[Parameter]) -> int:
    rows = view.execute(
        f"SELECT count(DISTINCT body->>'$.message') {notable} AND type = 'AlertDelivered'",
        parameters,
    )
    return _whole(rows[0][0])


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
