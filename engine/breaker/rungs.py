"""The ladder as a face shows it: every level, whether it holds, and what would lift it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from engine.breaker.degradation import LEVELS, NEEDS, Ladder, failing, lifted_by, named
from engine.evidence import Level

_MINUTE_S, _HOUR_S = 60, 3600


@dataclass(frozen=True, slots=True)
class Rung:
    """One level. `holds` is whether its own needs work, whatever happens on the levels below.

    `why` says why it is reached or not and `lift` what would let it be reached; `next_try_s` counts
    from now, None where nothing is going to be tried by itself.
    """

    level: Level
    here: bool
    holds: bool
    needs: tuple[str, ...]  # of those that are present
    why: str
    lift: str = ""
    next_try_s: float | None = None


def rungs(ladder: Ladder, now_s: float, tries: Mapping[str, float | None]) -> tuple[Rung, ...]:
    """Return all levels, the highest first.

    Args:
        ladder: as it stands.
        now_s: monotonic seconds.
        tries: for an open circuit's capability, in how many seconds it is tried next.
    """
    return tuple(_rung(ladder, level, now_s, tries) for level in reversed(LEVELS))


def sentence(ladder: Ladder, now_s: float, tries: Mapping[str, float | None]) -> str:
    """Return the level, since when, why, what would lift it, and when that is tried next."""
    now = ladder.standing
    since = "" if now.since_s is None else f" for {span(now_s - now.since_s)}"
    if not now.lift:
        return f"{now.level}{since}: {now.why}"
    wait = _wait(ladder, now_s, tries)
    when = "" if wait is None else f", {_soon(wait)}"
    return f"{now.level}{since}: {now.why}; what would lift it: {now.lift}{when}"


def span(seconds: float) -> str:
    """Return a time in one whole unit: `40 s`, `12 min`, `5 h`."""
    seconds = max(0.0, seconds)
    if seconds < 2 * _MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR_S:
        return f"{seconds / _MINUTE_S:.0f} min"
    return f"{seconds / _HOUR_S:.0f} h"


def _rung(ladder: Ladder, level: Level, now_s: float, tries: Mapping[str, float | None]) -> Rung:
    at, here = LEVELS.index(level), LEVELS.index(ladder.level)
    failed = failing(level, ladder.states)
    present = {name for name, state in ladder.states.items() if state != "absent"}
    why, lift, wait = "what it needs works", "", None
    if failed:
        why, lift = f"{named(failed)} failed", lifted_by(failed)
        wait = _soonest(failed, tries)
    elif at > LEVELS.index(ladder.cap):
        why = f"phase in [rollout] allows no more than {ladder.cap}"
        lift = "another phase in [rollout]"
    elif at == here + 1 or (at > here and ladder.standing.pinned):
        why, lift = ladder.standing.why, ladder.standing.lift
        wait = _wait(ladder, now_s, tries)
    elif at > here:
        why, lift = f"{LEVELS[here + 1]} comes first", f"reaching {LEVELS[here + 1]}"
    needs = tuple(sorted(NEEDS[level] & present))
    return Rung(level, at == here, not failed, needs, why, lift, wait)


def _wait(ladder: Ladder, now_s: float, tries: Mapping[str, float | None]) -> float | None:
    """Return in how many seconds something may lift the level, None: not known."""
    if ladder.next_at_s is not None:
        return max(0.0, ladder.next_at_s - now_s)
    if ladder.standing.pinned or ladder.level == LEVELS[-1]:
        return None
    return _soonest(failing(LEVELS[LEVELS.index(ladder.level) + 1], ladder.states), tries)


def _soonest(names: frozenset[str], tries: Mapping[str, float | None]) -> float | None:
    known = [wait for name in names if (wait := tries.get(name)) is not None]
    return min((wait for wait in known if isfinite(wait)), default=None)


def _soon(wait_s: float) -> str:
    return "next now" if wait_s < 1 else f"next in {span(wait_s)}"
