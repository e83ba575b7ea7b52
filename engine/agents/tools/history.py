"""The last queries of all sessions."""

from datetime import datetime

from engine.agents.tool import Call
from engine.evidence import Evidence, Table
from engine.store.history import past_queries

_COLUMNS = ("asked", "project", "query", "status", "elapsed ms", "session")


async def history(call: Call) -> Evidence:
    """List them, newest first; the query that asks for the list has no end yet and isn't in it."""
    limit = int(call.number("limit") or 20)
    services = call.services
    async with services.pool.lease() as lease:
        past = await past_queries(lease, services.store, limit + 1)
    over = [row for row in past if not (row.session == services.session and row.elapsed_ms is None)]
    rows = tuple(
        (
            datetime.fromtimestamp(row.asked_at_s).astimezone().isoformat(" ", "seconds"),
            row.project,
            row.text,
            row.status,
            row.elapsed_ms,
            row.session,
        )
        for row in over[:limit]
    )
    if not rows:
        return Evidence("No query is on record yet", found=False)
    sessions = len({row.session for row in over[:limit]})
    return Evidence(
        verdict=f"The last {len(rows)} queries, of {sessions} sessions, newest first",
        sections=(Table("Queries", _COLUMNS, rows),),
        weight=1,
    )
