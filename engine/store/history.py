"""What all sessions asked, read from their journals by DuckDB."""

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from engine.store.journal import sound
from engine.store.pool import Execute, Lease, Row

# One text column: a line's checksum is over its bytes, so DuckDB only picks the lines. Each once:
# what was written again after a full disk stands there twice.
_LINES = """
SELECT DISTINCT line,
    TRY_CAST(regexp_extract(line, '"wall_s":([0-9.e+]+)', 1) AS DOUBLE) AS wall_s,
    TRY_CAST(regexp_extract(line, '"seq":([0-9]+)', 1) AS BIGINT) AS seq
FROM read_csv(
    ?, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, delim = '\x1f',
    quote = '', escape = '', strict_mode = false, ignore_errors = true, max_line_size = 67108864
)
WHERE regexp_matches(line, ?)
"""
_ASKED = r'^\{"crc":"[0-9a-f]{8}","type":"QueryAsked"'
_AROUND = r'^\{"crc":"[0-9a-f]{8}","type":"(Query(Answered|Failed|Cancelled)|SessionJoined)"'
_SESSION = re.compile('"session":"([^"]*)"')


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


def journals(folder: Path) -> list[str]:
    """Return the paths of all journals, oldest session first."""
    return sorted(str(path) for path in (folder / "journals").glob("*.jsonl"))


async def past_queries(
    lease: Lease, folder: Path, limit: int, *, since_s: float = 0.0
) -> list[PastQuery]:
    """Return the last queries of all sessions, newest first; damaged lines are passed over.

    Args:
        since_s: only those asked at this wall time or later.

    Raises:
        StoreReadError: DuckDB can't read the journals.
    """
    return await lease.read(lambda execute: _read(execute, folder, limit, since_s))


def _read(execute: Execute, folder: Path, limit: int, since_s: float) -> list[PastQuery]:
    paths = journals(folder)
    if not paths:
        return []
    newest = f"{_LINES} AND wall_s >= ? ORDER BY wall_s DESC, seq DESC LIMIT {int(limit)}"
    asked = execute(newest, [paths, _ASKED, since_s])
    sessions = {match[1] for row in asked if (match := _SESSION.search(str(row[0])))}
    theirs = [path for path in paths if Path(path).stem in sessions]
    around = execute(_LINES, [theirs, _AROUND]) if theirs else []
    return _assembled(asked, around)


def _assembled(asked: list[Row], around: list[Row]) -> list[PastQuery]:
    """Put questions and their ends together."""
    ends = _events(around)
    outcomes = {(e.session, e.query): e.answer for e in ends if isinstance(e, _Ended)}
    projects = {e.session: e.project for e in ends if isinstance(e, _Joined)}
    return [
        _past(event, outcomes.get((event.session, event.query)), projects)
        for event in _events(asked)
        if isinstance(event, _Asked)
    ]


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
    return [event for row in rows if (event := _event(str(row[0]).encode())) is not None]


def _event(raw: bytes) -> _Known | None:
    body = sound(raw)
    if body is None:
        return None
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
