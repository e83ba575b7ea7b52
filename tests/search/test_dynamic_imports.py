"""Imports by call: those that `ast` shows, under whatever name the function was imported."""

import ast
import os
import warnings
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.search.dynamic_imports import DynamicImports, dynamic_imports
from engine.search.imports import scan_imports
from engine.search.source import decode_source

STDLIB = Path(os.__file__).parent
PARTS = ("", "asyncio", "ctypes", "encodings", "idlelib", "importlib", "multiprocessing", "test")


def found(text: str, path: str = "pkg/mod.py") -> DynamicImports:
    return dynamic_imports(path, text, scan_imports(text))


def modules(text: str, path: str = "pkg/mod.py") -> list[tuple[int, str, int, tuple[str, ...]]]:
    return [(one.line, one.module, one.level, one.names) for one in found(text, path).imports]


def candidates() -> Iterator[str]:
    for part in PARTS:
        for path in sorted((STDLIB / part).glob("*.py")):
            data = path.read_bytes()
            if b"import_module" in data or b"__import__" in data:
                yield decode_source(data)


def by_ast(text: str) -> tuple[list[tuple[int, str]], int]:
    """Return the modules that are written out as `ast` shows them, and how many are not."""
    tree = ast.parse(text)
    names = {"__import__"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                if one.name in ("importlib", "builtins") or (
                    one.name.startswith("importlib.") and not one.asname
                ):
                    called = one.asname or one.name.partition(".")[0]
                    names |= {f"{called}.__import__"}
                    names |= set() if one.name == "builtins" else {f"{called}.import_module"}
        elif isinstance(node, ast.ImportFrom) and node.module == "importlib" and not node.level:
            names |= {
                one.asname or one.name
                for one in node.names
                if one.name in ("import_module", "__import__")
            }
    written, computed = [], 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            given = node.args[0] if node.args else node.keywords[0].value
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                written.append((node.lineno, given.value))
            else:
                computed += 1
    return sorted(written), computed


def test_the_standard_library_has_the_calls_that_its_trees_show() -> None:
    """In every file of the standard library each written import by call is found, and no other."""
    total = 0
    for text in candidates():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            written, computed = by_ast(text)
        here = found(text)
        mine = sorted((one.line, "." * one.level + one.module) for one in here.imports)
        assert (mine, here.computed) == (written, computed)
        total += len(mine) + computed
    assert total > 40


CALLS = {
    'import importlib\nimportlib.import_module("a.b")': [(2, "a.b", 0, ())],
    "import importlib as il\nil . import_module('a')": [(2, "a", 0, ())],
    "import importlib.util\nimportlib.import_module('a')": [(2, "a", 0, ())],
    "import importlib.util as iu\niu.import_module('a')": [],
    "from importlib import import_module as im\nx = im(\n  # why\n  name='a.b',\n)": [
        (2, "a.b", 0, ())
    ],
    "from other import import_module\nimport_module('a')": [],
    "def import_module(name): ...\nimport_module('a')": [],
    "self.__import__('a')": [],
    "def __import__(name='a'): ...": [],
    "__import__('a.b')": [(1, "a.b", 0, ())],
    "__import__('a', globals(), locals(), ['b', '', '*', 3], 0)": [(1, "a", 0, ("b",))],
    "__import__('c', fromlist=('d',), level=2)": [(1, "c", 2, ("d",))],
    "import builtins\nbuiltins.__import__('a')": [(2, "a", 0, ())],
    "# __import__('a')\ns = '''\n__import__('b')\n'''": [],
    "f'{__import__(\"a\").b}'": [(1, "a", 0, ())],
    "__import__('')": [],
    "__import__('a/b')": [],
    "broken syntax here\n__import__('a')\n)": [(2, "a", 0, ())],
}


@pytest.mark.parametrize("text", CALLS)
def test_a_call_counts_if_the_function_is_pythons(text: str) -> None:
    """The file's own imports tell what is called; strings and comments call nothing."""
    assert modules(text) == CALLS[text]
    assert not found(text).computed


RELATIVE = {
    ('".c", __package__', "pkg/mod.py"): ("c", 1),
    ('"..c.d", package=__package__', "pkg/deep/mod.py"): ("c.d", 2),
    ('".c", __spec__.parent', "pkg/mod.py"): ("c", 1),
    ('".c", __name__', "pkg/__init__.py"): ("c", 1),
    ('".c", "a.b"', "mod.py"): (resolve_name(".c", "a.b"), 0),
    ('"..c", package="a.b"', "mod.py"): (resolve_name("..c", "a.b"), 0),
    ('"c", "a.b"', "mod.py"): ("c", 0),
}


@pytest.mark.parametrize("arguments", RELATIVE)
def test_a_relative_name_is_taken_from_its_package(arguments: tuple[str, str]) -> None:
    """The package is the file's own, or one that is written out, as Python resolves it."""
    text = f"from importlib import import_module\nimport_module({arguments[0]})\n"
    ((_, module, level, _),) = modules(text, arguments[1])
    assert (module, level) == RELATIVE[arguments]


COMPUTED = (
    "__import__(name)",
    "__import__(*args)",
    "__import__()",
    "__import__('a' + name)",
    "__import__(f'a.{name}')",
    "__import__('a', level=level)",
    "from importlib import import_module\nimport_module('.c', __name__)",
    "__import__(",
)


@pytest.mark.parametrize("text", COMPUTED)
def test_a_module_that_is_not_written_out_is_counted_only(text: str) -> None:
    """What is imported is known at run time: no import is told, but that there is one."""
    assert found(text) == DynamicImports((), 1)


@pytest.mark.parametrize("arguments", ['"..c", "a"', '".c"', '"...c", package="a.b"'])
def test_what_python_refuses_is_no_import(arguments: str) -> None:
    """A relative name without a package, or beyond its top, imports nothing."""
    text = f"from importlib import import_module\nimport_module({arguments})\n"
    assert found(text) == DynamicImports()


@given(st.text(alphabet="_import(')\n \"#,.a[]{f=*", max_size=60))
def test_any_text_is_read(text: str) -> None:
    """Whatever stands behind the function's name, there is an answer and it is about that line."""
    here = found(f"__import__({text}\n")
    assert all(one.line >= 1 and one.kind == "dynamic" for one in here.imports)
