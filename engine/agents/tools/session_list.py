"""The sessions on the store: who is here and what each runs, and who was."""

import anyio.to_thread

from engine.agents.tool import Call
from engine.agents.tools.on_record import of_record
from engine.agents.tools.past.span import asked_span, between, clock, cut, lasting, more, some
from engine.evidence import Evidence, Table
from engine.store.leases.pool import StoreReadError
from engine.store.past.sessions import PastSession
from engine.store.sessions.sessions import Peer, peers

_ROWS = 40
_LATELY_S = 3600.0
_HERE = ("session", "kind", "project", "pid", "since", "runs")
_WERE = ("session", "kind", "project", "pid", "came", "seen last", "for", "how it left")
_LEFT = {"closed": "ended in order", "died": "died", "here": "is here"}


@of_record
async def sessions(call: Call) -> Evidence:
    """List those that are here and who died of late, or with a span who was there in it."""
    services, now_s = call.services, call.services.clock.wall_s()
    here = [one for one in await anyio.to_thread.run_sync(peers, services.store) if one.live]
    others = [one for one in here if one.session != services.session]
    running = sum(len(one.running) for one in others)
    rows = tuple(_here(one, now_s, services.session) for one in here[:_ROWS])
    table = Table(f"Here now{more(len(rows), len(here))}", _HERE, rows)
    said = f"{some(len(others), 'other session')} {'is' if len(others) < 2 else 'are'} here"
    if running:
        said += f", running {some(running, 'query', 'queries')}"
    if not call.text("when"):
        return await _with_the_dead(call, said, table, now_s)
    asked = asked_span(call, "today")
    past = await services.past.sessions(asked.start_s, asked.end_s)
    past = [one for one in past if one.session != services.session]
    died = sum(one.left == "died" for one in past)
    were = tuple(_were(one, now_s) for one in past[-_ROWS:])
    words = between(asked.start_s, asked.end_s, now_s)
    return Evidence(
        f"{some(len(past), 'other session')} {words}, {died or 'none'} of them died; {said}",
        (
            table,
            Table(f"Sessions of the span{more(len(were), len(past))}", _WERE, were),
        ),
        weight=2,
    )


async def _with_the_dead(call: Call, said: str, here: Table, now_s: float) -> Evidence:
    """Tell who is here, and who died within the hour: a store that can't be read costs that."""
    services = call.services
    try:
        past = await services.past.sessions(now_s - _LATELY_S, now_s)
    except StoreReadError as error:
        lacks = f"who died in the last hour is not known: {error}"
        return Evidence(said, (here,), lacks=lacks, weight=2)
    dead = [one for one in past if one.left == "died" and one.session != services.session]
    if not dead:
        return Evidence(said, (here,), weight=2)
    rows = tuple(_were(one, now_s) for one in dead[-_ROWS:])
    table = Table(f"Died in the last hour{more(len(rows), len(dead))}", _WERE, rows)
    said += f"; {some(len(dead), 'session')} died in the last hour"
    return Evidence(said, (here, table), weight=2)


def _here(one: Peer, now_s: float, own: str) -> tuple[str | None, ...]:
    return (
        f"{one.session} (this one)" if one.session == own else one.session,
        "console" if one.interactive else "headless",
        one.project or None,
        None if one.pid is None else str(one.pid),
        None if one.since_s is None else clock(one.since_s, now_s),
        cut("; ".join(one.running)),
    )


def _were(one: PastSession, now_s: float) -> tuple[str | None, ...]:
    return (
        one.session,
        "console" if one.interactive else "headless",
        one.project or None,
        None if one.pid is None else str(one.pid),
        clock(one.joined_s, now_s),
        clock(one.last_s, now_s),
        lasting(one.last_s - one.joined_s),
        _LEFT[one.left],
    )
