"""Children that scan files: they may die or hang, the files are scanned all the same."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.search import scan_child
from engine.search.errors import ScanFailed
from engine.search.facts import Scan
from engine.search.python_file import FileScan, Stamp
from engine.search.scan_pool import batches, scan_in_pool
from tests.search.stand_in_questions import deadly, first_line, slow, unsendable
from tests.search.trees import children, write

SCRIPT = Path(scan_child.__file__)


def _scan(scan: Scan[object], root: str, processes: int = 2) -> dict[str, FileScan]:
    stamps: dict[str, Stamp] = {
        path.name: (path.stat().st_size, 1, 1, 1) for path in Path(root).iterdir()
    }
    found = list(scan_in_pool([scan], root, stamps, processes=processes, tick=lambda: None))
    assert sorted(one.path for one in found) == sorted(stamps)
    return {one.path: one for one in found}


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=3),
        st.tuples(st.integers(0, 2**20), st.just(0), st.just(0), st.just(0)),
    )
)
def test_batches_hold_each_file_once_and_are_small(files: dict[str, Stamp]) -> None:
    """Each file is in one batch, the heaviest first; only a single file makes a heavy batch."""
    cut = list(batches(files))
    paths = [path for batch in cut for path in batch.paths]
    assert sorted(paths) == sorted(files)
    sizes = [files[path][0] for path in paths]
    assert sizes == sorted(sizes, reverse=True)
    for batch in cut:
        assert len(batch.paths) <= 24
        assert len(batch.paths) == 1 or sum(files[path][0] for path in batch.paths) <= 1 << 17


def test_a_file_that_kills_loses_only_itself(tmp_path: Path) -> None:
    """Each file whose scan ends its process is told; all the others are scanned."""
    texts = {f"{n}.py": "x" * n for n in range(100)} | {"bad.py": "die", "worse.py": "die!"}
    found = _scan(deadly, write(tmp_path, texts))
    ending = "the process that read it ended (signal SIGKILL)"
    for path, text in texts.items():
        assert found[path].outcomes == (ending if text.startswith("die") else (len(text),),)


def test_a_child_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    """A child that something else ends in the middle of its work is replaced, nothing is lost."""
    mark = tmp_path / "killed"
    texts = {f"{n}.py": "x" * n for n in range(60)} | {"once.py": f"once {mark}"}
    found = _scan(deadly, write(tmp_path / "p", texts), processes=1)
    assert mark.exists()
    assert {path: one.outcomes for path, one in found.items()} == {
        path: ((len(text),),) for path, text in texts.items()
    }


def test_children_that_all_die_are_a_failure(tmp_path: Path) -> None:
    """Where no child lives, the scan fails and says how they end, and none is left."""
    root = write(tmp_path, {f"{n}.py": "die" for n in range(200)})
    before = children()
    with pytest.raises(ScanFailed, match=r"keep ending \(signal SIGKILL\)"):
        _scan(deadly, root)
    assert children() <= before


def test_values_that_cannot_be_sent(tmp_path: Path) -> None:
    """A value that is no plain data is that file's failure, not the batch's."""
    found = _scan(unsendable, write(tmp_path, {"odd.py": "x", "fine.py": "xy"}))
    assert found["fine.py"].outcomes == ((2,),)
    assert found["odd.py"].outcomes == ("ValueError: unmarshallable object",)


def test_a_file_that_went_away_has_a_reason(tmp_path: Path) -> None:
    """A file that can't be read any more is told with the system's reason."""
    files: dict[str, Stamp] = {"gone.py": (1, 1, 1, 1)}
    found = list(scan_in_pool([first_line], str(tmp_path), files, processes=1, tick=lambda: None))
    assert found == [FileScan("gone.py", None, "No such file or directory", ())]


def test_children_end_when_the_block_is_left(tmp_path: Path) -> None:
    """Whoever stops halfway leaves no child behind."""
    root = write(tmp_path, {f"{n}.py": "x" for n in range(200)})
    stamps: dict[str, Stamp] = {f"{n}.py": (1, 1, 1, 1) for n in range(200)}
    before = children()
    scan = scan_in_pool([slow], root, stamps, processes=2, tick=lambda: None)
    next(scan)
    assert len(children() - before) == 2
    scan.close()  # type: ignore[attr-defined]
    assert children() <= before


def test_a_child_ends_with_its_input(tmp_path: Path) -> None:
    """A child whose parent goes away ends in the middle of a file."""
    root = write(tmp_path, {"a.py": "x"})
    argv = [sys.executable, "-S", "-E", str(SCRIPT), root, scan_child.named(slow)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        process.stdin.write(scan_child.frame(["a.py"] * 100_000))
        process.stdin.close()
        assert process.wait(timeout=10) == 0


def test_a_scan_without_end_is_ended_by_itself(tmp_path: Path) -> None:
    """A scan that holds the lock for ever is ended by a timer that needs no lock."""
    root = write(tmp_path, {"a.py": "a" * 100})
    code = (
        "import sys; sys.path.append(sys.argv[1]); from engine.search import scan_child as c\n"
        "from tests.search.stand_in_questions import endless\n"
        "c.FILE_CPU_S = 0.2; c.scanned([endless], sys.argv[2], ['a.py'])"
    )
    argv = [sys.executable, "-S", "-E", "-c", code, str(SCRIPT.parents[2]), root]
    done = subprocess.run(argv, timeout=20, check=False)
    assert done.returncode == -signal.SIGPROF
