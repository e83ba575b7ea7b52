"""What an order will do and when it ends, in words, before it is given. Pure."""

from collections.abc import Mapping
from datetime import tzinfo

from bolt_tui.by_hand import LEVELS, Force, How, Order, Pin, Release, Silence, Unsilence
from bolt_tui.muting import ending, silencing
from bolt_tui.panes.circuit_facts import failures
from bolt_tui.panes.marks import CIRCUIT, LEVEL
from bolt_tui.panes.units import clock, span
from bolt_tui.state import ConsoleState
from bolt_tui.views import CircuitView, LevelView
from engine.events import CircuitState

WAYS: Mapping[How, str] = {
    "open": "nothing is asked of it, not even a canary; what needs it gets a poorer answer, "
    "a cached one, or a refusal that says so",
    "closed": "every call is let through and counted, and nothing opens it, whatever fails",
    "disabled": "every call is let through, and none is counted",
}


def title_of(order: Order) -> str:
    """Return the order as a question's head."""
    if isinstance(order, Force):
        return f"Force {order.capability} {order.how}"
    if isinstance(order, Pin):
        return f"Pin the level to {order.level}"
    if isinstance(order, Silence):
        return f"Silence {order.name}"
    return f"Release {order.name}" if isinstance(order, Release) else f"Tell of {order.name} again"


def consequences(
    order: Order, state: ConsoleState, zone: tzinfo | None
) -> tuple[tuple[str, str], ...]:
    """Return what is now, what will be, what becomes of the level, and when it ends."""
    if isinstance(order, Force):
        now = _circuit(state.circuits[order.capability])
        rows = [("then", WAYS[order.how]), ("level", _after(order.capability, order.how, state))]
        return ("now", now), *rows, ("ends", _end(order.for_s, order.capability, state, zone))
    if isinstance(order, Silence):
        return silencing(order, state, zone)
    if isinstance(order, Unsilence):
        return ending(order, state, zone)
    now = f"the level is {_level(state.level)}"
    if isinstance(order, Pin):
        return ("now", now), *_pinned(order, state), ("ends", _end(order.for_s, "", state, zone))
    if order.name == "level":
        then = "it follows the capabilities again: down at once, up one level at a time"
        return ("now", now), ("then", then)
    then = "it goes by itself again; where it was out before, its canary is tried at once"
    return ("now", _circuit(state.circuits[order.name])), ("then", then)


def _circuit(circuit: CircuitView) -> str:
    mark = CIRCUIT[circuit.state]
    forced = f", forced {circuit.forced}: {circuit.reason}" if circuit.forced else ""
    in_a_row = "" if circuit.failure_rate or circuit.slow_rate else " in a row"
    return f"{mark.glyph} {mark.word}, {failures(circuit)}{in_a_row}{forced}"


def _level(level: LevelView | None) -> str:
    if level is None:
        return "not known yet"
    return f"{LEVEL[level.level].word}{', pinned' if level.pinned else ''}"


def _after(capability: str, how: How, state: ConsoleState) -> str:
    """Return what the force makes of the level."""
    from engine.breaker.degradation import standing

    level = state.level
    if level is None:
        return "not known yet"
    if level.pinned:
        return f"stays {LEVEL[level.level].word}: it is pinned"
    states: dict[str, CircuitState] = {n: one.state for n, one in state.circuits.items()}
    states[capability] = "open" if how == "open" else "closed"
    found = standing(states).level
    then = max(found, level.cap, key=LEVELS.index)  # the lower one: the list begins with full
    if LEVELS.index(then) > LEVELS.index(level.level):
        return f"falls from {LEVEL[level.level].word} to {LEVEL[then].word} at once"
    if then != level.level:
        return f"climbs from {LEVEL[level.level].word} towards {LEVEL[then].word}, step by step"
    return f"stays {LEVEL[then].word}"


def _pinned(order: Pin, state: ConsoleState) -> list[tuple[str, str]]:
    from engine.agents.serving import not_in_use
    from engine.breaker.degradation import Standing, failing

    present = {name for name, one in state.circuits.items() if one.state != "absent"}
    unused = sorted(not_in_use(Standing(order.level, "", "", pinned=True)) & present)
    states: dict[str, CircuitState] = {n: one.state for n, one in state.circuits.items()}
    below = LEVELS[LEVELS.index(order.level) :]
    failed = sorted(frozenset().union(*(failing(level, states) for level in below)))
    then = f"not used: {', '.join(unused)}" if unused else "everything is used"
    rows = [("then", f"it stays {LEVEL[order.level].word}, whatever fails or works; {then}")]
    if failed:
        rows.append(("mind", f"{', '.join(failed)} failed, and pinning does not mend that"))
    return rows


def _end(for_s: float | None, capability: str, state: ConsoleState, zone: tzinfo | None) -> str:
    if for_s is None:
        return f"with :release {capability or 'level'}, or with this session"
    wall_s = None if state.wall_s is None else state.wall_s + for_s
    kept = "; also in the next session" if capability else ", or with this session"
    return f"at {clock(wall_s, zone)}, in {span(for_s)}{kept}"
