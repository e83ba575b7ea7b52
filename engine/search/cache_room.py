"""Keeping the cache folder small: what nobody used for long is removed, then the oldest."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

DAY_S: Final = 24 * 3600.0
UNUSED_S: Final = 30 * DAY_S
MAX_TOTAL_BYTES: Final = 1_000_000_000
# Whoever was writing it has ended.
_TORN_S: Final = 3600.0
_MARK: Final = "cleaned"


def make_room(cache: Path, now_s: float) -> None:
    """Remove what is too much from the folders in `cache`, at most once a day.

    A file's time of change tells when it was last used.

    Raises:
        OSError: it can't be noted that this was done.
    """
    mark = cache / _MARK
    with suppress(FileNotFoundError):
        if abs(now_s - mark.stat().st_mtime) < DAY_S:
            return
    mark.touch(mode=0o600)
    os.utime(mark, (now_s, now_s))
    left_bytes = MAX_TOTAL_BYTES
    for used_s, size_bytes, path in sorted(_files(cache), reverse=True):
        left_bytes -= size_bytes
        longest_s = _TORN_S if path.endswith(".tmp") else UNUSED_S
        if now_s - used_s > longest_s or left_bytes < 0:
            with suppress(OSError):
                os.unlink(path)  # noqa: PTH108
    for folder in _folders(cache):
        with suppress(OSError):
            os.rmdir(folder)  # noqa: PTH106


def _folders(cache: Path) -> list[str]:
    with os.scandir(cache) as found:
        return [one.path for one in found if one.is_dir(follow_symlinks=False)]


def _files(cache: Path) -> Iterator[tuple[float, int, str]]:
    for folder in _folders(cache):
        with suppress(OSError), os.scandir(folder) as found:
            for one in found:
                if one.name.endswith((".layer", ".tmp")):
                    status = one.stat(follow_symlinks=False)
                    yield status.st_mtime, status.st_size, one.path
