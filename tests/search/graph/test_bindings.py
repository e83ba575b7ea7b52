"""Names of modules: a module that Python has run has no other."""

import importlib
import sys
import sysconfig
import warnings
from pathlib import Path

import pytest

from engine.search.graph.bindings import bindings, plain_names
from engine.search.graph.scan import imports
from engine.search.source import decode_source

STDLIB = Path(sysconfig.get_path("stdlib"))
MODULES = (
    *("argparse", "ast", "asyncio.base_events", "asyncio.queues", "bisect", "calendar", "cmd"),
    *("collections.abc", "configparser", "contextlib", "copy", "csv", "dataclasses", "decimal"),
    *("difflib", "email.message", "email.utils", "fractions", "functools", "hashlib", "heapq"),
    *("html.parser", "inspect", "ipaddress", "json.decoder", "logging.handlers", "pathlib"),
    *("pickle", "platform", "random", "shutil", "statistics", "string", "subprocess", "tarfile"),
    *("tempfile", "threading", "tokenize", "traceback", "typing", "unittest.case", "urllib.parse"),
    *("uuid", "weakref", "xml.dom.minidom", "zipfile", "enum", "re", "socket", "signal", "os"),
)


def read(module: str) -> tuple[str, str]:
    path = STDLIB / (module.replace(".", "/") + ".py")
    path = path if path.exists() else path.parent / path.stem / "__init__.py"
    return str(path), decode_source(path.read_bytes())


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_no_name_that_was_not_seen(module: str) -> None:
    """Of a module whose names are known, every name that it has when it was run was found."""
    path, text = read(module)
    _, rows, _ = imports(path, text)
    found = bindings(path, text, rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        there = set(vars(importlib.import_module(module)))
    if found.known and not found.stars:
        children = {
            name.rpartition(".")[2] for name in sys.modules if name.startswith(f"{module}.")
        }
        assert there <= set(found.lines) | children | {"__warningregistry__"}


def test_a_glance_sees_no_less_than_the_plain_definitions() -> None:
    """Without parsing, functions, classes, assignments and imports at the margin are seen."""
    text = "import a.b, c as d\ndef f(): ...\nclass K: ...\nx: int = 1\ny == 2\n z = 3\n"
    assert plain_names(text, imports("m.py", text)[1]) == {"a", "d", "f", "K", "x"}


def test_enough_of_those_modules_are_known() -> None:
    """The test above isn't empty: of many modules all names are known, in each Python."""
    known = 0
    for module in MODULES:
        path, text = read(module)
        found = bindings(path, text, imports(path, text)[1])
        known += found.known and not found.stars
    assert known > len(MODULES) / 3


@pytest.mark.parametrize(
    "text",
    [
        "def __getattr__(name): ...",
        "globals()['x'] = 1",
        "exec('x = 1')",
        "import sys\nsys.modules[__name__] = object()",
        "x = (",
    ],
)
def test_a_module_that_makes_names_at_run_time_is_not_known(text: str) -> None:
    """What can't be told is not told: neither of such a module nor of one that doesn't parse."""
    assert not bindings("a.py", text, imports("a.py", text)[1]).known


def test_the_first_line_that_binds_a_name_is_told() -> None:
    """Statements at the top level count wherever they stand, those in functions don't."""
    text = (
        "from a import b as c\nx: int = 1\ndef f():\n    y = 1\n    import g\n"
        "if x:\n    z, (v, *w) = 1, (2, 3)\nelse:\n    class K: inner = 1\n"
        "for i in []: pass\nwith x as o: pass\ntry: pass\nexcept E as e: pass\n"
        "(q := 1)\nx = 2\nimport h.k\nif TYPE_CHECKING:\n    from t import T\nfrom s import *\n"
    )
    found = bindings("a.py", text, imports("a.py", text)[1])
    lines = {name: line for name, line in found.lines.items() if line}
    expected = dict(c=1, x=2, f=3, z=7, v=7, w=7, K=9, i=10, o=11, e=13, q=14, h=16)  # noqa: C408
    assert lines == expected
    assert (found.typed, found.stars) == (frozenset({"T"}), (19,))


def test_a_name_that_a_function_binds_is_there_at_some_time() -> None:
    """`global` in a function makes a name of the module, of which the time isn't known."""
    text = "def f():\n    global x\n    x = 1\n"
    found = bindings("a.py", text, ())
    assert found.known
    assert found.lines["x"] == 0
