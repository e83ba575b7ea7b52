"""Whether a store writes quickly enough for its writes to be made on the event loop.

One write of 5 ms may be other programs' turns on this core, and then a thread would wait for its
turn as well. Three such among many, or one of 50 ms, are a slow disk. Then no write is made on the
loop for a second, and for twice as long each time that it turns out slow again, up to a minute.
"""

SLOW_S = 0.004
TOO_LONG_S = 0.05
_STRIKES = 3
_FORGIVEN_AFTER = 100  # quick writes take a strike back
_WARY_S = 1.0
_LONGEST_S = 60.0


class Pace:
    """Judges by what the last writes took; pure, the time is handed in."""

    def __init__(self) -> None:
        self._strikes = 0
        self._quick = 0
        self._wary_s = _WARY_S
        self._until_s = 0.0

    def is_quick(self, now_s: float) -> bool:
        """Return whether the next write may be made on the loop."""
        return now_s >= self._until_s

    def took(self, before_s: float, after_s: float) -> None:
        """Take in that a write went on from `before_s` to `after_s` of the monotonic clock."""
        taken_s = after_s - before_s
        if taken_s <= SLOW_S:
            self._forgive()
            return
        self._strikes += _STRIKES if taken_s > TOO_LONG_S else 1
        self._quick = 0
        if self._strikes >= _STRIKES:
            self._strikes = _STRIKES - 1  # on trial: the next slow one is enough
            self._until_s = after_s + self._wary_s
            self._wary_s = min(2 * self._wary_s, _LONGEST_S)

    def _forgive(self) -> None:
        self._quick += 1
        if self._quick >= _FORGIVEN_AFTER:
            self._quick = 0
            self._strikes = max(0, self._strikes - 1)
            if not self._strikes:
                self._wary_s = _WARY_S
