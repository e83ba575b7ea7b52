"""What silencing an alert does, and ending a silence, in words, before it is done. Pure."""

from datetime import tzinfo

from bolt_tui.alert_state import Standing
from bolt_tui.by_hand import Silence, Unsilence
from bolt_tui.panes.marks import SEVERITY
from bolt_tui.panes.units import clock, date_and_clock, span
from bolt_tui.state import ConsoleState
from engine.events import AlertFiring, SilenceChanged

Rows = tuple[tuple[str, str], ...]


def silencing(order: Silence, state: ConsoleState, zone: tzinfo | None) -> Rows:
    """Return what it fits now, what becomes of that, and when it ends."""
    now_s = state.wall_s or 0.0
    asked = SilenceChanged(
        silence="", matchers=dict(order.matchers), starts_s=now_s, until_s=now_s + order.for_s
    )
    fits = state.alerts.muted_by(asked)
    now = "; ".join(_alert(one, zone) for one in fits) or "nothing that it fits fires or is pending"
    rows = [
        ("now", now),
        ("then", "nobody is told of it over a channel, by any session; it stays on the screen"),
    ]
    if not fits and (mind := _unheard(order, state)):
        rows.append(("mind", mind))
    end = f"at {date_and_clock(now_s + order.for_s, now_s, zone)}, in {span(order.for_s)}"
    return (*rows, ("ends", f"{end}; :unsilence {order.name} ends it sooner"))


def ending(order: Unsilence, state: ConsoleState, zone: tzinfo | None) -> Rows:
    """Return what is silenced now and what is told once it is not."""
    now_s = state.wall_s or 0.0
    silences = [one for one in state.alerts.in_force(now_s) if one.silence in order.silences]
    muted = [alert for one in silences for alert in state.alerts.muted_by(one)]
    names = ", ".join(dict.fromkeys(one.rule for one in muted if isinstance(one, AlertFiring)))
    then = f"{names} fires, and is told of again" if names else "what it fits is told of again"
    return (*(("now", _silence(one, now_s, zone)) for one in silences), ("then", then))


def _alert(one: Standing, zone: tzinfo | None) -> str:
    mark, state = SEVERITY[one.severity], "fires" if isinstance(one, AlertFiring) else "is pending"
    said = f": {one.text or one.value}" if one.text or one.value else ""
    return f"{mark.glyph} {one.rule} {state} since {clock(one.since_s, zone)}{said}"


def _silence(one: SilenceChanged, now_s: float, zone: tzinfo | None) -> str:
    by, reason = f" by {one.by}" if one.by else "", f": {one.reason}" if one.reason else ""
    return f"silenced until {date_and_clock(one.until_s, now_s, zone)}{by}{reason}"


def _unheard(order: Silence, state: ConsoleState) -> str:
    """Return a hint where the rule's name is none that was heard of."""
    from engine.alerts.defaults import DEFAULTS
    from engine.config.options import nearest

    rule = dict(order.matchers).get("rule")
    known = sorted({*state.alerts.rules(), *DEFAULTS})
    if rule is None or rule in known:
        return ""
    return f'no rule "{rule}" was heard of so far{nearest(rule, known)}'
