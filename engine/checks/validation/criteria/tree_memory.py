"""The most memory that a process and its descendants held together."""

import anyio
import anyio.to_thread

_LOOK_S = 0.03


class TreeMemory:
    """Looks at a process's tree every 30 ms; `peak_bytes` is None before it was ever seen.

    Shared pages count once for each process that maps them, so the truth is at most this.
    """

    def __init__(self, pid: int) -> None:
        self.peak_bytes: int | None = None
        self._pid = pid

    async def run(self) -> None:
        """Look until cancelled, or until the process is gone."""
        while (held := await anyio.to_thread.run_sync(_held, self._pid)) is not None:
            self.peak_bytes = max(held, self.peak_bytes or 0)
            await anyio.sleep(_LOOK_S)

    @property
    def peak_gb(self) -> float | None:
        return None if self.peak_bytes is None else self.peak_bytes / 1e9


def _held(pid: int) -> int | None:
    import psutil  # type: ignore[import-untyped]

    try:
        first = psutil.Process(pid)
        tree = [first, *first.children(recursive=True)]
        if first.status() == psutil.STATUS_ZOMBIE:
            return None
    except psutil.Error:
        return None
    total = 0
    for one in tree:
        try:
            total += one.memory_info().rss
        except psutil.Error:  # it ended in between
            continue
    return total
