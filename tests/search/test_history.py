"""Histories of real repositories, hostile ones too."""

import os
import subprocess
from pathlib import Path

import pytest

from engine.search.errors import HistoryUnavailable
from engine.search.history import Commit, FileHistory, Repository, file_history, repository
from tests.search.trees import write

pytestmark = pytest.mark.anyio


def git(root: Path, *args: str, date: str = "2025-01-01T00:00:00+01:00", who: str = "Ann") -> str:
    """Run git in `root`, without the user's own settings."""
    env = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": who,
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_NAME": who,
        "GIT_COMMITTER_EMAIL": "a@example.org",
        "GIT_COMMITTER_DATE": date,
    }
    done = subprocess.run(["git", *args], cwd=root, env=env, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a repository in which a file was written, changed and renamed."""
    root = tmp_path / "project"
    write(root, {"old.py": "a\nb\nc\nd\n", "other.py": "x\n"})
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=first\x1b[2J")
    write(root, {"old.py": "a\nb\nc\ne\nf\n"})
    git(root, "commit", "--quiet", "-am", "change", date="2025-02-01T00:00:00+01:00", who="Bob")
    (root / "sub").mkdir()
    git(root, "mv", "old.py", "sub/néw.py")
    git(root, "commit", "--quiet", "-am", "move", date="2025-03-01T00:00:00+01:00")
    return root


async def test_a_history_follows_renames(project: Path) -> None:
    """Commits, dates, authors and lines are told from the first commit on, through a rename."""
    hashes = git(project, "log", "--format=%h").split()
    assert await file_history(str(project), "sub/néw.py") == FileHistory(
        commits=3,
        first="2025-01-01T00:00:00+01:00",
        last="2025-03-01T00:00:00+01:00",
        authors=(("Ann", 2), ("Bob", 1)),
        added=6,
        removed=1,
        recent=(
            Commit(hashes[0], "2025-03-01T00:00:00+01:00", "Ann", "move", 0, 0),
            Commit(hashes[1], "2025-02-01T00:00:00+01:00", "Bob", "change", 2, 1),
            Commit(hashes[2], "2025-01-01T00:00:00+01:00", "Ann", "first\ufffd[2J", 4, 0),
        ),
        shallow=False,
    )


async def test_recent_commits_are_limited(project: Path) -> None:
    """Only as many commits are listed as asked for; the counts are over all."""
    found = await file_history(str(project / "sub"), "néw.py", recent=1)
    assert (found.commits, len(found.recent)) == (3, 1)


async def test_a_shallow_clone_says_so(project: Path, tmp_path: Path) -> None:
    """Where older history is lacking, the answer says that there may be more."""
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{project}", "clone")
    found = await file_history(str(tmp_path / "clone"), "sub/néw.py")
    assert (found.commits, found.shallow) == (1, True)


async def test_a_repository_tells_its_state(project: Path) -> None:
    """Branch, commit, changed and untracked files are told, each file once."""
    head = git(project, "rev-parse", "--short", "HEAD")
    assert await repository(str(project)) == Repository("main", head, 0, 0)
    write(
        project, {"other.py": "y\n", "new/a\nb": "", "new/c": "", ".gitignore": "out\n", "out": ""}
    )
    git(project, "mv", "sub/néw.py", "moved.py")
    assert await repository(str(project)) == Repository("main", head, 3, 3)
    git(project, "checkout", "--quiet", "--detach")
    assert (await repository(str(project))).branch is None


@pytest.mark.parametrize(
    ("folder", "path", "reason"),
    [
        ("project", "gone.py", "the file is not tracked"),
        ("project", "staged.py", "the file is not committed yet"),
        ("empty", "a.py", "the repository has no commits yet"),
        ("plain", "a.py", "not a git repository"),
        ("none", "a.py", "can't be entered"),
        ("project", "../plain/a.py", "outside repository"),
        ("project/.git", "a.py", "."),
    ],
)
async def test_no_history_has_a_reason(
    project: Path, monkeypatch: pytest.MonkeyPatch, folder: str, path: str, reason: str
) -> None:
    """Whatever keeps git from telling a history is told as the reason."""
    base = project.parent
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(base))
    write(base, {"plain/a.py": "", "empty/a.py": "", "project/staged.py": ""})
    git(project, "add", "staged.py")
    git(base / "empty", "init", "--quiet")
    with pytest.raises(HistoryUnavailable, match=reason):
        await file_history(str(base / folder), path)


async def test_a_missing_git_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git on PATH the reason is that git is not installed."""
    monkeypatch.setenv("PATH", "")
    for ask in (file_history(str(project), "other.py"), repository(str(project))):
        with pytest.raises(HistoryUnavailable, match="git is not installed"):
            await ask


async def test_another_users_repository_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repository that git refuses because of its owner has that as the reason, and a remedy."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(HistoryUnavailable, match=r"another user.*safe\.directory"):
        await file_history(str(project), "other.py")
    with pytest.raises(HistoryUnavailable, match="another user"):
        await repository(str(project))


async def test_a_hostile_repository_runs_nothing(project: Path) -> None:
    """No program that a repository configures for itself is run by reading it."""
    proof = project / "ran"
    evil = project / "evil.sh"
    evil.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{proof}'\ncat\n")
    evil.chmod(0o755)
    hooks = project / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "post-checkout"):
        (hooks / hook).symlink_to(evil)
    (project / ".gitattributes").write_text("*.py diff=evil filter=ev=il\n")
    for key in (
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.ev=il.clean",
        "filter.ev=il.process",
        "gpg.program",
        "core.sshCommand",
        "pager.log",
        "pager.status",
    ):
        git(project, "config", key, str(evil))
    git(project, "config", "core.hooksPath", str(hooks))
    git(project, "config", "log.showSignature", "true")
    write(project, {"other.py": "changed\n"})
    assert (await file_history(str(project), "sub/néw.py")).commits == 3
    state = await repository(str(project))
    assert (state.changed, state.untracked) == (1, 5)
    assert not proof.exists()
