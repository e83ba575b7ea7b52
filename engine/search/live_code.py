"""Telling live code from the copies of it that repositories keep."""

import re
from typing import Final

_BACKUP: Final = re.compile(
    r"(?:^|[_\-. ])"
    r"(?:backups?|bak|archived?|archives|attic|copy|deprecated|obsolete|old|orig|trash)"
    r"(?:[_\-. \d]|$)",
    re.IGNORECASE,
)


def is_backup(path: str) -> bool:
    """Return whether a folder above `path` is named as one for copies or retired code."""
    return any(_BACKUP.search(folder) for folder in path.split("/")[:-1])


def liveliness(path: str) -> tuple[bool, int, str]:
    """Return a key that sorts live files before copies, then shallow before deep, then by name."""
    return is_backup(path), path.count("/"), path
