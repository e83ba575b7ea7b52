"""Running git on a repository that is not trusted.

A repository's own configuration can name programs that git then runs: a file system monitor,
hooks, filters, external diffs and textconv, a pager, a signature checker, transports. Every one
that a reading command could reach is turned off here, for this call only.
"""

import os
from collections.abc import Sequence
from typing import Final

from engine.process import Finished, ProgramMissing, find_program, run
from engine.search.errors import HistoryUnavailable
from engine.search.printable import printable

_SETTINGS: Final[tuple[tuple[str, str], ...]] = (
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),
    ("core.pager", "cat"),
    ("core.quotePath", "false"),
    ("diff.external", ""),
    ("diff.ignoreSubmodules", "all"),
    ("i18n.logOutputEncoding", "UTF-8"),
    ("log.showRoot", "true"),
    ("log.showSignature", "false"),
    # Missing objects would be fetched, over a transport that the repository may choose.
    ("protocol.allow", "never"),
    # A folder that merely looks like a repository, put inside another one, is none.
    ("safe.bareRepository", "explicit"),
    ("submodule.recurse", "false"),
)
# Would point git elsewhere, or make it run something.
_DROPPED: Final = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_EXTERNAL_DIFF",
    "GIT_CONFIG_PARAMETERS",
    "GIT_PREFIX",
)
_ENVIRONMENT: Final = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}
_FILTER_KEYS: Final = (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))
_FATAL: Final = 128

_OTHER_OWNER: Final = (
    "the repository belongs to another user (git calls it dubious ownership): "
    "allow it with `git config --global --add safe.directory <folder>`"
)
# What git says, and the reason as a user reads it.
_REASONS: Final = (
    ("not a git repository", "not a git repository"),
    ("dubious ownership", _OTHER_OWNER),
    ("does not have any commits yet", "the repository has no commits yet"),
    ("cannot use bare repository", "not a git repository"),
    ("must be run in a work tree", "the repository has no files checked out"),
)


async def git(
    root: str,
    argv: Sequence[str],
    *,
    timeout_s: float,
    max_output_bytes: int,
    settings: Sequence[tuple[str, str]] = (),
) -> Finished:
    """Run a reading git command in `root`; a status other than 0 that isn't fatal is no error.

    Raises:
        HistoryUnavailable: git is missing, or refuses.
        ProcessTimedOut, OutputTooLarge.
    """
    program = find_program("git")
    if program is None:
        raise HistoryUnavailable("git is not installed")
    try:
        done = await run(
            [program, "--no-pager", "--literal-pathspecs", *argv],
            cwd=root,
            env=_environment((*_SETTINGS, *settings)),
            timeout_s=timeout_s,
            max_output_bytes=max_output_bytes,
        )
    except ProgramMissing as error:
        raise HistoryUnavailable("git is not installed") from error
    if done.returncode >= _FATAL or done.returncode < 0:
        raise HistoryUnavailable(_reason(done))
    return done


def _environment(settings: Sequence[tuple[str, str]]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    # Behind those of the user's own environment, so that ours win.
    given = kept.get("GIT_CONFIG_COUNT", "")
    first = int(given) if given.isdecimal() else 0
    config = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings, start=first):
        config[f"GIT_CONFIG_KEY_{number}"] = key
        config[f"GIT_CONFIG_VALUE_{number}"] = value
    return {**kept, **_ENVIRONMENT, **config}


def _reason(done: Finished) -> str:
    said = done.stderr.decode("utf-8", "replace")
    for mark, reason in _REASONS:
        if mark in said:
            return reason
    lines = [line for line in said.split("\n") if line.startswith("fatal: ")]
    return printable(lines[0].removeprefix("fatal: ")) if lines else "git could not read it"


async def without_filters(root: str, *, timeout_s: float) -> tuple[tuple[str, str], ...]:
    """Return the settings that turn off the filters which the repository itself configures.

    `git status` runs a filter on a file to see whether it changed. Those of the user's own
    configuration (as for large files) stay.
    """
    done = await git(
        root,
        ["config", "--show-scope", "--null", "--name-only", "--get-regexp", r"^filter\."],
        timeout_s=timeout_s,
        max_output_bytes=1 << 20,
    )
    fields = done.stdout.decode("utf-8", "surrogateescape").split("\0")
    scoped = zip(fields[0::2], fields[1::2], strict=False)
    drivers = {key.rpartition(".")[0] for scope, key in scoped if scope in ("local", "worktree")}
    return tuple(
        (f"{driver}.{key}", value) for driver in sorted(drivers) for key, value in _FILTER_KEYS
    )
