"""The tools over the graph: a verdict in a sentence, then the proof."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from engine.agents.services import Services
from engine.agents.tool import Call
from engine.agents.tools import dependencies, imported
from engine.evidence import Argument, Evidence, Findings, Table, Text
from engine.search.graph.questions import QUESTIONS
from tests.search.graph.folder_facts import FolderFacts
from tests.search.graph.project import FILES, PRICING
from tests.search.graph.running import write_tree

pytestmark = pytest.mark.anyio
Use = Callable[..., Any]


def over(folder: Path, files: Mapping[str, str]) -> Use:
    """Return what runs a tool over these files, with the real questions in this process."""
    write_tree(folder, files)
    facts = FolderFacts(folder)

    async def code(
        question: str, arguments: Mapping[str, Any] | None = None, progress: object = None
    ) -> Any:
        return QUESTIONS[question](facts, arguments or {})

    async def run(name: str, **arguments: Argument) -> Evidence:
        services = cast("Services", SimpleNamespace(code=code))
        module = imported if name == "imported" else dependencies
        found: Evidence = await getattr(module, name)(Call(arguments, services))
        return found

    return run


@pytest.fixture
def use(tmp_path: Path) -> Use:
    """Run a tool over the small project."""
    return over(tmp_path, FILES)


def rows(section: object) -> list[str]:
    assert isinstance(section, Findings)
    return [f"{item.path}:{item.line}" for item in section.items]


@pytest.mark.parametrize(
    ("tool", "arguments", "verdict"),
    [
        (
            "importers",
            {"file": PRICING},
            "src/desk/pricing.py is imported by 4 files; 1 import takes its names from other "
            "modules; 1 import may mean it",
        ),
        (
            "importers",
            {"folder": "tests", "is_folder": True},
            "tests/ is imported by no file",
        ),
        (
            "importers",
            {"file": "src/desk/report.py", "transitive": True},
            "src/desk/report.py is imported by 2 files; 2 files in all reach it",
        ),
        (
            "imports",
            {"file": "src/desk/report.py"},
            "src/desk/report.py imports 4 modules; 2 files of the project are reached; 2 "
            "imports lead nowhere",
        ),
        (
            "imports",
            {"folder": "tests", "is_folder": True},
            "tests/ imports 2 modules from outside of it; 3 files of the project are reached",
        ),
        (
            "impact",
            {"file": "src/desk/report.py"},
            "2 modules and 0 test files may break when src/desk/report.py changes, 2 of them by an "
            "import of their own",
        ),
        (
            "cycles",
            {},
            "1 import cycle can fail at import time; 1 takes no name too early; 1 for type "
            "checkers only",
        ),
        ("cycles", {"file": PRICING}, "No import cycle through src/desk/pricing.py at import time"),
        (
            "path",
            {"file": "src/desk/cli.py", "to": PRICING},
            "src/desk/cli.py reaches src/desk/pricing.py in 2 imports",
        ),
        (
            "path",
            {"file": PRICING, "to": "src/desk/cli.py"},
            "No way of imports leads from src/desk/pricing.py to src/desk/cli.py; the other way "
            "round src/desk/cli.py reaches it in 2 imports",
        ),
        (
            "broken",
            {},
            "2 imports can't work; 1 more in backup folders; 1 more is guarded",
        ),
        ("broken", {"file": PRICING}, "No import in src/desk/pricing.py is broken"),
        (
            "layers",
            {},
            "4 layers: 7 files import nothing of the project, 2 files stand on all the layers "
            "below; 2 cycles are each taken as one",
        ),
        (
            "central",
            {},
            "Most hangs on src/desk/pricing.py: 7 files reach it, 4 by an import of their own",
        ),
        (
            "orphans",
            {},
            "4 files are imported by nothing but perhaps tests, and 1 in backup folders, of 16",
        ),
        (
            "overview",
            {},
            "16 imports between 16 Python files, in 4 layers; 1 cycle can fail at import time, 2 "
            "imports of live code can't work",
        ),
        (
            "export",
            {"file": PRICING, "format": "dot", "depth": 1},
            "8 arrows around src/desk/pricing.py as DOT",
        ),
    ],
)
async def test_the_verdict_answers_in_a_sentence(
    use: Use, tool: str, arguments: dict[str, Argument], verdict: str
) -> None:
    """The number that matters comes first, and every list of the answer is counted."""
    found = await use(tool, **arguments)
    assert found.verdict == verdict
    assert found.weight == 2


async def test_a_cycle_that_fails_is_shown_line_by_line(use: Use) -> None:
    """The title says from where it fails and why; a mark tells a review."""
    found = await use("cycles")
    first = found.sections[0]
    assert first.title == (
        "Cycle of 2 files: importing src/desk/loop_a.py first fails: src/desk/loop_b.py:1 takes A "
        "from src/desk/loop_a.py, which binds it on line 2 only"
    )
    assert rows(first) == ["src/desk/loop_a.py:1", "src/desk/loop_b.py:1"]
    assert isinstance(found.sections[-1], Table)
    assert (
        found.sections[-1].rows[0][2]
        == "src/desk/user.py:1 → src/desk/typed.py:2 → src/desk/user.py"
    )
    mark = found.marks[0]
    assert (mark.path, mark.line, mark.severity > 2 / 3) == ("src/desk/loop_b.py", 1, True)


async def test_broken_imports_say_what_was_meant(use: Use) -> None:
    """Each has its line and reason; those of live code are marked."""
    found = await use("broken", folder="src/desk", is_folder=True)
    first = found.sections[0]
    assert rows(first) == ["src/desk/report.py:2", "src/desk/report.py:3"]
    assert first.items[0].text.endswith(
        "— src/desk/pricing.py has no blackscholes; did you mean black_scholes?"
    )
    assert first.items[1].text.endswith("— there is no ..pricing; did you mean .pricing?")
    assert len(found.marks) == 2


async def test_what_is_shown_has_no_control_characters(tmp_path: Path, use: Use) -> None:
    """A source line can't move the cursor."""
    (tmp_path / "src/desk/evil.py").write_text("import desk.pricing # \x1b[2J\n")
    found = await use("importers", file=PRICING)
    assert "\x1b" not in str(found.sections)


