"""Monotonic and wall time, handed to everything that needs it.

This is the only module that reads the machine's clocks. Durations come from the monotonic clock,
so a changed wall clock moves no deadline; wall time is only for people and for ordering journals.
What was promised to people for so long, though, goes on while the machine sleeps.
"""

import sys
import time
from typing import Final, Protocol

# The clocks that count sleep: macOS's own CLOCK_MONOTONIC does, Linux has another one for it.
_AWAKE_OR_NOT: Final[int] = getattr(
    time, "CLOCK_MONOTONIC" if sys.platform == "darwin" else "CLOCK_BOOTTIME"
)


class Clock(Protocol):
    """What the engine knows of time."""

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary start; never goes back; not comparable between processes.

        It stands still while the machine sleeps.
        """
        ...

    def sleepless_s(self) -> float:
        """As `monotonic_s`, with an arbitrary start of its own, and counting on in sleep."""
        ...

    def wall_s(self) -> float:
        """Seconds since 1970-01-01 UTC, as the machine believes."""
        ...


class SystemClock:
    """The machine's own clocks."""

    monotonic_s = staticmethod(time.perf_counter)
    wall_s = staticmethod(time.time)

    def sleepless_s(self) -> float:
        return time.clock_gettime(_AWAKE_OR_NOT)


class ManualClock:
    """A clock that moves only when told; for tests and replays."""

    def __init__(self, monotonic_s: float = 0.0, wall_s: float = 1_750_000_000.0) -> None:
        self._monotonic_s = monotonic_s
        self._wall_s = wall_s
        self._slept_s = 0.0

    def monotonic_s(self) -> float:
        return self._monotonic_s

    def sleepless_s(self) -> float:
        return self._monotonic_s + self._slept_s

    def wall_s(self) -> float:
        return self._wall_s

    def advance(self, seconds: float) -> None:
        """Let both clocks run forward by `seconds`."""
        self._monotonic_s += seconds
        self._wall_s += seconds

    def sleep(self, seconds: float) -> None:
        """Let the machine sleep for `seconds`: the monotonic clock does not move."""
        self._slept_s += seconds
        self._wall_s += seconds

    def set_wall(self, wall_s: float) -> None:
        """Set the wall clock as an operator or NTP would; the monotonic clock does not move."""
        self._wall_s = wall_s
