"""The history of a file as its readers ask for it: when, and by whom."""

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from engine.agents.services import Services
from engine.agents.tool import Call
from engine.agents.tools.file_history import history

pytestmark = pytest.mark.anyio


def _commit(root: Path, author: str, text: str) -> None:
    (root / "a.py").write_text(text)
    environment = os.environ | {"HOME": str(root), "GIT_CONFIG_NOSYSTEM": "1"}
    who = ["-c", f"user.name={author}", "-c", "user.email=x@x"]
    for argv in (["init", "-q"], ["add", "a.py"], [*who, "commit", "-q", "-m", "x"]):
        subprocess.run(["git", *argv], cwd=root, env=environment, check=True)


async def test_the_verdict_names_the_authors_by_their_commits(tmp_path: Path) -> None:
    """Whoever wrote most comes first; one author needs no number, and the rest are counted."""
    call = Call({"file": "a.py"}, cast("Services", SimpleNamespace(project=tmp_path)))
    _commit(tmp_path, "ann", "1")
    assert (await history(call)).verdict.endswith(", by ann")
    for number, author in enumerate(("bob", "bob", "cy", "dan", "eve", "flo")):
        _commit(tmp_path, author, f"changed {number}")
    verdict = (await history(call)).verdict
    assert verdict.startswith("7 commits since ")
    assert verdict.endswith(", by bob (2), ann (1), cy (1), dan (1) and 2 others")
