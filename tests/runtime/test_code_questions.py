"""Where the engine has what was read of Python files kept."""

import os
from pathlib import Path

import pytest

from engine.agents.tool import Refused, Unavailable
from engine.bus import Bus
from engine.clock import ManualClock
from engine.runtime.code_questions import CodeQuestions, code_cache
from engine.search.python_file import MAX_BYTES
from engine.search.ripgrep import find_ripgrep


def test_the_cache_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is in XDG_CACHE_HOME or the platform's; a relative one is none."""
    assert code_cache({"XDG_CACHE_HOME": str(tmp_path)}) == str(tmp_path / "bolt-tui" / "code")
    assert code_cache() == os.environ["XDG_CACHE_HOME"] + "/bolt-tui/code"
    assert code_cache({"XDG_CACHE_HOME": "relative"}) == ""
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Path(code_cache()).is_relative_to(tmp_path)


@pytest.mark.anyio
async def test_a_file_that_cannot_be_read_is_no_fault_of_the_question(tmp_path: Path) -> None:
    """Too large a file is what the project lacks to answer; one that isn't there is misasked."""
    (tmp_path / "big.py").write_text("x = 1\n" + "#" * MAX_BYTES)
    clock = ManualClock()
    code = CodeQuestions(str(tmp_path), find_ripgrep, Bus("s1", clock), clock)
    async with code.opened():
        for question in ("graph.importers", "structure.tests"):
            with pytest.raises(Unavailable, match=r"big\.py can't be read: it is larger than 4 MB"):
                await code.ask(question, {"file": "big.py"})
            with pytest.raises(Refused):
                await code.ask(question, {"file": "none.py"})
