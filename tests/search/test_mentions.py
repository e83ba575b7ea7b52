"""Where a module's name stands as a word, by kind of file."""

from pathlib import Path

import pytest

from engine.search.errors import ScanFailed
from engine.search.mentions import Mentioned, find_mentions
from engine.search.text_query import Hit
from tests.search.trees import write

pytestmark = pytest.mark.anyio

FILES = {
    "src/wheel.py": "wheel\n",
    "a.py": "import wheel\nx = wheels\nwheel.x\n",
    "b.pyi": "from .wheel import wheels  # a wheel\nwheel: int\n",
    "README.MD": "src.wheel and src/wheel.py\n",
    "notes.txt": "freewheel\n",
    "conf.toml": "k = 'src/wheel'\nj = 'wheel'\n",
    "other/wheel.py": "wheel\n",
}


async def test_mentions_are_split_by_kind(rg: str, tmp_path: Path) -> None:
    """Lines outside the file are counted in code, documents and the rest, with the first rows."""
    root = write(tmp_path, FILES)
    found = await find_mentions(rg, root, "src/wheel.py", max_rows=1)
    assert found.names == ("src.wheel", "src/wheel", "import wheel", "wheel.py")
    assert found.code == Mentioned(2, 2, (Hit("a.py", 1, "import wheel"),))
    assert found.documents == Mentioned(1, 1, (Hit("README.MD", 1, "src.wheel and src/wheel.py"),))
    assert found.other == Mentioned(1, 1, (Hit("conf.toml", 1, "k = 'src/wheel'"),))


async def test_a_package_is_mentioned_by_its_folder(rg: str, tmp_path: Path) -> None:
    """A package is its folder: imported by name, or with the folder above it."""
    root = write(tmp_path, {"pkg/__init__.py": "", "a.py": "import pkg\n"})
    found = await find_mentions(rg, root, "pkg/__init__.py")
    assert (found.names, found.code.lines) == (("import pkg",), 1)


async def test_a_failed_search_says_why(tmp_path: Path) -> None:
    """Without a ripgrep to run, the mentions are a failed scan with its cause."""
    with pytest.raises(ScanFailed, match="not found"):
        await find_mentions(str(tmp_path / "rg"), str(tmp_path), "a.py")
