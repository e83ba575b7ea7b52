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
from itertools import pairwise
from math import inf
from typing import Final

from engine.breaker.errors import BreakerError
from engine.config.options import nearest
from engine.events import CircuitState
from engine.evidence import Level, clean

LEVELS: Final[tuple[Level, ...]] = ("existing_tools", "monitoring", "limited", "full")
# A level's own needs; it needs those of the levels below too. `monitoring` fails only when all of
# its needs are out, the others when one is.
NEEDS: Final[Mapping[Level, frozenset[str]]] = {
    "existing_tools": frozenset(),
    "monitoring": frozenset({"probes.host", "store.read"}),
    "limited": frozenset({"search.scan", "kernels.cpu", "store.write", "agents", "memory"}),
    "full": frozenset({"search.index", "graph", "symbols"}),
}

# What no canary can bring back.
_LIFTS: Final[Mapping[str, str]] = {
    "agents": "an agent free again",
    "memory": "memory back within its budget",
}


class BadPin(BreakerError, ValueError):
    """The level can't be pinned like this."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A level, why it isn't higher, and what would lift it.

    `since_s` is when the level was reached, `held_until_s` the time before which it does not climb;
    both are monotonic seconds.
    """

    level: Level
    why: str
    lift: str
    cap: Level = "full"
    pinned: bool = False
    since_s: float | None = None
    held_until_s: float | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """The operator's word for the level; it ends at `until_s`, or when it is taken back."""

    level: Level
    reason: str
    until_s: float


@dataclass(frozen=True, slots=True)
class Footing:
    """What is remembered of a level's own needs.

    `well_since_s` is inf while they don't work; `dwell_s` is how long they must work on before the
    level is climbed to, and `failed` names those that failed last.
    """

    well_since_s: float = -inf
    dwell_s: float = 0.0
    failed: frozenset[str] = frozenset()


def standing(states: Mapping[str, CircuitState], forced: frozenset[str] = frozenset()) -> Standing:
    """Compute the level from the state of every capability, as if time played no part.

    A half-open circuit is still out: only its canary's success counts. `forced` are those that the
    operator holds: they have not failed, and no canary lifts them.
    """
    for below, level in pairwise(LEVELS):
        if out := failing(level, states):
            held, failed = out & forced, out - forced
            causes = [f"{named(failed)} failed"] if failed else []
            lifts = [lifted_by(failed)] if failed else []
            if held:
                causes.append(f"{named(held)} forced open")
                lifts.append(f"{named(held)} being released")
            return Standing(below, " and ".join(causes), " and ".join(lifts))
    out = _out(states)
    why = f"{named(out)} is out, and not needed for it" if out else "everything present works"
    return Standing("full", why, "")


def failing(level: Level, states: Mapping[str, CircuitState]) -> frozenset[str]:
    """Return which of a level's own needs keep it from being reached."""
    out = _out(states) & NEEDS[level]
    return frozenset() if level == "monitoring" and out != NEEDS[level] else out


def named(capabilities: frozenset[str]) -> str:
    return " and ".join(sorted(capabilities))


def lifted_by(failed: frozenset[str]) -> str:
    """Return what would bring these capabilities back."""
    tried = named(failed - _LIFTS.keys())
    said = [f"{tried} answering its canary"] if tried else []
    return " and ".join(said + [_LIFTS[name] for name in sorted(failed & _LIFTS.keys())])


def _out(states: Mapping[str, CircuitState]) -> frozenset[str]:
    return frozenset(name for name, state in states.items() if state in ("open", "half_open"))


