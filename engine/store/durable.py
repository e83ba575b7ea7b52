"""Getting bytes past the machine's caches: what is synced here survives a power cut."""

import errno
import fcntl
import os
import sys
from pathlib import Path


def sync(file: int) -> None:
    """Return once a file's bytes and length are on its disk.

    macOS answers `fsync` before the disk has written; only F_FULLFSYNC waits for that.

    Raises:
        OSError: the disk refuses; what was written since the last sync may be lost.
    """
    if sys.platform == "darwin":
        try:
            fcntl.fcntl(file, fcntl.F_FULLFSYNC)
        except OSError as error:
            if error.errno not in (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY):
                raise
            os.fsync(file)  # a file system that knows no better
    else:
        os.fdatasync(file)


def sync_folder(folder: Path) -> None:
    """Return once the folder's names (made, renamed, removed) are on its disk.

    Raises:
        OSError: the disk refuses.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
