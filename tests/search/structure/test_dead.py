"""What nothing seems to use, and why that may be wrong."""

from pathlib import Path
from typing import Any

from engine.search.structure.questions import QUESTIONS
from tests.search.structure.projects import Project


def ask(texts: dict[str, str], root: str = "/nowhere", **arguments: Any) -> Any:
    return QUESTIONS["structure.dead"](Project(texts, root), arguments)


def candidates(text: str, **others: str) -> dict[str, str]:
    texts = {"a.py": text} | {f"{name}.py": other for name, other in others.items()}
    return {one["name"]: one["certainty"] for one in ask(texts)["candidates"]}


def test_what_nothing_names_is_likely_dead() -> None:
    """What is written nowhere else is a candidate; what is used in any way is not."""
    text = "def f(): g()\ndef g(): ...\nclass C:\n    def m(self): ...\n    def n(self): .\nC().n\n"
    assert candidates(text) == {"f": "likely", "C.m": "likely"}
    assert candidates("def f(): ...", b="import a\nprint(a.f)") == {}
    assert candidates("def f(): ...", b="print(f'{f}')") == {}


def test_what_is_inside_of_something_dead_is_not_listed_again() -> None:
    """Only the outermost dead definition stands in the list."""
    assert candidates("class C:\n    def m(self):\n        def n(): ...\n") == {"C": "likely"}


def test_a_string_or_decorator_or_convention_makes_it_less_likely() -> None:
    """What may be reached by a string, a registry or a framework is told apart, with the reason."""
    text = (
        "getattr(x, 'f')\ndef f(): ...\n@app.route('/')\ndef g(): ...\n@property\ndef h(): ...\n"
        "class V(x.Visitor):\n    def visit_Name(self): ...\n    def own(self): ...\nV\n"
        "class P(Protocol):\n    def member(self): ...\nP\n"
    )
    rows = {one["name"]: one["reason"] for one in ask({"a.py": text})["candidates"]}
    assert rows == {
        "f": "a string of the project is this name",
        "g": "decorated with @app.route, which may register it",
        "h": "no code of the project names it",
        "V.visit_Name": "frameworks call what is named like this",
        "V.own": "its class has the base x.Visitor, which may call it",
        "P.member": "a member of a protocol",
    }


def test_overrides_and_dunders_are_spared() -> None:
    """A method that a base of the project has too is less likely dead; a dunder is no candidate."""
    base = "class B:\n    def m(self): ...\nB\n"
    text = "class C(B):\n    def m(self): ...\n    def __len__(self): ...\nC\n"
    assert candidates(text, b=base) == {"B.m": "likely", "C.m": "less likely"}


def test_an_entry_point_names_what_it_starts(tmp_path: Path) -> None:
    """A script of pyproject.toml keeps its function from being likely dead."""
    (tmp_path / "pyproject.toml").write_text('[project.scripts]\nx = "a:start"\n')
    texts = {"a.py": "def start(): ...\ndef stop(): ...", "pyproject.toml": ""}
    rows = ask(texts, str(tmp_path))["candidates"]
    assert [(one["name"], one["certainty"]) for one in rows] == [
        ("stop", "likely"),
        ("start", "less likely"),
    ]


def test_what_only_tests_use_stands_apart() -> None:
    """What only test files name is in a list of its own; backups neither use nor are asked."""
    texts = {
        "a.py": "def f(): ...\ndef g(): ...",
        "tests/test_a.py": "def test_f(): f()",
        "old/b.py": "g()\ndef h(): ...",
    }
    answer = ask(texts)
    assert [one["name"] for one in answer["candidates"]] == ["g"]
    assert [one["name"] for one in answer["only_tests"]] == ["f"]
    assert answer["checked"] == 2


def test_a_file_has_the_candidates_that_it_defines() -> None:
    """Uses count wherever they are; a file whose name begins alike is another one."""
    texts = {"a.py": "def f(): ...\ndef g(): ...\n", "a.pyx.py": "def h(): ...\n", "b.py": "g()\n"}
    answer = ask(texts, file="a.py")
    assert [(one["path"], one["name"]) for one in answer["candidates"]] == [("a.py", "f")]
    assert answer["checked"] == 2
    assert ask({"old/a.py": "def f(): ...\n"}, file="old/a.py")["checked"] == 0
