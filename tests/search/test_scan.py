"""What a scan says of patterns, paths, odd files and what it did not look at."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from engine.search import scan as scan_module
from engine.search.errors import PathMissing, PathOutside, PatternError, ScanFailed, SearchError
from engine.search.scan import scan
from engine.search.text_query import Elsewhere, Hit, TextQuery
from tests.search.trees import children, counted, living, write

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (TextQuery(""), "empty"),
        (TextQuery("a\nb"), "line break"),
        (TextQuery("a\0b"), "NUL"),
        (TextQuery("\ud800"), "Unicode"),
        (TextQuery("x" * 200_000), "longer"),
        (TextQuery("foo(", regex=True), "unclosed group"),
        (TextQuery("(?=a)b", regex=True), "look-around"),
        (TextQuery(r"a\nb", regex=True), "not allowed"),
        (TextQuery("[z-a]", regex=True), "invalid character class range"),
    ],
)
async def test_a_pattern_that_cannot_match_is_refused(
    rg: str, tmp_path: Path, query: TextQuery, reason: str
) -> None:
    """A pattern that can match nothing is refused with the reason in one line."""
    with pytest.raises(PatternError, match=reason) as caught:
        await scan(rg, str(tmp_path), query)
    assert "\n" not in str(caught.value)


async def test_a_pattern_is_literal_unless_told(rg: str, tmp_path: Path) -> None:
    """A pattern that looks like an option or a regular expression is searched for as it stands."""
    root = write(tmp_path, {"a": "--files\nf.o\nfoo\n"})
    assert (await scan(rg, root, TextQuery("--files"))).total == 1
    assert (await scan(rg, root, TextQuery("f.o"))).total == 1
    assert (await scan(rg, root, TextQuery("f.o", regex=True))).total == 2


async def test_text_is_made_printable(rg: str, tmp_path: Path) -> None:
    """Rows and paths carry no control characters, line ends or undecodable bytes."""
    (tmp_path / "p").mkdir()
    odd = Path(os.fsdecode(bytes(tmp_path) + b"/p/\xff\x1b.txt"))
    odd.write_bytes(b"foo\x1b[2J\ttab \xe9\x9b\xc2\x9b\xe2\x80\xae\r\n")
    found = await scan(rg, str(tmp_path), TextQuery("foo"))
    assert found.rows == (Hit("p/\ufffd\ufffd.txt", 1, "foo\ufffd[2J    tab " + "\ufffd" * 3),)


async def test_long_lines_are_clipped(rg: str, tmp_path: Path) -> None:
    """A line of a megabyte is shown as its first 400 characters with an ellipsis."""
    root = write(tmp_path, {"a": "foo " + "ü" * 1_000_000 + " foo\nfoo\n"})
    found = await scan(rg, root, TextQuery("foo"))
    assert [(hit.line, len(hit.text)) for hit in found.rows] == [(1, 400), (2, 3)]
    assert found.rows[0].text.endswith("üü…")


async def test_a_binary_file_is_counted_as_not_searched(rg: str, tmp_path: Path) -> None:
    """A file with a NUL behind its hits gives no rows, loses nobody else's, and is reported."""
    late = b"foo\n" + b"x\n" * 100_000 + b"\0\n"
    root = write(tmp_path, {"a": "foo\n", "m": late, "z": "foo\n"})
    found = await scan(rg, root, TextQuery("foo"))
    assert [hit.path for hit in found.rows] == ["a", "z"]
    assert found.total == sum(counted(rg, root, "-F", "foo").values()) == 2
    assert found.not_searched["binary"] == 1


async def test_a_named_binary_file_gives_no_rows(rg: str, tmp_path: Path) -> None:
    """A notice about a binary file that was named is taken for neither a row nor a path."""
    root = write(tmp_path, {"a": "foo\n", "b": b"foo \0\n", "c": b"foo\nx\n\0 foo\n", "z": "foo\n"})
    found = await scan(rg, root, TextQuery("foo", paths=("a", "b", "c", "z")))
    assert [hit.path for hit in found.rows] == ["a", "z"]
    assert found.total == found.files == 2


async def test_what_is_hidden_or_ignored_is_counted(rg: str, tmp_path: Path) -> None:
    """Hidden and ignored files are counted; git's own folder is neither."""
    root = write(
        tmp_path,
        {"a": "foo\n", ".h": "", ".ignore": "out/\n", "out/x": "", "out/y": "", ".git/z": ""},
    )
    found = await scan(rg, root, TextQuery("foo"))
    assert found.not_searched == {"hidden": 2, "ignored": 2, "binary": 0}
    assert found.elsewhere is None


async def test_nothing_found_is_looked_for_elsewhere(rg: str, tmp_path: Path) -> None:
    """When the universe has no hit, hidden, ignored and binary files are searched and named."""
    root = write(
        tmp_path,
        {"a": "", ".h": "foo\nfoo\n", ".ignore": "out\n", "out": "foo\n", "b": b"foo \0\n"},
    )
    found = await scan(rg, root, TextQuery("foo"))
    assert found.total == 0
    assert found.elsewhere == Elsewhere(3, 2, 1, (".h", "b", "out"))
    assert (await scan(rg, root, TextQuery("bar"))).elsewhere is None


