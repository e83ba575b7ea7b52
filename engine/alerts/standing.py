"""Where every alert stands, as one evaluator leaves it to the next: data that is written down.

How long something has lasted is kept as a length and not as two times of day, so that a clock that
was set moves nothing. Wall times in here are for people only.
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec
from msgspec import Struct, field

from engine.alerts.errors import DamagedStanding
from engine.alerts.silence import Silence, silenced
from engine.events import Severity

_VERSION: Final = 1
MOST_RESOLVED: Final = 1000

Phase = Literal["pending", "firing", "kept", "resolved"]


class Alert(Struct, frozen=True, kw_only=True):
    """One alert that is not inactive, and what its rule said when it was evaluated last.

    `held_s` is the time in this phase that counts: pending, for which the condition was seen to
    hold; kept, for which it was seen not to. `value` is what the condition saw when it last held;
    of a resolved one, what ended it.
    """

    alert: str
    rule: str
    expr: str
    phase: Phase
    severity: Severity
    labels: dict[str, str] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    repeat_s: float = 0.0
    remedy: str = ""
    text: str = ""
    value: str = ""
    unknown: str = ""  # why the condition can't be told now
    unknown_s: float = 0.0
    since_s: float = 0.0  # wall time from which it held
    held_s: float = 0.0
    incident: int = 0  # counts what fired, from 1
    fired_s: float = 0.0  # wall time
    said_ago_s: float = 0.0  # since its last event
    sent: int = 0  # messages of this incident that went into the outbox
    sent_s: float | None = None  # wall time of the last one
    sent_ago_s: float = 0.0
    why: str = ""  # it is resolved


class AlertRow(Struct, frozen=True, kw_only=True):
    """One alert as a face shows it; wall times."""

    alert: str
    rule: str
    severity: Severity
    labels: dict[str, str]
    phase: Phase
    text: str
    value: str
    unknown: str
    since_s: float
    fired_s: float | None  # None: it has not fired
    sent: int
    sent_s: float | None  # None: nothing was sent
    silenced_by: str = ""  # the id of a silence
    silenced_until_s: float | None = None


class Standing(Struct, frozen=True, kw_only=True):
    """Each alert that is not inactive, by fingerprint; the resolved ones still to be told of."""

    v: int = _VERSION
    at_s: float = 0.0  # wall time of the last evaluation
    incidents: int = 0  # that ever fired
    alerts: dict[str, Alert] = field(default_factory=dict)
    resolved: tuple[Alert, ...] = ()

    def encode(self) -> bytes:
        """Return it as it is written down."""
        return msgspec.json.encode(self)

    def rows(self, silences: Sequence[Silence]) -> tuple[AlertRow, ...]:
        """Return what is pending or fires, the gravest and oldest first."""
        order = {"critical": 0, "warning": 1, "info": 2}
        alerts = sorted(
            self.alerts.values(),
            key=lambda one: (one.phase == "pending", order[one.severity], one.since_s, one.rule),
        )
        return tuple(_row(alert, silences) for alert in alerts)


def decode(data: bytes) -> Standing:
    """Read what another evaluator wrote.

    Raises:
        DamagedStanding: it is no standing, or one of another version.
    """
    try:
        standing = msgspec.json.decode(data, type=Standing)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedStanding(f"the state of the alerts can't be read: {error}") from error
    if standing.v != _VERSION:
        raise DamagedStanding(
            f"the state of the alerts has version {standing.v}, expected {_VERSION}"
        )
    return standing


def _row(alert: Alert, silences: Sequence[Silence]) -> AlertRow:
    silence = silenced(silences, alert.rule, alert.severity, alert.labels)
    return AlertRow(
        alert=alert.alert,
        rule=alert.rule,
        severity=alert.severity,
        labels=alert.labels,
        phase=alert.phase,
        text=alert.text,
        value=alert.value,
        unknown=alert.unknown,
        since_s=alert.since_s,
        fired_s=None if alert.phase == "pending" else alert.fired_s,
        sent=alert.sent,
        sent_s=alert.sent_s,
        silenced_by=silence.id if silence else "",
        silenced_until_s=silence.until_s if silence else None,
    )
