"""How the alerts went: what fired, when, for how long, why it ended, and what was sent of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.agents.tool import Call
from engine.agents.tools.on_record import of_record
from engine.agents.tools.past.span import asked_span, between, clock, cut, lasting, more, some
from engine.events import AlertDelivered, AlertFiring, AlertResolved, Event
from engine.evidence import Cell, Evidence, Table

_ROWS = 60
_COLUMNS = ("alert", "severity", "fired", "resolved", "after", "what", "why it ended", "sent")


@dataclass(slots=True)
class _Incident:
    """One alert from its firing to its end; None while it is not over, or its begin is unknown."""

    first: AlertFiring | AlertResolved
    fired_s: float
    end: AlertResolved | None = None
    sent: list[AlertDelivered] = field(default_factory=list)


@of_record
async def history(call: Call) -> Evidence:
    """List the incidents of a span; without words for one, of the last week."""
    services, now_s = call.services, call.services.clock.wall_s()
    asked = asked_span(call, "the last week")
    events = await services.past.events(
        asked.start_s, asked.end_s, types=[AlertFiring, AlertResolved, AlertDelivered]
    )
    found = incidents(events)
    words = between(asked.start_s, asked.end_s, now_s)
    if not found:
        return Evidence(f"No alert fired {words}, as far as is on record", found=False)
    still = sum(one.end is None for one in found)
    said = f"{some(len(found), 'incident')} {words}"
    said += f", {_over(len(found), still)}"
    rows = tuple(_row(one, now_s) for one in found[-_ROWS:])
    table = Table(f"Alerts{more(len(rows), len(found))}", _COLUMNS, rows)
    return Evidence(said, (table,), weight=2)


def _over(count: int, still: int) -> str:
    """Return in words how many of the incidents are over."""
    if not still:
        return "which is over" if count == 1 else "all over"
    if still == count:
        return "which still fires" if count == 1 else "all of which still fire"
    return f"{still:,} of which still fire{'s' if still == 1 else ''}"


def incidents(events: Iterable[Event]) -> list[_Incident]:
    """Return what fired, in order; an alert that is told again, by whichever session, is one."""
    found, open_ = list[_Incident](), dict[str, _Incident]()
    for event in events:
        if isinstance(event, AlertFiring):
            if event.alert not in open_:
                open_[event.alert] = _Incident(event, event.wall_s)
                found.append(open_[event.alert])
        elif isinstance(event, AlertResolved):
            one = open_.pop(event.alert, None)
            if one is None:
                one = _Incident(event, event.fired_s or event.since_s)
                found.append(one)
            one.end = event
        elif isinstance(event, AlertDelivered) and event.kind != "test":
            told = [one for one in found if one.first.alert == event.alert]
            if told:
                told[-1].sent.append(event)
    return found


def _row(one: _Incident, now_s: float) -> tuple[Cell, ...]:
    first, end = one.first, one.end
    last_s = now_s if end is None else end.wall_s
    return (
        first.rule,
        first.severity,
        clock(one.fired_s, now_s),
        "fires" if end is None else clock(end.wall_s, now_s),
        lasting(max(0.0, last_s - one.fired_s)),
        cut(first.text or first.value),
        None if end is None else cut(end.why) or None,
        _sent(one.sent),
    )


def _sent(deliveries: Iterable[AlertDelivered]) -> str | None:
    latest = {(one.message, one.channel): one for one in deliveries}
    shown = [_came_to(one) for one in latest.values() if one.state != "withdrawn"]
    return cut("; ".join(shown)) or None


def _came_to(one: AlertDelivered) -> str:
    """Return what came of a message over a channel; it was told only where that says nothing."""
    became = {
        "sent": "",
        "given_up": ": given up",
        "unsure": ": sent, and nobody said that it was taken",
        "failed": ": not yet told",
    }[one.state]
    cause = f" ({one.cause})" if one.cause and one.state in ("given_up", "failed") else ""
    return f"{one.kind} by {one.channel}{became}{cause}"
