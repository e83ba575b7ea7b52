"""How many files this process may have open: DuckDB holds one for each part that it reads."""

import resource
from contextlib import suppress
from typing import Final

ENOUGH: Final = 4096


def allow_enough() -> None:
    """Raise the soft limit as far as is needed and allowed; macOS begins with 256."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(ENOUGH, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # then the oldest parts are left out, with a sentence
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
