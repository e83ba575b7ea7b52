"""Whether the store's folder takes what is written to it, and gives it back."""

import os
import secrets
from pathlib import Path
from typing import Final

from engine.checks.health.parts.look import Ground, Seen
from engine.durable import sync, sync_folder
from engine.store.errors import said

_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_LITTLE: Final = 4096


def store_write(ground: Ground) -> Seen:
    """Write a file, sync it, read it back and remove it."""
    folder = Path(ground.store)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        back = _back(folder / f".health-{os.getpid()}", wrote := secrets.token_bytes(_LITTLE))
        sync_folder(folder)
    except FileExistsError:
        return Seen("critical", f"{folder} is no folder", "set store.folder to a folder")
    except OSError as error:
        reason, remedy = said(error)
        return Seen("critical", f"{folder} can't be written: {reason}", remedy)
    if back != wrote:
        broken = f"{folder} gave back other bytes than were written"
        return Seen("critical", broken, "look after its disk")
    return Seen("ok", "written, synced, read back and removed")


def _back(path: Path, data: bytes) -> bytes:
    file = os.open(path, _FLAGS, 0o600)
    try:
        written = os.write(file, data)
        if written < len(data):  # the second write gets the system to say why
            os.write(file, data[written:])
        sync(file)
        return os.pread(file, len(data), 0)
    finally:
        os.close(file)
        path.unlink(missing_ok=True)
