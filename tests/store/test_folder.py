from pathlib import Path

import pytest

from engine.store.folder import store_folder


def test_a_configured_folder_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The user's own choice wins; `~` is the home folder, and the path is absolute."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert store_folder("~/kept", {"XDG_STATE_HOME": "/elsewhere"}) == tmp_path / "kept"
    assert store_folder("kept", {}) == tmp_path / "kept"


def test_the_state_folder_is_the_default(tmp_path: Path) -> None:
    """Without a choice the store lies in the state folder, and nothing is made."""
    assert store_folder("", {"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "bolt-tui"
    assert list(tmp_path.iterdir()) == [] or not (tmp_path / "bolt-tui").exists()


def test_without_a_state_folder_the_platforms_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform's folder for a user's state is never inside a repository."""
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    folder = store_folder("", {})
    assert folder.is_absolute()
    assert folder.name == "bolt-tui"
