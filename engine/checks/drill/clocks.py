"""The clock of a scratch session: its wall jumps, and it can keep a probe's thread waiting."""

import threading
from typing import Final

from engine.clock import SystemClock

_HOST_THREAD: Final = "probe-host"
_LONGEST_S: Final = 120.0


class DrillClock(SystemClock):
    """The machine's clocks, the wall's shifted by `shift_s`.

    While `hold_probe` holds, whoever reads the monotonic time from a thread of the host probe waits
    there as in a driver that doesn't come back: the probe hangs by means of what it was given.
    """

    def __init__(self) -> None:
        self.shift_s = 0.0
        self._free = threading.Event()
        self._free.set()

    def wall_s(self) -> float:
        return SystemClock.wall_s() + self.shift_s

    def monotonic_s(self) -> float:
        if not self._free.is_set() and threading.current_thread().name.startswith(_HOST_THREAD):
            self._free.wait(_LONGEST_S)
        return SystemClock.monotonic_s()

    def hold_probe(self) -> None:
        """Let the host probe hang from its next reading on."""
        self._free.clear()

    def free_probe(self) -> None:
        """Let it go on."""
        self._free.set()
