"""The level that follows from the circuits: a pure function of the capability matrix.

A capability that is absent never lowers the level. See `RUNGS` for who lowers it how far.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.events import CircuitState
from engine.evidence import Level

# A level holds while none of its capabilities is open; the lowest one that fails decides.
RUNGS: tuple[tuple[Level, frozenset[str]], ...] = (
    ("limited", frozenset({"search.index", "graph", "symbols"})),
    ("monitoring", frozenset({"search.scan", "kernels.cpu", "store.write"})),
)
_LAST_RESORT = frozenset({"probes.host", "store.read"})


@dataclass(frozen=True, slots=True)
class Standing:
    """A level, why it isn't higher, and what would lift it."""

    level: Level
    why: str
    lift: str


def standing(states: Mapping[str, CircuitState]) -> Standing:
    """Compute the level from the state of every capability.

    A half-open circuit is still out: only its canary's success counts.
    """
    out = {name for name, state in states.items() if state in ("open", "half_open")}
    if out >= _LAST_RESORT:
        return _fallen("existing_tools", out & _LAST_RESORT)
    for level, capabilities in reversed(RUNGS):
        if failed := out & capabilities:
            return _fallen(level, failed)
    why = f"{_names(out)} is out, and not needed for it" if out else "everything present works"
    return Standing("full", why, "")


def _fallen(level: Level, failed: set[str] | frozenset[str]) -> Standing:
    names = _names(failed)
    return Standing(level, f"{names} failed", f"{names} answering its canary")


def _names(capabilities: set[str] | frozenset[str]) -> str:
    return " and ".join(sorted(capabilities))
