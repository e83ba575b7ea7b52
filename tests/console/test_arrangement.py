"""What is remembered between sessions."""

from pathlib import Path

import pytest

from bolt_tui.arrangement import FILE_NAME, Arrangement, read_arrangement, write_arrangement


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Theme and hidden panes come back as they were, from a folder that was made for them."""
    arrangement = Arrangement("bolt-light", ("gpu", "processes"))
    write_arrangement(tmp_path / "state", arrangement)
    assert read_arrangement(tmp_path / "state") == (arrangement, None)
    assert [path.name for path in (tmp_path / "state").iterdir()] == [FILE_NAME]


def test_nothing_remembered_is_no_problem(tmp_path: Path) -> None:
    """Without a file or a folder the defaults hold, silently."""
    assert read_arrangement(tmp_path) == (Arrangement(), None)
    assert read_arrangement(None) == (Arrangement(), None)


@pytest.mark.parametrize(
    "content",
    [b"theme = ", b"\xff\xfe", b"theme = 3", b"hidden = 'gpu'", b"hidden = [1]"],
    ids=["cut", "no text", "theme", "hidden", "member"],
)
def test_a_damaged_file_is_ignored_and_named(tmp_path: Path, content: bytes) -> None:
    """Whatever is in the file, the console starts with its defaults and says which file it was."""
    (tmp_path / FILE_NAME).write_bytes(content)
    arrangement, problem = read_arrangement(tmp_path)
    assert arrangement == Arrangement()
    assert problem is not None
    assert str(tmp_path / FILE_NAME) in problem


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that fails keeps what was there and leaves nothing beside it."""
    write_arrangement(tmp_path, Arrangement("bolt-dark"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tomli_w.dump", full)
    with pytest.raises(OSError, match="No space"):
        write_arrangement(tmp_path, Arrangement("bolt-light"))
    assert read_arrangement(tmp_path)[0].theme == "bolt-dark"
    assert len(list(tmp_path.iterdir())) == 1
