"""What all sessions asked, read from their journals by DuckDB."""

from dataclasses import dataclass
from pathlib import Path

import anyio

from engine.events import QueryAsked, QueryEnded, SessionJoined
from engine.evidence import Answer
from engine.store.journal import parse
from engine.store.pool import Lease, Row

# One text column: a line's checksum is over its bytes, so DuckDB only picks the lines.
_LINES = """
SELECT line FROM read_csv(
    ?, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, delim = '\x1f',
    quote = '', escape = '', strict_mode = false, ignore_errors = true, max_line_size = 67108864
)
WHERE regexp_matches(line, ?)
"""
_ASKED = r'^\{"crc":"[0-9a-f]{8}","type":"QueryAsked"'
_AROUND = r'^\{"crc":"[0-9a-f]{8}","type":"(Query(Answered|Failed|Cancelled)|SessionJoined)"'


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


async def past_queries(lease: Lease, folder: Path, limit: int) -> list[PastQuery]:
    """Return the last queries of all sessions, newest first; damaged lines are passed over.

    Raises:
        StoreReadError: DuckDB can't read the journals.
    """
    paths = journals(folder)
    if not paths:
        return []
    when = """TRY_CAST(regexp_extract(line, '"wall_s":([0-9.e+]+)', 1) AS DOUBLE)"""
    # Twice as many: a line that was written again after a full disk stands there twice.
    newest = f"{_LINES} ORDER BY {when} DESC LIMIT {int(limit) * 2}"
    asked = {
        (event.session, event.query): event
        for event in await _events(await lease.rows(newest, [paths, _ASKED]))
        if isinstance(event, QueryAsked)
    }
    sessions = {session for session, _ in asked}
    theirs = [path for path in paths if Path(path).stem in sessions]
    around = await _events(await lease.rows(_LINES, [theirs, _AROUND])) if theirs else []
    answers = {(e.session, e.query): e.answer for e in around if isinstance(e, QueryEnded)}
    projects = {e.session: e.project for e in around if isinstance(e, SessionJoined)}
    rows = (_past(event, answers.get(key), projects) for key, event in asked.items())
    return list(rows)[:limit]


def _past(event: QueryAsked, answer: Answer | None, projects: dict[str, str]) -> PastQuery:
    return PastQuery(
        session=event.session,
        query=event.query,
        asked_at_s=event.wall_s,
        text=event.text,
        status=answer.status if answer else "unfinished",
        verdict=answer.verdict if answer else "",
        elapsed_ms=answer.elapsed_ms if answer else None,
        project=projects.get(event.session, ""),
    )


async def _events(rows: list[Row]) -> list[QueryAsked | QueryEnded | SessionJoined]:
    """Decode journal lines, in a thread: a thousand answers take longer than a frame."""

    def decoded() -> list[QueryAsked | QueryEnded | SessionJoined]:
        events = (parse(str(row[0]).encode()) for row in rows)
        return [e for e in events if isinstance(e, QueryAsked | QueryEnded | SessionJoined)]

    return await anyio.to_thread.run_sync(decoded)
