"""A circuit as it is shown: one row, and the event of a change."""

from typing import NamedTuple

from engine.breaker.circuit import Circuit, How, Transition
from engine.clock import Clock
from engine.events import CircuitChanged, CircuitState


class Row(NamedTuple):
    """`next_try_s` and `forced_s` from now; rates from 0 to 1, None below the minimum of calls."""

    capability: str
    state: CircuitState
    failures: int  # in a row
    cause: str
    next_try_s: float | None
    calls: int = 0  # in the window
    failure_rate: float | None = None
    slow_rate: float | None = None
    window: str = ""  # in words
    forced: How | None = None
    reason: str = ""  # of the force
    forced_s: float | None = None  # so long still; None: until released, if forced
    canaries: int = 0  # in flight


def row_of(capability: str, circuit: Circuit, now_s: float) -> Row:
    """Return the circuit as it stands now."""
    calls, failed, slow = circuit.counts(now_s)
    enough = calls >= circuit.policy.minimum_calls
    force = circuit.forced
    return Row(
        capability=capability,
        state=circuit.state,
        failures=circuit.failures,
        cause=circuit.cause,
        next_try_s=_left(circuit.try_at_s, now_s),
        calls=calls,
        failure_rate=failed / calls if enough else None,
        slow_rate=slow / calls if enough else None,
        window=circuit.policy.window,
        forced=force.how if force else None,
        reason=force.reason if force else "",
        forced_s=_left(force.until_s, now_s) if force else None,
        canaries=circuit.canaries,
    )


def event_of(capability: str, circuit: Circuit, change: Transition, clock: Clock) -> CircuitChanged:
    """Return the one event of a transition, with what led to it."""
    row = row_of(capability, circuit, clock.monotonic_s())
    return CircuitChanged(
        capability=capability,
        state=change.state,
        was=change.was,
        cause=change.cause,
        failures=row.failures,
        next_try_s=row.next_try_s if change.state == "open" else None,
        calls=row.calls,
        failure_rate=row.failure_rate,
        slow_rate=row.slow_rate,
        window=row.window,
        forced=row.forced,
        reason=row.reason,
        until_s=None if row.forced_s is None else clock.wall_s() + row.forced_s,
        canaries=row.canaries,
    )


def _left(at_s: float | None, now_s: float) -> float | None:
    return None if at_s is None else max(0.0, at_s - now_s)
