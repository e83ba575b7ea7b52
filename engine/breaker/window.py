"""What the last calls came to: how many there were, how many failed, how many were slow.

A good call is one addition. Calls are numbered, only the bad ones are kept one by one, and each
slice of time, a sixtieth of the window, keeps the number that it began with: so the calls of the
last so many seconds are a difference of two numbers. Ages are known to a slice.
"""

import math
from collections import deque
from typing import NamedTuple

_SLICES = 60


class Counts(NamedTuple):
    """Calls in the window, and how many of them failed or were slow; one can be both."""

    calls: int
    failed: int
    slow: int


class _Bad(NamedTuple):
    number: int
    failed: bool
    slow: bool


class Window:
    """The last `most` calls that are no older than `seconds`; times are monotonic seconds."""

    __slots__ = ("_bad", "_failed", "_most", "_next", "_slices", "_slow", "_width_s", "turn_s")

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._width_s = seconds / _SLICES
        self._slices: deque[tuple[int, int]] = deque()  # which slice, its first call's number
        self.turn_s = -math.inf  # when the newest slice ends
        self._next = 0
        self._bad: deque[_Bad] = deque()
        self._failed = self._slow = 0

    def good(self, now_s: float) -> None:
        """Count a call that was neither slow nor a failure."""
        if now_s >= self.turn_s:
            self._turn(now_s)
        self._next += 1

    def more(self, calls: int) -> None:
        """Count good calls of before `turn_s`."""
        self._next += calls

    def bad(self, now_s: float, *, failed: bool, slow: bool) -> None:
        """Count a call that failed, or was slow, or both."""
        self._bad.append(_Bad(self._next, failed, slow))
        self._failed += failed
        self._slow += slow
        self.good(now_s)

    def counts(self, now_s: float) -> Counts:
        """Return what is in the window now."""
        self._forget(int(now_s / self._width_s))
        first = self._slices[0][1] if self._slices else self._next
        first = max(first, self._next - self._most)
        while self._bad and self._bad[0].number < first:
            _, failed, slow = self._bad.popleft()
            self._failed -= failed
            self._slow -= slow
        return Counts(self._next - first, self._failed, self._slow)

    def _turn(self, now_s: float) -> None:
        slice_ = int(now_s / self._width_s)
        self._forget(slice_)
        self._slices.append((slice_, self._next))
        self.turn_s = (slice_ + 1) * self._width_s

    def _forget(self, slice_: int) -> None:
        while self._slices and self._slices[0][0] <= slice_ - _SLICES:
            self._slices.popleft()
