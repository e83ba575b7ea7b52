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
from engine.agents.tools import sizes, upkeep
from engine.agents.tools.symbols.calls import callers, calls
from engine.agents.tools.symbols.definitions import definitions, references
from engine.agents.tools.symbols.subclasses import subclasses
from engine.agents.tools.symbols.tests import tests as naming_tests
from engine.config import load
from engine.evidence import Argument, Findings, Table
from engine.search.facts import BadQuestion
from engine.search.graph.questions import QUESTIONS as OF_GRAPH
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
            try:
                return {**QUESTIONS, **OF_GRAPH}[question](project, arguments)
            except BadQuestion as error:
                raise Refused(str(error)) from error

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
    found = await definitions(desk.call(symbol="price"))
    assert found.verdict == (
        "`price` is defined in 2 places (1 in backups); first function price in pkg/core.py:4"
    )
    (section,) = found.sections
    assert places(section) == [("pkg/core.py", 4), ("old/core.py", 1)]
    nothing = await definitions(desk.call(symbol="prise"))
    assert (nothing.found, nothing.verdict) == (
        False,
        "Nothing in the project defines prise; written alike: price",
    )


async def test_references_count_what_is_no_code_apart(desk: Desk) -> None:
    """The sentence tells kinds and files, and mentions in strings and comments."""
    found = await references(desk.call(symbol="price"))
    assert found.verdict == (
        "`price` is named 8 times in code, in 4 files: 3 as call, 2 as definition, 2 as import, "
        "1 as other; 1 mention more in strings and comments"
    )
    assert not (await references(desk.call(symbol="nowhere"))).found


async def test_callers_are_told_by_certainty(desk: Desk) -> None:
    """Calls and other uses stand in sections of their own; several targets are an assumption."""
    found = await callers(desk.call(symbol="price"))
    assert found.verdict == ("`price` is called in 3 places (3 certain); 1 use without a call")
    assert places(found.sections[0]) == [
        ("pkg/core.py", 10), ("pkg/use.py", 3), ("tests/test_core.py", 3),
    ]  # fmt: skip
    assert places(found.sections[1]) == [("pkg/use.py", 4)]
    assert found.assumptions == (
        "the callers of all definitions of the name are listed: pkg/core.py:4, old/core.py:1",
    )
    in_file = await callers(desk.call(symbol="price", file="old/core.py"))
    assert in_file.verdict == "No code calls `price`; 3 calls of that name mean something else"
    with pytest.raises(Refused, match="needs the name"):
        await callers(desk.call())


async def test_callers_of_what_is_not_the_projects_are_told_by_name(tmp_path: Path) -> None:
    """A library's function is called too; a name that nobody calls comes with the one alike."""
    waiting = {"pkg/wait.py": "import time\ntime.sleep(1)\nnap = time.sleep\n"}
    desk = Desk(tmp_path, FILES | waiting)
    found = await callers(desk.call(symbol="time.sleep"))
    assert found.verdict == (
        "No function or class of the project is named time.sleep; by name it is called in 1 place"
    )
    assert places(found.sections[0]) == [("pkg/wait.py", 2)]
    nothing = await callers(desk.call(symbol="prise"))
    assert not nothing.found
    assert nothing.verdict == (
        "No function or class of the project is named prise; written alike: price"
    )


async def test_calls_are_a_table_with_where_they_lead(desk: Desk) -> None:
    """Without a file, the first definition of the name is asked about."""
    found = await calls(desk.call(symbol="unused"))
    assert found.verdict == (
        "`unused` (pkg/core.py:9) makes 1 call, to 1 definition of the project"
    )
    (table,) = found.sections
    assert isinstance(table, Table)
    assert table.rows == (
        (10, "price", "price pkg/core.py:4", "certain", "defined in the same file"),
    )
    none = await calls(desk.call(symbol="nothing"))
    assert (none.verdict, none.found) == ("Nothing in the project defines nothing", False)


