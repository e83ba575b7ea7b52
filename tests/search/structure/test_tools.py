"""The tools over these questions: a sentence first, then the places."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.agents.services import Services
from engine.agents.tool import Call, Progress, Refused
from engine.agents.tools import structure, upkeep
from engine.config import load
from engine.evidence import Argument, Findings, Table
from engine.search.structure.questions import QUESTIONS
from tests.search.structure.projects import Project
from tests.search.trees import write

pytestmark = pytest.mark.anyio

FILES = {
    "pkg/core.py": '"""Core."""\n\n\ndef price(x):\n    """Return it."""\n    return x\n\n\n'
    "def unused():\n    if price(1):\n        return 2\n",
    "pkg/use.py": "from pkg.core import price\n# price\nprice(2)\nshown = price\n",
    "tests/test_core.py": "from pkg.core import price\ndef test_price():\n    price(3)\n",
    "old/core.py": "def price(): ...\n",
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Desk:
    """A project on disk, and calls of tools in it."""

    def __init__(self, root: Path, files: Mapping[str, str]) -> None:
        write(root, files)
        project = Project(files, str(root))

        async def code(question: str, arguments: Mapping[str, Any], progress: Progress) -> Any:
            return QUESTIONS[question](project, arguments)

        settings = load(root, environ={"XDG_CONFIG_HOME": str(root)})
        parts: dict[str, Any] = {"project": root, "settings": settings, "code": code}
        self.services: Any = SimpleNamespace(**parts)
        self.root = root

    def call(self, **arguments: Argument) -> Call:
        return Call(arguments, self.services)

    def commit(self) -> None:
        environment = os.environ | {"HOME": str(self.root), "GIT_CONFIG_NOSYSTEM": "1"}
        who = ["-c", "user.name=ann", "-c", "user.email=ann@x"]
        for argv in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "x"]):
            subprocess.run(["git", *argv], cwd=self.root, env=environment, check=True)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, FILES)


def places(section: object) -> list[tuple[str, int | None]]:
    assert isinstance(section, Findings)
    return [(one.path, one.line) for one in section.items]


def test_the_services_have_what_the_tools_ask() -> None:
    """What these tests stand in for is part of the real services."""
    assert {"project", "settings", "code"} <= {one.name for one in fields(Services)}


async def test_definitions_lead_with_the_live_one(desk: Desk) -> None:
    """The sentence counts and names the first place; backups are told."""
    found = await structure.definitions(desk.call(symbol="price"))
    assert found.verdict == (
        "price is defined in 2 places (1 in backups); first function price in pkg/core.py:4"
    )
    (section,) = found.sections
    assert places(section) == [("pkg/core.py", 4), ("old/core.py", 1)]
    nothing = await structure.definitions(desk.call(symbol="prise"))
    assert (nothing.found, nothing.verdict) == (
        False,
        "Nothing in the project defines prise; written alike: price",
    )


async def test_references_count_what_is_no_code_apart(desk: Desk) -> None:
    """The sentence tells kinds and files, and mentions in strings and comments."""
    found = await structure.references(desk.call(symbol="price"))
    assert found.verdict == (
        "price is named 8 times in code, in 4 files: 3 as call, 2 as definition, 2 as import, "
        "1 as other; 1 mention more in strings and comments"
    )
    assert not (await structure.references(desk.call(symbol="nowhere"))).found


async def test_callers_are_told_by_certainty(desk: Desk) -> None:
    """Calls and other uses stand in sections of their own; several targets are an assumption."""
    found = await structure.callers(desk.call(symbol="price"))
    assert found.verdict == ("price is called in 3 places (3 certain); 1 use without a call")
    assert places(found.sections[0]) == [
        ("pkg/core.py", 10), ("pkg/use.py", 3), ("tests/test_core.py", 3),
    ]  # fmt: skip
    assert places(found.sections[1]) == [("pkg/use.py", 4)]
    assert found.assumptions == (
        "the callers of all definitions of the name are listed: pkg/core.py:4, old/core.py:1",
    )
    in_file = await structure.callers(desk.call(symbol="price", file="old/core.py"))
    assert in_file.verdict == "No code calls price; 3 calls of that name mean something else"
    with pytest.raises(Refused, match="needs the name"):
        await structure.callers(desk.call())


async def test_calls_are_a_table_with_where_they_lead(desk: Desk) -> None:
    """Without a file, the first definition of the name is asked about."""
    found = await structure.calls(desk.call(symbol="unused"))
    assert found.verdict == ("unused (pkg/core.py:9) makes 1 call, to 1 definition of the project")
    (table,) = found.sections
    assert isinstance(table, Table)
    assert table.rows == (
        (10, "price", "price pkg/core.py:4", "certain", "defined in the same file"),
    )
    with pytest.raises(Refused, match="nothing in the project defines nothing"):
        await structure.calls(desk.call(symbol="nothing"))


async def test_tests_of_a_file_and_what_none_names(desk: Desk) -> None:
    """Test functions first, then the definitions that no test names."""
    found = await structure.tests(desk.call(file="pkg/core.py"))
    assert found.verdict == (
        "1 test function names something of pkg/core.py; 1 of its 2 definitions no test names"
    )
    assert [places(section) for section in found.sections] == [
        [("tests/test_core.py", 2)],
        [("pkg/core.py", 9)],
    ]


async def test_duplicates_and_dead_code_are_listed(tmp_path: Path) -> None:
    """Copies, repeated passages and candidates come with their places and reasons."""
    block = (
        "def f(a):\n    if a:\n        print(a)\n    for b in a:\n        b.go()\n    return a()\n"
    )
    desk = Desk(tmp_path, {"a.py": block * 2, "b.py": block * 2, "c.py": block + "x()\n"})
    found = await upkeep.duplicates(desk.call())
    assert found.verdict == (
        "1 file of 3 copies another, and 1 passage of code stands in several places (12 lines too "
        "many)"
    )
    copies, clones = found.sections
    assert places(copies) == [("b.py", None)]
    assert places(clones) == [("a.py", 1)]
    dead = await upkeep.dead(desk.call(folder="."))
    assert dead.verdict.startswith("5 of 5 definitions in live code are named nowhere else")
    assert len(places(dead.sections[0])) == 5


async def test_hot_spots_need_history(desk: Desk) -> None:
    """Without git there is no churn and no hot spot; with it, the sentence names the first."""
    for tool in (upkeep.hotspots, upkeep.churn):
        nothing = await tool(desk.call())
        assert not nothing.found
        assert "not a git repository" in nothing.verdict
    desk.commit()
    found = await upkeep.hotspots(desk.call())
    assert found.verdict == (
        "The hottest is unused (pkg/core.py:9): complexity 2, 1 commit, 11 lines changed"
    )
    assert ("old/core.py", 1) not in places(found.sections[0])
    churn = await upkeep.churn(desk.call(folder="pkg"))
    assert churn.verdict == (
        "Changed most below pkg is pkg/core.py: 1 commit of 1, 11 lines added and 0 removed"
    )
