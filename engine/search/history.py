"""The git history of a file, and the state of the repository that it is in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.process import OutputTooLarge, ProcessError
from engine.search.errors import HistoryUnavailable
from engine.search.git_process import git, without_filters
from engine.search.printable import clip, printable

RECENT: Final = 10
_MAX_LOG_BYTES: Final = 16 * 1024 * 1024
_MAX_STATUS_BYTES: Final = 2 * 1024 * 1024
# A NUL can't be in a commit, so it separates; a subject is one line, and the counts follow it.
_FORMAT: Final = "%x00%h%x00%ad%x00%aN%x00%s"
_FIELDS: Final = 4


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit; `date` is the author's, in ISO 8601 with its offset."""

    hash: str
    date: str
    author: str
    subject: str
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class FileHistory:
    """What git knows of a file, through its renames.

    Attributes:
        commits: how many touched it (merges that only brought it along don't count).
        first, last: dates of the oldest and the newest of them.
        authors: names with their numbers of commits, most first.
        added, removed: lines over all commits.
        recent: the newest commits, newest first.
        shallow: whether the clone lacks older history, so that there may be more.
    """

    commits: int
    first: str
    last: str
    authors: tuple[tuple[str, int], ...]
    added: int
    removed: int
    recent: tuple[Commit, ...]
    shallow: bool


@dataclass(frozen=True, slots=True)
class Repository:
    """The state of a repository.

    Attributes:
        branch: None where no branch is checked out.
        head: the short hash of the commit that is checked out; None before the first one.
        changed: tracked files that differ from it; None where they could not be counted.
        untracked: files that git neither knows nor ignores; None likewise.
        uncounted: why they could not be counted.
    """

    branch: str | None
    head: str | None
    changed: int | None
    untracked: int | None
    uncounted: str | None = None


async def file_history(
    root: str, path: str, *, recent: int = RECENT, timeout_s: float = 20.0
) -> FileHistory:
    """Return the history of the file `path`, relative to `root`.

    Raises:
        HistoryUnavailable: with the reason.
    """
    log = ["log", "--follow", "--numstat", "--date=iso-strict", f"--format={_FORMAT}"]
    safe = ["--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-color"]
    try:
        output = await _read(root, [*log, *safe, "--", path], timeout_s)
        commits = _commits(output.decode("utf-8", "replace"))
        if not commits:
            raise HistoryUnavailable(await _why_none(root, path, timeout_s))
        shallow = await _read(root, ["rev-parse", "--is-shallow-repository"], timeout_s)
    except ProcessError as error:
        raise HistoryUnavailable(str(error)) from error
    return _summary(commits, recent, shallow=shallow.strip() == b"true")


async def _read(root: str, argv: Sequence[str], timeout_s: float) -> bytes:
    done = await git(root, argv, timeout_s=timeout_s, max_output_bytes=_MAX_LOG_BYTES)
    return done.stdout


async def _why_none(root: str, path: str, timeout_s: float) -> str:
    tracked = await _read(root, ["ls-files", "--", path], timeout_s)
    return "the file is not committed yet" if tracked else "the file is not tracked"


def _commits(log: str) -> list[Commit]:
    """Return the commits of a log, newest first."""
    fields = log.split("\0")[1:]
    commits: list[Commit] = []
    for at in range(0, len(fields) - _FIELDS + 1, _FIELDS):
        short, date, author, rest = fields[at : at + _FIELDS]
        subject, _, counts = rest.partition("\n")
        added, removed = _changed_lines(counts)
        shown = clip(printable(subject))
        commits.append(Commit(short, date, printable(author), shown, added, removed))
    return commits


def _changed_lines(counts: str) -> tuple[int, int]:
    """Return the lines added and removed; a binary version has none, which git writes as `-`."""
    numbers = [line.split("\t")[:2] for line in counts.split("\n") if "\t" in line]
    added, removed = ([int(pair[side]) for pair in numbers if pair[side] != "-"] for side in (0, 1))
    return sum(added), sum(removed)


def _summary(commits: Sequence[Commit], recent: int, *, shallow: bool) -> FileHistory:
    authors = Counter(commit.author for commit in commits)
    return FileHistory(
        commits=len(commits),
        first=commits[-1].date,
        last=commits[0].date,
        authors=tuple(sorted(authors.items(), key=lambda item: (-item[1], item[0]))),
        added=sum(commit.added for commit in commits),
        removed=sum(commit.removed for commit in commits),
        recent=tuple(commits[:recent]),
        shallow=shallow,
    )


async def repository(root: str, *, timeout_s: float = 10.0) -> Repository:
    """Return branch, commit and number of changed files of the repository that holds `root`.

    Raises:
        HistoryUnavailable: with the reason.
    """
    try:
        head = await _read(root, ["rev-parse", "--short", "--verify", "--quiet", "HEAD"], timeout_s)
        branch = await _read(root, ["symbolic-ref", "--short", "--quiet", "HEAD"], timeout_s)
        settings = await without_filters(root, timeout_s=timeout_s)
    except ProcessError as error:
        raise HistoryUnavailable(str(error)) from error
    name, commit = (printable(text.decode("utf-8", "replace").strip()) for text in (branch, head))
    try:
        changed, untracked = await _count_changed(root, settings, timeout_s)
    except OutputTooLarge:
        return Repository(name or None, commit or None, None, None, "there are too many to count")
    except ProcessError as error:
        return Repository(name or None, commit or None, None, None, str(error))
    return Repository(name or None, commit or None, changed, untracked)


async def _count_changed(
    root: str, settings: Sequence[tuple[str, str]], timeout_s: float
) -> tuple[int, int]:
    status = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all"]
    done = await git(
        root,
        [*status, "--ignore-submodules=all"],
        timeout_s=timeout_s,
        max_output_bytes=_MAX_STATUS_BYTES,
        settings=settings,
    )
    entries = done.stdout.split(b"\0")[:-1]
    untracked = sum(1 for entry in entries if entry.startswith(b"??"))
    return len(entries) - untracked, untracked
