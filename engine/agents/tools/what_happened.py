"""What happened in a span: a sentence, a time line, figures, and what is not on record."""

from collections.abc import Iterator, Sequence

from engine.agents.moments import Span
from engine.agents.tool import Call, Refused
from engine.agents.tools import past_gaps
from engine.agents.tools.past_changes import COLUMNS, Row, change_rows
from engine.agents.tools.past_figures import figures, steps
from engine.agents.tools.past_span import (
    asked_span,
    between,
    clock,
    counted,
    cut,
    lasting,
    more,
    not_on_record,
)
from engine.evidence import Evidence, Figure, Figures, Table
from engine.store.history import PastQuery
from engine.store.past_digest import Digest
from engine.store.past_sessions import PastSession

_ROWS = 40
_METRICS = (
    ("CPU", "cpu"),
    ("memory", "memory"),
    ("engine, resident", "engine.rss_bytes"),
    ("loop lag, p99", "loop_lag_p99_ms"),
)
_COUNTED_S = 1.0
_DAY = 86_400.0


async def happened(call: Call) -> Evidence:
    """Tell a span of all sessions; without words for one, the last hour."""
    services, now_s = call.services, call.services.clock.wall_s()
    asked = await _away(call) if call.flag("away") else asked_span(call, "the last hour")
    past, own = services.past, services.session
    extent = await past.extent()
    start_s = max(asked.start_s, extent[0] - _COUNTED_S) if extent else asked.start_s
    end_s = asked.end_s
    if extent is None or start_s >= end_s:
        return _nothing_yet(extent, asked, now_s)
    digest = await past.digest(start_s, end_s, _ROWS, own=own)
    queries = [one for one in await past.queries(_ROWS, start_s, end_s) if _has_ended(one, own)]
    sessions = [one for one in await past.sessions(start_s, end_s) if _counts(one, own)]
    came = [one for one in sessions if one.interactive and one.joined_s >= start_s]
    died = [one for one in sessions if one.left == "died" and one.last_s <= end_s]
    gaps = past_gaps.unrecorded(sessions, start_s, end_s)
    if not sessions and not digest.asked:
        return _unrecorded(start_s, end_s, now_s)
    rows = [
        *change_rows(digest.changes, now_s, own),
        *(_query_row(one, now_s, own) for one in queries),
        *_session_rows(came, died, now_s, own),
    ]
    shown = [row for _, row in sorted(rows, key=lambda one: one[0])]
    total = len(shown) + digest.asked - len(queries) + digest.total_changes - len(digest.changes)
    table = Table(f"Time line{more(len(shown), max(total, len(shown)))}", COLUMNS, tuple(shown))
    figured = await _figures(call, start_s, end_s)
    return Evidence(
        verdict=f"{_opening(asked, start_s, now_s)}: {_told(digest, came, died)}",
        sections=(
            *((table,) if shown else ()),
            Figures("The machine and the engine meanwhile", figured),
            *not_on_record(*_missing(gaps, asked, start_s, now_s), *past.problems),
        ),
        weight=2,
    )


async def _away(call: Call) -> Span:
    """Return the time since the last console was left."""
    services, now_s = call.services, call.services.clock.wall_s()
    seen = await services.past.sessions(now_s - 30 * _DAY, now_s)
    left = [one.last_s for one in seen if one.interactive and one.left != "here"]
    if not left:
        raise Refused(
            "no console was left in the last 30 days, so nobody was away",
            'name a time, as in "what happened since 9:00"',
        )
    return Span(max(left), now_s, "since the last console was left")


async def _figures(call: Call, start_s: float, end_s: float) -> tuple[Figure, ...]:
    services, now_s = call.services, call.services.clock.wall_s()
    found = list[Figure]()
    for name, metric in _METRICS:
        span = await services.past.metric(metric, start_s, end_s, steps(start_s, end_s))
        found += figures(name, span, now_s)
    return tuple(found)


def _has_ended(one: PastQuery, own: str) -> bool:
    return one.session != own or one.elapsed_ms is not None


def _counts(one: PastSession, own: str) -> bool:
    """Whether a session tells anything: the run that only asks this does not."""
    return one.interactive or one.session != own


def _query_row(one: PastQuery, now_s: float, own: str) -> tuple[float, Row]:
    ended = one.status.replace("_", " ")
    text = cut(f"{one.text} → {ended}" + (f": {one.verdict}" if one.verdict else ""), 140)
    whose = "" if one.session == own else one.session
    return one.asked_at_s, (clock(one.asked_at_s, now_s), "query", text, whose)


def _session_rows(
    came: Sequence[PastSession], died: Sequence[PastSession], now_s: float, own: str
) -> list[tuple[float, Row]]:
    rows = [(one.joined_s, one, f"a console on {one.project or '?'} opened") for one in came]
    rows += [(one.last_s, one, "was seen last; it did not end in order") for one in died]
    rows += [(one.last_s, one, "the console closed") for one in came if one.left == "closed"]
    return [
        (
            at_s,
            (clock(at_s, now_s), "session", cut(text), "" if one.session == own else one.session),
        )
        for at_s, one, text in rows[-2 * _ROWS :]
    ]


def _opening(asked: Span, start_s: float, now_s: float) -> str:
    words = between(asked.start_s if asked.start_s > 0 else start_s, asked.end_s, now_s)
    return words[0].upper() + words[1:]


def _told(digest: Digest, came: Sequence[PastSession], died: Sequence[PastSession]) -> str:
    said = [counted(digest.asked, "query", "queries") + _of_queries(digest)]
    if digest.circuits:
        changed = sum(digest.circuits.values())
        said.append(f"{counted(changed, 'circuit change')} ({', '.join(digest.circuits)})")
    if digest.levels:
        said.append(counted(digest.levels, "level change"))
    if came:
        said.append(f"{counted(len(came), 'console')} opened")
    if died:
        said.append(f"{counted(len(died), 'session')} died")
    if digest.notices:
        said.append(counted(digest.notices, "notice"))
    return ", ".join(said)


def _of_queries(digest: Digest) -> str:
    parts = (
        (digest.failed, "failed"),
        (digest.cancelled, "cancelled"),
        (digest.unfinished, "without an answer on record"),
    )
    said = [f"{count:,} {how}" for count, how in parts if count]
    return f" ({', '.join(said)})" if said else ", none failed" if digest.asked else ""


def _missing(
    gaps: Sequence[past_gaps.Gap], asked: Span, start_s: float, now_s: float
) -> Iterator[str]:
    if 0 < asked.start_s < start_s:
        yield f"Anything before {clock(start_s + _COUNTED_S, now_s)}: the record begins there."
    if gaps:
        long_s = sum(last_s - first_s for first_s, last_s in gaps)
        told = past_gaps.said(gaps, now_s)
        yield f"{lasting(long_s)} in which no session was recording: {told}."


def _nothing_yet(extent: tuple[float, float] | None, asked: Span, now_s: float) -> Evidence:
    if extent is None:
        return Evidence("Nothing is on record yet", found=False)
    return Evidence(
        f"Nothing is on record {between(asked.start_s, asked.end_s, now_s)}: "
        f"the record begins at {clock(extent[0], now_s)}",
        found=False,
    )


def _unrecorded(start_s: float, end_s: float, now_s: float) -> Evidence:
    return Evidence(
        f"Nothing is on record {between(start_s, end_s, now_s)}: no session was there", found=False
    )
