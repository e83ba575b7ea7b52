"""What this process and its store hold now; the readings that the gates judge."""

import os
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from engine.checks.soak.gates import Mark
from engine.store.journals.segments import segments


def mark(at_s: float, store: Path, tasks: int) -> Mark:
    """Take one reading, in a worker thread: some ms. `tasks` are those of the loop.

    Raises:
        OSError, psutil.Error: something can't be read.
    """
    process = psutil.Process()
    return Mark(
        at_s=round(at_s, 3),
        rss_bytes=process.memory_info().rss,
        threads=process.num_threads(),
        descriptors=process.num_fds(),
        tasks=tasks,
        children=len(process.children(recursive=True)),
        journals=len(segments(store)),
        store_bytes=_size(store),
    )


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(place, name)).st_size  # noqa: PTH116, PTH118
            except FileNotFoundError:  # folded, or renamed, since it was listed
                continue
    return total
