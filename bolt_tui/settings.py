"""What the user can set of the console."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from engine.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """`keys` maps names of actions to keys; `folder` is where the arrangement is remembered."""

    keys: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    theme: str | None = None
    frames_per_s: float = 10.0
    stuck_after_s: float = 30.0
    zone: tzinfo | None = None  # for times of day; None: the machine's own
    close_budget_s: float = 5.0  # how long the engine may take to close
    replay_speed: float | None = None  # the engine is a recording, played so much faster
    clock: Clock = field(default_factory=SystemClock)
