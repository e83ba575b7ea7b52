"""The bounds that figures are judged by; perfdata tells them beside the figures."""

from dataclasses import dataclass
from typing import Final

from engine.events import CheckState


@dataclass(frozen=True, slots=True)
class Limits:
    """A figure is bad below them where `low`, else above them; None: that state is never due."""

    warning: float | None
    critical: float | None
    low: bool = False

    def judge(self, value: float) -> CheckState:
        """Return the state that a figure makes."""
        if self._is_past(value, self.critical):
            return "critical"
        return "warning" if self._is_past(value, self.warning) else "ok"

    def _is_past(self, value: float, limit: float | None) -> bool:
        if limit is None:
            return False
        return value < limit if self.low else value > limit


# By "check.figure".
LIMITS: Final[dict[str, Limits]] = {
    "disk.free_bytes": Limits(1e9, 1e8, low=True),
    "disk.free_pct": Limits(5.0, None, low=True),
    "memory.available_pct": Limits(5.0, 2.0, low=True),
    "store_fold.held_s": Limits(900.0, 7200.0),  # a fold is ended after an hour
    "store_clock.ahead_s": Limits(60.0, None),
    "outbox.oldest_s": Limits(3600.0, None),
    "kernels.error": Limits(None, 1e-10),
}
