"""Plain text search of a project: ripgrep's own answer, counted exactly, with the first rows.

ripgrep's `--sort path` gives up its threads (54 ms instead of 35 for 22 000 hits in 1500 files), so
it runs unsorted and the files, not the rows, are put in order here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from subprocess import DEVNULL
from typing import Final

import anyio
from anyio.lowlevel import checkpoint

from engine.process import OutputTooLarge, spawn
from engine.search.corpus import check_paths
from engine.search.errors import SearchError
from engine.search.left_out import SURVEY_S
from engine.search.rg_output import Block, blocks, counts, hits, path_order
from engine.search.ripgrep import BASE_FLAGS, failures_as_scan_failed, pattern_args, ripgrep
from engine.search.survey import count_left_out, look_elsewhere
from engine.search.text_query import Hit, Scan, TextQuery, check_pattern, match_flags, row_flags

# Above this the rows are not all read: a count and the first rows in ripgrep's own order do.
_MAX_ROWS_BYTES: Final = 4 * 1024 * 1024
_MAX_COUNTS_BYTES: Final = 64 * 1024 * 1024
_CHUNK_BYTES: Final = 1 << 16
# Files folded between two looks at the rest of the program: about a millisecond.
_SLICE: Final = 100
# What is ignored may be a hundred times what is not: it gets a look, not the whole wait.
ELSEWHERE_S: Final = 3.0
MAX_ROWS: Final = 500


async def scan(
    rg: str,
    root: str,
    query: TextQuery,
    *,
    max_rows: int = MAX_ROWS,
    timeout_s: float = 30.0,
    left_out: Mapping[str, int] | None = None,
) -> Scan:
    """Search the files that `rg --files` lists under `root`.

    Args:
        left_out: what `count_left_out` said, where the caller has it at hand; counted beside the
            search otherwise, for two seconds at most.

    Raises:
        PatternError, PathOutside, PathMissing.
        ScanFailed: ripgrep could not do it within `timeout_s`.
    """
    check_pattern(query)
    names = await check_paths(rg, root, query.paths)
    surveyed: dict[str, int] = dict(left_out or {})
    outcome: Scan | SearchError

    async def survey() -> None:
        limit_s = min(SURVEY_S, timeout_s)
        surveyed.update(await count_left_out(rg, root, names, timeout_s=limit_s))

    async with anyio.create_task_group() as group:
        if left_out is None:
            group.start_soon(survey)
        # Carried out of the group by hand, which would wrap it.
        try:
            with failures_as_scan_failed(timeout_s), anyio.fail_after(timeout_s):
                outcome = await _scan(
                    rg, root, query, names, max_rows=max_rows, timeout_s=timeout_s
                )
        except SearchError as error:
            outcome = error
            group.cancel_scope.cancel()
    if isinstance(outcome, SearchError):
        raise outcome
    return replace(outcome, not_searched={**surveyed, **outcome.not_searched})


async def _scan(
    rg: str, root: str, query: TextQuery, names: Sequence[str], *, max_rows: int, timeout_s: float
) -> Scan:
    try:
        found, unreadable = await find_blocks(rg, root, query, names, timeout_s=timeout_s)
    except OutputTooLarge:
        return await _scan_large(rg, root, query, names, max_rows=max_rows, timeout_s=timeout_s)
    total = sum(block.lines for block in found)
    elsewhere, looked = None, True
    if not total:
        with anyio.move_on_after(ELSEWHERE_S) as limit:
            elsewhere = await look_elsewhere(rg, root, query, names, timeout_s=timeout_s)
        looked = not limit.cancelled_caught
    rows = first_hits(found, max_rows)
    return Scan(total, len(found), rows, total > len(rows), _unread(unreadable), elsewhere, looked)


async def find_blocks(
    rg: str, root: str, query: TextQuery, names: Sequence[str] = (), *, timeout_s: float
) -> tuple[list[Block], int]:
    """Return the files with hits in path order, and how many could not be read.

    Raises:
        ProcessError, ScanFailed, PatternError; OutputTooLarge above 4 MB of rows.
    """
    output, unreadable = await ripgrep(
        rg,
        root,
        [*row_flags(), *match_flags(query), *pattern_args(query, names)],
        timeout_s=timeout_s,
        max_output_bytes=_MAX_ROWS_BYTES,
        query=query,
    )
    # By path: overlapping folders make ripgrep answer twice for a file.
    found: dict[bytes, Block] = {}
    for number, block in enumerate(blocks(output)):
        found.setdefault(block.path, block)
        if number % _SLICE == 0:
            await checkpoint()
    return [found[path] for path in sorted(found, key=path_order)], unreadable


def first_hits(found: Sequence[Block], max_rows: int) -> tuple[Hit, ...]:
    rows: list[Hit] = []
    for block in found:
        if len(rows) >= max_rows:
            break
        rows += hits(block, max_rows - len(rows))
    return tuple(rows)


def _unread(files: int) -> dict[str, int]:
    return {"unreadable": files} if files else {}


async def _scan_large(
    rg: str, root: str, query: TextQuery, names: Sequence[str], *, max_rows: int, timeout_s: float
) -> Scan:
    """Count everything, then read rows in ripgrep's own order until there are enough."""
    flags = [*match_flags(query), *pattern_args(query, names)]
    output, unreadable = await ripgrep(
        rg,
        root,
        ["--count", "--null", "--with-filename", *flags],
        timeout_s=timeout_s,
        max_output_bytes=_MAX_COUNTS_BYTES,
        query=query,
    )
    counted = counts(output)
    argv = [rg, *BASE_FLAGS, "--sort=path", *row_flags(), *flags]
    found = await _first_blocks(argv, root, counted, max_rows)
    total, rows = sum(counted.values()), first_hits(found, max_rows)
    return Scan(total, len(counted), rows, total > len(rows), _unread(unreadable))


async def count_lines(
    rg: str, root: str, query: TextQuery, *, timeout_s: float
) -> dict[bytes, int]:
    """Return how many lines match in each file that has any.

    Raises:
        PatternError, ScanFailed.
    """
    with failures_as_scan_failed(timeout_s):
        output, _ = await ripgrep(
            rg,
            root,
            [
                *("--count", "--null", "--with-filename"),
                *match_flags(query),
                *pattern_args(query, query.paths),
            ],
            timeout_s=timeout_s,
            max_output_bytes=_MAX_COUNTS_BYTES,
            query=query,
        )
    return counts(output)


async def _first_blocks(
    argv: Sequence[str], root: str, counted: Mapping[bytes, int], max_rows: int
) -> list[Block]:
    """Read sorted rows until `max_rows` are there; files that were not counted are left out."""
    output = bytearray()
    found: list[Block] = []
    async with spawn(argv, cwd=root, stderr=DEVNULL) as process:
        assert process.stdout is not None
        while sum(block.lines for block in found) < max_rows:
            try:
                output += await process.stdout.receive(_CHUNK_BYTES)
            except anyio.EndOfStream:
                break
            whole_rows = bytes(output[: max(0, output.rfind(b"\n"))])
            found = [block for block in blocks(whole_rows) if block.path in counted]
    return found
