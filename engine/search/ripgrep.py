"""The ripgrep process: how it is found, run, and how its failures become ours."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from engine.process import ProcessError, run
from engine.search.errors import ChoiceRefused, PatternError, RipgrepMissing, ScanFailed
from engine.search.programs import find_beside
from engine.search.rg_output import complaints

if TYPE_CHECKING:
    from engine.search.text_query import TextQuery

# The user's own ripgrep settings would change what is searched; a bad line in a .gitignore is not
# an error of the search.
BASE_FLAGS: Final = ("--no-config", "--color=never", "--no-ignore-messages")
# How ripgrep begins what it says of `-t` and `-g`.
_CHOICE: Final = ("unrecognized file type", "error parsing glob")
_NO_MATCH: Final = 1
_TROUBLE: Final = 2


def find_ripgrep(configured: str = "") -> str:
    """Return the ripgrep to run: the configured one, else one beside this interpreter or on PATH.

    Raises:
        RipgrepMissing: also where the configured one can't be run.
    """
    found = shutil.which(configured) if configured else find_beside("rg")
    if found is None:
        raise RipgrepMissing(configured)
    return found


@contextmanager
def failures_as_scan_failed(timeout_s: float) -> Iterator[None]:
    """Turn what a child process can do wrong in the block into ScanFailed."""
    try:
        yield
    except ProcessError as error:
        raise ScanFailed(str(error)) from error
    except TimeoutError:
        raise ScanFailed(f"it took longer than {timeout_s:g} s") from None


async def ripgrep(
    rg: str,
    root: str,
    argv: Sequence[str],
    *,
    timeout_s: float,
    max_output_bytes: int,
    query: "TextQuery | None" = None,
) -> tuple[bytes, int]:
    """Run ripgrep in `root`; return its output and how many files it could not read.

    Raises:
        ProcessError, ScanFailed.
        PatternError: ripgrep refused the regular expression of `query`.
    """
    done = await run(
        [rg, *BASE_FLAGS, *argv],
        cwd=root,
        timeout_s=timeout_s,
        max_output_bytes=max_output_bytes,
    )
    if done.returncode in (0, _NO_MATCH):
        return done.stdout, 0
    unreadable, cause = complaints(done.stderr)
    if cause.startswith(_CHOICE):
        raise ChoiceRefused(cause)
    if cause and done.returncode == _TROUBLE and query is not None and query.regex:
        raise PatternError(query.pattern, cause)
    if done.returncode != _TROUBLE:
        raise ScanFailed(f"ripgrep ended with status {done.returncode}")
    if cause:
        raise ScanFailed(cause)
    return done.stdout, unreadable


def pattern_args(query: "TextQuery", paths: Sequence[str]) -> list[str]:
    """Return the end of an argument list: the pattern, then the files and folders to look in."""
    return ["-e", query.pattern, "--", *paths]
