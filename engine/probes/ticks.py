"""The account of one probe's ticks: each that was due is in exactly one column."""

from msgspec import Struct


class Ticks(Struct):
    """What became of the ticks of one probe since its sampler began.

    Attributes:
        since_s: the monotonic time of the first; None before it.
        due: those whose time has come.
        taken: a reading came back.
        idle: there was nothing to read, or nobody looks at it.
        busy: left out, as the reading before had not come back.
        late: left out, as the loop came to it only after the next one was due.
        failed: the reading raised.
        dropped: it came back after it had been given up.
    """

    since_s: float | None = None
    due: int = 0
    taken: int = 0
    idle: int = 0
    busy: int = 0
    late: int = 0
    failed: int = 0
    dropped: int = 0

    @property
    def under_way(self) -> int:
        """Those that are in no column yet: at most one."""
        ended = self.taken + self.idle + self.failed + self.dropped
        return self.due - ended - self.busy - self.late