async def test_subclasses_are_found_wherever_their_bases_stand(tmp_path: Path) -> None:
    """A base may stand on a line below, with its module or its parameters; no keyword is one."""
    text = (
        "class Base: ...\nclass A(\n    Other,\n    # which one\n    mod.Base,\n): ...\n"
        "class B(Base[int]): ...\nclass C(Other, metaclass=Base): ...\nclass D(MyBase): ...\n"
    )
    desk = Desk(tmp_path, {"old/a.py": "class E(Base): ...\n", "a.py": text})
    found = await subclasses(desk.call(symbol="Base"))
    assert found.verdict == (
        "3 classes derive from `Base` directly (1 in backups); first A in a.py:2"
    )
    assert places(found.sections[0]) == [("a.py", 2), ("a.py", 7), ("old/a.py", 1)]
    none = await subclasses(desk.call(symbol="Other2"))
    assert (none.verdict, none.found) == ("No class derives from Other2", False)


async def test_a_library_that_is_asked_of_as_a_name_is_told_by_its_imports(tmp_path: Path) -> None:
    """Where no file defines the name, and some import such a module, they come first."""
    files = {"a.py": "import _sock\n_sock.go()\n", "b.py": "def own(): ...\n", "c.py": "import b\n"}
    desk = Desk(tmp_path, files)
    found = await references(desk.call(symbol="_sock"))
    assert found.verdict == (
        "`_sock` is none of the project's modules; 1 file imports it; `_sock` is named 2 times in "
        "code, in 1 file: 1 as import, 1 as other"
    )
    assert places(found.sections[0]) == [("a.py", 1)]
    own = await references(desk.call(symbol="own", module="own"))
    assert own.verdict.startswith("`own` is named 1 time in code")


async def test_how_much_python_there_is(desk: Desk) -> None:
    """All lines, then those of live code, tests and backups apart, and the longest function."""
    found = await sizes.sizes(desk.call())
    assert found.verdict == (
        "19 lines of Python, blank ones and comments too, in 4 files: 15 of live code, 3 of tests, "
        "1 of backup folders; live code has 2 functions, methods too, and 0 classes, the longest "
        "function is price (pkg/core.py:4), 3 lines"
    )
    assert sum(len((desk.root / name).read_text().splitlines()) for name in FILES) == 19
    tests = await sizes.sizes(desk.call(folder="tests"))
    assert tests.verdict.endswith(
        "3 lines of Python in tests, blank ones and comments too, in 1 file: 3 of tests"
    )
    assert not (await sizes.sizes(desk.call(folder="nosuch"))).found


async def test_tests_of_a_file_and_what_none_names(desk: Desk) -> None:
    """Test functions first, then the definitions that no test names."""
    found = await naming_tests(desk.call(file="pkg/core.py"))
    assert found.verdict == (
        "1 test function names something of pkg/core.py; 1 of its 2 definitions no test names"
    )
    assert [places(section) for section in found.sections] == [
        [("tests/test_core.py", 2)],
        [("pkg/core.py", 9)],
    ]
    assert [(mark.line, mark.text) for mark in found.marks] == [
        (None, "1 of 2 definitions are named by no test")
    ]
    of_test = await naming_tests(desk.call(file="tests/test_core.py"))
    assert (of_test.sections != (), of_test.marks) == (True, ())


async def test_tests_of_a_name_are_those_of_its_first_definition(desk: Desk) -> None:
    """Live code comes before copies, and the answer says which one is meant."""
    found = await naming_tests(desk.call(symbol="price"))
    assert found.verdict.startswith("1 test function names something of price of pkg/core.py; 0 of")
    assert found.assumptions[1:] == (
        "the price of pkg/core.py is meant; 1 more are defined elsewhere",
    )
    assert found.marks == ()
    (mark,) = (await naming_tests(desk.call(symbol="unused"))).marks
    assert (mark.path, mark.line) == ("pkg/core.py", 9)
    none = await naming_tests(desk.call(symbol="gone"))
    assert (none.verdict, none.found) == ("Nothing in the project defines gone", False)
    with pytest.raises(Refused, match="needs the name"):
        await naming_tests(desk.call())


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
    assert {(mark.path, mark.line, mark.source) for mark in (*found.marks, *dead.marks)} >= {
        ("b.py", None, "code.duplicates"), ("a.py", 1, "code.duplicates"), ("c.py", 1, "code.dead"),
    }  # fmt: skip


