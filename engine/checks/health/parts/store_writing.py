"""Whether the store's folders take what is written to them, and give it back."""

import os
import secrets
from pathlib import Path
from typing import Final

from engine.checks.health.parts.look import Ground, Seen
from engine.durable import sync, sync_folder
from engine.store.errors import said
from engine.store.journals.segments import JOURNALS

_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_LITTLE: Final = 4096


def store_write(ground: Ground) -> Seen:
    """Write a file where folds are published and one where journals are, sync and read it back."""
    store = Path(ground.store)
    tried = (_tried(folder) for folder in (store, store / JOURNALS))
    sound = Seen("ok", "written, synced, read back and removed")
    return next((seen for seen in tried if seen is not None), sound)


def _tried(folder: Path) -> Seen | None:
    """Return what is wrong with a folder, None where nothing is."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f".health-{secrets.token_hex(8)}"
        back = _back(folder / name, wrote := secrets.token_bytes(_LITTLE))
        sync_folder(folder)
    except FileExistsError:
        return Seen("critical", f"{folder} is no folder", "set store.folder to a folder")
    except OSError as error:
        reason, remedy = said(error)
        return Seen("critical", f"{folder} can't be written: {reason}", remedy)
    if back != wrote:
        broken = f"{folder} gave back other bytes than were written"
        return Seen("critical", broken, "look after its disk")
    return None


def _back(path: Path, data: bytes) -> bytes:
    file = os.open(path, _FLAGS, 0o600)
    try:
        path.unlink()  # at once: whoever looks may be killed while it hangs in what follows
        written = os.write(file, data)
        if written < len(data):  # the second write gets the system to say why
            os.write(file, data[written:])
        sync(file)
        return os.pread(file, len(data), 0)
    finally:
        os.close(file)
