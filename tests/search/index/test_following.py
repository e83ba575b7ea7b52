"""What the system tells of changes, and what it means for the files that are searched."""

import os
import queue
from pathlib import Path

import pytest
from watchfiles import Change

from engine.search.index.following import (
    Changes,
    Told,
    WatchBegun,
    WatchEnded,
    sort_out,
    start_watching,
)

_KNOWN = {b"a.py", b"sub/b.py", b".hidden.py"}
_FOLDERS = {b"sub"}
_SOON_S = 10.0


def _sorted(*events: tuple[Change, str]) -> Changes:
    return sort_out({(change, f"/p/{name}") for change, name in events}, "/p", _KNOWN, _FOLDERS)


@pytest.mark.parametrize("change", list(Change))
def test_a_known_file_is_read_again(change: Change) -> None:
    """Whatever befalls a file of the universe, it is read again, and nothing else is done."""
    assert _sorted((change, "sub/b.py")) == Changes(files={b"sub/b.py"})


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (Change.added, "new.py"),
        (Change.added, "folder"),
        (Change.deleted, "sub"),
        (Change.modified, "sub"),
        (Change.modified, ".gitignore"),
        (Change.modified, "other/.ignore"),
        (Change.deleted, ".rgignore"),
        (Change.modified, ".git/info/exclude"),
        (Change.added, ".git"),
        (Change.deleted, "sub/.git"),
    ],
)
def test_what_may_move_the_universe(change: Change, name: str) -> None:
    """Files that come, folders that go and rules that change have the files listed again."""
    assert _sorted((change, name)) == Changes(list_again=True)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (Change.modified, "ignored.log"),
        (Change.added, ".git/objects/aa/bb"),
        (Change.modified, ".git/index"),
        (Change.deleted, "sub/.git/HEAD"),
        (Change.modified, ".git"),
    ],
)
def test_what_is_no_matter(change: Change, name: str) -> None:
    """A change of a file that isn't searched, and all that git does for itself, change nothing."""
    assert _sorted((change, name)) == Changes()


def test_a_flood_of_changes_is_not_trusted() -> None:
    """So many changes at once that some may be lost have every file looked at."""
    flood = [(Change.modified, f"sub/{number}.py") for number in range(10_000)]
    assert _sorted(*flood).sweep


def test_a_watch_tells_of_its_beginning_and_of_changes(tmp_path: Path) -> None:
    """What is written once the watch has begun is told of."""
    told: queue.SimpleQueue[Told] = queue.SimpleQueue()
    start_watching(str(tmp_path), told.put)
    assert told.get(timeout=_SOON_S) == WatchBegun()
    (tmp_path / "a.py").write_text("x")
    found = told.get(timeout=_SOON_S)
    assert isinstance(found, set)
    assert str(tmp_path / "a.py") in {name for _, name in found}


def test_a_watch_that_can_not_be_kept_tells_why(tmp_path: Path) -> None:
    """The end of a watch comes with its reason, never as silence."""
    told: queue.SimpleQueue[Told] = queue.SimpleQueue()
    start_watching(str(tmp_path / "none"), told.put)
    ended = told.get(timeout=_SOON_S)
    assert isinstance(ended, WatchEnded)
    assert ended.reason.startswith("FileNotFoundError")


def test_a_name_that_is_not_utf8_does_not_end_the_watch(tmp_path: Path) -> None:
    """Where the system tells of a name that can't be decoded, the watch begins again."""
    told: queue.SimpleQueue[Told] = queue.SimpleQueue()
    start_watching(str(tmp_path), told.put)
    assert told.get(timeout=_SOON_S) == WatchBegun()
    try:
        Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9")).write_text("x")
    except OSError:
        pytest.skip("names must be UTF-8 here")
    assert told.get(timeout=_SOON_S) == WatchBegun()
