"""Every definition of a name, told from the others of its name."""

from typing import Any

import pytest

from engine.search.facts import BadQuestion
from engine.search.structure.questions import QUESTIONS
from tests.search.structure.projects import Project

SHAPES = '''\
"""Shapes."""
from typing import overload
import typing

@overload
def area(of: int) -> int: ...
@typing.overload
def area(of: str) -> str: ...
def area(
    of,  # what
    scale=(1, 2),
):
    """
    Return the area.

    More.
    """
    return of

class Shape:
    sides: int = 0

    @property
    def name(self): return self._name

    @name.setter
    def name(self, value): r"""Rename."""; self._name = value

    def area(self): ...

if typing.TYPE_CHECKING:
    LIMIT = 1
else:
    LIMIT = 2

try:
    import fast
except ImportError:
    def fast(): ...
'''


def ask(name: str, texts: dict[str, str], **arguments: Any) -> Any:
    return QUESTIONS["structure.definitions"](Project(texts), {"name": name, **arguments})


def test_overloads_are_told_from_the_implementation() -> None:
    """Overloads carry a mark, what implements them another, a method of that name neither."""
    rows = ask("area", {"shapes.py": SHAPES})["definitions"]
    assert [(row["name"], row["line"], row["end_line"], row["marks"]) for row in rows] == [
        ("area", 6, 6, ["overload"]),
        ("area", 8, 8, ["overload"]),
        ("area", 9, 18, ["implementation of overloads"]),
        ("Shape.area", 29, 29, []),
    ]


def test_signature_and_docstring_are_one_line_each() -> None:
    """A header of several lines is joined without its comments; a docstring's first line stands."""
    row = ask("area", {"shapes.py": SHAPES})["definitions"][2]
    assert row["signature"] == "def area(of, scale=(1, 2))"
    assert row["doc"] == "Return the area."


def test_accessors_and_branches_are_marked() -> None:
    """Property, setter and what stands under a condition are told apart."""
    names = ask("Shape.name", {"shapes.py": SHAPES})["definitions"]
    assert [(row["marks"], row["doc"]) for row in names] == [
        (["property"], None),
        (["setter of name"], "Rename."),
    ]
    limits = ask("LIMIT", {"shapes.py": SHAPES})["definitions"]
    assert [(row["kind"], row["marks"]) for row in limits] == [
        ("constant", ["for type checkers only"]),
        ("constant", ["conditional (else)"]),
    ]
    assert ask("fast", {"shapes.py": SHAPES})["definitions"][0]["marks"] == ["conditional (except)"]


def test_live_code_stands_before_tests_before_backups() -> None:
    """The same name is listed by what its file is to the project."""
    text = "def f(): ..."
    paths = ["backup/a.py", "tests/test_a.py", "deep/er/a.py"]
    rows = ask("f", dict.fromkeys(paths, text))["definitions"]
    assert [(row["path"], row["place"]) for row in rows] == [
        ("deep/er/a.py", "live"),
        ("tests/test_a.py", "test"),
        ("backup/a.py", "backup"),
    ]


def test_a_name_may_be_dotted_by_class_or_module() -> None:
    """`Class.name` and `package.module.name` name what is in them only."""
    texts = {"pkg/shapes.py": SHAPES, "other.py": "def area(): ..."}
    assert [row["line"] for row in ask("Shape.area", texts)["definitions"]] == [29]
    rows = ask("pkg.shapes.area", texts)["definitions"]
    assert {row["path"] for row in rows} == {"pkg/shapes.py"}


def test_a_mistyped_name_is_answered_with_those_written_alike() -> None:
    """Nothing is defined by the name, and the nearest names are offered."""
    answer = ask("shaep", {"shapes.py": SHAPES})
    assert answer["total"] == 0
    assert answer["alike"] == []
    assert ask("Shap", {"shapes.py": SHAPES})["alike"] == ["Shape"]


def test_what_is_no_name_is_refused() -> None:
    """A question for something that no code can define says so."""
    with pytest.raises(BadQuestion, match="is no Python name"):
        ask("a b", {})


def test_answers_follow_the_files() -> None:
    """A file that changes, comes or goes changes the next answer."""
    project = Project({"a.py": "def f(): ...", "b.py": "def f(): ..."})

    def found() -> list[tuple[str, int]]:
        answer = QUESTIONS["structure.definitions"](project, {"name": "f"})
        return [(row["path"], row["line"]) for row in answer["definitions"]]

    assert found() == [("a.py", 1), ("b.py", 1)]
    project.texts["a.py"] = "\ndef f(): ..."
    del project.texts["b.py"]
    project.texts["c.py"] = "class f: ..."
    assert found() == [("a.py", 2), ("c.py", 1)]