async def test_a_file_is_drawn_as_two_trees(use: Use) -> None:
    """What it imports, and who imports it."""
    found = await use("export", file=PRICING, format="tree")
    assert [section.title for section in found.sections] == ["Imports", "Imported by"]
    below, above = found.sections
    assert isinstance(below, Text)
    assert isinstance(above, Text)
    assert below.text == "src/desk/pricing.py\n"
    assert above.text.startswith("src/desk/pricing.py\n├─ src/desk/__init__.py  (line 1)\n")


@pytest.mark.parametrize("tool", [name for name in dependencies.__all__ if name != "path"])
async def test_every_tool_takes_a_file_or_a_folder(use: Use, tool: str) -> None:
    """Each answers about a file and about a folder; what it found has proof."""
    for place in ({"file": PRICING}, {"folder": "src/desk", "is_folder": True}):
        found = await use(tool, **place)
        assert found.found == bool(found.sections)


async def test_importers_of_a_library_are_told_by_its_name(tmp_path: Path) -> None:
    """What is none of the project's is said to be so; where nobody imports it, what is alike."""
    use = over(tmp_path, {"tools/feed.py": "import requests\nimport requests.auth\n"})
    found = await use("importers", module="requests")
    assert found.verdict == "`requests` is none of the project's modules; 1 file imports it"
    assert rows(found.sections[0]) == ["tools/feed.py:1", "tools/feed.py:2"]
    none = await use("importers", module="fed", nearest=("tools/feed.py",))
    assert not none.found
    assert none.verdict.endswith("the project has no such module; nearest is tools/feed.py")


async def test_a_library_of_the_same_name_is_told_apart(tmp_path: Path) -> None:
    """A stub deep in the tree is not what `import zlib` means."""
    use = over(tmp_path, {"stubs/py/zlib.pyi": "", "tools/pack.py": "import zlib\n"})
    found = await use("importers", file="stubs/py/zlib.pyi", module="zlib")
    assert found.verdict.endswith("1 import means another zlib, which is none of the project's")
    assert rows(found.sections[-1]) == ["tools/pack.py:1"]