async def test_paths_limit_the_search(rg: str, tmp_path: Path) -> None:
    """Named folders and files, absolute or not, are searched, and overlapping ones once."""
    root = write(tmp_path, {"a/x": "foo\n", "a/b/y": "foo\n", "c": "foo\n", "-d": "foo\n"})
    named = TextQuery("foo", paths=("a", "a/b", str(tmp_path / "a/b/y"), "-d"))
    found = await scan(rg, root, named)
    assert [hit.path for hit in found.rows] == ["-d", "a/b/y", "a/x"]
    assert (await scan(rg, root, TextQuery("foo", paths=(".",)))).total == 4


@pytest.mark.parametrize("path", ["..", "../x", "/etc/passwd", "a/../../x", "out/passwd", "a\0b"])
async def test_a_path_outside_is_refused(rg: str, tmp_path: Path, path: str) -> None:
    """No spelling of a path, and no link, leaves the project."""
    root = write(tmp_path, {"a/x": "foo\n"})
    (tmp_path / "out").symlink_to("/etc")
    with pytest.raises(PathOutside):
        await scan(rg, root, TextQuery("foo", paths=(path,)))


async def test_a_missing_path_names_the_nearest(rg: str, tmp_path: Path) -> None:
    """A path that isn't there is refused with the paths that are written alike."""
    root = write(tmp_path, {"src/strategy/wheel.py": "", "src/other.py": ""})
    with pytest.raises(PathMissing) as caught:
        await scan(rg, root, TextQuery("foo", paths=("src/strategy/weel.py",)))
    assert caught.value.nearest == ("src/strategy/wheel.py",)


async def test_large_answers_are_counted_exactly(
    rg: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the limit on rows, total and first rows are the same as below it."""
    late = b"foo\n" * 3 + b"x\n" * 100_000 + b"\0\n"
    files: dict[str, str | bytes] = {f"d/{n}\n.txt": f"foo {n}\n" * (n + 1) for n in range(40)}
    root = write(tmp_path, {**files, "d.x": "foo\n", "a": late})
    whole = await scan(rg, root, TextQuery("foo"), max_rows=300)
    monkeypatch.setattr(scan_module, "_MAX_ROWS_BYTES", 1000)
    monkeypatch.setattr(scan_module, "_CHUNK_BYTES", 50)
    assert await scan(rg, root, TextQuery("foo"), max_rows=300) == whole
    assert whole.total == 821
    assert whole.truncated
    every = await scan(rg, root, TextQuery("foo"), max_rows=10_000)
    assert len(every.rows) == every.total
    assert not every.truncated


async def test_unreadable_files_are_counted_beside_the_hits(rg: str, tmp_path: Path) -> None:
    """When ripgrep can't read a file, the other files' hits stand and the file is counted."""
    root = write(tmp_path / "p", {"a": "foo\n"})
    stand_in = tmp_path / "rg"
    complaint = "rg: ./locked: Permission denied (os error 13)"
    stand_in.write_text(f"#!/bin/sh\n'{rg}' \"$@\"\necho '{complaint}' >&2\nexit 2\n")
    stand_in.chmod(stand_in.stat().st_mode | stat.S_IXUSR)
    found = await scan(str(stand_in), root, TextQuery("foo"))
    assert found.total == 1
    assert found.not_searched["unreadable"] == 1


async def test_a_survey_at_hand_is_not_taken_again(rg: str, tmp_path: Path) -> None:
    """Counts of what is left out that the caller knows are used as they are."""
    root = write(tmp_path, {"a": "foo\n", ".h": ""})
    found = await scan(rg, root, TextQuery("foo"), left_out={"hidden": 7})
    assert found.not_searched == {"hidden": 7}


async def test_failures_say_their_cause(rg: str, tmp_path: Path) -> None:
    """A missing program, a missing folder and a search out of time are ScanFailed with a cause."""
    sleeper = tmp_path / "rg"
    sleeper.write_text("#!/bin/sh\nsleep 60\n")
    sleeper.chmod(0o755)
    for program, root, limit_s, cause in (
        (str(tmp_path / "none"), str(tmp_path), 5.0, "not found"),
        (rg, str(tmp_path / "none"), 5.0, "can't be entered"),
        (str(sleeper), str(tmp_path), 0.05, "0.05 s"),
    ):
        with pytest.raises(ScanFailed, match=cause) as caught:
            await scan(program, root, TextQuery("foo"), timeout_s=limit_s)
        assert isinstance(caught.value, SearchError)


async def test_a_cancelled_scan_leaves_no_process(tmp_path: Path) -> None:
    """Cancelling a scan ends every child that it started, and their children."""
    sleeper = tmp_path / "rg"
    sleeper.write_text("#!/bin/sh\nsleep 60 &\necho $! >> children\nwait\n")
    sleeper.chmod(0o755)
    before, noted = children(), tmp_path / "children"
    async with anyio.create_task_group() as group:
        group.start_soon(scan, str(sleeper), str(tmp_path), TextQuery("foo"))
        await _until(lambda: noted.exists() and noted.read_text().count("\n") == 5)
        # What is being started when it is cancelled is engine.process's to end.
        await anyio.sleep(0.1)
        group.cancel_scope.cancel()
    started = {int(pid) for pid in noted.read_text().split()}
    assert children() <= before
    await _until(lambda: not started & living())


async def _until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await anyio.sleep(0.02)
    raise AssertionError("it never held")
