"""What is due to be told to people: a pure function of where the alerts stand and who is silenced.

The semantics are Alertmanager's (its documentation, "Alertmanager" and "Configuration"): a firing
alert is told of at once and then once in each repeat interval while it fires; that it is resolved
is told only if it was told that it fires; what a silence fits is not told while the silence lasts,
whether it fires or is resolved.

A message's id is a hash of the happening (alert, incident, kind, number), all of which stand in
what the evaluator writes down before it sends. So a session that takes over in between makes the
same message with the same id, and the outbox, which knows the id, takes it once.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from engine.alerts.message import Kind, Message
from engine.alerts.silence import Silence, silenced
from engine.alerts.standing import Alert, Standing


@dataclass(frozen=True, slots=True)
class Origin:
    """Who tells: the project and the machine that the evaluator runs on."""

    project: str
    host: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One message and the channels that it goes to; at least one."""

    message: Message
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """What is due now, and where the alerts stand once all of it is in the outbox.

    `untold` are the alerts that ended while they were silenced: what of them still waits there
    need not go out any more.
    """

    notices: tuple[Notice, ...]
    after: Standing
    untold: tuple[str, ...] = ()


def due(
    standing: Standing,
    silences: Sequence[Silence],
    channels: Collection[str],
    origin: Origin,
    wall_s: float,
    *,
    send_resolved: bool = True,
) -> Due:
    """Return what is due; `channels` are those that are set up, `silences` those that last.

    Where a rule has no channel that is set up nothing is due, and what fires is told of once there
    is one.
    """
    notices, alerts = list[Notice](), dict(standing.alerts)
    for name, alert in standing.alerts.items():
        kind = _kind(alert)
        if (
            kind is None
            or (notice := _notice(alert, kind, silences, channels, origin, wall_s)) is None
        ):
            continue
        notices.append(notice)
        alerts[name] = replace(alert, sent=alert.sent + 1, sent_s=wall_s, sent_ago_s=0.0)
    for alert in standing.resolved:
        if alert.sent and send_resolved:
            notice = _notice(alert, "resolved", silences, channels, origin, wall_s)
            notices += [notice] if notice else []
    untold = tuple(
        alert.alert
        for alert in standing.resolved
        if alert.sent and silenced(silences, alert.rule, alert.severity, alert.labels)
    )
    return Due(tuple(notices), replace(standing, alerts=alerts, resolved=()), untold)


def trial(channels: Collection[str], origin: Origin, wall_s: float, token: str) -> Notice:
    """Return a message that shows that the channels work; `token` tells one trial from another."""
    message = Message(
        id=_hash("test", token),
        alert=_hash("test"),
        rule="test",
        kind="test",
        severity="info",
        summary="This is a test: alerts of bolt-tui arrive here",
        text="Somebody asked for it with: bolt-tui alerts test",
        since_s=wall_s,
        at_s=wall_s,
        project=origin.project,
        host=origin.host,
    )
    return Notice(message, tuple(channels))


def _kind(alert: Alert) -> Kind | None:
    if alert.phase == "pending":
        return None
    if not alert.sent:
        return "firing"
    return "repeated" if alert.sent_ago_s >= alert.repeat_s else None


def _notice(
    alert: Alert,
    kind: Kind,
    silences: Sequence[Silence],
    channels: Collection[str],
    origin: Origin,
    wall_s: float,
) -> Notice | None:
    reached = tuple(one for one in channels if not alert.channels or one in alert.channels)
    if not reached or silenced(silences, alert.rule, alert.severity, alert.labels):
        return None
    message = Message(
        id=_hash(alert.alert, alert.incident, round(alert.fired_s * 1000), kind, alert.sent),
        alert=alert.alert,
        rule=alert.rule,
        kind=kind,
        severity=alert.severity,
        summary=alert.text or f"{alert.rule}: {alert.value}",
        text=_text(alert),
        value=alert.value,
        labels=alert.labels,
        since_s=alert.since_s,
        at_s=wall_s,
        remedy=alert.remedy,
        project=origin.project,
        host=origin.host,
    )
    return Notice(message, reached)


def _text(alert: Alert) -> str:
    if alert.phase == "resolved":
        return alert.why
    said = f"condition: {alert.expr}"
    if alert.phase == "kept":
        said += "; it holds no longer and is kept for a while"
    if alert.unknown:
        said += f"; it can't be told now: {alert.unknown}"
    return said


def _hash(*parts: str | float) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]
