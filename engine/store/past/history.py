"""What all sessions asked, newest first, with what came of it."""

from dataclasses import dataclass
from typing import Literal

import msgspec
from msgspec import Struct

from engine.evidence import NOT_TIMED
from engine.store.leases.pool import Row
from engine.store.past.snapshot import View

_EVER_S = 1e300
Only = Literal["all", "failed", "slow"]


# Of each event only what history shows: an answer's sections are not even looked at.
class _Head(Struct, tag_field="type"):
    session: str


class _Asked(_Head, tag="QueryAsked"):
    query: str
    text: str
    wall_s: float


class _Joined(_Head, tag="SessionJoined"):
    project: str


class _Outcome(Struct):
    status: str
    verdict: str
    elapsed_ms: float


class _Ended(_Head):
    query: str
    answer: _Outcome


class _Answered(_Ended, tag="QueryAnswered"):
    pass


class _Failed(_Ended, tag="QueryFailed"):
    pass


class _Cancelled(_Ended, tag="QueryCancelled"):
    pass


_Known = _Asked | _Joined | _Answered | _Failed | _Cancelled
_decoder: msgspec.json.Decoder[_Known] = msgspec.json.Decoder(_Known)


@dataclass(frozen=True, slots=True)
class PastQuery:
    """One query of some session; `status` is "unfinished" when no answer was recorded."""

    session: str
    query: str
    asked_at_s: float
    text: str
    status: str
    verdict: str
    elapsed_ms: float | None
    project: str = ""


def read_queries(
    view: View,
    limit: int,
    since_s: float = 0.0,
    until_s: float = _EVER_S,
    *,
    only: Only = "all",
    text: str = "",
) -> list[PastQuery]:
    """Return the last queries that were asked in a span; the slow ones slowest first.

    Args:
        only: those that failed or ran out of time, or those that took longest of those whose time
            counts (see evidence.NOT_TIMED).
        text: only those whose text contains this, whatever the case.
    """
    if only == "all":
        rows = view.execute(
            f"SELECT body FROM {view.table('facts', since_s, until_s)} "
            "WHERE type = 'QueryAsked' AND wall_s >= ? AND wall_s <= ? "
            "AND contains(lower(body->>'$.text'), lower(?)) "
            "ORDER BY wall_s DESC, seq DESC LIMIT ?",
            [since_s, until_s, text, int(limit)],
        )
    else:
        rows = _by_their_ends(view, limit, since_s, until_s, only)
    questions = [event for event in _events(rows) if isinstance(event, _Asked)]
    if not questions:
        return []
    around = view.execute(
        f"SELECT body FROM {view.table('facts', -_EVER_S, _EVER_S)} "
        "WHERE (type = 'SessionJoined' OR (query IN (SELECT unnest(?)) AND "
        "type IN ('QueryAnswered', 'QueryFailed', 'QueryCancelled'))) "
        "AND session IN (SELECT unnest(?))",
        [[one.query for one in questions], [one.session for one in questions]],
    )
    return _assembled(questions, _events(around))


def _by_their_ends(view: View, limit: int, since_s: float, until_s: float, only: Only) -> list[Row]:
    """Return the questions of the span whose ends are looked for, in the order of these."""
    order = "end_s DESC" if only == "failed" else "elapsed_ms DESC"
    ends = "'QueryFailed'" if only == "failed" else "'QueryAnswered', 'QueryFailed'"
    untimed = () if only == "failed" else NOT_TIMED
    return view.execute(
        "WITH ended AS (SELECT session, query, max(wall_s) AS end_s, "
        "max((body->>'$.answer.elapsed_ms')::DOUBLE) AS elapsed_ms "
        f"FROM {view.table('facts', since_s, _EVER_S)} "
        f"WHERE type IN ({ends}) AND wall_s >= ? AND coalesce(body->>'$.answer.query.intent', '') "
        "NOT IN (SELECT unnest(?)) GROUP BY session, query), "
        "asked AS (SELECT session, query, any_value(body) AS body "
        f"FROM {view.table('facts', since_s, until_s)} "
        "WHERE type = 'QueryAsked' AND wall_s >= ? AND wall_s <= ? GROUP BY session, query) "
        f"SELECT asked.body FROM asked JOIN ended USING (session, query) ORDER BY {order} LIMIT ?",
        [since_s, list(untimed), since_s, until_s, int(limit)],
    )


def _assembled(questions: list[_Asked], around: list[_Known]) -> list[PastQuery]:
    """Put questions and their ends together."""
    outcomes = {(e.session, e.query): e.answer for e in around if isinstance(e, _Ended)}
    projects = {e.session: e.project for e in around if isinstance(e, _Joined)}
    once = {(e.session, e.query): e for e in questions}
    return [_past(event, outcomes.get(key), projects) for key, event in once.items()]


def _past(event: _Asked, outcome: _Outcome | None, projects: dict[str, str]) -> PastQuery:
    return PastQuery(
        session=event.session,
        query=event.query,
        asked_at_s=event.wall_s,
        text=event.text,
        status=outcome.status if outcome else "unfinished",
        verdict=outcome.verdict if outcome else "",
        elapsed_ms=outcome.elapsed_ms if outcome else None,
        project=projects.get(event.session, ""),
    )


def _events(rows: list[Row]) -> list[_Known]:
    return [event for (body,) in rows if (event := _event(str(body))) is not None]


def _event(body: str) -> _Known | None:
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError:
        return None
