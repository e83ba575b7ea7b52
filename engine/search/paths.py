"""Names of files and folders that a user gave, resolved inside the project."""

import os
from pathlib import Path

from engine.search.errors import PathOutside


def inside(root: str, text: str) -> str:
    """Return `text` as a path relative to `root`, "." for the root itself; it need not exist.

    A link is followed before it is judged, so one that leaves the project is outside too.

    Raises:
        PathOutside
    """
    try:
        base = Path(root).resolve()
        real = (base / text).resolve()
    except (OSError, RuntimeError, ValueError):
        # A name that no file can have, or links that go in a circle.
        raise PathOutside(text) from None
    if not real.is_relative_to(base):
        raise PathOutside(text)
    named = Path(os.path.normpath(base / text))
    return (named if named.is_relative_to(base) else real).relative_to(base).as_posix()
