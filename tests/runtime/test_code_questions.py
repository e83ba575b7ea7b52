"""Where the engine has what was read of Python files kept."""

import os
from pathlib import Path

import pytest

from engine.runtime.code_questions import code_cache


def test_the_cache_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is in XDG_CACHE_HOME or the platform's; a relative one is none."""
    assert code_cache({"XDG_CACHE_HOME": str(tmp_path)}) == str(tmp_path / "bolt-tui" / "code")
    assert code_cache() == os.environ["XDG_CACHE_HOME"] + "/bolt-tui/code"
    assert code_cache({"XDG_CACHE_HOME": "relative"}) == ""
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Path(code_cache()).is_relative_to(tmp_path)