async def test_of_a_file_only_its_own_copies_and_dead_code_are_told(tmp_path: Path) -> None:
    """The sentences name the file; what is only in others, or is a backup, is no mark."""
    block = (
        "def f(a):\n    if a:\n        print(a)\n    for b in a:\n        b.go()\n    return a()\n"
    )
    files = {"a.py": block + "x()\n", "c.py": block + "y[1]\n", "d.py": "def g(): ...\n"}
    desk = Desk(tmp_path, {**files, "old/a.py": files["a.py"]})
    found = await upkeep.duplicates(desk.call(file="a.py"))
    assert found.verdict == (
        "a.py is a copy of another file, or has 1 copy; 1 passage of a.py stands elsewhere too "
        "(6 lines of code)"
    )
    assert [(mark.path, mark.line) for mark in found.marks] == [("a.py", 1)]
    none = await upkeep.duplicates(desk.call(file="d.py"))
    assert (none.found, none.verdict) == (False, "Nothing of d.py stands a second time")
    dead = await upkeep.dead(desk.call(file="d.py"))
    assert dead.verdict.startswith("1 of 1 definition of d.py is named nowhere else")
    assert [mark.path for mark in dead.marks] == ["d.py"]
    backup = await upkeep.dead(desk.call(file="old/a.py"))
    assert backup.verdict.startswith("old/a.py has no definition that is live code")


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


async def test_unknown_lines_are_told_and_never_shown(tmp_path: Path) -> None:
    """In a clone without contents, hot spots and churn go by commits; no column, no 0 of lines."""
    branches = "".join(f"    if x == {number}:\n        return 1\n" for number in range(12))
    origin = Desk(tmp_path / "origin", {"a.py": f"def hard(x):\n{branches}"})
    origin.commit()
    (origin.root / "a.py").write_text(f"def hard(x):\n{branches}    return 2\n")
    origin.commit()
    clone = tmp_path / "clone"
    for argv in (
        ["-C", str(origin.root), "config", "uploadpack.allowFilter", "true"],
        ["clone", "-q", "--filter=blob:none", "-n", f"file://{origin.root}", str(clone)],
    ):
        subprocess.run(["git", *argv], check=True, capture_output=True)
    desk = Desk(clone, {"a.py": (origin.root / "a.py").read_text()})
    found = await upkeep.hotspots(desk.call())
    assert found.verdict == "The hottest is hard (a.py:1): complexity 13, 2 commits"
    assert any("lines changed are unknown" in said for said in found.assumptions)
    assert [(mark.path, mark.line, mark.source) for mark in found.marks] == [
        ("a.py", 1, "code.hotspots")
    ]
    churn = await upkeep.churn(desk.call())
    assert churn.verdict == "Changed most is a.py: 2 commits of 2"
    (table,) = churn.sections
    assert isinstance(table, Table)
    assert table.columns == ("file", "commits", "authors", "last commit")
    assert [row[:3] for row in table.rows] == [("a.py", 2, 1)]


async def test_subclasses_below_and_of_several_classes_are_told(tmp_path: Path) -> None:
    """Those at a distance come last with the way there; classes of one name are told apart."""
    files = {
        "a.py": "class Base: ...\nclass Near(Base): ...\n",
        "b.py": "import a\nfrom yaml import Base\nclass Far(a.Near): ...\nclass Own(Base): ...\n",
    }
    desk = Desk(tmp_path, files)
    found = await subclasses(desk.call(symbol="Base"))
    assert found.verdict == (
        "2 classes derive from `Base` directly; first Near in a.py:2; 1 more derives from these; "
        "classes of that name: a.py:1 (1), yaml.Base (1)"
    )
    (section,) = found.sections
    assert [item.text for item in section.items] == [  # type: ignore[union-attr]
        "class Near: class Near(Base)  (of a.py:1)",
        "class Own: class Own(Base)  (of yaml.Base)",
        "class Far: class Far(a.Near)  (2 steps below, by Near)  (of a.py:1)",
    ]
    one = await subclasses(desk.call(symbol="Base", file="a.py"))
    assert places(one.sections[0]) == [("a.py", 2), ("b.py", 3)]
    dark = Desk(tmp_path / "dark", {"a.py": "def f(m):\n    class A(m.Base): ...\n"})
    unknown = await subclasses(dark.call(symbol="Base"))
    assert unknown.assumptions == ("of 1 class only the name of the base is known",)
