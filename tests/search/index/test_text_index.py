"""The text in memory: which files are read how, what a change leaves, and what is asked of it."""

import os
import time
from pathlib import Path

import pytest

from engine.search.index.files import TooLarge, read_file, stamp_of
from engine.search.index.line_search import FileLines, LineSearch
from engine.search.index.text_index import OverLimit, TextIndex
from engine.search.index.universe import list_universe
from engine.search.text_query import TextQuery
from tests.search.trees import write

_MOST = 1 << 30


def _index(rg: str, root: str, limit_bytes: int = _MOST) -> TextIndex:
    index = TextIndex(root, limit_bytes)
    index.fill(list_universe(rg, root), lambda _done, _total: None)
    return index


def _found(
    rg: str, index: TextIndex, pattern: str, **fields: object
) -> dict[str, list[int]] | None:
    query = TextQuery(pattern, **fields)  # type: ignore[arg-type]
    found: list[FileLines] | None = LineSearch(rg).search(index, query, lambda: None)
    if found is None:
        return None
    return {os.fsdecode(one.path): one.numbers.tolist() for one in found}


def _read(path: Path, most_bytes: int = _MOST) -> tuple[str, bytes]:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        file = read_file(folder, bytes(path.name, "utf-8"), most_bytes)
    finally:
        os.close(folder)
    return file.kind, file.text


@pytest.mark.parametrize(
    ("data", "kind", "text"),
    [
        (b"", "text", b""),
        (b"a\r\n", "text", b"a\r\n"),
        (b"a\0b", "binary", b""),
        (b"a" * 100_000 + b"\0", "binary", b""),
        (b"\0" * 100_000, "binary", b""),
        (b"\xef\xbb\xbfa", "text", b"a"),
        (b"\xef\xbb\xbf\xef\xbb\xbfa", "text", b"\xef\xbb\xbfa"),
        (b"\xff\xfea\x00", "text", b"a"),
        (b"\xfe\xff\x00a", "text", b"a"),
        (b"\xff\xfe\xff\xfea\x00", "text", b"a"),
        (b"\xff\xfea\x00\x00\x00", "binary", b""),
        (b"\xff\xfe\x00\xd8", "text", "\ufffd".encode()),
    ],
)
def test_kinds_of_files(tmp_path: Path, data: bytes, kind: str, text: bytes) -> None:
    """A NUL makes a file binary; byte order marks go, and UTF-16 becomes UTF-8."""
    (tmp_path / "file").write_bytes(data)
    assert _read(tmp_path / "file") == (kind, text)


def test_what_is_no_file_is_unreadable(tmp_path: Path) -> None:
    """Links, pipes, folders and what is gone are not read, and nobody waits for them."""
    (tmp_path / "file").write_text("a")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "folder", "pipe", "none"):
        assert _read(tmp_path / name) == ("unreadable", b"")


def test_a_large_binary_file_is_told_from_a_text_by_its_beginning(tmp_path: Path) -> None:
    """Only a text counts against the memory that there is."""
    (tmp_path / "video").write_bytes(b"\0" * 200_000)
    (tmp_path / "log").write_bytes(b"a" * 200_000)
    assert _read(tmp_path / "video", 100_000) == ("binary", b"")
    with pytest.raises(TooLarge) as error:
        _read(tmp_path / "log", 100_000)
    assert error.value.size_bytes == 200_000


def test_a_stamp_is_trusted_only_when_it_is_old_enough(tmp_path: Path) -> None:
    """A file that was written just now may be written again with all its times the same."""
    path = tmp_path / "file"
    path.write_text("a")
    folder = os.open(tmp_path, os.O_RDONLY)
    fresh = read_file(folder, b"file", _MOST)
    assert not fresh.same_as(fresh.stamp)
    while not (settled := read_file(folder, b"file", _MOST)).same_as(settled.stamp):
        time.sleep(0.01)
    assert settled.stamp == stamp_of(path.stat())
    os.close(folder)


def test_rows_come_folder_by_folder(rg: str, tmp_path: Path) -> None:
    """Files are in the order of `rg --sort path`, changed ones too."""
    names = ["a.py", "a/z.py", "a-b.py", "a/b/c.py", "b.py"]
    root = write(tmp_path, dict.fromkeys(names, "needle\n"))
    index = _index(rg, root)
    write(tmp_path, {"a/b/c.py": "\nneedle\n"})
    index.update([b"a/b/c.py"])
    found = _found(rg, index, "needle")
    assert list((found or {}).items()) == [
        ("a/b/c.py", [2]),
        ("a/z.py", [1]),
        ("a-b.py", [1]),
        ("a.py", [1]),
        ("b.py", [1]),
    ]


