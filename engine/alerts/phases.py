"""One alert's way from one evaluation to the next: a pure function.

    (none) ──holds──► pending ──held for `for`──► firing ──holds no longer──► kept ──► resolved
                         └──holds no longer──► (none)    ◄──holds again────────┘

The phases are Prometheus's (its documentation, "Alerting rules"): `for` waits while pending,
`keep_firing_for` waits before it is resolved, a rule without the one or the other passes through
at once. Prometheus has no *unknown*: a condition that can't be told starts nothing and ends nothing
here. While it is unknown no time counts, and pending is given up once it was so for as long as
`for`. Below the minimum of events a condition does not hold.
"""

from dataclasses import replace as changed
from typing import Final, TypedDict

from msgspec.structs import replace

from engine.alerts.rules import Rule
from engine.alerts.seen import Truth
from engine.alerts.standing import Alert
from engine.events import AlertEvent, AlertFiring, AlertPending, AlertResolved, Severity

AGAIN_S: Final = 60.0  # a figure that moves is said again no sooner

Step = tuple[Alert | None, AlertEvent | None]


def advanced(
    alert: Alert | None, rule: Rule, truth: Truth, elapsed_s: float, wall_s: float, incident: int
) -> Step:
    """Return where the alert stands now, None where it is inactive, and the event that tells of it.

    `elapsed_s` is the monotonic time since the last evaluation; `incident` the number that it gets
    if it fires now.
    """
    truth = _enough(rule, truth)
    if alert is None:
        return _begun(rule, truth, wall_s, incident) if truth.holds else (None, None)
    looked = _looked(alert, rule, truth, elapsed_s)
    if looked.phase == "pending":
        return _waited(looked, rule, truth, wall_s, incident)
    return _fired(alert, looked, rule, truth)


def resolved(alert: Alert, why: str, value: str = "") -> Step:
    """Return an alert that is over, and the event; a pending one just ends."""
    if alert.phase == "pending":
        return None, AlertPending(**_about(alert), over=True)
    alert = replace(alert, phase="resolved", why=why, value=value or alert.value, unknown="")
    return alert, AlertResolved(**_about(alert), fired_s=alert.fired_s, why=why)


def _enough(rule: Rule, truth: Truth) -> Truth:
    if truth.events is None or truth.events >= rule.minimum_events:
        return truth
    return changed(truth, holds=False, unknown="")


def _why_over(rule: Rule, truth: Truth) -> str:
    few = truth.events is not None and truth.events < rule.minimum_events
    return f"fewer than {rule.minimum_events} events" if few else "it holds no longer"


def _looked(alert: Alert, rule: Rule, truth: Truth, elapsed_s: float) -> Alert:
    """Let the time pass, and take over what rule and readings say now."""
    counts = truth.holds is not None and not alert.unknown  # it could be told at both ends
    alert = replace(
        alert,
        severity=rule.severity,
        channels=rule.channels,
        repeat_s=rule.repeat_s,
        held_s=alert.held_s + (elapsed_s if counts else 0.0),
        unknown=truth.unknown if truth.holds is None else "",
        unknown_s=alert.unknown_s + elapsed_s if truth.holds is None and alert.unknown else 0.0,
        said_ago_s=alert.said_ago_s + elapsed_s,
        sent_ago_s=alert.sent_ago_s + elapsed_s,
    )
    if not truth.holds:
        return alert
    advised, told = rule.advised(truth.project), rule.told(truth.seen)
    return replace(alert, value=truth.seen, text=told, remedy=advised)


def _begun(rule: Rule, truth: Truth, wall_s: float, incident: int) -> Step:
    alert = Alert(
        alert=rule.fingerprint,
        rule=rule.name,
        expr=rule.expr.text,
        phase="pending",
        severity=rule.severity,
        labels=dict(rule.labels),
        channels=rule.channels,
        repeat_s=rule.repeat_s,
        remedy=rule.advised(truth.project),
        text=rule.told(truth.seen),
        value=truth.seen,
        since_s=wall_s,
    )
    if rule.for_s <= 0:
        return _firing(alert, wall_s, incident)
    return alert, AlertPending(**_about(alert), for_s=rule.for_s)


def _waited(alert: Alert, rule: Rule, truth: Truth, wall_s: float, incident: int) -> Step:
    given_up = truth.holds is None and alert.unknown_s >= rule.for_s
    if truth.holds is False or given_up:
        return resolved(alert, "")
    if truth.holds and alert.held_s >= rule.for_s:
        return _firing(alert, wall_s, incident)
    return alert, None


def _firing(alert: Alert, wall_s: float, incident: int) -> Step:
    alert = replace(alert, phase="firing", fired_s=wall_s, incident=incident, said_ago_s=0.0)
    return alert, firing(alert)


def _fired(before: Alert, alert: Alert, rule: Rule, truth: Truth) -> Step:
    if truth.holds and alert.phase == "kept":
        alert = replace(alert, phase="firing")
    elif truth.holds is False and alert.phase == "firing":
        alert = replace(alert, phase="kept", held_s=0.0)
    if truth.holds is False and alert.held_s >= rule.keep_firing_for_s:
        return resolved(alert, f"{_why_over(rule, truth)}: {truth.seen}", truth.seen)
    if not _to_be_said(before, alert):
        return alert, None
    alert = replace(alert, said_ago_s=0.0)
    return alert, firing(alert)


def _to_be_said(before: Alert, now: Alert) -> bool:
    """A change of state is said at once; words that only move, now and then."""
    if (before.phase, before.severity, not before.unknown) != (
        now.phase,
        now.severity,
        not now.unknown,
    ):
        return True
    moved = (before.text, before.value, before.unknown) != (now.text, now.value, now.unknown)
    return moved and now.said_ago_s >= AGAIN_S


class _About(TypedDict):
    """What every event about an alert says."""

    alert: str
    rule: str
    severity: Severity
    labels: dict[str, str]
    text: str
    value: str
    since_s: float


def firing(alert: Alert) -> AlertFiring:
    """Return the event that says how an alert fires; who joins late is told by it, too."""
    return AlertFiring(
        **_about(alert),
        remedy=alert.remedy,
        expr=alert.expr,
        kept=alert.phase == "kept",
        unknown=alert.unknown,
    )


def _about(alert: Alert) -> _About:
    return {
        "alert": alert.alert,
        "rule": alert.rule,
        "severity": alert.severity,
        "labels": alert.labels,
        "text": alert.text,
        "value": alert.value,
        "since_s": alert.since_s,
    }
