"""Where the store lies: one for a user, in the platform's state folder, never in a repository."""

import os
from collections.abc import Mapping
from pathlib import Path


def store_folder(configured: str = "", environ: Mapping[str, str] = os.environ) -> Path:
    """Return the store's folder; nothing is made."""
    if configured:
        return Path(configured).expanduser().absolute()
    if folder := environ.get("XDG_STATE_HOME"):
        return Path(folder) / "bolt-tui"
    from platformdirs import user_state_path  # costs 19 ms

    return user_state_path("bolt-tui", appauthor=False)
