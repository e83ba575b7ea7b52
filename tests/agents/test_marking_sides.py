"""What the sides of a review mark, in real files of a project."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.agents.tool import Call
from engine.agents.tools import code, complexity, python_file
from engine.config import load
from engine.evidence import Argument, Findings
from engine.search.programs import find_beside
from tests.search.trees import write

pytestmark = pytest.mark.anyio

BRANCHES = "".join(f"    if x == {number}:\n        return {number}\n" for number in range(24))
HARD = f"def easy():\n    return 1\n\n\ndef hard(x):\n{BRANCHES}"
FILES = {"pkg/hard.py": HARD, "pkg/torn.py": "x = (\n", "old/hard.py": HARD}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def services(tmp_path: Path) -> Any:
    write(tmp_path, FILES)

    async def files() -> tuple[str, ...]:
        return tuple(FILES)

    settings = load(tmp_path, environ={"XDG_CONFIG_HOME": str(tmp_path)})
    return SimpleNamespace(
        project=tmp_path, settings=settings, files=files, ripgrep=lambda: find_beside("rg")
    )


def call(services: Any, **arguments: Argument) -> Call:
    return Call(arguments, services)


async def test_a_file_that_does_not_parse_is_marked_where_it_breaks(services: Any) -> None:
    """The mark has the line and the compiler's words; a file that parses has none."""
    (mark,) = (await python_file.outline(call(services, file="pkg/torn.py"))).marks
    assert (mark.path, mark.line, mark.severity, mark.source) == (
        "pkg/torn.py", 1, 1.0, "file.outline",
    )  # fmt: skip
    assert "was never closed" in mark.text
    assert not (await python_file.outline(call(services, file="pkg/hard.py"))).marks


async def test_heavy_functions_are_marked_in_a_file_and_in_a_project(services: Any) -> None:
    """Simple ones are not, and of a project neither are those in backup folders.

    In a project the file that doesn't parse is marked too.
    """
    in_file = (await python_file.complexity(call(services, file="pkg/hard.py"))).marks
    unparsed, *in_project = (await code.overview(call(services))).marks
    assert unparsed.text.startswith("doesn't parse")
    for marks, source in ((in_file, "file.complexity"), (in_project, "code.overview")):
        assert [(mark.path, mark.line, mark.text, mark.source) for mark in marks] == [
            ("pkg/hard.py", 5, "hard: complexity 25", source)
        ]
    in_folder = (await code.overview(call(services, folder="old"))).marks
    assert [mark.path for mark in in_folder] == ["old/hard.py"]


async def test_functions_are_ranked_by_complexity(services: Any) -> None:
    """The verdict names the first with its place; files that don't parse are told apart."""
    found = await complexity.ranked(call(services))
    assert found.verdict == (
        "The most complex is hard (pkg/hard.py:5): complexity 25; 1 of 2 functions is above 10"
    )
    assert found.not_searched == {"Python file that doesn't parse": 1}
    in_folder = await complexity.ranked(call(services, folder="old"))
    assert in_folder.verdict.startswith("The most complex is hard (old/hard.py:5)")


async def test_files_that_do_not_parse_are_listed_with_line_and_reason(services: Any) -> None:
    """Where all do, that is said and not that nothing was found."""
    found = await complexity.broken(call(services))
    assert found.verdict.startswith("1 Python file doesn't parse; first pkg/torn.py:")
    (section,) = found.sections
    assert isinstance(section, Findings)
    assert [(one.path, bool(one.line), bool(one.text)) for one in section.items] == [
        ("pkg/torn.py", True, True)
    ]
    none = await complexity.broken(call(services, folder="old"))
    assert (none.verdict, none.found) == ("Every Python file in old parses", True)
