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


def replace_file(path: Path, data: bytes) -> None:
    """Give a file this content, all of it or none; when this returns it survives a power cut.

    Raises:
        OSError: the file is as it was.
    """
    place = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(file, rest) :]
            sync(file)
        finally:
            os.close(file)
        place.rename(path)
    except OSError:
        place.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
