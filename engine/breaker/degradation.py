"""The level of the whole program: computed from the capabilities, down at once, up by rungs.

    full            what `limited` needs, and the index, the graph and the symbols
    limited         what `monitoring` needs, and a plain scan, kernels, a store that takes
                    writes, agents, memory
    monitoring      the machine's probes or the store's past: one of them is enough
    existing_tools  nothing of this program

A capability that is absent never lowers the level. Nothing here reads a clock: times are monotonic
seconds from the caller, and a time before one that was seen counts as that one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from engine.events import CircuitState
from engine.evidence import Level

LEVELS: Final[tuple[Level, ...]] = ("existing_tools", "monitoring", "limited", "full")
# A level's own needs; it needs those of the levels below too. `monitoring` fails only when all of
# its needs are out, the others when one is.
NEEDS: Final[Mapping[Level, frozenset[str]]] = {
    "existing_tools": frozenset(),
    "monitoring": frozenset({"probes.host", "store.read"}),
    "limited": frozenset({"search.scan", "kernels.cpu", "store.write", "agents", "memory"}),
    "full": frozenset({"search.index", "graph", "symbols"}),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A level, why it isn't higher, and what would lift it.

    `since_s` is when the level was reached; before `held_until_s` it does not climb, though
    everything that the next level needs works again. Both are monotonic seconds.
    """

    level: Level
    why: str
    lift: str
    cap: Level = "full"
    pinned: bool = False
    since_s: float | None = None
    held_until_s: float | None = None


def standing(states: Mapping[str, CircuitState]) -> Standing:
    """Compute the level from the state of every capability, as if time played no part.

    A half-open circuit is still out: only its canary's success counts.
    """
    for below, level in zip(LEVELS, LEVELS[1:], strict=False):
        if failed := failing(level, states):
            names = named(failed)
            return Standing(below, f"{names} failed", f"{names} answering its canary")
    out = _out(states)
    why = f"{named(out)} is out, and not needed for it" if out else "everything present works"
    return Standing("full", why, "")


def failing(level: Level, states: Mapping[str, CircuitState]) -> frozenset[str]:
    """Return which of a level's own needs keep it from being reached."""
    out = _out(states) & NEEDS[level]
    if level == "monitoring" and out != NEEDS[level]:
        return frozenset()
    return out


def named(capabilities: frozenset[str]) -> str:
    return " and ".join(sorted(capabilities))


def _out(states: Mapping[str, CircuitState]) -> frozenset[str]:
    return frozenset(name for name, state in states.items() if state in ("open", "half_open"))


@dataclass(frozen=True, slots=True)
class _Rung:
    """What the ladder remembers of a level: since when its own needs work, and how it fared."""

    well_since_s: float = -inf  # inf: they don't work
    failed_at_s: float = -inf
    dwell_s: float = 0.0  # at first, none


class Ladder:
    """Where the program stands, over time."""

    def __init__(
        self,
        cap: Level = "full",
        *,
        step_s: float = 5.0,
        longest_s: float = 60.0,
        calm_s: float = 120.0,
    ) -> None:
        self.cap: Final = cap
        self.standing = Standing(cap, "nothing is present yet", "", cap)
        self.next_at_s: float | None = None
        self._step_s, self._longest_s, self._calm_s = step_s, longest_s, calm_s
        self._states: Mapping[str, CircuitState] = {}
        self._rungs = {level: _Rung() for level in LEVELS}
        self._now_s = -inf
        self._moved_at_s = -inf

    @property
    def level(self) -> Level:
        return self.standing.level

    def take(self, states: Mapping[str, CircuitState], now_s: float) -> Standing | None:
        """Take the capabilities' states; return the new standing when the level changed."""
        self._states = dict(states)
        return self.tick(now_s)

    def tick(self, now_s: float) -> Standing | None:
        """Let time pass; return the new standing when the level changed."""
        self._now_s = now = max(now_s, self._now_s)
        for level in LEVELS:
            self._look(level, now)
        goal = min(standing(self._states).level, self.cap, key=LEVELS.index)
        here, to = LEVELS.index(self.level), LEVELS.index(goal)
        level, self.next_at_s = goal, None
        if to > here:
            level = LEVELS[here + 1]
            rung = self._rungs[level]
            due = max(rung.well_since_s + rung.dwell_s, self._moved_at_s + self._step_s)
            if now < due:
                level, self.next_at_s = self.level, due
            elif to > here + 1:
                self.next_at_s = now + self._step_s
        plain = standing(self._states)
        return self._stand(replace(plain, level=level, cap=self.cap))

    def _look(self, level: Level, now: float) -> None:
        rung = self._rungs[level]
        if not failing(level, self._states):
            if rung.well_since_s == inf:
                self._rungs[level] = replace(rung, well_since_s=now)
        elif rung.well_since_s != inf:
            calm = (now - rung.failed_at_s) / self._calm_s
            dwell = max(self._step_s, min(self._longest_s, 2 * rung.dwell_s * 0.5**calm))
            self._rungs[level] = replace(rung, well_since_s=inf, dwell_s=dwell, failed_at_s=now)

    def _stand(self, now: Standing) -> Standing | None:
        changed = now.level != self.level
        if changed:
            self._moved_at_s = self._now_s
        self.standing = replace(now, since_s=self._moved_at_s, held_until_s=self.next_at_s)
        return self.standing if changed else None
