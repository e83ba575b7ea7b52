"""Events as they were recorded, read back from parts and journals."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

import msgspec

from engine.events import (
    AnyEvent,
    CircuitChanged,
    Event,
    IndexProgressed,
    LevelChanged,
    MemoryChanged,
    Notice,
    PeerChanged,
    SessionJoined,
)
from engine.standing import TOLD, Standing
from engine.store.journals.records import SAMPLES, Kind, event, sealed
from engine.store.leases.pool import Parameter, Row
from engine.store.past.snapshot import View

EVER_S = 1e300
_RECENT_S, _LATELY_S = 30.0, 3600.0
_STANDING = (SessionJoined, LevelChanged, CircuitChanged, IndexProgressed, MemoryChanged,
             PeerChanged, Notice)  # fmt: skip


class Read(NamedTuple):
    """Events in their order, and how many records are of a kind not known here."""

    events: list[AnyEvent]
    foreign: int


def read_events(
    view: View,
    start_s: float,
    end_s: float,
    session: str | None,
    types: Collection[str] | None,
    limit: int | None,
) -> Read:
    """Return the first events of a span, by wall time, session and number; each once."""
    rows = _rows(view, start_s, end_s, session, types, limit)
    found = {(row[1], row[2]): _event(str(row[3]), str(row[4])) for row in rows}
    events = [one for one in found.values() if one is not None]
    return Read(events, len(found) - len(events))


def read_lines(view: View, start_s: float, end_s: float, session: str | None) -> list[bytes]:
    """Return all records of a span as a journal's lines, those of unknown kinds unchanged."""
    rows = _rows(view, start_s, end_s, session, None, None)
    found = {(row[1], row[2]): _body(str(row[3]), str(row[4])) for row in rows}
    return [sealed(body.encode()) for body in found.values()]


def read_standing(view: View, at_s: float, session: str) -> list[Event]:
    """Return what described a session's state at a moment, in the order in which it happened."""
    found = [
        *_newest_samples(view, at_s, session),
        *_standing_facts(view, at_s, session),
        *_told(view, at_s, session),
    ]
    standing = Standing()
    for one in sorted(found, key=lambda one: one.seq):
        standing.take(one)
    return standing.events()


def read_told(view: View, at_s: float) -> list[Event]:
    """Return the alerts, silences and checks that stood at a moment, whichever session told them.

    By wall time: there is no other between sessions.
    """
    standing = Standing()
    for one in sorted(_told(view, at_s, None), key=lambda one: (one.wall_s, one.session, one.seq)):
        standing.take(one)
    return sorted(standing.events(), key=lambda one: (one.wall_s, one.session, one.seq))


def _newest_samples(view: View, at_s: float, session: str) -> Iterable[AnyEvent]:
    for kind in SAMPLES:
        for start_s in (at_s - _RECENT_S, at_s - _LATELY_S, -EVER_S):
            rows = view.execute(
                f"SELECT to_json(t)::VARCHAR FROM (FROM {view.table(kind, start_s, at_s)} "
                "WHERE session = ? AND wall_s >= ? AND wall_s <= ? "
                "ORDER BY wall_s DESC, seq DESC LIMIT 1) t",
                [session, start_s, at_s],
            )
            if rows and (one := _event(kind, str(rows[0][0]))) is not None:
                yield one
                break


def _standing_facts(view: View, at_s: float, session: str) -> Iterable[AnyEvent]:
    """Yield the newest of each circuit, index, notice, and of what there is one of."""
    names = [kind.__name__ for kind in _STANDING]
    what = "coalesce(body->>'$.capability', body->>'$.index', body->>'$.key', body->>'$.peer', '')"
    rows = view.execute(
        f"SELECT type, body FROM {view.table('facts', -EVER_S, at_s)} "
        "WHERE session = ? AND wall_s <= ? AND type IN (SELECT unnest(?)) "
        f"QUALIFY row_number() OVER (PARTITION BY type, {what} ORDER BY seq DESC) = 1",
        [session, at_s, names],
    )
    for kind, body in rows:
        one = _event(str(kind), str(body))
        if one is not None:
            yield one


def _told(view: View, at_s: float, session: str | None) -> Iterable[AnyEvent]:
    """Yield the newest of each alert and silence, and of what there is one of."""
    whose, order = ("", "wall_s DESC, session DESC, seq DESC")
    parameters: list[Parameter] = [at_s, [kind.__name__ for kind in TOLD]]
    if session is not None:
        whose, order = (" AND session = ?", "seq DESC")
        parameters.append(session)
    what = "coalesce('alert ' || (body->>'$.alert'), 'silence ' || (body->>'$.silence'), type)"
    rows = view.execute(
        f"SELECT type, body FROM {view.table('facts', -EVER_S, at_s)} "
        f"WHERE wall_s <= ? AND type IN (SELECT unnest(?)){whose} "
        f"QUALIFY row_number() OVER (PARTITION BY {what} ORDER BY {order}) = 1",
        parameters,
    )
    for kind, body in rows:
        one = _event(str(kind), str(body))
        if one is not None:
            yield one


def _rows(
    view: View,
    start_s: float,
    end_s: float,
    session: str | None,
    types: Collection[str] | None,
    limit: int | None,
) -> list[Row]:
    """Return wall time, session, number, type and body."""
    rows, parameters = selection(view, start_s, end_s, session, types)
    ordered = f"{rows} ORDER BY wall_s, session, seq"
    if limit is not None:
        ordered += f" LIMIT {int(limit)}"
    return view.execute(ordered, parameters)


def selection(
    view: View,
    start_s: float,
    end_s: float,
    session: str | None,
    types: Collection[str] | None,
) -> tuple[str, list[Parameter]]:
    """Return SQL for the records of a span, with its parameters.

    Its columns are wall_s, session, seq, type and body, in no order; what was written twice after
    a lost acknowledgement is in it twice.
    """
    kinds: tuple[Kind, ...] = ("facts", *SAMPLES)
    wanted = [kind for kind in kinds if types is None or kind == "facts" or kind in types]
    tables, parameters = list[str](), list[Parameter]()
    for kind in wanted:
        said = "type, body" if kind == "facts" else f"'{kind}' AS type, to_json(t)::VARCHAR AS body"
        where = "wall_s >= ? AND wall_s <= ?"
        parameters += [start_s, end_s]
        if session is not None:
            where += " AND session = ?"
            parameters.append(session)
        if kind == "facts" and types is not None:
            where += " AND type IN (SELECT unnest(?))"
            parameters.append(sorted(types))
        table = view.table(kind, start_s, end_s)
        tables.append(f"SELECT wall_s, session, seq, {said} FROM {table} t WHERE {where}")
    return " UNION ALL ".join(tables), parameters


def _body(kind: str, text: str) -> str:
    """Return a record's JSON object: a sample's columns do not say of what type it is."""
    if text.startswith('{"type"') or kind not in SAMPLES:
        return text
    return f'{{"type":"{kind}",{text[1:]}'


def _event(kind: str, text: str) -> AnyEvent | None:
    body = _body(kind, text)
    found = event(body)
    if found is None and kind in SAMPLES:
        # A column that its part did not have yet is NULL, where the event has a default.
        values = msgspec.json.decode(body, type=dict[str, object])
        there = {name: value for name, value in values.items() if value is not None}
        found = event(msgspec.json.encode(there))
    return found


def names(types: Collection[type[Event]] | None) -> list[str] | None:
    """Return the types' tags."""
    return None if types is None else [one.__name__ for one in types]