async def test_whether_a_file_imports_something(tmp_path: Path) -> None:
    """Yes with the line, or no with who of the files that it reaches does."""
    use = over(
        tmp_path,
        {
            "pkg/__init__.py": "",
            "pkg/a.py": "import os.path\nfrom . import b\nfrom lib.sub import name as other\n",
            "pkg/b.py": "import far\n",
            "far.py": "",
            "other/_thing.py": "",
            "pkg/c.py": "import _thing\nfrom .b import far\n",
        },
    )
    said = {
        sought: (await use("imported", file="pkg/a.py", sought=sought)).verdict
        for sought in ("os", "lib.sub", "lib.sub.name", "lib", "name", "b", "xml")
    }
    assert said == {
        "os": "Yes, pkg/a.py imports os: line 1",
        "lib.sub": "Yes, pkg/a.py imports lib.sub: line 3",
        "lib.sub.name": "Yes, pkg/a.py imports lib.sub.name: line 3",
        "lib": "Yes, pkg/a.py imports lib: line 3",
        "name": "Yes, pkg/a.py imports name: line 3",
        "b": "Yes, pkg/a.py imports b: line 2",
        "xml": "No, pkg/a.py doesn't import xml itself, and no file that it reaches does",
    }
    way = await use("imported", file="pkg/a.py", sought="far", to="far.py")
    assert way.verdict == "Not itself, but by others: pkg/a.py reaches far.py in 2 imports"
    none = await use("imported", file="pkg/b.py", sought="c", to="pkg/c.py")
    assert none.verdict.startswith("No: no way of imports leads from pkg/b.py to pkg/c.py")
    # A file of that name elsewhere does not hide what is imported.
    same = await use("imported", file="pkg/c.py", sought="_thing", to="other/_thing.py")
    assert same.verdict == "Yes, pkg/c.py imports _thing: line 1"


async def test_what_a_reached_file_imports_is_told(tmp_path: Path) -> None:
    """A library that only another file imports is no import of this one."""
    use = over(tmp_path, {"a.py": "import b\n", "b.py": "import xml.dom\n", "c.py": "import xml\n"})
    found = await use("imported", file="a.py", sought="xml")
    assert found.verdict == "No, a.py doesn't import xml itself; 1 file that it reaches does"
    assert rows(found.sections[0]) == ["b.py:1"]


DYNAMIC = {
    "app/__init__.py": "",
    "app/plugin.py": "",
    "load.py": (
        "import importlib\nimportlib.import_module('app.plugin')\n"
        "importlib.import_module(name)\n__import__('yaml.nodes')\n"
    ),
}


async def test_an_import_by_call_is_told_as_one(tmp_path: Path) -> None:
    """It is shown as dynamic, and the calls whose module isn't written out are counted."""
    use = over(tmp_path, DYNAMIC)
    found = await use("importers", file="app/plugin.py")
    assert found.verdict == "app/plugin.py is imported by 1 file"
    (item,) = found.sections[0].items
    assert (item.path, item.line) == ("load.py", 2)
    assert item.text == "importlib.import_module('app.plugin')  (dynamic)"
    assert found.assumptions[-1].endswith(
        "; 1 such call of the project computes the name and is not counted"
    )
    library = await use("importers", module="yaml")
    assert library.verdict == "`yaml` is none of the project's modules; 1 file imports it"
    assert rows(library.sections[0]) == ["load.py:4"]
    whether = await use("imported", file="load.py", sought="app.plugin", to="app/plugin.py")
    assert whether.verdict == "Yes, load.py imports app.plugin: line 2"
    assert whether.sections[0].items[0].text == 'import_module("app.plugin")'


async def test_a_cycle_that_a_call_closes_stands_apart(tmp_path: Path) -> None:
    """Nothing of it happens while modules are imported, and its round shows the call."""
    use = over(tmp_path, {"a.py": "import b\n", "b.py": "__import__('a')\n"})
    found = await use("cycles")
    assert found.verdict == (
        "No import cycle at import time; 1 closed by imports in functions or by calls only"
    )
    assert "b.py:1" in found.sections[0].rows[0][2]
