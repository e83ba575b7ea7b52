"""When a waiting message is due, and when it has waited for too long.

What stands in the files is wall time, which may be set at will. So it is read once, when an outcome
is seen first, and within bounds; from then on the monotonic clock counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.alerts.delivery import Waiting
from engine.clock import Clock


@dataclass(frozen=True, slots=True)
class _Seen:
    attempt: int
    due_s: float  # monotonic
    over_s: float


class Due:
    """Knows of each waiting message when it is due; `give_up_s` is how long one may wait."""

    def __init__(self, clock: Clock, give_up_s: float) -> None:
        self._clock, self._give_up_s = clock, give_up_s
        self._seen: dict[str, _Seen] = {}

    def wait_s(self, one: Waiting) -> float:
        """Return the seconds until its next attempt, 0 for now."""
        return max(0.0, self._of(one).due_s - self._clock.monotonic_s())

    def left_s(self, one: Waiting) -> float:
        """Return the seconds until it has waited for too long, 0 for now."""
        return max(0.0, self._of(one).over_s - self._clock.monotonic_s())

    def rest_s(self, queue: Iterable[Waiting]) -> float:
        """Return for how long a channel is left alone that took nothing, whichever message."""
        held = [one for one in queue if one.so_far.last is not None and one.so_far.last.whole]
        return max(map(self.wait_s, held), default=0.0)

    def hold(self, one: Waiting, wait_s: float) -> None:
        """Count a wait that could not be written down."""
        due_s = self._clock.monotonic_s() + wait_s
        self._seen[one.path.name] = _Seen(one.so_far.attempt, due_s, self._of(one).over_s)

    def forget_all_but(self, waiting: Iterable[Waiting]) -> None:
        """Forget what does not wait any more."""
        names = {one.path.name for one in waiting}
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}

    def _of(self, one: Waiting) -> _Seen:
        seen = self._seen.get(one.path.name)
        if seen is None or seen.attempt != one.so_far.attempt:
            seen = self._seen[one.path.name] = self._read(one, seen)
        return seen

    def _read(self, one: Waiting, before: _Seen | None) -> _Seen:
        now_s, wall_s, last = self._clock.monotonic_s(), self._clock.wall_s(), one.so_far.last
        wait_s = (last.wait_s or 0.0) if last is not None else 0.0
        gone_s = wall_s - last.at_s if last is not None else 0.0
        due_s = now_s + min(max(wait_s - gone_s, 0.0), wait_s)
        if before is not None:
            return _Seen(one.so_far.attempt, due_s, before.over_s)
        age_s = max(0.0, wall_s - one.head.put_s)
        return _Seen(one.so_far.attempt, due_s, now_s + self._give_up_s - age_s)
