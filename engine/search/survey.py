"""What a search leaves out: how much there is of it, and whether the pattern is in it."""

from collections.abc import Sequence
from typing import Final

import anyio

from engine.process import ProcessError
from engine.search.errors import ScanFailed
from engine.search.rg_output import counts, path_order, paths, show_path
from engine.search.ripgrep import pattern_args, ripgrep
from engine.search.text_query import EVERYTHING, HIDDEN, Elsewhere, TextQuery, match_flags

_SHOWN_PATHS: Final = 5
_BETWEEN_STARTS_S: Final = 0.002
_MAX_LIST_BYTES: Final = 32 * 1024 * 1024


async def count_left_out(
    rg: str, root: str, names: Sequence[str], *, timeout_s: float, binary: bool = True
) -> dict[str, int]:
    """Count the files that a search of `names` (empty: all of `root`) leaves out.

    Args:
        binary: whether to count binary files, for which all of them have to be looked into.

    Returns:
        `hidden`, `ignored` (by ignore files, hidden or not; git's own folder aside) and `binary`
        (those with a NUL, which are read up to it at most). What can't be counted within
        `timeout_s` is absent.
    """
    found: dict[str, int] = {}

    async def count(key: str, *flags: str) -> None:
        argv = ["--null", *flags, "--", *names]
        # Not knowing is an answer here, and has a form: the key is absent.
        try:
            output, _ = await ripgrep(
                rg, root, argv, timeout_s=timeout_s, max_output_bytes=_MAX_LIST_BYTES
            )
        except (ProcessError, ScanFailed):
            return
        found[key] = output.count(b"\0")

    counts_of = (
        ("binary", "--files-with-matches", "--text", "-e", r"\x00"),
        ("universe", "--files"),
        ("with hidden", "--files", *HIDDEN),
        ("with ignored", "--files", *EVERYTHING),
    )
    async with anyio.create_task_group() as group:
        for wanted in counts_of if binary else counts_of[1:]:
            group.start_soon(count, *wanted)
            # Starting a process holds the loop a millisecond or two: not four at a time.
            await anyio.sleep(_BETWEEN_STARTS_S)
    return _differences(found)


def _differences(found: dict[str, int]) -> dict[str, int]:
    """Return the files of each kind from the sizes of the growing universes."""
    steps = (("hidden", "with hidden", "universe"), ("ignored", "with ignored", "with hidden"))
    left_out = {
        kind: max(0, found[larger] - found[smaller])
        for kind, larger, smaller in steps
        if larger in found and smaller in found
    }
    if "binary" in found:
        left_out["binary"] = found["binary"]
    return left_out


async def look_elsewhere(
    rg: str, root: str, query: TextQuery, names: Sequence[str], *, timeout_s: float
) -> Elsewhere | None:
    """Search hidden, ignored and binary files; None where the pattern isn't there either.

    For a query without a hit in the universe: whatever is found is outside it.
    """
    found: dict[str, bytes] = {}
    end = [*EVERYTHING, *match_flags(query), *pattern_args(query, names)]

    async def look(key: str, *flags: str) -> None:
        found[key], _ = await ripgrep(
            rg, root, [*flags, *end], timeout_s=timeout_s, max_output_bytes=_MAX_LIST_BYTES
        )

    # In turn: almost always there is nothing, and the second look is then needless.
    await look("all", "--files-with-matches", "--binary", "--null")
    holders = paths(found["all"])
    if not holders:
        return None
    await look("text", "--count", "--null", "--with-filename")
    in_text = counts(found["text"])
    first = sorted(holders, key=path_order)[:_SHOWN_PATHS]
    return Elsewhere(
        lines=sum(in_text.values()),
        files=len(in_text),
        binary_files=sum(1 for path in holders if path not in in_text),
        paths=tuple(show_path(path) for path in first),
    )
