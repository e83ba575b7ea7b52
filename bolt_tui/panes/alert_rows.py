"""Everything about alerts in rows: what fires, waits, is silenced, was over, was told, was checked.

A row that can be chosen has a key that stays the same while its words change.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from bolt_tui.panes.alerts import state_of
from bolt_tui.panes.line import Line, pad
from bolt_tui.panes.marks import CHECK, CRITERION, DELIVERY, SEVERITY, Mark
from bolt_tui.panes.pane import Canvas
from bolt_tui.panes.units import age, clock, span
from bolt_tui.state import ConsoleState
from engine import events as e

_SILENCES = "alerts.silences"  # the notice that they can't be read
_MARK, _MOST_NAME, _DELIVERIES, _RESOLVED = 12, 24, 8, 12
Facts = tuple[tuple[str, str], ...]


class Row(NamedTuple):
    """One line; `whole` is all that is known of it, `rule` what can be silenced, and so on."""

    mark: Mark | None
    name: str
    when: str
    text: str
    key: str = ""
    loud: bool = False
    whole: Facts = ()
    rule: str = ""
    silence: str = ""


class Section(NamedTuple):
    """A title with its rows, or what to say where there are none."""

    title: str
    rows: tuple[Row, ...]
    empty: str = "none"


def sections(state: ConsoleState, canvas: Canvas) -> tuple[Section, ...]:
    """Return what is shown, the gravest first; empty sections say that they are."""
    if state.session is None and canvas.look.moment is None:
        return _untold(state)
    on, unread = _On(state, canvas), state.notices.get(_SILENCES)
    notices = tuple(map(on.notice, state.active_notices()))
    silenced = len(state.alerts.silenced(on.now_s))
    return (
        Section("Firing", tuple(map(on.firing, state.alerts.firing(on.now_s))),
                f"none but {silenced} silenced" if silenced else "none"),
        Section("Pending", tuple(map(on.pending, state.alerts.pending(on.now_s)))),
        Section("Silenced", tuple(map(on.silence, state.alerts.in_force(on.now_s))),
                f"unknown: {unread.text}" if unread else "none"),
        *([Section("Notices", notices)] if notices else []),
        Section("Health", on.health(), "not checked; ask :health"),
        Section(
            "Readiness", on.validated(state.alerts.validated),
            "not validated; run: bolt-tui validate --production",
        ),
        Section("Resolved", _newest(map(on.resolved, state.alerts.resolved), _RESOLVED),
                "none lately"),
        Section("Sent", _newest(map(on.sent, state.alerts.deliveries.values()), _DELIVERIES),
                "nothing lately"),
    )  # fmt: skip


def _untold(state: ConsoleState) -> tuple[Section, ...]:
    """Return that nothing of this is known without an engine, and why there is none."""
    why = f"not open: {state.refused}; put that right and start again"
    engine = Section("Engine", (), why if state.refused else "is being opened")
    told = {"Health": "unknown here; run: bolt-tui health",
            "Readiness": "unknown here; run: bolt-tui validate --production"}  # fmt: skip
    titles = ("Firing", "Pending", "Silenced", "Health", "Readiness", "Resolved", "Sent")
    return (engine, *(Section(one, (), told.get(one, "unknown")) for one in titles))


class Columns(NamedTuple):
    """How wide names and times are."""

    name: int
    when: int


def line_of(row: Row, canvas: Canvas, columns: Columns, *, chosen: bool) -> Line:
    """Return the row in its columns."""
    ink = canvas.ink
    strong = ink.strong if chosen or row.loud else ink.text
    mark: Line = [(pad("", _MARK), ink.text)]
    if row.mark is not None:
        mark = [(pad(f"{row.mark.glyph} {row.mark.word}", _MARK), getattr(ink, row.mark.tone))]
    return [
        ("› " if chosen else "  ", ink.accent),
        *mark,
        (pad(row.name, columns.name) + " ", strong),
        (pad(row.when, columns.when) + " ", ink.quiet),
        (row.text, ink.text if row.loud or chosen else ink.quiet),
    ]


class _On:
    """Makes rows as of one state."""

    def __init__(self, state: ConsoleState, canvas: Canvas) -> None:
        self.now_s = state.wall_s or 0.0
        self._alerts, self._zone = state.alerts, canvas.look.zone

    def _when(self, wall_s: float) -> str:
        """Return the time of day, of another day its date with hour and minute."""
        there, here = (
            datetime.fromtimestamp(s, UTC).astimezone(self._zone) for s in (wall_s, self.now_s)
        )
        return f"{there:%H:%M:%S}" if there.date() == here.date() else f"{there:%m-%d %H:%M}"

    def _ago(self, one: e.Event) -> str:
        return f"{age(self.now_s - one.wall_s)} ago"

    def firing(self, one: e.AlertFiring) -> Row:
        more = state_of(one)
        said = one.text or one.value
        text = f"{more[0].upper()}{more[1:]}: {said}" if more else said
        return Row(SEVERITY[one.severity], one.rule, self._when(one.since_s), text,
                   f"alert {one.alert}", True, self._facts(one), one.rule)  # fmt: skip

    def pending(self, one: e.AlertPending) -> Row:
        said = one.text or one.value
        due = f"fires at {self._when(one.since_s + one.for_s)}: " if one.for_s else ""
        return Row(Mark("◐", "pending", "warn"), one.rule, self._when(one.since_s), due + said,
                   f"alert {one.alert}", False, self._facts(one), one.rule)  # fmt: skip

    def notice(self, one: e.Notice) -> Row:
        facts: Facts = (("about", one.key), ("says", one.text), ("remedy", one.remedy))
        return Row(SEVERITY[one.severity], one.key, self._when(one.wall_s), one.text,
                   f"notice {one.key}", one.severity == "critical", facts)  # fmt: skip

    def silence(self, one: e.SilenceChanged) -> Row:
        muted = self._alerts.muted_by(one)
        names = ", ".join(f"{alert.rule} ({alert.severity})" for alert in muted)
        what = matchers_of(one)
        reason = f": {one.reason}" if one.reason else ""
        by = f" by {one.by}" if one.by else ""
        text = f"until {self._when(one.until_s)}{by}{reason}"
        text += f"; mutes {names}" if muted else "; mutes nothing now"
        facts: Facts = (
            ("silence", one.silence), ("fits", what), ("from", self._when(one.starts_s)),
            ("until", f"{self._when(one.until_s)}, in {span(max(0.0, one.until_s - self.now_s))}"),
            ("by", one.by), ("because", one.reason),
            *(("mutes", f"{alert.rule}, {alert.severity}: {alert.text or alert.value}")
              for alert in muted),
        )  # fmt: skip
        name = one.matchers["rule"] if one.matchers.keys() == {"rule"} else what
        return Row(Mark("○", "silenced", "quiet"), name, self._when(one.starts_s), text,
                   f"silence {one.silence}", False, facts, name, one.silence)  # fmt: skip

    def resolved(self, one: e.AlertResolved) -> Row:
        since_s = one.fired_s or one.since_s
        lasted = f"after {span(max(0.0, one.wall_s - since_s))}" if since_s else ""
        text = ": ".join(filter(None, (lasted, one.why or one.value)))
        facts: Facts = (
            *self._facts(one), ("fired", self._when(one.fired_s) if one.fired_s else "not known"),
            ("resolved", f"{self._when(one.wall_s)}, {one.why}"),
        )  # fmt: skip
        return Row(Mark("✓", "resolved", "quiet"), one.rule, self._when(one.wall_s), text,
                   f"resolved {one.session} {one.seq} {one.alert}", False, facts,
                   one.rule)  # fmt: skip

    def sent(self, one: e.AlertDelivered) -> Row:
        attempt = f", attempt {one.attempt}" if one.attempt > 1 else ""
        cause = f": {one.cause}" if one.cause and one.state != "sent" else ""
        again = ""
        if one.next_try_s is not None:
            again = f"; next try at {self._when(one.wall_s + one.next_try_s)}"
        text = f"{one.channel}, {one.kind}{attempt}{cause}{again}"
        facts: Facts = (
            ("message", one.message), ("rule", one.rule), ("about", one.kind),
            ("channel", one.channel), ("state", one.state.replace("_", " ")),
            ("attempt", str(one.attempt)), ("cause", one.cause),
        )  # fmt: skip
        return Row(DELIVERY[one.state], one.rule, self._when(one.wall_s), text,
                   f"sent {one.message} {one.channel}", one.state != "sent", facts,
                   one.rule if one.rule != "test" else "")  # fmt: skip

    def health(self) -> tuple[Row, ...]:
        """Return the last look at all checks with what is not well, and a later one at a part."""
        whole, part = self._alerts.health, self._alerts.part
        rows = [self._looked(whole, "all checks", "health")] if whole else []
        rows += [
            self._check(check) for check in (whole.checks if whole else ()) if check.state != "ok"
        ]
        return (*rows, *([self._looked(part, "part of the checks", "health part")] if part else []))

    def _looked(self, one: e.HealthChecked, name: str, key: str) -> Row:
        of = f" of {one.project}" if one.project else ""
        return Row(CHECK[one.state], name, self._when(one.wall_s),
                   f"{self._ago(one)}{of}: {one.text}", key,
                   one.state == "critical", tuple((c.name, f"{c.state}: {c.text}")
                   for c in one.checks))  # fmt: skip

    def _check(self, one: e.Check) -> Row:
        facts: Facts = (("check", one.name), ("group", one.group), ("found", one.text),
                        ("remedy", one.remedy))  # fmt: skip
        return Row(CHECK[one.state], one.name, "", one.text, f"check {one.name}",
                   one.state == "critical", facts)  # fmt: skip

    def validated(self, one: e.Validated | None) -> tuple[Row, ...]:
        if one is None:
            return ()
        required = [c for c in one.criteria if c.required]
        counts = ", ".join(
            f"{count} {state}"
            for state in ("proven", "failed", "unproven")
            if (count := sum(c.state == state for c in required))
        )
        ready = one.ready_pct >= 100
        mark = Mark("●", "ready", "good") if ready else Mark("▲", "not ready", "warn")
        phase = "all phases" if one.phase == "all" else f"phase {one.phase}"
        how = "in full" if one.full else "quick"
        counted = counts or "nothing was required"
        text = f"{one.ready_pct:.0f} % ready, {how}, {self._ago(one)}: {counted}"
        head = Row(mark, phase, self._when(one.wall_s), text, "validated", False,
                   tuple((c.name, f"{c.state}: {c.figure} ({c.bar})")
                         for c in one.criteria))  # fmt: skip
        return (head, *(_criterion(c) for c in required if c.state != "proven"))

    def _facts(self, one: e.AlertEvent) -> Facts:
        labels = ", ".join(f"{name}={value}" for name, value in sorted(one.labels.items()))
        facts = [
            ("alert", f"{one.rule}, {one.severity}"), ("says", one.text), ("saw", one.value),
            ("since", clock(one.since_s, self._zone) if one.since_s else ""), ("labels", labels),
        ]  # fmt: skip
        if isinstance(one, e.AlertFiring):
            facts += [("condition", one.expr), ("state", state_of(one)), ("remedy", one.remedy)]
        return tuple(facts)


def matchers_of(silence: e.SilenceChanged) -> str:
    """Return what a silence fits, in words."""
    return " and ".join(f"{label}={value}" for label, value in sorted(silence.matchers.items()))


def _criterion(one: e.Criterion) -> Row:
    facts: Facts = (
        ("criterion", one.text), ("figure", one.figure), ("bar", one.bar), ("proof", one.proof),
        ("again", one.again),
    )  # fmt: skip
    text = f"{one.figure or one.proof} ({one.bar})" if one.bar else one.figure or one.proof
    return Row(CRITERION[one.state], one.name, "", text, f"criterion {one.name}",
               one.state == "failed", facts)  # fmt: skip


def _newest(rows: Iterable[Row], most: int) -> tuple[Row, ...]:
    return tuple(reversed([*rows]))[:most]


def columns_of(found: Iterable[Section]) -> Columns:
    """Return the columns that these rows need."""
    rows = [row for one in found for row in one.rows]
    names = max((len(row.name) for row in rows), default=0)
    return Columns(min(names, _MOST_NAME), max((len(row.when) for row in rows), default=0))
