"""The phases of the rollout as presets: the highest level, and the plan's numbers and switches.

A number of a phase is weaker than any that was set; a switch that a phase turns off stays off,
because the level that needs it is never reached.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from engine.config.options import Value, options
from engine.config.origin import DEFAULT, Ignored, Origin
from engine.evidence import Level

Phase = Literal["", "foundation", "limited", "full"]


@dataclass(frozen=True, slots=True)
class Preset:
    """The highest level of a phase, its numbers, and what it turns off."""

    cap: Level = "full"
    numbers: Mapping[str, Value] = field(default_factory=dict)
    off: tuple[str, ...] = ()


PRESETS: Final[Mapping[str, Preset]] = {
    "": Preset(),
    "foundation": Preset(
        "monitoring",
        {"memory.max_memory_gb": 15.0, "agents.max": 1, "store.concurrent_sessions": 1},
        off=("search.index",),
    ),
    "limited": Preset("limited", off=("search.index",)),
    "full": Preset(
        "full", {"memory.max_memory_gb": 12.0, "agents.max": 6, "store.concurrent_sessions": 3}
    ),
}


@dataclass(frozen=True, slots=True)
class Applied:
    """What a phase adds to the values that were set, and what of them it does not let through."""

    values: dict[str, Value]
    origin: Origin
    ignored: tuple[Ignored, ...] = ()


def cap(phase: Phase) -> Level:
    """Return the highest level that the phase allows."""
    return PRESETS[phase].cap


def applied(
    values: Mapping[str, Value], origins: Mapping[str, Origin], *, trusted: bool
) -> Applied:
    """Return what the phase sets.

    Args:
        values: what was set, by the option's name.
        origins: of all options.
        trusted: whether the phase is the user's own word; a project's may not set what only the
            user may.
    """
    phase = str(values.get("rollout.phase", ""))
    preset, origin = PRESETS[phase], Origin(f'phase "{phase}" ({origins["rollout.phase"]})')
    taken: dict[str, Value] = {}
    ignored: list[Ignored] = []
    for option in options():
        name = option.name
        if name in preset.off:
            taken[name] = False
            if values.get(name):
                why = f"{origin} goes no further than the level {preset.cap}, and that is without"
                ignored.append(Ignored(name, origins[name], why))
        elif name in preset.numbers and origins[name].place == DEFAULT:
            if trusted or not option.user_only:
                taken[name] = preset.numbers[name]
            elif preset.numbers[name] != option.default:
                why = "only its user may set it, a project's phase may not"
                ignored.append(Ignored(name, origin, why))
    return Applied(taken, origin, tuple(ignored))
