"""The user's cache folder: what is there only saves time, and may be deleted whenever."""

import os
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return this program's folder beneath the user's caches, absolute; None if there is none."""
    if named := environ.get("XDG_CACHE_HOME"):
        folder = Path(named) / "bolt-tui"
    else:
        from platformdirs import user_cache_path  # costs 19 ms

        folder = user_cache_path("bolt-tui", appauthor=False)
    return folder if folder.is_absolute() else None
