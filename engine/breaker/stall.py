"""Whether the agents get anywhere: all of them stuck, or the loop that they share starved.

A state machine without I/O and without a clock: times are monotonic seconds from the caller.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

# A task is cancelled when its time is over; one that is still there then heeds no cancellation.
STUCK_AFTER: Final = 1.5  # of the task's time without a sign of progress
LATE_MS: Final = 250.0
LATE_FOR_S: Final = 10.0


@dataclass(slots=True)
class Work:
    """What an agent is at; `timeout_s` None where it may take as long as it likes."""

    tool: str
    moved_s: float
    timeout_s: float | None


class Stall:
    """What keeps `agents` agents from working, reading by reading."""

    def __init__(self, agents: int, *, late_ms: float = LATE_MS) -> None:
        self._agents = agents
        self._late_ms = late_ms
        self._late_since_s: float | None = None

    def take(self, working: Collection[Work], lag_ms: float | None, now_s: float) -> str:
        """Return the trouble in a sentence; empty where there is none.

        Args:
            working: what the busy agents are at.
            lag_ms: how late the event loop was last; None where it isn't measured.
        """
        if lag_ms is None or lag_ms <= self._late_ms:
            self._late_since_s = None
        elif self._late_since_s is None:
            self._late_since_s = now_s
        return self._stuck(working, now_s) or self._late(lag_ms, now_s)

    def _stuck(self, working: Collection[Work], now_s: float) -> str:
        stuck = [one for one in working if _is_stuck(one, now_s)]
        if len(stuck) < self._agents:
            return ""
        tools = ", ".join(sorted({one.tool for one in stuck}))
        still_s = now_s - max(one.moved_s for one in stuck)
        who = "the only agent is" if self._agents == 1 else f"all {self._agents} agents are"
        return f"{who} stuck: no progress for {still_s:.0f} s in {tools}"

    def _late(self, lag_ms: float | None, now_s: float) -> str:
        since = self._late_since_s
        if since is None or lag_ms is None or now_s - since < LATE_FOR_S:
            return ""
        return (
            f"the event loop has been more than {self._late_ms:.0f} ms late for "
            f"{now_s - since:.0f} s, {lag_ms:.0f} ms at last"
        )


def _is_stuck(work: Work, now_s: float) -> bool:
    return work.timeout_s is not None and now_s - work.moved_s > STUCK_AFTER * work.timeout_s