class Ladder:
    """Where the program stands over time: no higher than `cap`, or where the operator pinned it.

    It falls at once. It climbs one level at a time: when the level's own needs have worked for
    their dwell, and `step_s` after the last change. Each relapse of those needs doubles their
    dwell, up to `longest_s`; each `calm_s` of working halves it again.
    """

    def __init__(
        self,
        cap: Level = "full",
        *,
        step_s: float = 10.0,
        longest_s: float = 60.0,
        calm_s: float = 300.0,
    ) -> None:
        self.cap: Final = cap
        self.standing = Standing(cap, "nothing is present yet", "", cap)
        self.states: Mapping[str, CircuitState] = {}
        self.forced: frozenset[str] = frozenset()
        self.footings: dict[Level, Footing] = dict.fromkeys(LEVELS, Footing())
        self._step_s, self._longest_s, self._calm_s = step_s, longest_s, calm_s
        self._pin: Pin | None = None
        self._now_s = self._moved_at_s = -inf

    @property
    def level(self) -> Level:
        return self.standing.level

    @property
    def next_at_s(self) -> float | None:
        """When `tick` may have something to say though no capability changes; None: never."""
        return self.standing.held_until_s

    def take(
        self,
        states: Mapping[str, CircuitState],
        now_s: float,
        forced: frozenset[str] = frozenset(),
    ) -> Standing | None:
        """Take the capabilities' states, and which of them the operator holds.

        Returns the new standing when the level changed.
        """
        self.states, self.forced = dict(states), forced
        return self.tick(now_s)

    def tick(self, now_s: float) -> Standing | None:
        """Let time pass; return the new standing when the level changed."""
        self._now_s = max(self._now_s, now_s)  # in this order, a time that is no number is no news
        if self._pin is not None and self._now_s >= self._pin.until_s:
            self._pin = None
        for level in LEVELS:
            self.footings[level] = self._looked_at(level)
        before, level = self.level, self._aim()
        if level != before or self._moved_at_s == -inf:
            self._moved_at_s = self._now_s
        self.standing = replace(self._told(level), cap=self.cap, since_s=self._moved_at_s)
        return self.standing if level != before else None

    def pin(
        self, level: str, reason: str, now_s: float, for_s: float | None = None
    ) -> Standing | None:
        """Hold the level whatever happens, for so long or until `unpin`.

        Raises:
            BadPin: there is no such level, it is above the cap, the time is not above 0, or no
                reason is given.
        """
        known = next((one for one in LEVELS if one == level), None)
        if known is None:
            hint = nearest(level, LEVELS) or f"; expected one of {', '.join(LEVELS)}"
            raise BadPin(f'there is no level "{clean(level)}"{hint}')
        if LEVELS.index(known) > LEVELS.index(self.cap):
            raise BadPin(
                f"{known} is above {self.cap}, the highest level that phase in [rollout] allows; "
                "pin a lower level, or change phase"
            )
        if not (said := clean(" ".join(reason.split()))):
            raise BadPin("a pin needs a reason, for whoever wonders why the level stays")
        if for_s is not None and not for_s > 0:
            raise BadPin(f"a pin's time: expected seconds above 0, found {for_s:g}")
        now_s = max(now_s, self._now_s)
        self._pin = Pin(known, said, inf if for_s is None else now_s + for_s)
        return self.tick(now_s)

    def unpin(self, now_s: float) -> Standing | None:
        """Let the level follow the capabilities again; it climbs by rungs as ever."""
        self._pin = None
        return self.tick(now_s)

    def due_s(self, level: Level) -> float:
        """Return when a level may be climbed to, from the one below; inf while its needs fail."""
        footing = self.footings[level]
        return max(footing.well_since_s + footing.dwell_s, self._moved_at_s + self._step_s)

    def _looked_at(self, level: Level) -> Footing:
        footing, failed, now = self.footings[level], failing(level, self.states), self._now_s
        if not failed:
            return replace(footing, well_since_s=min(footing.well_since_s, now))
        if footing.well_since_s == inf:
            return replace(footing, failed=failed)
        calm = (now - footing.well_since_s) / self._calm_s
        dwell = min(2 * footing.dwell_s * 0.5**calm, self._longest_s)
        return Footing(inf, max(dwell, self._step_s), failed)

    def _aim(self) -> Level:
        if self._pin is not None:
            return self._pin.level
        here = LEVELS.index(self.level)
        goal = min(LEVELS.index(standing(self.states).level), LEVELS.index(self.cap))
        if goal > here:
            goal = here + 1 if self.due_s(LEVELS[here + 1]) <= self._now_s else here
        return LEVELS[goal]

    def _told(self, level: Level) -> Standing:
        plain = standing(self.states, self.forced)
        if self._pin is not None:
            return _pinned(self._pin, plain)
        if level == plain.level:
            return plain
        if level != self.cap:
            return self._climbing(LEVELS.index(level))
        said = f"phase in [rollout] allows no more than {self.cap}"
        return Standing(level, said, "another phase in [rollout]")

    def _climbing(self, here: int) -> Standing:
        due, footing = self.due_s(LEVELS[here + 1]), self.footings[LEVELS[here + 1]]
        if footing.failed and due == footing.well_since_s + footing.dwell_s:
            names = named(footing.failed)
            why, lift = f"{names} was out and works again", f"{names} working on"
            lift = f"{lift} for {footing.dwell_s:.0f} s"
        else:
            why, lift = "it climbs one level at a time", f"{self._step_s:.0f} s without a failure"
        return Standing(LEVELS[here], why, lift, held_until_s=due)


def _pinned(pin: Pin, plain: Standing) -> Standing:
    without = "" if plain.level == pin.level else f"; else it would be {plain.level}: {plain.why}"
    until = None if pin.until_s == inf else pin.until_s
    return Standing(
        pin.level,
        f"pinned ({pin.reason}){without}",
        "" if pin.level == "full" else "the end of the pin",
        pinned=True,
        held_until_s=until,
    )
