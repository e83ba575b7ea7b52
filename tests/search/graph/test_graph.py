"""The graph: the same after any history of changes as one that is made at once."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.search.graph.edges import Edge
from engine.search.graph.graph import Graph, silent
from engine.search.graph.scan import Scanned, imports
from tests.search.graph.small import graph_of

PATHS = (
    *("run.py", "pkg/__init__.py", "pkg/mod.py", "pkg/deep/__init__.py", "pkg/deep/mod.py"),
    *("src/pkg/__init__.py", "src/other/mod.py", "old_copy/pkg/mod.py", "mod.py", "json.py"),
    *("os.py", "pyproject.toml", "tools/pyproject.toml", "tools/mod.py", "deep/mod.py"),
)
LINES = (
    *("import pkg.mod", "import mod", "from pkg import mod, name", "from . import mod"),
    *("from .deep import mod", "from .. import mod", "import other.mod", "from deep.mod import x"),
    *("import pkg.mod.attribute", "__import__('pkg', fromlist=['mod'])", "import away"),
    *("import json", "import pkg.deep.gone", "def f(): import run", "from .mod import *"),
)
TREES = st.dictionaries(
    st.sampled_from(PATHS),
    st.lists(st.sampled_from(LINES), max_size=4).map("\n".join),
    max_size=len(PATHS),
)


@given(st.lists(TREES, min_size=2, max_size=4))
@settings(max_examples=150, deadline=None)
def test_an_updated_graph_is_the_same_as_a_new_one(history: list[dict[str, str]]) -> None:
    """Whatever files changed, came and went: the edges are those of the files as they are."""
    graph = Graph()
    scanned: dict[str, Scanned] = {}
    before: Mapping[str, str] = {}
    for files in history:
        scanned = {
            path: scanned[path] if before.get(path) == text else imports(path, text)
            for path, text in files.items()
            if path.endswith(".py")
        }
        before = files
        graph.update(tuple(files), scanned)
        fresh = graph_of(files)
        for path in [*files, "pkg"]:
            leading = sorted(e for e in fresh.edges() if e.imported == path and not e.parent)
            assert graph.leading_to(path) == leading
        assert graph.files == fresh.files
        assert list(graph.files) == list(fresh.files)
        assert graph.view("runtime", parents=True) == fresh.view("runtime", parents=True)


def test_only_changed_files_are_resolved_again() -> None:
    """An edit costs one file; a new file those that name it; nothing costs nothing."""
    files = {"a.py": "import b", "b.py": "import c", "d.py": "import os"}
    scanned = {path: imports(path, text) for path, text in files.items()}
    graph = Graph()
    assert graph.update(tuple(files), scanned) == 3
    assert graph.update(tuple(files), scanned) == 0
    assert graph.update(tuple(files), scanned | {"a.py": imports("a.py", "import b # !")}) == 0
    scanned["a.py"] = imports("a.py", "import d")
    assert graph.update(tuple(files), scanned) == 1
    more = {**scanned, "c.py": imports("c.py", "")}
    assert graph.update(tuple(more), more) == 2  # b.py names it
    assert [edge.imported for edge in graph.files["b.py"].edges] == ["c.py"]


def test_a_withdrawn_update_is_made_up_for() -> None:
    """Resolving that ends half-way leaves nothing stale behind."""
    files = {f"m{at}.py": f"import m{at + 1}" for at in range(200)}
    scanned = {path: imports(path, text) for path, text in files.items()}

    def refuse(text: str, done: int, total: int) -> None:
        if done:
            raise TimeoutError

    graph = Graph()
    graph.tell = refuse
    graph.update(tuple(files), scanned)
    with pytest.raises(TimeoutError):
        graph.edges()
    graph.tell = silent
    graph.update(tuple(files), scanned)
    assert graph.files == graph_of(files).files


TREE = {
    "pkg/__init__.py": "from .impl import Name as Other\n",
    "pkg/impl.py": "from . import sub\nfrom pkg import Other\n",
    "pkg/sub.py": "if TYPE_CHECKING:\n    import run\ntry:\n    import far.away\nexcept E: pass\n",
    "far/__init__.py": "",
    "far/away.py": "",
    "run.py": "import pkg.sub\ndef f():\n    from pkg import Other, sub as s\n",
    "hack.py": "import away, pkg.gone\nimport pkg.sub.attribute\nfrom ... import x\n",
}


def edges(view: str, *, parents: bool) -> set[str]:
    graph = graph_of(TREE)
    found = graph.view(view, parents=parents)  # type: ignore[arg-type]
    return {f"{e.importer}:{e.line} {e.imported}" for ends in found.values() for e in ends.values()}


def test_edge_kinds_are_kept_apart() -> None:
    """Each view has its kinds, and packages that are only run on the way when they are wanted."""
    import_time = {
        "pkg/__init__.py:1 pkg/impl.py",
        "pkg/impl.py:1 pkg/__init__.py",
        "pkg/impl.py:1 pkg/sub.py",
        "pkg/sub.py:4 far/away.py",
        "run.py:1 pkg/sub.py",
        "hack.py:2 pkg/sub.py",
    }
    assert edges("import_time", parents=False) == import_time
    assert edges("import_time", parents=True) == import_time | {
        "run.py:1 pkg/__init__.py",
        "hack.py:2 pkg/__init__.py",
        "pkg/sub.py:4 far/__init__.py",
    }
    runtime = import_time | {"run.py:3 pkg/__init__.py"}
    assert edges("runtime", parents=False) == runtime
    assert edges("all", parents=False) == runtime | {"pkg/sub.py:2 run.py"}


def test_an_edge_knows_what_it_takes() -> None:
    """Names are those of the module, not its submodules, with what they are called."""
    graph = graph_of(TREE)
    assert graph.files["pkg/__init__.py"].edges == (
        Edge("pkg/__init__.py", 1, "pkg/impl.py", "runtime", ("Name",), ("Other",)),
    )
    assert graph.files["run.py"].edges[2:] == (
        Edge("run.py", 3, "pkg/__init__.py", "local", ("Other",), ("Other",)),
        Edge("run.py", 3, "pkg/sub.py", "local"),
    )


def test_guesses_and_what_leads_nowhere_stand_apart() -> None:
    """An unsure edge is in no view; a module that a package lacks is told as missing."""
    graph = graph_of(TREE)
    unsure = [edge for edge in graph.edges() if not edge.sure]
    assert [(edge.importer, edge.imported) for edge in unsure] == [("hack.py", "far/away.py")]
    assert "far/away.py" not in graph.view("all", parents=True)["hack.py"]
    missing = graph.files["hack.py"].missing
    assert [(one.line, one.module, one.level) for one in missing] == [
        (1, "pkg.gone", 0),
        (3, "", 3),
    ]


def test_a_file_that_cannot_be_read_is_reached_all_the_same() -> None:
    """A Python file without a scan has no imports, but its importers are known."""
    graph = Graph()
    graph.update(("a.py", "locked.py"), {"a.py": imports("a.py", "import locked")})
    assert list(graph.reverse("all", parents=True)["locked.py"]) == ["a.py"]


def test_the_import_that_is_run_first_stands_for_all() -> None:
    """Of two imports of one file, the one at module level is told, though it comes later."""
    files = {"a.py": "def f():\n    import b\nimport b\n", "b.py": ""}
    assert graph_of(files).view("all", parents=False)["a.py"]["b.py"].line == 3


DYNAMIC = {
    "pkg/__init__.py": "",
    "pkg/plugin.py": "import pkg\n",
    "pkg/deep/__init__.py": "",
    "pkg/deep/part.py": "",
    "load.py": (
        "from importlib import import_module as im\n"
        "im('pkg.plugin')\n"
        "im('pkg.gone')\n"
        "__import__('pkg', fromlist=['deep', 'VERSION'])\n"
        "im(name)\n"
    ),
    "pkg/near.py": "import importlib\nimportlib.import_module('.deep.part', __package__)\n",
}


def test_an_import_by_call_is_an_edge_that_runs_some_time() -> None:
    """It leads where an import statement would, counts as run, but not as run at import time."""
    graph = graph_of(DYNAMIC)
    assert graph.files["load.py"].edges == (
        Edge("load.py", 2, "pkg/__init__.py", "dynamic", parent=True),
        Edge("load.py", 2, "pkg/plugin.py", "dynamic"),
        Edge("load.py", 4, "pkg/__init__.py", "dynamic", ("VERSION",), ("VERSION",)),
        Edge("load.py", 4, "pkg/deep/__init__.py", "dynamic"),
    )
    assert [(one.line, one.module, one.kind) for one in graph.files["load.py"].missing] == [
        (3, "pkg.gone", "dynamic")
    ]
    assert "pkg/deep/part.py" in graph.view("runtime", parents=False)["pkg/near.py"]
    assert not graph.view("import_time", parents=True)["load.py"]


def test_edges_of_other_kinds_stand_before_a_dynamic_one() -> None:
    """A statement, even one in a function, tells more of a file than a call with its name."""
    files = {"a.py": "__import__('b')\ndef f():\n    import b\n", "b.py": ""}
    assert graph_of(files).view("all", parents=False)["a.py"]["b.py"].line == 3


@given(TREES, st.sampled_from(PATHS))
@settings(max_examples=150, deadline=None)
def test_what_leads_to_one_file_is_known_before_the_rest(files: dict[str, str], path: str) -> None:
    """No more than what names the file is resolved for it, and nothing of it is missed."""
    graph, fresh = graph_of(files), graph_of(files)
    leading = sorted(e for e in fresh.edges() if e.imported == path and not e.parent)
    assert graph.leading_to(path) == leading
    assert graph.importers(path) == [edge for edge in leading if edge.sure]
    assert graph.files == fresh.files


def test_only_files_that_name_it_are_resolved_for_a_file() -> None:
    """The others wait until all edges are asked for."""
    files = {**{f"m{at}.py": "import far" for at in range(9)}, "far.py": "", "a.py": "import m3"}
    graph = graph_of(files)
    told: list[int] = []
    graph.tell = lambda text, done, total: told.append(total) if "resolving" in text else None
    assert [edge.importer for edge in graph.importers("m3.py")] == ["a.py"]
    assert told == [1]
    assert len(list(graph.edges())) == 10
