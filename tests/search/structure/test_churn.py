"""How often files were changed, by the git of real repositories; and where that hurts."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.search.errors import HistoryUnavailable
from engine.search.structure.churn import Churn, parse_log, read_churn
from engine.search.structure.hotspots import hot_spots

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Repository:
    """A repository whose commits are an hour apart."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._commits = 0
        root.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *argv: str, author: str = "ann") -> None:
        who = {
            f"GIT_{role}_{key}": value
            for role in ("AUTHOR", "COMMITTER")
            for key, value in (
                ("NAME", author),
                ("EMAIL", f"{author}@x"),
                ("DATE", f"@{1_000_000_000 + 3600 * self._commits} +0000"),
            )
        }
        environment = {"GIT_CONFIG_NOSYSTEM": "1", "HOME": str(self.root), **who}
        subprocess.run(
            ["git", *argv], cwd=self.root, env=os.environ | environment, check=True,
            capture_output=True,
        )  # fmt: skip

    def write(self, name: str, lines: list[str]) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines))

    def commit(self, author: str = "ann") -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "x", author=author)
        self._commits += 1


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "made")
    lines = [f"line {number}" for number in range(20)]
    made.write("a b.py", lines)
    made.write("pkg/é\n.py", ["one"])
    made.commit()
    made.git("mv", "a b.py", "pkg/moved.py")
    made.write("pkg/moved.py", [*lines, "more"])
    made.commit("bob")
    made.write("pkg/moved.py", [*lines[1:], "more", "and more"])
    (made.root / "data.bin").write_bytes(b"\0\1\2")
    made.commit()
    return made


async def test_a_file_keeps_its_history_through_renames(repository: Repository) -> None:
    """Commits, lines, authors and the last commit are those of all its names, by the newest."""
    known = await read_churn(str(repository.root))
    assert (known.commits, known.shallow) == (3, False)
    assert known.files == {
        "pkg/moved.py": Churn(3, 22, 1, 2, 1_000_007_200),
        "pkg/é\n.py": Churn(1, 1, 0, 1, 1_000_000_000),
        "data.bin": Churn(1, 0, 0, 1, 1_000_007_200),
    }


async def test_a_folder_has_the_churn_of_its_own_files(repository: Repository) -> None:
    """Asked below the repository's root, paths are relative to the folder asked."""
    known = await read_churn(str(repository.root / "pkg"))
    assert set(known.files) == {"moved.py", "é\n.py"}


async def test_a_merge_counts_for_none_and_its_commits_for_each(repository: Repository) -> None:
    """What a branch changed is counted once, not again by the merge."""
    repository.git("checkout", "-q", "-b", "side", "HEAD~1")
    repository.write("side.py", ["1"])
    repository.commit("eve")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    known = await read_churn(str(repository.root))
    assert known.files["side.py"].commits == 1
    assert known.files["pkg/moved.py"].commits == 3


async def test_a_date_leaves_out_what_is_older(repository: Repository) -> None:
    """With `since`, only newer commits are read."""
    known = await read_churn(str(repository.root), since="2001-09-09T03:30:00Z")
    assert known.commits == 1
    assert known.files["pkg/moved.py"].commits == 1


async def test_a_shallow_clone_says_so(repository: Repository, tmp_path: Path) -> None:
    """Figures of a clone without older history are told as lower bounds."""
    repository.git("clone", "-q", "--depth=1", f"file://{repository.root}", str(tmp_path / "clone"))
    known = await read_churn(str(tmp_path / "clone"))
    assert known.shallow
    assert known.commits == 1


async def test_without_history_the_reason_is_told(tmp_path: Path, repository: Repository) -> None:
    """A folder without git and a repository without commits each say why."""
    with pytest.raises(HistoryUnavailable, match="not a git repository"):
        await read_churn(str(tmp_path))
    empty = Repository(tmp_path / "empty")
    with pytest.raises(HistoryUnavailable, match="no commits yet"):
        await read_churn(str(empty.root))


@pytest.fixture
def partial(tmp_path: Path, repository: Repository) -> Path:
    """A clone without the contents of any file."""
    path = tmp_path / "partial"
    repository.git("config", "uploadpack.allowFilter", "true")
    how = ["-q", "--filter=blob:none", "--no-checkout"]
    repository.git("clone", *how, f"file://{repository.root}", str(path))
    return path


async def test_without_contents_commits_are_counted_and_lines_unknown(partial: Path) -> None:
    """Renames of a file that was changed too are not followed; nothing unknown is a 0."""
    known = await read_churn(str(partial))
    assert (known.commits, known.counts_lines) == (3, False)
    assert known.files == {
        "a b.py": Churn(2, None, None, 2, 1_000_003_600),
        "pkg/moved.py": Churn(2, None, None, 2, 1_000_007_200),
        "pkg/é\n.py": Churn(1, None, None, 1, 1_000_000_000),
        "data.bin": Churn(1, None, None, 1, 1_000_007_200),
    }
    (spot,) = hot_spots([Function("pkg/moved.py", "f", 1, 7)], known.files)
    assert (spot.score, spot.lines_changed) == (14, None)


async def test_without_contents_a_mere_rename_is_followed(tmp_path: Path) -> None:
    """The name of the content tells that a file was only moved."""
    made = Repository(tmp_path / "moving")
    made.write("a.py", ["1"])
    made.commit()
    made.git("mv", "a.py", "b.py")
    made.commit("bob")
    made.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    made.git("clone", "-q", "--filter=blob:none", "-n", f"file://{made.root}", str(clone))
    known = await read_churn(str(clone))
    assert known.files == {"b.py": Churn(2, None, None, 2, 1_000_003_600)}


async def test_a_lost_content_is_no_end(repository: Repository) -> None:
    """A repository that lost one old version is counted like a partial clone."""
    named = subprocess.run(
        ["git", "rev-parse", "HEAD~2:a b.py"], cwd=repository.root, check=True,
        capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    (repository.root / ".git" / "objects" / named[:2] / named[2:]).unlink()
    known = await read_churn(str(repository.root))
    assert (known.commits, known.counts_lines) == (3, False)
    assert known.files["data.bin"].commits == 1


def test_a_path_that_was_renamed_twice_ends_at_its_last_name() -> None:
    """A chain of renames, newest first, is followed to the end."""
    log = "\x013\x02ann\0\n1\t0\t\0b\0c\0\x012\x02bob\0\n2\t1\t\0a\0b\0\x011\x02ann\0\n5\t0\ta\0"
    assert parse_log(log.encode()) == ({"c": Churn(3, 8, 1, 2, 3)}, 3)


@dataclass(frozen=True)
class Function:
    path: str
    name: str
    line: int
    complexity: int


def test_hot_spots_are_complex_and_often_changed() -> None:
    """Complexity times commits ranks; what was never committed is left out."""
    churn = {"a.py": Churn(10, 50, 50, 2, 0), "b\n.py": Churn(3, 9, 1, 1, 0)}
    functions = [
        Function("a.py", "simple", 1, 2),
        Function("a.py", "hard", 9, 9),
        Function("b\ufffd.py", "harder", 1, 20),
        Function("new.py", "hardest", 1, 99),
    ]
    ranked = hot_spots(functions, churn)
    assert [(one.name, one.score, one.lines_changed) for one in ranked] == [
        ("hard", 90, 100),
        ("harder", 60, 10),
        ("simple", 20, 100),
    ]
