"""Who calls something, what it calls, and how sure that is."""

from typing import Any

import pytest

from engine.search.facts import BadQuestion
from engine.search.structure.questions import QUESTIONS
from tests.search.structure.projects import Project

PROJECT = {
    "pkg/__init__.py": "from .core import price as price, Engine\n",
    "pkg/core.py": """\
def price(x): return x
def twice(x):
    return price(x) + price(x)
class Base:
    def start(self): ...
class Engine(Base):
    def __init__(self): self.start()
    def run(self): return self.helper()
    def helper(self): return super().start()
""",
    "pkg/other.py": "def price(): ...\nprice()\n",
    "use/renamed.py": "from pkg.core import price as p\np(1)\np.x\n",
    "use/direct.py": "from pkg.core import price as p, price\nimport pkg.core\n"
    "import pkg.core as c\nprice(1)\npkg.core.price(2)\nc.price(3)\n",
    "use/exported.py": "from pkg import price, Engine\nimport pkg\nprice(1)\npkg.price(2)\n"
    "Engine().run()\nx = price\n@price\ndef g(): ...\n",
    "use/shadowed.py": "from pkg.core import price\ndef f(price):\n    return price(1)\n"
    "def g():\n    price = 1\n    price()\n",
    "use/unknown.py": "def f(x):\n    x.price(1)\n    x.helper()\n    x.get()\n",
    "use/foreign.py": "import numpy as np\nfrom lib import price\nnp.price(1)\nprice(2)\n",
    "use/star.py": "from pkg.core import *\nprice(1)\n",
    "use/local.py": "def f():\n    from pkg.core import price\n    price(1)\n",
}


def callers(name: str, file: str | None = None) -> Any:
    arguments = {"name": name} | ({"file": file} if file else {})
    return QUESTIONS["structure.callers"](Project(PROJECT), arguments)


def found(answer: Any, certainty: str) -> set[tuple[str, int]]:
    return {(one["path"], one["line"]) for one in answer["calls"] if one["certainty"] == certainty}


def test_calls_that_resolve_to_the_file_are_certain() -> None:
    """Calls beside it, through imports, aliases, modules, re-exports and stars are certain."""
    assert found(callers("price", "pkg/core.py"), "certain") == {
        ("pkg/core.py", 3),
        ("use/direct.py", 4), ("use/direct.py", 5), ("use/direct.py", 6),
        ("use/exported.py", 3), ("use/exported.py", 4),
        ("use/star.py", 2),
        ("use/local.py", 3),
        ("use/renamed.py", 2),
    }  # fmt: skip


def test_calls_of_something_else_are_left_out() -> None:
    """Local variables, other definitions and foreign modules of the name are only counted."""
    answer = callers("price", "pkg/core.py")
    paths = {one["path"] for one in answer["calls"]}
    assert not paths & {"use/shadowed.py", "use/foreign.py", "pkg/other.py"}
    assert answer["others"] == 2 + 2 + 1


def test_an_attribute_of_an_unknown_object_is_by_name_only() -> None:
    """Nothing tells what `x` is, and several definitions have the name."""
    assert found(callers("price", "pkg/core.py"), "by name only") == {("use/unknown.py", 2)}


def test_values_and_decorators_are_no_calls() -> None:
    """What names the function without calling it stands apart."""
    uses = callers("price", "pkg/core.py")["uses"]
    assert [(one["path"], one["line"], one["kind"]) for one in uses] == [
        ("use/exported.py", 6, "other"),
        ("use/exported.py", 7, "decorator"),
        ("use/renamed.py", 3, "other"),
    ]


