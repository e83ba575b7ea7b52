"""What a file is to its project: live code, a test, or a backup."""

import re
from typing import Final, Literal

from engine.search.live_code import is_backup

Place = Literal["live", "test", "backup"]
_TEST: Final = re.compile(
    r"(?:^|/)(?:tests?|testing)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$"
)
_ORDER: Final = {"live": 0, "test": 1, "backup": 2}


def place(path: str) -> Place:
    """Return what `path` is by its name and those of its folders."""
    if is_backup(path):
        return "backup"
    return "test" if _TEST.search(path) else "live"


def by_place(path: str) -> tuple[int, int, str]:
    """Return a key that sorts live code before tests before backups, then shallow before deep."""
    return _ORDER[place(path)], path.count("/"), path
