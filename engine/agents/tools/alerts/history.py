"""How the alerts went: what fired, when, for how long, why it ended, and what was sent of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.agents.tool import Call
from engine.agents.tools.on_record import of_record
from engine.agents.tools.past.span import asked_span, between, clock, cut, lasting, more, some
from engine.events import AlertDelivered, AlertFiring, AlertResolved, Event
from engine.evidence import Cell, Evidence, Table

_ROWS = 60
_FIRES = ("still fires", "still fire")
_COLUMNS = ("alert", "severity", "fired", "resolved", "after", "what", "why it ended", "sent")


@dataclass(slots=True)
class _Incident:
    """One alert from its firing to its end; None while it is not over, or its begin is unknown.

    `teller` is the session that told last that it fires: who takes over the alerts tells it anew.
    """

    first: AlertFiring | AlertResolved
    fired_s: float
    teller: str = ""
    end: AlertResolved | None = None
    sent: list[AlertDelivered] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """Until when an incident is known of, in words, and how it was then.

    It was over; or it was on, at the end of the span; or who evaluated it was not heard of again.
    """

    until_s: float
    said: str
    how: Literal["over", "on", "unheard"]


@dataclass(frozen=True, slots=True)
class _Span:
    """The end of what was asked for, and when those sessions were last heard of that are gone."""

    end_s: float
    now_s: float
    gone: Mapping[str, float]

    def known(self, one: _Incident) -> _Known:
        """Return until when an incident is known of."""
        if one.end is not None:
            return _Known(one.end.wall_s, clock(one.end.wall_s, self.now_s), "over")
        last_s = self.gone.get(one.teller, self.now_s)
        if last_s < self.end_s:
            said = f"on when last evaluated at {clock(last_s, self.now_s)}"
            return _Known(last_s, said, "unheard")
        said = "fires" if self.end_s >= self.now_s else f"not by {clock(self.end_s, self.now_s)}"
        return _Known(self.end_s, said, "on")


@of_record
async def history(call: Call) -> Evidence:
    """List the incidents of a span; without words for one, of the last week."""
    services, now_s = call.services, call.services.clock.wall_s()
    asked = asked_span(call, "the last week")
    events = await services.past.events(
        asked.start_s, asked.end_s, types=[AlertFiring, AlertResolved, AlertDelivered]
    )
    found = incidents(events)
    sessions = await services.past.sessions(asked.start_s, asked.end_s)
    gone = {one.session: one.last_s for one in sessions if one.left != "here"}
    there = _Span(min(asked.end_s, now_s), now_s, gone)
    words = between(asked.start_s, asked.end_s, now_s)
    if not found:
        return Evidence(f"No alert fired {words}, as far as is on record", found=False)
    known = [there.known(one) for one in found]
    said = f"{some(len(found), 'incident')} {words}, {_over(known, past=asked.end_s < now_s)}"
    shown = list(zip(found, known, strict=True))[-_ROWS:]
    rows = tuple(_row(one, until, now_s) for one, until in shown)
    table = Table(f"Alerts{more(len(rows), len(found))}", _COLUMNS, rows)
    return Evidence(said, (table,), weight=2)


def _over(known: Sequence[_Known], *, past: bool) -> str:
    """Return in words how many of the incidents are over; `past`: at the end of a span gone by."""
    said = list[str]()
    for how, one, many in (
        ("on", *(("was not over then", "were not over then") if past else _FIRES)),
        ("unheard", "was on when last evaluated", "were on when last evaluated"),
    ):
        if still := sum(at.how == how for at in known):
            who = "which" if len(known) == 1 else "all of which"
            who = who if still == len(known) else f"{still:,} of which"
            said.append(f"{who} {one if still == 1 else many}")
    return ", ".join(said) or ("which is over" if len(known) == 1 else "all over")


def incidents(events: Iterable[Event]) -> list[_Incident]:
    """Return what fired, in order; an alert that is told again, by whichever session, is one."""
    found, open_ = list[_Incident](), dict[str, _Incident]()
    for event in events:
        if isinstance(event, AlertFiring):
            if event.alert not in open_:
                open_[event.alert] = _Incident(event, event.wall_s)
                found.append(open_[event.alert])
            open_[event.alert].teller = event.session
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


def _row(one: _Incident, known: _Known, now_s: float) -> tuple[Cell, ...]:
    first, end = one.first, one.end
    return (
        first.rule,
        first.severity,
        clock(one.fired_s, now_s),
        known.said,
        lasting(max(0.0, known.until_s - one.fired_s)),
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