def test_a_file_becomes_binary_and_text_again(rg: str, tmp_path: Path) -> None:
    """The kind of a file is what it was at its last change."""
    root = write(tmp_path, {"a.py": "needle\n"})
    index = _index(rg, root)
    for data, found in ((b"needle\0", {}), (b"needle", {"a.py": [1]}), (b"", {})):
        (tmp_path / "a.py").write_bytes(data)
        assert index.update([b"a.py"])
        assert _found(rg, index, "needle") == found
        assert index.count("binary") == (b"\0" in data)


def test_a_file_that_becomes_something_else_is_dropped(rg: str, tmp_path: Path) -> None:
    """A known name that is a folder or a link now is no file of the project."""
    root = write(tmp_path, {"a.py": "needle\n", "b.py": "needle\n"})
    index = _index(rg, root)
    (tmp_path / "a.py").unlink()
    (tmp_path / "a.py").symlink_to("b.py")
    index.update([b"a.py"])
    assert _found(rg, index, "needle") == {"b.py": [1]}
    assert b"a.py" not in index


def test_hidden_files_are_searched_where_their_type_is_asked_for(rg: str, tmp_path: Path) -> None:
    """ripgrep looks into a hidden file of a wanted type, not into hidden folders."""
    root = write(tmp_path, {".a.py": "needle\n", "b.py": "needle\n", ".c/d.py": "needle\n"})
    index = _index(rg, root)
    assert _found(rg, index, "needle") == {"b.py": [1]}
    assert _found(rg, index, "needle", types=("py",)) == {".a.py": [1], "b.py": [1]}
    assert _found(rg, index, "needle", suffixes=(".py",)) == {".a.py": [1], "b.py": [1]}
    assert _found(rg, index, "needle", paths=(".a.py",)) == {".a.py": [1]}
    assert len(index) == 1


def test_files_that_are_named_are_searched_whatever_their_type(rg: str, tmp_path: Path) -> None:
    """Types and endings choose among what is in a folder; several of them add up."""
    names = ["a.py", "b.md", "sub/c.py", "sub/d.rs"]
    root = write(tmp_path, dict.fromkeys(names, "needle\n"))
    index = _index(rg, root)
    found = _found(rg, index, "needle", paths=("b.md", "sub"), types=("py",))
    assert found == {"b.md": [1], "sub/c.py": [1]}
    assert _found(rg, index, "needle", types=("rust",), suffixes=(".md",)) == {
        "b.md": [1],
        "sub/d.rs": [1],
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"globs": ("*.py",)},
        {"hidden": True},
        {"types": ("nonsense",)},
        {"types": ("all",)},
        {"suffixes": (".[ch]",)},
        {"paths": ("not there",)},
    ],
)
def test_what_only_ripgrep_can_tell(rg: str, tmp_path: Path, fields: dict[str, object]) -> None:
    """Where the files of a query aren't known for sure, the index says nothing."""
    root = write(tmp_path, {"a.py": "needle\n"})
    assert _found(rg, _index(rg, root), "needle", **fields) is None


def test_nothing_to_go_by(rg: str, tmp_path: Path) -> None:
    """A pattern without a literal is left to ripgrep."""
    root = write(tmp_path, {"a.py": "needle\n"})
    index = _index(rg, root)
    for pattern in (".*", "[a-z]+", "(?i)needle", "a|", "n."):
        assert _found(rg, index, pattern, regex=True) is None


def test_over_the_limit(rg: str, tmp_path: Path) -> None:
    """An index that would be too large says how large, of all files."""
    root = write(tmp_path, {f"{n}.txt": "word\n" * 100_000 for n in range(8)})
    with pytest.raises(OverLimit) as error:
        _index(rg, root, 2 << 20)
    assert error.value.needed_bytes == pytest.approx(1.8 * 8 * 500_000, rel=0.01)


def test_worn(rg: str, tmp_path: Path) -> None:
    """An index in which most is of files that have changed since is better built anew."""
    large = "word\n" * 1_000_000
    root = write(tmp_path, {f"{n}.txt": large for n in range(4)})
    index = _index(rg, root)
    for number in range(3):
        assert not index.worn
        (tmp_path / f"{number}.txt").write_text("needle\n")
        index.update([b"%d.txt" % number])
    assert index.worn
    (tmp_path / "3.txt").write_text("needle\n")
    index.update([b"3.txt"])
    assert not index.worn
    assert index.text_bytes == 4 * len("needle\n")
    assert len(_found(rg, index, "needle") or {}) == 4
