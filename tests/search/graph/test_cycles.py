"""Import cycles: what is said of them is what Python does."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.search.graph.cycles import deferred_cycles, import_cycles
from engine.search.graph.entering import Entering, run_steps
from tests.search.graph.running import import_each, write_tree
from tests.search.graph.small import binds_of, graph_of, silent

MODULES = {
    "p": "p/__init__.py",
    "p.a": "p/a.py",
    "p.b": "p/b.py",
    "p.s": "p/s/__init__.py",
    "p.s.c": "p/s/c.py",
    "q": "q/__init__.py",
    "q.d": "q/d.py",
    "m": "m.py",
}
# A statement: what is written, the module that a name is taken from, the name; or only the text.
Statement = tuple[str, str, str]


def own(module: str) -> str:
    return "name_" + module.replace(".", "_")


@st.composite
def statements(draw: st.DrawFn, module: str) -> list[Statement]:
    found: list[Statement] = []
    for _ in range(draw(st.integers(0, 3))):
        target = draw(st.sampled_from(sorted(set(MODULES) - {module})))
        form = draw(st.sampled_from(("import", "as", "from", "from", "from", "sub", "through")))
        if form == "import":
            found.append((f"import {target}", "", ""))
        elif form == "as":
            found.append((f"import {target} as x", "", ""))
        elif form == "sub" and "." in target:
            package, _, last = target.rpartition(".")
            found.append((f"from {package} import {last}", "", ""))
        elif form == "through":
            other = draw(st.sampled_from(sorted(MODULES)))
            found.append((f"from {target} import {own(other)}", target, own(other)))
        else:
            found.append((f"from {target} import {own(target)}", target, own(target)))
    found.insert(draw(st.integers(0, len(found))), (f"{own(module)} = 1", "", ""))
    return found


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    """Return a tree whose modules take from each other only names that are bound there at last."""
    modules = {module: draw(statements(module)) for module in MODULES}
    while True:
        bound = {
            module: {own(module)} | {name for _, _, name in lines}
            for module, lines in modules.items()
        }
        kept = {
            module: [line for line in lines if not line[1] or line[2] in bound[line[1]]]
            for module, lines in modules.items()
        }
        if kept == modules:
            break
        modules = kept
    return {
        MODULES[module]: "".join(f"{text}\n" for text, _, _ in lines)
        for module, lines in modules.items()
    }


@given(trees())
@settings(max_examples=40, deadline=None)
def test_python_fails_where_a_name_is_taken_too_early(files: dict[str, str]) -> None:
    """An entry is said to fail exactly if Python fails when that module is imported first."""
    folder = Path(tempfile.mkdtemp())
    try:
        write_tree(folder, files)
        happened = import_each(folder, MODULES)
    finally:
        shutil.rmtree(folder)
    graph = graph_of(files)
    binds = binds_of(files)
    entering = Entering(lambda path: run_steps(graph.files[path].edges), binds, frozenset(files))
    for module, path in MODULES.items():
        bites = entering.bites(path, graph.packages_above(path))
        assert (not bites) == happened[module][0], (module, bites, happened[module])
    cycles = import_cycles(graph, binds, silent)
    failing = {path for module, path in MODULES.items() if not happened[module][0]}
    for cycle in cycles:
        assert {bite.entry for bite in cycle.bites} <= failing
        assert cycle.kind in {"fatal", "order"}
        assert cycle.chain[0].importer == cycle.chain[-1].imported
        for one, other in zip(cycle.chain, cycle.chain[1:], strict=False):
            assert one.imported == other.importer
    assert bool(failing) == any(cycle.kind == "fatal" for cycle in cycles)


@pytest.mark.parametrize(
    ("files", "kind", "chain"),
    [
        # A name, taken before it is bound.
        (
            {"a.py": "from b import B\nA = 1\n", "b.py": "from a import A\nB = 1\n"},
            "fatal",
            ["a.py:1", "b.py:1"],
        ),
        # The same names, bound before the other module is run.
        (
            {"a.py": "A = 1\nfrom b import B\n", "b.py": "B = 1\nfrom a import A\n"},
            "order",
            ["a.py:2", "b.py:2"],
        ),
        ({"a.py": "import b\n", "b.py": "import a\n"}, "order", ["a.py:1", "b.py:1"]),
        # A package that runs its own submodule, which takes a name of the package.
        (
            {"p/__init__.py": "from .a import A\nX = 1\n", "p/a.py": "from p import X\nA = 1\n"},
            "fatal",
            ["p/__init__.py:1", "p/a.py:1"],
        ),
        # A name that the running import itself is to bind.
        (
            {"p/__init__.py": "from p.a import A\n", "p/a.py": "from p import A\nA = 1\n"},
            "fatal",
            ["p/__init__.py:1", "p/a.py:1"],
        ),
        # Only by way of a package that is run first: no edge leads there by name.
        (
            {
                "p/__init__.py": "from q import Q\n",
                "p/a.py": "",
                "q.py": "import p.a\nQ = 1\n",
            },
            "fatal",
            ["q.py:1", "p/__init__.py:1"],
        ),
        (
            {
                "a.py": "try:\n    from b import B\nexcept ImportError:\n    pass\nA = 1\n",
                "b.py": "from a import A\nB = 1\n",
            },
            "perhaps",
            ["a.py:2", "b.py:1"],
        ),
        # What a script runs when it is started doesn't run when it is imported.
        (
            {"a.py": "if __name__ == '__main__':\n    import b\n", "b.py": "import a\n"},
            "later",
            ["b.py:1", "a.py:2"],
        ),
        ({"a.py": "def f():\n    import b\n", "b.py": "import a\n"}, "later", ["b.py:1", "a.py:2"]),
        (
            {"a.py": "if TYPE_CHECKING:\n    from b import B\n", "b.py": "from a import A\n"},
            "typing",
            ["b.py:1", "a.py:2"],
        ),
    ],
)
def test_a_cycle_is_classed_with_its_chain(
    files: dict[str, str], kind: str, chain: list[str]
) -> None:
    """Each class of cycle is told, with the lines that close it."""
    graph = graph_of(files)
    found = import_cycles(graph, binds_of(files), silent) + deferred_cycles(graph, silent)
    assert [cycle.kind for cycle in found] == [kind]
    lines = [f"{edge.importer}:{edge.line}" for edge in found[0].chain]
    turned = lines.index(chain[0])
    assert lines[turned:] + lines[:turned] == chain


def test_an_attribute_that_is_used_too_early_is_not_seen(tmp_path: Path) -> None:
    """The documented limit: plain imports are called harmless though their attributes may lack."""
    files = {"a.py": "import b\nA = 1\n", "b.py": "import a\nB = a.A\n"}
    write_tree(tmp_path, files)
    assert not import_each(tmp_path, ["a"])["a"][0]
    (cycle,) = import_cycles(graph_of(files), binds_of(files), silent)
    assert cycle.kind == "order"


def test_a_name_that_a_star_may_have_bound_is_doubted() -> None:
    """Where `from … import *` comes before, it isn't certain that the name lacks."""
    files = {
        "a.py": "from c import *\nfrom b import B\nA = 1\n",
        "b.py": "B = 1\nfrom a import A\n",
        "c.py": "A = 0\n",
    }
    (cycle,) = import_cycles(graph_of(files), binds_of(files), silent)
    assert cycle.kind == "perhaps"


def test_cycles_of_copies_do_not_mix_with_live_code() -> None:
    """A backup of two modules has a cycle of its own."""
    files = {"a.py": "import b\n", "b.py": "import a\n"}
    both = files | {f"old_backup/{path}": text for path, text in files.items()}
    found = import_cycles(graph_of(both), binds_of(both), silent)
    assert sorted(cycle.files for cycle in found) == [
        ("a.py", "b.py"),
        ("old_backup/a.py", "old_backup/b.py"),
    ]
