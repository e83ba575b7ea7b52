import fcntl
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store.journals.segments import is_live, parsed, segment, segments

NAMES = st.text(st.characters(exclude_characters="./\0\n", exclude_categories=["Cs"]), min_size=1)


@given(NAMES, st.integers(0, 10**7))
def test_a_segments_name_gives_its_session_and_number(session: str, number: int) -> None:
    """What a segment is called says whose it is and which one."""
    made = segment(Path("store"), session, number)
    assert parsed(made.path.name) == (session, number)
    assert made.path.parent == Path("store/journals")


@given(st.text(max_size=40))
def test_a_name_is_a_segments_in_one_way_only(name: str) -> None:
    """Any text is read without an error, and what is read gives the same name again."""
    if (known := parsed(name)) is not None and known[1] < 10_000:
        assert parsed(segment(Path(), *known).path.name) == known


@pytest.mark.parametrize("session", ["", "a.b", "a/b", ".hidden", ".."])
def test_a_session_that_could_not_be_found_again_is_refused(session: str) -> None:
    """A name with a dot or a slash would be read as something else."""
    with pytest.raises(ValueError, match="text without dots or slashes"):
        segment(Path(), session, 1)


def test_segments_come_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    """By session, then by number, past 9999 too; the file of an older program is number 0."""
    (tmp_path / "journals").mkdir()
    numbers = [0, 1, 2, 10, 9999, 10_000]
    for session in ("b", "a"):
        for number in reversed(numbers):
            segment(tmp_path, session, number).path.touch()
    found = segments(tmp_path)
    assert [(s.session, s.number) for s in found] == [(n, k) for n in "ab" for k in numbers]
    assert all(s.path.exists() for s in found)


def test_other_files_are_not_segments(tmp_path: Path) -> None:
    """What is being made, notes and damaged files are left out."""
    (tmp_path / "journals").mkdir()
    for name in (".s1.jsonl", "notes.txt", "s1.jsonl.bad", "s1.12.jsonl", "s1.0001.json", ".jsonl"):
        (tmp_path / "journals" / name).touch()
    assert segments(tmp_path) == []


def test_without_a_store_there_are_no_segments(tmp_path: Path) -> None:
    """A store that was never written, and a file in its place, have none."""
    assert segments(tmp_path / "none") == []
    (tmp_path / "file").touch()
    assert segments(tmp_path / "file") == []


def test_a_segment_is_live_while_its_lock_is_held(tmp_path: Path) -> None:
    """Held by another process it is live; free or gone it is not."""
    path = tmp_path / "s1.jsonl"
    assert not is_live(path)
    path.touch()
    assert not is_live(path)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, sys; file = open(sys.argv[1]); fcntl.flock(file, fcntl.LOCK_EX);"
            "print('held', flush=True); sys.stdin.read()",
            str(path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    assert is_live(path)
    holder.communicate()
    assert not is_live(path)


def test_two_may_look_at_once(tmp_path: Path) -> None:
    """A look takes no lock that a second look would take for somebody's."""
    path = tmp_path / "s1.jsonl"
    path.touch()
    with path.open() as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert not is_live(path)


def test_where_it_cant_be_told_a_segment_counts_as_live(tmp_path: Path) -> None:
    """What can't be opened is left alone: nobody folds what may still be written."""
    path = tmp_path / "s1.jsonl"
    path.symlink_to(path)
    assert is_live(path)
