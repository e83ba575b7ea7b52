"""What a session that does not evaluate the alerts knows of them, as events for its readers."""

from collections.abc import Iterable
from typing import Final

from engine.alerts.phases import firing
from engine.alerts.standing import Alert, Standing
from engine.events import (
    AlertDelivered,
    AlertEvent,
    AlertFiring,
    AlertPending,
    AlertResolved,
    Event,
)

# What the evaluator says in its journal, and others hand on as it stands there.
SAID: Final[tuple[type[Event], ...]] = (AlertPending, AlertFiring, AlertResolved, AlertDelivered)


def left_events(standing: Standing) -> list[AlertEvent]:
    """Return how the alerts stand as events, for readers of a session that has just come."""
    return [
        firing(alert) if alert.phase != "pending" else _pending(alert)
        for alert in standing.alerts.values()
    ]


def _pending(alert: Alert) -> AlertPending:
    return AlertPending(
        alert=alert.alert,
        rule=alert.rule,
        severity=alert.severity,
        labels=alert.labels,
        text=alert.text,
        value=alert.value,
        since_s=alert.since_s,
    )


def ended(shown: Iterable[AlertEvent], standing: Iterable[str], why: str) -> list[AlertEvent]:
    """Return an end for each alert that is shown and stands no more: whoever saw it end died."""
    stands = set(standing)
    return [_end(one, why) for one in shown if one.alert not in stands]


def _end(one: AlertEvent, why: str) -> AlertEvent:
    if isinstance(one, AlertPending):
        return AlertPending(
            alert=one.alert, rule=one.rule, severity=one.severity, labels=one.labels,
            text=one.text, value=one.value, since_s=one.since_s, over=True,
        )  # fmt: skip
    return AlertResolved(
        alert=one.alert, rule=one.rule, severity=one.severity, labels=one.labels,
        text=one.text, value=one.value, since_s=one.since_s, why=why,
    )  # fmt: skip
