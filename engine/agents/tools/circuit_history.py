"""How circuits and levels changed, and when a circuit last opened."""

from engine.agents.moments import Span
from engine.agents.tool import Call, Refused
from engine.agents.tools.on_record import of_record
from engine.agents.tools.past.changes import COLUMNS, change_rows
from engine.agents.tools.past.span import asked_span, between, clock, lasting, more, some
from engine.events import CircuitChanged
from engine.evidence import Evidence, Table

_ROWS = 60
_TYPES = ("CircuitChanged", "LevelChanged")


@of_record
async def changes(call: Call) -> Evidence:
    """List the changes of a span; of one circuit where `capability` names it.

    Without words for a span: of one circuit ever, of all in the last week.
    """
    services, now_s = call.services, call.services.clock.wall_s()
    names = circuits_named(call, call.text("capability"))
    asked = asked_span(call, "the last week")
    start_s = 0.0 if names and not call.text("when") else asked.start_s
    found = [
        await services.past.digest(start_s, asked.end_s, _ROWS, types=_TYPES, capability=name)
        for name in names or ("",)
    ]
    changed = sorted(
        (one for digest in found for one in digest.changes), key=lambda one: one.wall_s
    )
    total = sum(digest.total_changes for digest in found)
    rows = [row for _, row in change_rows(tuple(changed[-_ROWS:]), now_s, services.session)]
    words = between(start_s, asked.end_s, now_s)
    if not rows:
        whose = ", ".join(names) if names else "any circuit or level"
        when = f" {words}" if start_s > 0 else ""
        return Evidence(f"No change of {whose} is on record{when}", found=False)
    opened = [one for one in changed if isinstance(one, CircuitChanged) and one.state == "open"]
    last = opened[-1] if opened else None
    never = f"{' and '.join(names)} did not open" if names else "no circuit opened"
    told = never if last is None else _last(last, now_s)
    return Evidence(
        f"{told}; {some(total, 'change')} {words}",
        (Table(f"Changes{more(len(rows), total)}", COLUMNS, tuple(rows)),),
        weight=2,
    )


def _last(last: CircuitChanged, now_s: float) -> str:
    ago = lasting(now_s - last.wall_s)
    cause = f": {last.cause}" if last.cause else ""
    return f"{last.capability} opened last at {clock(last.wall_s, now_s)}, {ago} ago{cause}"


async def last_outage(call: Call, word: str) -> Span:
    """Return the last time in which a circuit was not closed; to now where it still is not.

    Raises:
        Refused: there is no such circuit, or none of its outages is on record.
    """
    services, now_s = call.services, call.services.clock.wall_s()
    found = list[Span]()
    for name in circuits_named(call, word):
        kinds = ("CircuitChanged",)
        digest = await services.past.digest(0.0, now_s, _ROWS, types=kinds, capability=name)
        changes = [one for one in digest.changes if isinstance(one, CircuitChanged)]
        opened = [one.wall_s for one in changes if one.state == "open" and one.was == "closed"]
        if opened:
            closed = [one.wall_s for one in changes if one.state == "closed"]
            end_s = min((at_s for at_s in closed if at_s > opened[-1]), default=now_s)
            found.append(Span(opened[-1], end_s, f"while {name} was out of order"))
    if not found:
        raise Refused(f"{word} was never out of order, as far as is on record")
    return max(found, key=lambda one: one.start_s)


def circuits_named(call: Call, word: str) -> tuple[str, ...]:
    """Return the circuits that a word means: `search` is of two.

    Raises:
        Refused: it is none.
    """
    if not word:
        return ()
    known = [name for name, *_ in call.services.board.rows()]
    found = [name for name in known if name == word] or [
        name for name in known if word in name.split(".")
    ]
    if not found:
        raise Refused(f"there is no circuit {word!r}", f"there are {', '.join(known)}")
    return tuple(found)
