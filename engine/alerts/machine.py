"""All alerts of one evaluator: rules and readings in, events out; no I/O, no clock of its own."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from engine.alerts.condition import Readings
from engine.alerts.notices import Due
from engine.alerts.phases import Step, advanced, firing, resolved
from engine.alerts.rules import Rule
from engine.alerts.standing import MOST_RESOLVED, Alert, Standing
from engine.events import AlertEvent, AlertFiring

PENDING_LASTS_S: Final = 3600.0  # between two evaluators


class Machine:
    """Holds where each alert stands and moves it on.

    Durations run by the monotonic time that the caller gives, within this machine's life. The time
    between two evaluators, in which nobody looked, counts for no `for` and no `keep_firing_for`;
    it counts for what is told again, since people waited through it.
    """

    def __init__(self, rules: Sequence[Rule], left: Standing) -> None:
        self.change(rules)
        self._last_s: float | None = None
        self._standing = left

    def change(self, rules: Sequence[Rule]) -> None:
        """Go by these rules from the next evaluation on.

        As with Prometheus, an alert is its rule's by name and labels, and goes on where it was. A
        rule with another condition is another one here: its alert ends, as that of one that is gone
        does, and begins anew.
        """
        self._rules = {rule.fingerprint: rule for rule in rules if rule.enabled}
        self._named = {rule.name: rule for rule in rules}

    @property
    def standing(self) -> Standing:
        """Where every alert stands, to be written down before anything is sent."""
        return self._standing

    def firing(self) -> tuple[AlertFiring, ...]:
        """Return an event for each alert that fires, for a session that takes over and tells."""
        alerts = self._standing.alerts.values()
        return tuple(firing(alert) for alert in alerts if alert.phase != "pending")

    def evaluate(self, readings: Readings, mono_s: float, wall_s: float) -> tuple[AlertEvent, ...]:
        """Look at every rule once and return what changed, in the order of the rules."""
        elapsed_s, left_alone = 0.0, frozenset[str]()
        if self._last_s is None:
            self._standing = _aged(self._standing, max(0.0, wall_s - self._standing.at_s))
            left_alone = _untold(self._standing)
        else:
            elapsed_s = max(0.0, mono_s - self._last_s)
        self._last_s = mono_s
        stale = [one for one in self._stale() if one[0] not in left_alone]
        events = [self._taken(name, resolved(alert, why)) for name, alert, why in stale]
        for name, rule in self._rules.items():
            if name in left_alone:
                continue
            step = advanced(
                self._standing.alerts.get(name),
                rule,
                rule.expr.evaluate(readings),
                elapsed_s,
                wall_s,
                self._standing.incidents + 1,
            )
            events.append(self._taken(name, step))
        self._standing = replace(self._standing, at_s=wall_s)
        return tuple(event for event in events if event is not None)

    def settle(self, due: Due) -> None:
        """Take in that everything due is in the outbox; nothing was evaluated since it was due."""
        self._standing = due.after

    def _stale(self) -> tuple[tuple[str, Alert, str], ...]:
        found = []
        for name, alert in self._standing.alerts.items():
            if why := self._why_stale(alert):
                found.append((name, alert, why))
        return tuple(found)

    def _why_stale(self, alert: Alert) -> str:
        """Return why an alert is no longer its rule's, empty where it is."""
        named, rule = self._named.get(alert.rule), self._rules.get(alert.alert)
        if named is None:
            return "the rule was removed"
        if not named.enabled:
            return "the rule was turned off"
        if rule is None:
            return "the labels of the rule were changed"
        return "" if rule.expr.text == alert.expr else "the condition of the rule was changed"

    def _taken(self, name: str, step: Step) -> AlertEvent | None:
        alert, event = step
        alerts = dict(self._standing.alerts)
        alerts.pop(name, None)
        ended = self._standing.resolved
        incidents = self._standing.incidents
        if alert is not None and alert.phase == "resolved":
            ended = (*ended, alert)[-MOST_RESOLVED:]
        elif alert is not None:
            alerts[name] = alert
            incidents = max(incidents, alert.incident)
        self._standing = replace(self._standing, alerts=alerts, resolved=ended, incidents=incidents)
        return event


def _untold(left: Standing) -> frozenset[str]:
    """Return what fires and may have been told without a note of it, as its evaluator died.

    It is left alone for a round, so that it is told again under the same id before it can be
    resolved: otherwise people might hear of its beginning and never of its end.
    """
    alerts = left.alerts.items()
    return frozenset(name for name, one in alerts if one.phase != "pending" and not one.sent)


def _aged(left: Standing, away_s: float) -> Standing:
    """Let the time pass that lies between two evaluators, by the wall clock as there is no other.

    Where that was set forward meanwhile, what fires is told again once too early. What waited is
    forgotten after an hour, as Prometheus does.
    """
    alerts = {
        name: replace(alert, sent_ago_s=alert.sent_ago_s + away_s)
        for name, alert in left.alerts.items()
        if alert.phase != "pending" or away_s <= PENDING_LASTS_S
    }
    return replace(left, alerts=alerts)
