"""What derives from a class: what Python says of generated packages, and what it can't be asked."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.search.structure.questions import QUESTIONS
from tests.search.graph.running import write_tree
from tests.search.structure.projects import Project

MODULES = 6
NAMES = ("Base", "Node", "Leaf", "Mixed")

# Tells each class of the package with what derives from it, breadth first.
ASK_PYTHON = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
modules = [importlib.import_module("zoo." + name) for name in sys.argv[2:]]
own = {id(one): one for module in modules for one in vars(module).values()
       if isinstance(one, type) and one.__module__.startswith("zoo.")}
told = {}
for root in own.values():
    found, level, depth = {}, [root], 0
    while level:
        depth += 1
        level = [sub for one in level for sub in one.__subclasses__()]
        for sub in level:
            found.setdefault(f"{sub.__module__}:{sub.__qualname__}", depth)
    told[f"{root.__module__}:{root.__qualname__}"] = found
print(json.dumps(told))
"""


def package(seed: int) -> dict[str, str]:
    """Return modules whose classes derive from those of earlier ones, by all kinds of import."""
    chance = random.Random(seed)
    files = {"zoo/__init__.py": ""}
    defined: dict[str, list[str]] = {}
    for number in range(MODULES):
        module = f"m{number}"
        lines: list[str] = []
        bases = ["object", "Exception"]
        own = chance.sample(NAMES, chance.randint(1, 3))
        for other in chance.sample(sorted(defined), min(len(defined), chance.randint(0, 3))):
            name = chance.choice(defined[other])
            alias = f"{name}{number}{other}"
            forms = [
                (f"from .{other} import {name} as {alias}", alias),
                (f"from zoo.{other} import {name}", name),
                (f"import zoo.{other} as {other}_", f"{other}_.{name}"),
                (f"import zoo.{other}", f"zoo.{other}.{name}"),
                (f"from . import {other}", f"{other}.{name}"),
            ]
            if not set(own) & set(defined[other]):
                forms.append((f"from .{other} import *", name))
            line, base = chance.choice(forms)
            lines.append(line)
            bases.append(base)
        # What a plain name means changes where it is imported or defined again: the last counts.
        for name in own:
            lines.append(f"class {name}({chance.choice(bases)}):\n    pass")
            bases.append(name)
        exported = own + [one for one in bases if one[-2:-1] == "m" and "." not in one]
        defined[module] = exported
        files[f"zoo/{module}.py"] = "\n".join(lines) + "\n"
    return files


def ask(files: dict[str, str], name: str, **arguments: Any) -> Any:
    return QUESTIONS["structure.subclasses"](Project(files), {"name": name, **arguments})


def told(answer: Any) -> list[tuple[str, int, str]]:
    return [
        (f"{row['definition']['path']}:{row['definition']['name']}", row["depth"], row["root"])
        for row in answer["subclasses"]
    ]


@pytest.mark.parametrize("seed", [*range(10), 15])
def test_python_has_the_same_subclasses(tmp_path: Path, seed: int) -> None:
    """Of each class of a generated package, at each distance, through every kind of import."""
    files = package(seed)
    write_tree(tmp_path, files)
    argv = [sys.executable, "-c", ASK_PYTHON, str(tmp_path), *(f"m{n}" for n in range(MODULES))]
    ran = subprocess.run(argv, capture_output=True, text=True, check=True)
    for root, expected in json.loads(ran.stdout).items():
        module, name = root.split(":")
        answer = ask(files, name, file=f"{module.replace('.', '/')}.py")
        found = {
            f"{path.removesuffix('.py').replace('/', '.')}:{sub}": depth
            for (path, sub), depth in (
                (one.rsplit(":", 1), depth) for one, depth, _ in told(answer)
            )
        }
        assert found == expected, (root, files)


ZOO = {
    "shop/base.py": "class Base: ...\nclass Near(Base): ...\n",
    "shop/far.py": "from shop.base import Near as N\nclass Far(N): ...\nclass Last(Far): ...\n",
    "desk.py": "class Base: ...\nclass Own(Base): ...\n",
    "lib.py": (
        "import yaml\nfrom yaml.tokens import Base as B\n"
        "class Token(B): ...\nclass Loader(yaml.Base): ...\n"
    ),
    "dark.py": "def make(mod):\n    class Inner(mod.Base): ...\n    return Inner\n",
}


def test_classes_of_one_name_are_told_apart() -> None:
    """Each is told with the place of its definition, or as it is imported; what isn't known too."""
    answer = ask(ZOO, "Base")
    assert told(answer) == [
        ("dark.py:make.Inner", 1, ""),
        ("desk.py:Own", 1, "desk.py:1"),
        ("lib.py:Token", 1, "yaml.tokens.Base"),
        ("lib.py:Loader", 1, "yaml.Base"),
        ("shop/base.py:Near", 1, "shop/base.py:1"),
        ("shop/far.py:Far", 2, "shop/base.py:1"),
        ("shop/far.py:Last", 3, "shop/base.py:1"),
    ]
    assert (answer["total"], answer["total_direct"], answer["unknown"]) == (7, 5, 1)
    assert ask(ZOO, "Base", limit=2)["total"] == 7


def test_a_module_or_a_file_says_which_class_is_meant() -> None:
    """The others of the name are left out then, but not what may mean any of them."""
    assert [one for one, *_ in told(ask(ZOO, "shop.base.Base"))] == [
        *("dark.py:make.Inner", "shop/base.py:Near", "shop/far.py:Far", "shop/far.py:Last"),
    ]
    assert [one for one, *_ in told(ask(ZOO, "yaml.Base"))] == [
        *("dark.py:make.Inner", "lib.py:Loader"),
    ]
    assert [one for one, *_ in told(ask(ZOO, "Base", file="desk.py"))] == ["desk.py:Own"]


def test_a_class_of_python_itself_is_known_without_an_import() -> None:
    """A file that defines or imports the name means its own."""
    files = {
        "a.py": "class A(ValueError): ...\nclass B(A): ...\n",
        "b.py": "class ValueError(Exception): ...\nclass C(ValueError): ...\n",
    }
    assert told(ask(files, "ValueError")) == [
        ("a.py:A", 1, "ValueError"),
        ("b.py:C", 1, "b.py:1"),
        ("a.py:B", 2, "ValueError"),
    ]


def test_what_stands_around_a_class_is_looked_at_first() -> None:
    """A base of a nested class may be its neighbour, and a class may take its base's name."""
    files = {
        "a.py": (
            "from b import Base\nclass Outer:\n    class Base: ...\n    class Inner(Base): ...\n"
            "class Base(Base): ...\nclass After(Base): ...\n"
        ),
        "b.py": "class Base: ...\n",
    }
    assert told(ask(files, "Base", file="b.py")) == [
        ("a.py:Base", 1, "b.py:1"),
        ("a.py:After", 2, "b.py:1"),
    ]
    assert told(ask(files, "Outer.Base")) == [("a.py:Outer.Inner", 1, "a.py:3")]