def test_methods_are_likely_by_class_base_or_uniqueness() -> None:
    """`self.x()` of the class or a base, `super().x()` and the only `x` there is are likely."""
    assert found(callers("Engine.helper"), "likely") == {("pkg/core.py", 8), ("use/unknown.py", 3)}
    assert found(callers("Base.start"), "likely") == {("pkg/core.py", 7), ("pkg/core.py", 9)}


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    e = Engine()\n    e.run()\n",
        "def f(e: Engine):\n    e.run()\n",
        "def f(e: Optional[core.Engine] = None):\n    e.run()\n",
        "def f():\n    with core.Engine(1) as e:\n        e.run()\n",
        "e = Engine()\ndef f():\n    e.run()\n",
        "def make() -> Engine: ...\ndef f():\n    e = make()\n    e.run()\n",
        "def f():\n    Engine(1).run()\n",
        "class C:\n    def __init__(self):\n        self.e: Engine = x()\n"
        "    def f(self): self.e.run()\n",
        "class C:\n    def __init__(self):\n        self.e = None\n        self.e = Engine()\n"
        "    def f(self): self.e.run()\n",
        "class C:\n    e: Engine\n    def f(self):\n        self.e.run()\n",
        "class C:\n    def __init__(self, x: Engine):\n        self.e = x\n"
        "    def f(self):\n        self.e.run()\n",
    ],
)
def test_an_object_is_known_by_where_it_comes_from(text: str) -> None:
    """One step back to what made, annotated or entered an object makes its method likely."""
    texts = {**PROJECT, "a.py": f"from pkg.core import Engine\nfrom pkg import core\n{text}"}
    texts["b.py"] = "class Other:\n    def run(self): ...\ndef f(o: Other):\n    o.run()\n"
    answer = QUESTIONS["structure.callers"](Project(texts), {"name": "Engine.run"})
    calls = [(one["path"], one["certainty"]) for one in answer["calls"]]
    assert ("a.py", "likely") in calls
    assert "b.py" not in dict(calls)


def test_what_is_bound_in_two_ways_is_not_guessed() -> None:
    """An object that may come from either of two places stays unknown."""
    text = "from pkg.core import *\ndef f():\n    e = Engine()\n    e = Base()\n    e.run()\n"
    texts = {**PROJECT, "a.py": text, "b.py": "class Other:\n    def run(self): ...\n"}
    answer = QUESTIONS["structure.callers"](Project(texts), {"name": "Engine.run"})
    assert ("a.py", "by name only") in [(one["path"], one["certainty"]) for one in answer["calls"]]


def test_a_call_of_what_a_method_overrides_may_reach_it() -> None:
    """Calls through the base, as a template method makes them, are likely; with the reason."""
    base = "class Base:\n    def run(self):\n        self.step()\n    def step(self): ...\n"
    own = "from base import Base\nclass Own(Base):\n    def step(self): ...\n"
    other = "class Other:\n    def step(self): ...\n    def go(self):\n        self.step()\n"
    project = Project({"base.py": base, "own.py": own, "other.py": other})
    (call,) = QUESTIONS["structure.callers"](project, {"name": "Own.step"})["calls"]
    assert (call["path"], call["line"], call["certainty"]) == ("base.py", 3, "likely")
    assert call["reason"] == "a method of its own class; it overrides Base.step"


def test_the_callers_of_an_initialiser_are_those_of_its_class() -> None:
    """`Engine.__init__` is called where `Engine` is."""
    assert found(callers("Engine.__init__"), "certain") == {("use/exported.py", 5)}


def test_each_call_names_the_function_around_it() -> None:
    """A call knows where it stands; at the top of a module nothing is around it."""
    inside = {(one["path"], one["line"]): one["inside"] for one in callers("price")["calls"]}
    assert inside["pkg/core.py", 3] == "twice"
    assert inside["use/star.py", 2] == ""


def test_making_an_object_calls_its_class() -> None:
    """The callers of a class are where it is called."""
    assert found(callers("Engine"), "certain") == {("use/exported.py", 5)}


def test_what_is_no_function_has_no_callers() -> None:
    """A name that nothing defines is refused."""
    with pytest.raises(BadQuestion, match="no function or class is named nothing"):
        callers("nothing")


def test_calls_lead_to_definitions() -> None:
    """What a function calls is followed to where it is defined, or said to be elsewhere."""
    text = (
        "import os\nfrom pkg.core import price, Engine\nCONST = 1\ndef f(cb):\n"
        "    price(len(os.listdir()))\n    e = Engine()\n    e.helper()\n    cb()\n"
        "    def price_it(): ...\n    price_it()\n"
    )
    project = Project({**PROJECT, "a.py": text})
    answer = QUESTIONS["structure.calls"](project, {"file": "a.py", "name": "f"})
    assert [(one["name"], one["target"], one["certainty"]) for one in answer["calls"]] == [
        ("price", "price", "certain"),
        ("len", None, "certain"),
        ("os.listdir", None, "certain"),
        ("Engine", "Engine", "certain"),
        ("e.helper", "Engine.helper", "likely"),
        ("cb", None, "certain"),
        ("price_it", "f.price_it", "certain"),
    ]
    assert answer["calls"][0]["path"] == "pkg/core.py"
    with pytest.raises(BadQuestion, match=r"a\.py defines no function or class h"):
        QUESTIONS["structure.calls"](project, {"file": "a.py", "name": "h"})
