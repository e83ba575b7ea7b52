"""The queries of all sessions: the last, those that failed, the slowest."""

from datetime import datetime

from engine.agents.tool import Call
from engine.agents.tools.on_record import of_record
from engine.agents.tools.past.span import asked_span, between, lasting, some
from engine.evidence import NOT_TIMED_WORDS, Evidence, Table
from engine.store.past.history import Only, PastQuery

_COLUMNS = ("asked", "project", "query", "status", "elapsed ms", "session")
_COLUMNS_WHY = (*_COLUMNS[:4], "why", *_COLUMNS[4:])
_LIMIT = 20
_APART = (f"left out, for they last as long as they are to: {NOT_TIMED_WORDS}",)


@of_record
async def history(call: Call) -> Evidence:
    """List them; the query that asks for the list has no end yet and isn't in it.

    `failed` and `slow` narrow them, `when` keeps to a span of time.
    """
    services, now_s = call.services, call.services.clock.wall_s()
    limit = int(call.number("limit") or _LIMIT)
    asked = asked_span(call, "ever" if not call.text("when") else "today")
    only: Only = "failed" if call.flag("failed") else "slow" if call.flag("slow") else "all"
    found = await services.past.queries(limit + 1, asked.start_s, asked.end_s, only=only)
    over = [one for one in found if one.session != services.session or one.elapsed_ms is not None]
    shown = over[:limit]
    words = between(asked.start_s, asked.end_s, now_s)
    digest = await services.past.digest(asked.start_s, asked.end_s, 0, own=services.session)
    if not shown:
        return _none(only, digest.asked, words, is_ever=asked.start_s <= 0)
    # How many of the span have a time that counts is not known: of these only that there are more.
    total = {"failed": digest.failed, "slow": len(over)}.get(only, digest.asked)
    columns = _COLUMNS_WHY if only == "failed" else _COLUMNS
    rows = tuple(_row(one, with_why=only == "failed") for one in shown)
    return Evidence(
        verdict=_told(only, shown, total, words, is_ever=asked.start_s <= 0),
        sections=(Table("Queries", columns, rows),),
        assumptions=_APART if only == "slow" else (),
        weight=1,
    )


def _told(only: Only, shown: list[PastQuery], total: int, words: str, *, is_ever: bool) -> str:
    sessions = some(len({one.session for one in shown}), "session")
    left = f"; … {total - len(shown):,} more" if total > len(shown) else ""
    left = "; … more" if left and only == "slow" else left
    number = some(len(shown), "query", "queries")
    if only == "failed":
        return f"{some(total, 'query', 'queries')} failed {words}, newest first{left}"
    if only == "slow":
        longest = lasting((shown[0].elapsed_ms or 0.0) / 1000)
        return f"The slowest {number} {words}; the longest took {longest}{left}"
    when = "" if is_ever else f" {words}"
    return f"The last {number}{when}, of {sessions}, newest first{left}"


def _none(only: Only, asked: int, words: str, *, is_ever: bool) -> Evidence:
    if asked and only == "failed":
        return Evidence(f"None of {some(asked, 'query', 'queries')} failed {words}", weight=1)
    if asked and only == "slow":
        return Evidence(
            f"No query whose time counts is on record {words}", found=False, assumptions=_APART
        )
    when = " yet" if is_ever else f" {words}"
    return Evidence(f"No query is on record{when}", found=False)


def _row(one: PastQuery, *, with_why: bool) -> tuple[str | float | None, ...]:
    return (
        datetime.fromtimestamp(one.asked_at_s).astimezone().isoformat(" ", "seconds"),
        one.project,
        one.text,
        one.status,
        *((one.verdict,) if with_why else ()),
        one.elapsed_ms,
        one.session,
    )
