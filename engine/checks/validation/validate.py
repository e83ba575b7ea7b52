"""Measures each acceptance criterion now, or reads it from history; nothing is taken as passed.

A live session is one lane, all else follows one after the other in a second: what is timed against
each other is timed within one part. A measurement that fails fails its own criteria, with the
cause.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from functools import partial
from importlib import import_module
from typing import Final

import anyio

from engine.breaker.errors import innermost, sentence
from engine.checks.validation.criteria.catalogue import Bar, Part, Which, bars, text_of
from engine.checks.validation.criteria.ground import Ground
from engine.checks.validation.criteria.shown import Shown, failed
from engine.events import Criterion, Validated
from engine.evidence import clean

Measure = Callable[[Ground], Awaitable[dict[str, Shown]]]
Found = dict[str, Shown]
_HERE: Final = "engine.checks.validation.criteria"
# The parts that go one after the other, and the module of each.
_IN_TURN: Final[Mapping[Part, str]] = {
    "history": "history",
    "commands": "commands",
    "fallback": "fallback",
    "health": "health",
    "kernels": "acceleration",
    "alerting": "alerting",
    "database": "database",
}
# After all else: it keeps the machine busy for minutes.
_LAST: Final = "integration"


async def validate(ground: Ground, phase: Which = "all") -> Validated:
    """Measure the criteria of a phase, or all; it takes half a minute, in full many."""
    wanted, began_s = bars(phase), ground.clock.monotonic_s()
    found = Found()
    async with anyio.create_task_group() as lanes:
        if live := _names(wanted, "session"):
            lanes.start_soon(_part, ground, "session", live, partial(_session, names=live), found)
        lanes.start_soon(_in_turn, ground, wanted, found)
    if names := _names(wanted, _LAST):
        await _part(ground, _LAST, names, _measure(_LAST), found)
    criteria = tuple(_criterion(bar, found) for bar in wanted)
    elapsed_ms = round((ground.clock.monotonic_s() - began_s) * 1000, 1)
    return Validated(
        phase=phase,
        full=ground.full,
        ready_pct=ready_pct(criteria),
        criteria=criteria,
        elapsed_ms=elapsed_ms,
    )


def ready_pct(criteria: Sequence[Criterion]) -> float:
    """Return which share of the required criteria is proven, from 0 to 100."""
    required = [one for one in criteria if one.required]
    proven = sum(one.state == "proven" for one in required)
    return round(100 * proven / len(required), 1) if required else 0.0


def passed(validated: Validated) -> bool:
    """Whether all that is required is proven."""
    return all(one.state == "proven" for one in validated.criteria if one.required)


async def _in_turn(ground: Ground, wanted: Sequence[Bar], found: Found) -> None:
    for part, module in _IN_TURN.items():
        if names := _names(wanted, part):
            await _part(ground, part, names, _measure(module), found)


async def _part(ground: Ground, part: str, names: Set[str], measure: Measure, found: Found) -> None:
    """Measure one part; what it fails of is the proof of each of its criteria."""
    try:
        seen = await measure(ground)
    except Exception as error:
        # A boundary: a measurement that can't be taken shows nothing of the others.
        cause = innermost(error)
        said = clean(f"it could not be measured: {type(cause).__name__}: {sentence(cause)}")
        seen = dict.fromkeys(names, failed(said))
    found |= seen
    if part != "session":  # whose criteria are told of as they come
        for name in names & seen.keys():
            ground.told(f"{text_of(name)}: {seen[name].state}: {seen[name].figure}")


def _names(wanted: Sequence[Bar], part: str) -> frozenset[str]:
    return frozenset(bar.name for bar in wanted if bar.part == part)


def _measure(module: str) -> Measure:
    """Return what measures a part; imported when it is its turn, so that a broken one is alone."""

    async def measure(ground: Ground) -> Found:
        found: Found = await import_module(f"{_HERE}.{module}").measured(ground)
        return found

    return measure


async def _session(ground: Ground, names: Set[str]) -> Found:
    from engine.checks.validation.criteria import session

    return await session.measured(ground, names)


def _criterion(bar: Bar, found: Mapping[str, Shown]) -> Criterion:
    shown = found.get(bar.name) or failed("nothing was said of it")
    return Criterion(
        name=bar.name,
        phase=bar.phase,
        text=bar.text,
        state=shown.state,
        figure=clean(shown.figure),
        bar=bar.bar,
        proof=clean(shown.proof),
        again=bar.again,
        required=bar.required,
    )
