"""Where imports lead: Python, run with the search path that the resolver assumes, says the same."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.search.graph.resolution import Resolution
from engine.search.graph.scan import imports
from engine.search.modules import ModuleFiles
from tests.search.graph.running import import_each, write_tree

NAMES = st.sampled_from(("pkg", "mod", "deep"))
FOLDERS = st.lists(NAMES, max_size=3).map("/".join)


@st.composite
def trees(draw: st.DrawFn) -> list[str]:
    """Return paths below `src` and the root: packages, namespace packages, names twice."""
    found = set()
    for _ in range(draw(st.integers(1, 9))):
        folder = "/".join(
            part for part in (draw(st.sampled_from(("", "src"))), draw(FOLDERS)) if part
        )
        name = draw(st.sampled_from(("__init__", "pkg", "mod", "deep")))
        if folder not in {"", "src"} or name != "__init__":
            found.add(f"{folder}/{name}.py" if folder else f"{name}.py")
    return sorted(found)


@given(trees(), st.lists(NAMES, min_size=1, max_size=3).map(".".join))
@settings(max_examples=40, deadline=None)
def test_an_absolute_import_leads_where_python_finds_it(files: list[str], module: str) -> None:
    """With the root before `src`, a module that Python finds is the one that is reached.

    Python looks no further than the first package of a name; the resolver goes on to the next
    folder, so it may find more.
    """
    folder = Path(tempfile.mkdtemp())
    try:
        write_tree(folder, dict.fromkeys([*files, "zz_script.py"], ""))
        ok, said = import_each(folder, [module], ["", "src"])[module]
        found = str(Path(said).relative_to(folder)) if ok and said else ""
    finally:
        shutil.rmtree(folder)
    resolution = Resolution(ModuleFiles.of([*files, "zz_script.py"]))
    _, (row,), _ = imports("zz_script.py", f"import {module}\n")
    reach = resolution.reach("zz_script.py", row)
    if found:
        named = [path for path, _ in reach.targets]
        assert named == [found], (files, module, reach)
        parents = set(reach.parents)
        packages = [
            found.rpartition("/")[0].rsplit("/", up)[0] + "/__init__.py"
            for up in range(module.count(".") + 1)
        ]
        run_first = {path for path in packages if path in files and path != found}
        assert parents == {
            path for path in run_first if path.count("/") > 0 and _below(path, module)
        }


def _below(path: str, module: str) -> bool:
    """Whether a package stands above the module by its dotted name, not above its root."""
    folder = path.rpartition("/")[0].removeprefix("src/").replace("/", ".")
    return module.startswith(f"{folder}.")
