"""How much a file's place in the project counts: live code before tests, copies and demos."""

import re
from typing import Final

from engine.search.live_code import is_backup

_TEST: Final = re.compile(
    r"(?:^|/)(?:tests?|testing)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.pyi?$"
)
_ASIDE: Final = re.compile(
    r"(?:^|[/_.])(?:examples?|demos?|mocks?|benchmarks?|scratch|samples?)(?:[/_.]|$)"
)
_FOREIGN: Final = re.compile(r"(?:^|/)(?:_?vendor(?:ed)?|third_party|node_modules|site-packages)/")


def standing(path: str) -> tuple[float, str]:
    """Return by what a file's score is multiplied, and why; live code of the project has 1."""
    if is_backup(path):
        return 0.45, "in a backup"
    if _FOREIGN.search(path):
        return 0.5, "someone else's code"
    if is_test(path):
        return 0.5, "a test"
    if _ASIDE.search(path):
        return 0.7, "an example, demo or benchmark"
    return 1.0, ""


def is_test(path: str) -> bool:
    """Return whether a file is for tests, by its name or its folder's."""
    return _TEST.search(path) is not None
