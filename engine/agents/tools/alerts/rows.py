"""How the alerts stand, as an answer's sections."""

from collections.abc import Iterable, Sequence
from typing import Final

from engine.agents.tools.alerts import messages as alert_messages
from engine.agents.tools.alerts.messages import When
from engine.agents.tools.alerts.reading import Reading
from engine.agents.tools.past.span import cut, lasting, not_on_record, some
from engine.alerts.durations import words
from engine.alerts.rules import Rule
from engine.alerts.silence import Silence
from engine.alerts.standing import AlertRow
from engine.alerts.values import Value
from engine.events import AlertResolved
from engine.evidence import Cell, Figure, Figures, Section, Table, Text

_ALERTS: Final = ("alert", "severity", "state", "since", "what", "told", "silenced until")
_SILENCES: Final = ("id", "what", "until", "by", "because")
_RESOLVED: Final = ("alert", "fired", "resolved", "after", "why")
_RULES: Final = ("rule", "holds", "saw")
_IN_FORCE: Final = ("rule", "condition", "for", "kept for", "at least", "severity", "to", "from")
_HOLDS: Final = {True: "yes", False: "no", None: "unknown"}


def verdict(found: Reading, when: When) -> str:
    """Return what matters in one sentence."""
    fires = [one for one in found.rows if one.phase != "pending"]
    pending = len(found.rows) - len(fires)
    silenced = sum(bool(one.silenced_by) for one in found.rows)
    names = f": {', '.join(one.rule for one in fires[:5])}" if fires else ""
    said = f"{some(len(fires), 'alert')} {'fires' if len(fires) < 2 else 'fire'}{names}"
    said += f"; {pending} pending" if pending else ""
    said += f"; {silenced} silenced" if silenced else ""
    if found.evaluator is not None:
        if found.stands_s is None:
            by = f"{said}; evaluated by {found.evaluator}"
            return f"{by}, by other rules than your settings have" if found.differs else by
        who = f"process {found.evaluator.pid}" if found.evaluator.pid else str(found.evaluator)
        stopped = f"{who} holds the alerts and has not worked for {lasting(found.stands_s)}"
        return f"{stopped}: end it, and the next session goes on. As it left them: {said}"
    asked = "open a console, or run: bolt-tui monitor"
    asked = asked if found.enabled else "alerts.enabled is false in your settings"
    if found.at_s is None:
        return f"Nobody evaluates the alerts, and nobody did so far: {asked}"
    return f"Nobody evaluates the alerts now: {asked}. At {when(found.at_s)}: {said}"


def sections(
    found: Reading,
    resolved: Sequence[AlertResolved],
    missing: Iterable[str],
    now_s: float,
    when: When,
) -> tuple[Section, ...]:
    """Return all that is known: alerts, silences, what was resolved, rules, and the telling."""
    shown = list[Section]()
    if found.differs:
        shown.append(Text("Rules that are not those of your settings", found.differs))
    if found.rows:
        shown.append(
            Table("Alerts", _ALERTS, tuple(_alert(one, found, when) for one in found.rows))
        )
    if found.silences:
        rows = tuple(_silence(one, when) for one in found.silences)
        shown.append(Table("Silences", _SILENCES, rows))
    if resolved:
        rows = tuple(_resolved(one, when) for one in reversed(resolved))
        shown.append(Table("Resolved in the last day", _RESOLVED, rows))
    shown.append(_values(found, when))
    shown += [alert_messages.channels(found.absent, found.messages, when), _messages(found)]
    shown += alert_messages.undelivered(found.messages, now_s, when, sends=not found.lacks)
    return (*shown, *not_on_record(*found.problems, *missing))


def in_force(rules: Iterable[Rule], own: Iterable[str]) -> Table:
    """Return the rules as a table; `own` are the names of those that the user's settings have."""
    named = set(own)
    return Table("Rules", _IN_FORCE, tuple(_rule(one, one.name in named) for one in rules))


def _alert(one: AlertRow, found: Reading, when: When) -> tuple[Cell, ...]:
    reachable = not all(found.absent.values())
    told = alert_messages.told(one, found.messages, reachable, when)
    until_s = one.silenced_until_s
    return (
        f"{one.rule}{_labels(one.labels)}",
        one.severity,
        f"{one.phase}, unknown now" if one.unknown else one.phase,
        when(one.since_s if one.fired_s is None else one.fired_s),
        cut(f"{one.text or one.value}{f' ({one.unknown})' if one.unknown else ''}"),
        told,
        None if until_s is None else f"{when(until_s)} ({one.silenced_by})",
    )


def _labels(labels: dict[str, str]) -> str:
    return "".join(f" {name}={value}" for name, value in sorted(labels.items()))


def _silence(one: Silence, when: When) -> tuple[Cell, ...]:
    what = ", ".join(f"{name}={value}" for name, value in one.matchers.items())
    return (one.id, what, when(one.until_s), one.by or None, cut(one.reason) or None)


def _resolved(one: AlertResolved, when: When) -> tuple[Cell, ...]:
    known = one.fired_s > 0
    return (
        f"{one.rule}{_labels(one.labels)}",
        when(one.fired_s) if known else None,
        when(one.wall_s),
        lasting(max(0.0, one.wall_s - one.fired_s)) if known else None,
        cut(one.why or one.value),
    )


def _values(found: Reading, when: When) -> Table:
    """Return each rule with what it saw last; nothing of a rule that was not evaluated."""
    seen = {one.rule: one for one in found.values.values} if found.values else {}
    named = {rule.name for rule in found.rules}
    mark = " (not in your settings)" if found.rules else ""  # none: they can't be used
    rows = [_value(rule, seen.get(rule.name), found.other) for rule in found.rules]
    rows += [
        (f"{name}{mark}", *_saw(one))
        for name, one in seen.items()
        if name in found.other and name not in named
    ]
    at = f" at {when(found.values.at_s)}" if found.values else ""
    return Table(f"Rules{at}", _RULES, tuple(rows))


def _value(rule: Rule, seen: Value | None, other: Sequence[str]) -> tuple[Cell, ...]:
    if rule.name in other and seen is not None:
        return (f"{rule.name} (as it was before)", *_saw(seen))
    if not rule.enabled:
        return (rule.name, "turned off", None)
    return (rule.name, "not evaluated yet", None) if seen is None else (rule.name, *_saw(seen))


def _saw(one: Value) -> tuple[Cell, ...]:
    return (_HOLDS[one.holds], cut(one.unknown or one.seen, 120))


def _messages(found: Reading) -> Figures:
    counts: tuple[int | None, ...] = found.counts or (None, None, None)
    why = None if found.counts else "the outbox can't be read"
    names = ("waiting", "failing", "given up")
    items = (
        Figure(name, count, "", "outbox", reason=why)
        for name, count in zip(names, counts, strict=True)
    )
    return Figures("Messages", tuple(items))


def _rule(one: Rule, own: bool) -> tuple[Cell, ...]:
    place = "your settings" if own else "default"
    place = "default, changed by your settings" if own and one.default else place
    return (
        one.name if one.enabled else f"{one.name} (turned off)",
        one.expr.text,
        words(one.for_s),
        words(one.keep_firing_for_s),
        f"{some(one.minimum_events, 'event')}" if one.minimum_events else None,
        one.severity,
        ", ".join(one.channels) or "all channels",
        place,
    )
