"""What the screen knows of alerts: which stand, who is silenced, what was told, how it was checked.

Pure: a fold of events of whichever session tells them. Times are wall times, since another
session's monotonic clock says nothing here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from engine import events as e

RESOLVED_KEPT: Final = 50
DELIVERIES_KEPT: Final = 100
UNDELIVERED_S: Final = 3600.0  # how long what never arrived is spoken of
_RANK: Final = {"critical": 0, "warning": 1, "info": 2}

Checked = TypeVar("Checked", e.HealthChecked, e.Validated)
Standing = e.AlertPending | e.AlertFiring
HISTORY: Final[tuple[type[e.Event], ...]] = (
    e.AlertResolved, e.AlertDelivered, e.HealthChecked, e.Validated,
)  # fmt: skip


@dataclass
class AlertState:
    """`apply` folds what happens, `recall` adds what had happened before; a copy shares records."""

    standing: dict[str, Standing] = field(default_factory=dict)
    resolved: tuple[e.AlertResolved, ...] = ()  # the oldest first
    silences: dict[str, e.SilenceChanged] = field(default_factory=dict)
    deliveries: dict[tuple[str, str], e.AlertDelivered] = field(default_factory=dict)
    health: e.HealthChecked | None = None  # of all checks
    part: e.HealthChecked | None = None  # of some of them, where it is newer
    validated: e.Validated | None = None

    def copy(self) -> "AlertState":
        """Return one that later events of this one do not touch."""
        return replace(
            self,
            standing=self.standing.copy(),
            silences=self.silences.copy(),
            deliveries=self.deliveries.copy(),
        )

    def apply(self, event: e.Event) -> None:
        """Take in what has just been told."""
        if isinstance(event, e.AlertPending | e.AlertFiring):
            self.standing.pop(event.alert, None)
            if not (isinstance(event, e.AlertPending) and event.over):
                self.standing[event.alert] = event
        elif isinstance(event, e.SilenceChanged):
            self.silences.pop(event.silence, None)
            if not event.ended:
                self.silences[event.silence] = event
        else:
            if isinstance(event, e.AlertResolved):
                self.standing.pop(event.alert, None)
            self.recall([event])

    def recall(self, events: Iterable[e.Event]) -> None:
        """Take in what was told at some time, in any order; what is known already stays."""
        for event in events:
            if isinstance(event, e.AlertResolved):
                self._keep_resolved(event)
            elif isinstance(event, e.AlertDelivered):
                self._keep_delivery(event)
            elif isinstance(event, e.HealthChecked):
                self._keep_health(event)
            elif isinstance(event, e.Validated):
                self.validated = _newer(self.validated, event)

    def firing(self, wall_s: float) -> list[e.AlertFiring]:
        """Return what fires and is not silenced, the gravest and then the oldest first."""
        fires = [one for one in self.standing.values() if isinstance(one, e.AlertFiring)]
        loud = [one for one in fires if self.silence_of(one, wall_s) is None]
        return sorted(loud, key=lambda one: (_RANK[one.severity], one.since_s, one.rule))

    def silenced(self, wall_s: float) -> list[tuple[e.AlertFiring, float]]:
        """Return what fires and is silenced, each with its end, by name."""
        fires = [one for one in self.standing.values() if isinstance(one, e.AlertFiring)]
        muted = [(one, self.silence_of(one, wall_s)) for one in fires]
        found = [(one, by.until_s) for one, by in muted if by is not None]
        return sorted(found, key=lambda one: one[0].rule)

    def pending(self, wall_s: float) -> list[e.AlertPending]:
        """Return what may fire soon and is not silenced, the oldest first."""
        waits = [one for one in self.standing.values() if isinstance(one, e.AlertPending)]
        loud = [one for one in waits if self.silence_of(one, wall_s) is None]
        return sorted(loud, key=lambda one: (one.since_s, one.rule))

    def in_force(self, wall_s: float) -> list[e.SilenceChanged]:
        """Return the silences that last, the first to end first."""
        last = [one for one in self.silences.values() if one.until_s > wall_s]
        return sorted(last, key=lambda one: (one.until_s, one.silence))

    def muted_by(self, silence: e.SilenceChanged) -> list[Standing]:
        """Return what stands and fits this silence, the gravest first."""
        fits = [one for one in self.standing.values() if _fits(silence, one)]
        return sorted(fits, key=lambda one: (_RANK[one.severity], one.since_s, one.rule))

    def silence_of(self, alert: Standing, wall_s: float) -> e.SilenceChanged | None:
        """Return the silence that mutes this alert longest, None where it is told."""
        fitting = [one for one in self.in_force(wall_s) if _fits(one, alert)]
        return fitting[-1] if fitting else None

    def undelivered(self, wall_s: float) -> list[e.AlertDelivered]:
        """Return the messages that nobody acknowledged lately, the newest last."""
        since_s = wall_s - UNDELIVERED_S
        told = self.deliveries.values()
        return [
            one for one in told if one.state not in ("sent", "withdrawn") and one.wall_s >= since_s
        ]

    def rules(self) -> list[str]:
        """Return the names of the rules that were heard of."""
        heard = (*self.standing.values(), *self.resolved, *self.deliveries.values())
        return sorted({one.rule for one in heard})

    def _keep_resolved(self, event: e.AlertResolved) -> None:
        if any(_place(one) == _place(event) for one in self.resolved):
            return
        ordered = sorted((*self.resolved, event), key=lambda one: (one.wall_s, one.seq))
        self.resolved = tuple(ordered[-RESOLVED_KEPT:])

    def _keep_health(self, event: e.HealthChecked) -> None:
        """Keep the last look at all, and beside it a later one at a part: it replaces none."""
        if event.partial:
            self.part = _newer(self.part, event)
        else:
            self.health = _newer(self.health, event)
        if self.part and self.health and self.part.wall_s <= self.health.wall_s:
            self.part = None

    def _keep_delivery(self, event: e.AlertDelivered) -> None:
        key = event.message, event.channel
        known = self.deliveries.get(key)
        if known is not None and known.wall_s > event.wall_s:
            return
        self.deliveries.pop(key, None)
        newest = sorted((*self.deliveries.items(), (key, event)), key=lambda one: one[1].wall_s)
        self.deliveries = dict(newest[-DELIVERIES_KEPT:])


def _place(event: e.AlertResolved) -> tuple[str, int, str]:
    return event.session, event.seq, event.alert


def _newer(known: Checked | None, event: Checked) -> Checked:
    return event if known is None or event.wall_s >= known.wall_s else known


def _fits(silence: e.SilenceChanged, alert: Standing) -> bool:
    from engine.alerts.silence import Silence  # not needed for the first paint

    told = Silence(
        id=silence.silence,
        matchers=silence.matchers,
        starts_s=silence.starts_s,
        until_s=silence.until_s,
    )
    return told.fits(alert.rule, alert.severity, alert.labels)
