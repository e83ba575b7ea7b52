"""How often the files of a project were changed, as git remembers it.

A commit counts for each file that it changes; a merge counts for none, for the commits that it
brings are counted themselves (so what was changed in the merge alone is missed). A file keeps its
history through renames that git recognises (half of its lines the same).

Where a clone lacks contents of older files, lines can't be counted and renames are followed only
where nothing else was changed in the file; commits, authors and dates hold all the same.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from anyio import to_thread

from engine.process import OutputTooLarge, ProcessError
from engine.search.errors import HistoryUnavailable
from engine.search.git_process import git
from engine.search.printable import printable

_MAX_LOG_BYTES: Final = 128 * 1024 * 1024
# A commit's fields begin with a character that no line of counts begins with.
_BEGIN: Final = "\x01"
_FORMAT: Final = "%x01%ct%x02%aN"
_LOG: Final = (
    "log", "-z", "--topo-order", "--relative", f"--format={_FORMAT}",
    "--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-color",
)  # fmt: skip
_LINES: Final = ("--numstat", "-M", "-l2000")
# Compares names of contents only, which are there even where the contents are not.
_NAMES: Final = ("--raw", "-M100%")
_CONTENTS: Final = ":"  # how a line of names of contents begins
_TWO_PATHS: Final = ("R", "C")
# What git says of an object that is not there.
_LACKING: Final = ("unable to read", "could not fetch", "bad object", "could not get object info")


@dataclass(frozen=True, slots=True)
class Churn:
    """What was done to one file.

    Attributes:
        commits: how many changed it.
        lines_added, lines_removed: over all of them; binary versions count no lines. None where
            the clone lacks what it takes to count them.
        authors: how many names they have.
        last_wall_s: when the newest was committed, in seconds since 1970.
    """

    commits: int
    lines_added: int | None
    lines_removed: int | None
    authors: int
    last_wall_s: int


@dataclass(frozen=True, slots=True)
class ProjectChurn:
    """The churn of every file by its newest path, relative to the folder that was asked about.

    Attributes:
        files: also those that are gone by now.
        commits: how many were read.
        shallow: whether the clone lacks older history, so that all figures are lower bounds.
        counts_lines: False where the clone lacks contents of older files, so that no file's lines
            are known, and a rename is followed only where the file was left as it was.
    """

    files: Mapping[str, Churn]
    commits: int
    shallow: bool
    counts_lines: bool = True


async def read_churn(
    root: str, *, since: str | None = None, timeout_s: float = 30.0
) -> ProjectChurn:
    """Return the churn of the files below `root`.

    Args:
        since: a date as git reads it ("2026-01-31", "6 months ago"); None for all history.

    Raises:
        HistoryUnavailable: with the reason.
    """
    dated = [f"--since={since}"] if since else []
    counts_lines = True
    try:
        try:
            log = await _read(root, [*_LOG, *_LINES, *dated, "--", "."], timeout_s)
        except HistoryUnavailable as error:
            if not error.reason.startswith(_LACKING):
                raise
            counts_lines = False
            log = await _read(root, [*_LOG, *_NAMES, *dated, "--", "."], timeout_s)
        shallow = await _read(root, ["rev-parse", "--is-shallow-repository"], timeout_s)
    except OutputTooLarge as error:
        reason = "it is too long to be read whole: ask for the part since some date"
        raise HistoryUnavailable(reason) from error
    except ProcessError as error:
        raise HistoryUnavailable(str(error)) from error
    files, commits = await to_thread.run_sync(parse_log, log)
    return ProjectChurn(files, commits, shallow.strip() == b"true", counts_lines)


async def _read(root: str, argv: Sequence[str], timeout_s: float) -> bytes:
    done = await git(root, argv, timeout_s=timeout_s, max_output_bytes=_MAX_LOG_BYTES)
    return done.stdout


class _Tally:
    """One file's churn while it is counted."""

    def __init__(self) -> None:
        self.commits = self.added = self.removed = self.last_wall_s = 0
        self.authors: set[str] = set()

    def add(self, added: str, removed: str, author: str, wall_s: int) -> None:
        self.commits += 1
        self.added += int(added) if added != "-" else 0
        self.removed += int(removed) if removed != "-" else 0
        self.authors.add(author)
        self.last_wall_s = max(self.last_wall_s, wall_s)


def parse_log(output: bytes) -> tuple[dict[str, Churn], int]:
    """Return the churn by path, and the number of commits.

    The files of a log with names of contents only have no lines.
    """
    tallies: dict[str, _Tally] = {}
    newest: dict[str, str] = {}
    commits = wall_s = 0
    author, counts_lines = "", True
    fields = iter(os.fsdecode(output).split("\0"))
    for field in fields:
        text = field.lstrip("\n")
        if text.startswith(_BEGIN):
            when, _, name = text[1:].partition("\x02")
            commits, wall_s, author = commits + 1, int(when), printable(name)
        elif text:
            counts_lines = not text.startswith(_CONTENTS)
            added, removed, path = _change(text, fields, newest)
            path = newest.get(path, path)
            tallies.setdefault(path, _Tally()).add(added, removed, author, wall_s)
    return dict(_finished(tallies.items(), counts_lines=counts_lines)), commits


def _change(text: str, fields: Iterator[str], newest: dict[str, str]) -> tuple[str, str, str]:
    """Return the lines added and removed, "-" where unknown, and the path of one change."""
    if text.startswith(_CONTENTS):
        has_two = text.rpartition(" ")[2].startswith(_TWO_PATHS)
        return "-", "-", _renamed(fields, newest) if has_two else next(fields)
    added, removed, path = text.split("\t", 2)
    return added, removed, path or _renamed(fields, newest)


def _renamed(fields: Iterator[str], newest: dict[str, str]) -> str:
    """Take the two paths of a rename; older commits call the file by the first one."""
    old, new = next(fields), next(fields)
    newest[old] = newest.get(new, new)
    return new


def _finished(
    tallies: Iterable[tuple[str, _Tally]], *, counts_lines: bool
) -> Iterator[tuple[str, Churn]]:
    for path, tally in tallies:
        added, removed = (tally.added, tally.removed) if counts_lines else (None, None)
        authors = len(tally.authors)
        yield path, Churn(tally.commits, added, removed, authors, tally.last_wall_s)
