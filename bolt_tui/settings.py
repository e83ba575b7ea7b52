"""What the user can set of the console."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Literal

from engine.clock import Clock, SystemClock
from engine.evidence import Answer


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """`keys` maps names of actions to keys; `folder` is where the arrangement is remembered."""

    keys: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    theme: Literal["dark", "light"] | None = None  # None: the one that is remembered
    frames_per_s: float = 10.0
    stuck_after_s: float = 30.0
    zone: tzinfo | None = None  # for times of day; None: the machine's own
    close_budget_s: float = 5.0  # how long the engine may take to close
    replay_speed: float | None = None  # the engine is a recording, played so much faster
    # Answers a query where no engine is open, for the reason that is the second text.
    last_resort: Callable[[str, str], Awaitable[Answer]] | None = None
    clock: Clock = field(default_factory=SystemClock)
