"""How long cursors were waited for and lent: the figures that a pool shows of itself."""

from collections import deque
from dataclasses import dataclass

_LAST = 256


@dataclass(frozen=True, slots=True)
class Held:
    """A cursor that is lent: to whom, and since when (monotonic)."""

    who: str
    since_s: float

    def said(self, now_s: float) -> str:
        """Return it as words."""
        return f"{self.who} has one since {now_s - self.since_s:.1f} s"


class Times:
    """The last durations of one kind; None while there are none. `count` is of all that were."""

    def __init__(self) -> None:
        self.count = 0
        self._last = deque[float](maxlen=_LAST)

    def add(self, duration_s: float) -> None:
        self.count += 1
        self._last.append(duration_s)

    @property
    def p50_ms(self) -> float | None:
        """The median of the last 256."""
        return sorted(self._last)[len(self._last) // 2] * 1000 if self._last else None

    @property
    def max_ms(self) -> float | None:
        """The longest of the last 256."""
        return max(self._last) * 1000 if self._last else None
