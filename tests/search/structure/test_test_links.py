"""Which test functions touch a file."""

from typing import Any

from engine.search.structure.questions import QUESTIONS
from tests.search.structure.projects import Project

PROJECT = {
    "pkg/__init__.py": "from .core import Engine",
    "pkg/core.py": "def price(): ...\ndef unused(): ...\nclass Engine:\n    def run(self): ...\n",
    "pkg/other.py": "def run(): ...\n",
    "tests/test_core.py": "from pkg import core\n\ndef test_price():\n    core.price()\n"
    "class TestMore:\n    async def test_nothing(self): ...\n    def test_engine(self):\n"
    "        core.Engine().run()\n",
    "tests/test_exported.py": "from pkg import Engine\ndef test_it():\n    Engine()\n",
    "tests/test_named.py": "def test_x(thing):\n    thing.price()\n",
    "tests/test_other.py": "from pkg.other import run\ndef test_run():\n    run()\n",
}


def ask(**arguments: Any) -> Any:
    return QUESTIONS["structure.tests"](Project(PROJECT), {"file": "pkg/core.py", **arguments})


def test_a_test_that_imports_the_file_and_names_it_is_certain() -> None:
    """Imports of the module, or of a name through its package, make it certain; others by name."""
    found = [(one["path"], one["line"], one["name"], one["certainty"]) for one in ask()["tests"]]
    assert found == [
        ("tests/test_core.py", 3, "test_price", "certain"),
        ("tests/test_core.py", 7, "TestMore.test_engine", "certain"),
        ("tests/test_exported.py", 2, "test_it", "certain"),
        ("tests/test_named.py", 1, "test_x", "by name only"),
    ]


def test_what_no_test_names_is_listed() -> None:
    """The definitions of the file that no test function writes stand apart."""
    answer = ask()
    assert [one["name"] for one in answer["untested"]] == ["unused"]
    assert answer["defined"] == 4


def test_one_definition_can_be_asked_for() -> None:
    """With a name, only what names that counts."""
    answer = ask(name="Engine")
    assert {one["name"] for one in answer["tests"]} == {"TestMore.test_engine", "test_it"}
    assert answer["defined"] == 1
