"""The report of a span: incidents, regressions, queries and trends against the span before it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import anyio
import anyio.lowlevel

from engine.agents.tool import Call, Refused
from engine.agents.tools.on_record import of_record
from engine.agents.tools.past.span import clock, lasting, not_on_record, some
from engine.agents.tools.report import incidents as report_incidents
from engine.agents.tools.report import trends as report_trends
from engine.agents.tools.report.changes import (
    MINIMUM,
    SURE_P,
    Change,
    Compared,
    changes_of,
    compared,
)
from engine.evidence import NOT_TIMED_WORDS, Cell, Evidence, Figure, Figures, Section, Table, Text
from engine.store.past.incidents import Incident, read_incidents
from engine.store.past.kinds import Kind, read_kinds
from engine.store.past.snapshot import View
from engine.store.past.trend import Recorded, Trend, read_recorded, read_trends

DEFAULT: Final = "7d"
_UNITS_S: Final = {"h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_LONGEST_S = 3660 * 86_400.0
_SHORTEST_S = 60.0  # a record that is younger holds little but this question
_SHARE = 0.9  # of the span recorded, below which the verdict says so again
_METRICS = tuple(report_trends.METRICS)
_COLUMNS = ("kind", "what", "now", "before", "n", "n before", "p")
_HOW = (
    f"Slower: Mann-Whitney on the response times of queries that succeeded, told where the median "
    f"rose by a tenth or more. Fails more: Fisher's exact test. Both one-sided, with {MINIMUM} "
    f"queries or more in either span, and p below {SURE_P} after Holm's correction for all "
    "comparisons. Questions of one kind are compared as they came, whatever they were about. "
    f"The change of a trend is told from {MINIMUM} minutes with a reading in either span on. "
    f"Of {NOT_TIMED_WORDS} no time is told: they last as long as they are to."
)


@dataclass(frozen=True, slots=True)
class Told:
    """What is on record of a span and of the one of the same length before it."""

    start_s: float
    end_s: float
    recorded: Recorded
    kinds: list[Kind]
    trends: list[Trend]
    incidents: list[Incident]


@of_record
async def report(call: Call) -> Evidence:
    """Report on the last `span`, as in 7d; without one on the last seven days."""
    past, now_s = call.services.past, call.services.clock.wall_s()
    length_s = span_s(call.text("span") or DEFAULT)
    start_s = now_s - length_s
    extent = await past.extent()
    if extent is None or extent[1] < start_s or now_s - extent[0] < _SHORTEST_S:
        ended = extent and extent[1] < start_s
        last = f": the record ends at {clock(extent[1], now_s)}" if extent and ended else ""
        return Evidence(
            f"Nothing is on record of the last {lasting(length_s)}{last}. Let a console or "
            "bolt-tui monitor run, or have it run by bolt-tui service install",
            found=False,
        )
    await past.keep_minutes(_METRICS, start_s - length_s, now_s)
    sessions = await past.sessions(start_s, now_s)
    gone = [one.session for one in sessions if one.left != "here"]
    told = await past.read(lambda view: _read(view, start_s, now_s, gone))
    dead = report_incidents.died(sessions, start_s, now_s)
    told.incidents[:] = report_incidents.in_order([*told.incidents, *dead])
    changes = await _compared(told.kinds)
    return Evidence(
        _verdict(told, changes),
        tuple(_sections(told, changes, extent[0])),
        weight=2,
    )


def span_s(text: str) -> float:
    """Return the length that "7d", "24h" or "4w" means.

    Raises:
        Refused: it means none, or none that can be.
    """
    found = re.fullmatch(r"\s*(\d{1,5})\s*(h|d|w)[a-z]*\s*", text.lower())
    length_s = int(found[1]) * _UNITS_S[found[2]] if found else 0.0
    if not 0 < length_s <= _LONGEST_S:
        raise Refused(
            f"the span of a report is a length of time from 1h to 3660d, found {text[:40]!r}",
            "write it as in 24h, 7d, 4w or 90d",
        )
    return length_s


def _read(view: View, start_s: float, end_s: float, gone: list[str]) -> Told:
    return Told(
        start_s,
        end_s,
        read_recorded(view, _METRICS, start_s, end_s),
        read_kinds(view, start_s, end_s),
        read_trends(view, _METRICS, start_s, end_s, report_trends.steps(end_s - start_s)),
        read_incidents(view, start_s, end_s, gone),
    )


async def _compared(kinds: list[Kind]) -> Compared:
    """Compare kind by kind, so that nobody waits for all of them."""
    found = list[Change]()
    for kind in kinds:
        found += changes_of(kind)
        await anyio.lowlevel.checkpoint()
    return compared(kinds, found)


def _verdict(told: Told, changes: Compared) -> str:
    length_s = told.end_s - told.start_s
    day = datetime.fromtimestamp(told.end_s).astimezone()
    parts = [f"{lasting(told.recorded.minutes * 60)} of it recorded", _of_queries(told.kinds)]
    if told.incidents:
        gravest = report_incidents.words(told.incidents[0])
        parts.append(f"{some(len(told.incidents), 'kind')} of incidents, gravest {gravest}")
    else:
        parts.append("no incident on record")
    worse = changes.regressions
    named = ", ".join(f"{one.intent} {one.what}" for one in worse[:3])
    parts.append(f"{some(len(worse), 'regression')}{f' ({named})' if named else ''}")
    return f"The {lasting(length_s)} to {day:%Y-%m-%d %H:%M}: {'; '.join(parts)}"


def _of_queries(kinds: list[Kind]) -> str:
    if not kinds or not kinds[0].now.counted:
        return "no query ended"
    now = kinds[0].now
    p95 = "" if now.p95_ms is None else f", p95 {lasting(now.p95_ms / 1000)}"
    rate = report_trends.success_pct(now)
    return f"{some(now.counted, 'query', 'queries')}, {rate:g} % succeeded{p95}"


def _sections(told: Told, changes: Compared, first_s: float) -> list[Section]:
    found = list[Section]()
    if told.incidents:
        found.append(report_incidents.table(told.incidents, told.end_s))
    if worse := changes.regressions:
        found.append(Table("Regressions", _COLUMNS, tuple(map(_change_row, worse))))
    if told.kinds:
        found.append(report_trends.kind_table(told.kinds))
    trends = report_trends.trend_table(told.trends, told.end_s - told.start_s)
    if trends.rows:
        found.append(trends)
    found.append(Figures("Recorded", _coverage(told)))
    found.append(Text("How regressions are told", _compared_in_words(changes)))
    found += not_on_record(*_missing(told, first_s))
    return found


def _change_row(one: Change) -> tuple[Cell, ...]:
    if one.what == "slower":
        sides = f"{lasting(one.now / 1000)} median", f"{lasting(one.before / 1000)} median"
    else:
        sides = f"{100 * one.now:.1f} % failed", f"{100 * one.before:.1f} % failed"
    return (one.intent, one.what, *sides, one.n, one.n_before, float(f"{one.p:.2g}"))


def _coverage(told: Told) -> tuple[Figure, ...]:
    whole = (told.end_s - told.start_s) / 60
    source = "minutes with a record of any session"
    return tuple(
        figure
        for name, minutes in (
            ("this span", told.recorded.minutes),
            ("the span before", told.recorded.minutes_before),
        )
        for figure in (
            Figure(name, round(minutes / 60, 2), "h", source),
            Figure(f"{name}, share", round(min(100.0, 100 * minutes / whole), 2), "%", source),
        )
    )


def _compared_in_words(changes: Compared) -> str:
    lines = [_HOW, f"Comparisons that could be made: {len(changes.changes)}."]
    if changes.too_few:
        named = ", ".join(
            f"{kind.intent} ({kind.now.counted} and {kind.before.counted})"
            for kind in changes.too_few
        )
        lines.append(f"Too few to tell, now and before: {named}.")
    return "\n".join(lines)


def _missing(told: Told, first_s: float) -> list[str]:
    length_s, said = told.end_s - told.start_s, list[str]()
    if unread := [report_trends.METRICS[one.name] for one in told.trends if not one.now.count]:
        said.append(f"No reading in this span: {', '.join(unread)}.")
    if first_s > told.start_s - length_s:
        said.append(
            f"Anything before {clock(first_s, told.end_s)}: the record begins there, so the span "
            "before is not whole."
        )
    if told.recorded.minutes * 60 < _SHARE * length_s:
        gap_s = length_s - told.recorded.minutes * 60
        said.append(f"{lasting(gap_s)} of this span, in which no session was recording.")
    return said
