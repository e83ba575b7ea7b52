"""What happened in a span: a sentence, a time line, figures, and what is not on record."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.agents.moments import Span
from engine.agents.tool import Call, Refused
from engine.agents.tools.circuit_history import last_outage
from engine.agents.tools.on_record import of_record
from engine.agents.tools.past import gaps as past_gaps
from engine.agents.tools.past.changes import COLUMNS, Row, change_rows
from engine.agents.tools.past.figures import figures, steps
from engine.agents.tools.past.span import (
    asked_span,
    between,
    clock,
    cut,
    lasting,
    more,
    not_on_record,
    some,
)
from engine.evidence import Evidence, Figure, Figures, Table
from engine.store.past.digest import Digest
from engine.store.past.history import PastQuery
from engine.store.past.sessions import PastSession

_ROWS = 40
_METRICS = (
    ("CPU", "cpu"),
    ("memory", "memory"),
    ("engine, resident", "engine.rss_bytes"),
    ("loop lag, p99", "loop_lag_p99_ms"),
)
_COUNTED_S = 1.0
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class _Told:
    """What is on record of a span; the run that only asks for it is left out."""

    start_s: float
    end_s: float
    digest: Digest
    queries: tuple[PastQuery, ...]
    sessions: tuple[PastSession, ...]

    @property
    def came(self) -> list[PastSession]:
        return [one for one in self.sessions if one.interactive and one.joined_s >= self.start_s]

    @property
    def died(self) -> list[PastSession]:
        return [one for one in self.sessions if one.left == "died" and one.last_s <= self.end_s]


@of_record
async def happened(call: Call) -> Evidence:
    """Tell a span of all sessions; without words for one, the last hour."""
    services, now_s = call.services, call.services.clock.wall_s()
    asked = await _asked(call)
    extent = await services.past.extent()
    start_s = max(asked.start_s, extent[0] - _COUNTED_S) if extent else asked.start_s
    if extent is None or start_s >= asked.end_s:
        return _nothing_yet(extent, asked, now_s)
    told = await _read(call, start_s, asked.end_s)
    if not told.sessions and not told.digest.asked:
        words = between(start_s, asked.end_s, now_s)
        return Evidence(f"Nothing is on record {words}: no session was there", found=False)
    words = between(max(asked.start_s, 0.0) or start_s, asked.end_s, now_s)
    return Evidence(
        verdict=f"{words[0].upper()}{words[1:]}: {_in_words(told)}",
        sections=(
            *_time_line(told, now_s, services.session),
            Figures("The machine and the engine meanwhile", await _figures(call, told)),
            *not_on_record(*_missing(told, asked, now_s)),
        ),
        weight=2,
    )


async def _read(call: Call, start_s: float, end_s: float) -> _Told:
    past, own = call.services.past, call.services.session
    return _Told(
        start_s,
        end_s,
        await past.digest(start_s, end_s, _ROWS, own=own),
        tuple(
            one
            for one in await past.queries(_ROWS, start_s, end_s)
            if one.session != own or one.elapsed_ms is not None
        ),
        tuple(
            one
            for one in await past.sessions(start_s, end_s)
            if one.interactive or one.session != own
        ),
    )


def _time_line(told: _Told, now_s: float, own: str) -> tuple[Table, ...]:
    digest, sessions = told.digest, _session_rows(told, now_s, own)
    rows = [
        *change_rows(digest.changes, now_s, own),
        *(_query_row(one, now_s, own) for one in told.queries),
        *sessions[-_ROWS:],
    ]
    shown = tuple(row for _, row in sorted(rows, key=lambda one: one[0]))
    unshown = digest.total_changes - len(digest.changes)
    unshown += max(0, digest.asked - len(told.queries)) + max(0, len(sessions) - _ROWS)
    table = Table(f"Time line{more(len(shown), len(shown) + unshown)}", COLUMNS, shown)
    return (table,) if shown else ()


async def _asked(call: Call) -> Span:
    if call.flag("away"):
        return await _away(call)
    if word := call.text("capability"):
        return await last_outage(call, word)
    return asked_span(call, "the last hour")


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


async def _figures(call: Call, told: _Told) -> tuple[Figure, ...]:
    services, now_s = call.services, call.services.clock.wall_s()
    start_s, end_s = told.start_s, told.end_s
    found = list[Figure]()
    for name, metric in _METRICS:
        span = await services.past.metric(metric, start_s, end_s, steps(start_s, end_s))
        found += figures(name, span, now_s)
    return tuple(found)


def _query_row(one: PastQuery, now_s: float, own: str) -> tuple[float, Row]:
    ended = one.status.replace("_", " ")
    text = cut(f"{one.text} → {ended}" + (f": {one.verdict}" if one.verdict else ""), 140)
    whose = "" if one.session == own else one.session
    return one.asked_at_s, (clock(one.asked_at_s, now_s), "query", text, whose)


def _session_rows(told: _Told, now_s: float, own: str) -> list[tuple[float, Row]]:
    rows = [(one.joined_s, one, f"a console on {one.project or '?'} opened") for one in told.came]
    rows += [(one.last_s, one, "was seen last; it did not end in order") for one in told.died]
    rows += [
        (one.last_s, one, "the console closed")
        for one in told.sessions
        if one.interactive and one.left == "closed" and one.last_s <= told.end_s
    ]
    return [
        (
            at_s,
            (clock(at_s, now_s), "session", cut(text), "" if one.session == own else one.session),
        )
        for at_s, one, text in sorted(rows, key=lambda row: row[0])
    ]


def _in_words(told: _Told) -> str:
    digest, came, died = told.digest, told.came, told.died
    said = [some(digest.asked, "query", "queries") + _of_queries(digest)]
    if digest.circuits:
        changed = sum(digest.circuits.values())
        said.append(f"{some(changed, 'circuit change')} ({', '.join(digest.circuits)})")
    if digest.levels:
        said.append(some(digest.levels, "level change"))
    said += _of_alerts(digest)
    if came:
        said.append(f"{some(len(came), 'console')} opened")
    if died:
        said.append(f"{some(len(died), 'session')} died")
    if digest.notices:
        said.append(some(digest.notices, "notice"))
    return ", ".join(said)


def _of_alerts(digest: Digest) -> Iterator[str]:
    if digest.alerts:
        yield f"{some(digest.alerts, 'alert')} fired"
    if digest.undelivered:
        yield f"{some(digest.undelivered, 'message')} not delivered at once"
    if digest.unhealthy:
        yield f"health not ok {'once' if digest.unhealthy == 1 else f'{digest.unhealthy:,} times'}"


def _of_queries(digest: Digest) -> str:
    parts = (
        (digest.failed, "failed"),
        (digest.cancelled, "cancelled"),
        (digest.unfinished, "without an answer on record"),
    )
    said = [f"{count:,} {how}" for count, how in parts if count]
    return f" ({', '.join(said)})" if said else ", none failed" if digest.asked else ""


def _missing(told: _Told, asked: Span, now_s: float) -> Iterator[str]:
    if 0 < asked.start_s < told.start_s:
        yield f"Anything before {clock(told.start_s + _COUNTED_S, now_s)}: the record begins there."
    if gaps := past_gaps.unrecorded(told.sessions, told.start_s, told.end_s):
        long_s = sum(last_s - first_s for first_s, last_s in gaps)
        said = past_gaps.said(gaps, now_s)
        yield f"{lasting(long_s)} in which no session was recording: {said}."


def _nothing_yet(extent: tuple[float, float] | None, asked: Span, now_s: float) -> Evidence:
    if extent is None:
        return Evidence("Nothing is on record yet", found=False)
    return Evidence(
        f"Nothing is on record {between(asked.start_s, asked.end_s, now_s)}: "
        f"the record begins at {clock(extent[0], now_s)}",
        found=False,
    )
