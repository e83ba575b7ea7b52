"""What is said of one circuit: how its calls went, when it is tried again, who holds it."""

from bolt_tui.panes.ladder import soon
from bolt_tui.panes.pane import Canvas
from bolt_tui.panes.units import UNKNOWN, clock, size, span, whole
from bolt_tui.state import ConsoleState
from bolt_tui.views import CircuitView
from engine.evidence import counted

# The index that a capability has, which is told of beside it.
INDEXES = {"search.index": "text", "graph": "code"}


def failures(circuit: CircuitView) -> str:
    """Return how its calls went until the last change: a rate where enough were made."""
    if circuit.failure_rate:
        return f"{100 * circuit.failure_rate:.0f} % of {circuit.calls} failed"
    if circuit.slow_rate and not circuit.failures:
        return f"{100 * circuit.slow_rate:.0f} % of {circuit.calls} slow"
    return counted(circuit.failures, "failure")


def rate(value: float | None) -> str:
    """Return a share of the window; a dash where too few calls were made."""
    return UNKNOWN if value is None else f"{100 * value:.0f} %"


def next_try(circuit: CircuitView, state: ConsoleState) -> str:
    """Return when it is tried; empty for one that works, or that is being tried."""
    if circuit.state != "open" or circuit.forced is not None:
        return ""
    if circuit.next_try_s is None:
        return "none"
    return soon(circuit.next_try_s - state.now_s)


def tried(circuit: CircuitView) -> str:
    """Return how many canaries are under way."""
    return f"{circuit.canaries} under way" if circuit.canaries else "being tried"


def left(circuit: CircuitView, state: ConsoleState) -> str:
    """Return how long the operator's hand is still on it."""
    if circuit.until_wall_s is None or state.wall_s is None:
        return "until released"
    return f"{whole(circuit.until_wall_s - state.wall_s)} more"


def held(circuit: CircuitView, state: ConsoleState, canvas: Canvas) -> str:
    """Return who holds it until when, and why; empty where nobody does."""
    if circuit.forced is None:
        return ""
    until = f"until released (:release {circuit.capability})"
    if circuit.until_wall_s is not None:
        until = f"until {clock(circuit.until_wall_s, canvas.look.zone)}, {left(circuit, state)}"
    return f"forced {circuit.forced} by the operator {until}: {circuit.reason}"


def index(circuit: CircuitView, state: ConsoleState) -> str:
    """Return the size of a sound capability's index and what it took; empty where it has none."""
    found = state.indexes.get(INDEXES.get(circuit.capability, ""))
    if found is None or found.state == "off" or circuit.state != "closed":
        return ""
    if found.state == "building":
        total = f" of {found.total:,}" if found.total else ""
        return f"being built: {found.done:,}{total} files"
    facts = [counted(found.done, "file")]
    facts += [size(found.memory_bytes)] if found.memory_bytes else []
    facts += [f"built in {span(found.elapsed_ms / 1000)}"] if found.elapsed_ms else []
    return ", ".join(facts) + (f" ({found.reason})" if found.reason else "")
