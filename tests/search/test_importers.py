"""Who imports a file: a brute-force search by `ast` says the same."""

import ast
import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.search.importers import Importer, ResolvedImport, find_importers, resolve_imports
from tests.search.trees import write

pytestmark = pytest.mark.anyio

STDLIB = Path(sysconfig.get_path("stdlib"))
PACKAGES = ("asyncio", "concurrent", "email", "importlib", "json", "logging", "unittest")
FIXTURE = {
    "src/unity/__init__.py": "from .strategy import wheel\n",
    "src/unity/strategy/__init__.py": "from .wheel import (\n    Wheel,\n)\n",
    "src/unity/strategy/wheel.py": "class Wheel: ...\n",
    "src/unity/strategy/other.py": "from . import wheel as w, other\nx = 'import wheel'\n",
    "src/unity/cli.py": (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from unity.strategy.wheel import Wheel\n"
        "def run():\n    import unity.strategy.wheel\n"
    ),
    "src/unity/math/wheel.py": "from unity.strategy import other\n",
    "src/unity/math/__init__.py": "from .wheel import x\n",
    "run.py": "try:\n    from src.unity.strategy.wheel import Wheel\nexcept E:\n    pass\n",
    "scripts/hack.py": "sys.path.insert(0, 'src/unity')\nfrom strategy.wheel import Wheel\x1b\n",
    "backup_1/src/unity/__init__.py": "",
    "backup_1/src/unity/strategy/__init__.py": "from .wheel import Wheel\n",
    "backup_1/src/unity/strategy/wheel.py": "",
    "backup_1/use.py": "from src.unity.strategy.wheel import Wheel\n",
    "broken.py": "def f(:\nfrom unity.strategy.wheel import Wheel\n",
    "ignored.py": "import unity.strategy.wheel\n",
    ".ignore": "ignored.py\n",
    "docs.md": "from unity.strategy.wheel import Wheel\n",
}
WHEEL = "src/unity/strategy/wheel.py"


def by_ast(root: Path) -> dict[str, set[tuple[str, int]]]:
    """Return path and line of every import under each dotted name that it names."""
    named: dict[str, set[tuple[str, int]]] = {}
    for path in root.rglob("*.py"):
        relative = path.relative_to(root)
        package = list(relative.parent.parts)
        try:
            tree = ast.parse(path.read_bytes())
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            for name in _names(node, package):
                assert isinstance(node, ast.Import | ast.ImportFrom)
                named.setdefault(name, set()).add((relative.as_posix(), node.lineno))
    return named


def _names(node: ast.AST, package: list[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (name.name for name in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = package[: len(package) - node.level + 1] if node.level else []
        module = ".".join([*base, *([node.module] if node.module else [])])
        yield module
        yield from (f"{module}.{name.name}" for name in node.names)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of some packages of the standard library and of their tests."""
    root = tmp_path_factory.mktemp("library")
    for package in PACKAGES:
        shutil.copytree(STDLIB / package, root / package, ignore=shutil.ignore_patterns("*.pyc"))
    for name in ("test_json", "test_asyncio"):
        source = STDLIB / "test" / name
        if source.is_dir():
            shutil.copytree(source, root / "test" / name)
    shutil.copy(STDLIB / "os.py", root)
    return root


@pytest.fixture(scope="module")
def named(library: Path) -> dict[str, set[tuple[str, int]]]:
    return by_ast(library)


@pytest.mark.parametrize(
    ("path", "dotted"),
    [
        ("json/decoder.py", "json.decoder"),
        ("json/__init__.py", "json"),
        ("asyncio/events.py", "asyncio.events"),
        ("asyncio/__init__.py", "asyncio"),
        ("email/message.py", "email.message"),
        ("email/__init__.py", "email"),
        ("importlib/_bootstrap.py", "importlib._bootstrap"),
        ("concurrent/futures/__init__.py", "concurrent.futures"),
        ("logging/__init__.py", "logging"),
        ("unittest/case.py", "unittest.case"),
    ],
)
async def test_importers_in_the_standard_library(
    rg: str, library: Path, named: dict[str, set[tuple[str, int]]], path: str, dotted: str
) -> None:
    """In the standard library and its tests the importers are those that brute force finds."""
    found = await find_importers(rg, str(library), path)
    rows = {(one.path, one.line) for one in found.sure}
    assert rows == {row for row in named[dotted] if row[0] != path}
    assert rows
    assert not found.uncertain


async def test_importers_in_a_project_with_copies(rg: str, tmp_path: Path) -> None:
    """Relative and absolute imports count, by kind; siblings, copies, text and documents don't."""
    root = write(tmp_path, FIXTURE)
    found = await find_importers(rg, root, WHEEL)
    assert [(one.path, one.line, one.kind) for one in found.sure] == [
        ("broken.py", 2, "runtime"),
        ("run.py", 2, "conditional"),
        ("src/unity/__init__.py", 1, "runtime"),
        ("src/unity/cli.py", 3, "type_checking"),
        ("src/unity/cli.py", 5, "local"),
        ("src/unity/strategy/__init__.py", 1, "runtime"),
        ("src/unity/strategy/other.py", 1, "runtime"),
    ]
    assert found.uncertain == (
        Importer("scripts/hack.py", 2, "from strategy.wheel import Wheel\ufffd", "runtime"),
    )
    assert found.unreadable == 0


async def test_a_copy_is_imported_by_its_own_tree(rg: str, tmp_path: Path) -> None:
    """The same import in a backup tree means the backup's file."""
    root = write(tmp_path, FIXTURE)
    found = await find_importers(rg, root, f"backup_1/{WHEEL}")
    assert [one.path for one in found.sure] == [
        "backup_1/src/unity/strategy/__init__.py",
        "backup_1/use.py",
    ]


async def test_a_package_is_imported_from_below(rg: str, tmp_path: Path) -> None:
    """A package's importers include those that reach it by dots alone."""
    root = write(tmp_path, FIXTURE)
    found = await find_importers(rg, root, "src/unity/strategy/__init__.py")
    assert [(one.path, one.line) for one in found.sure] == [
        ("src/unity/__init__.py", 1),
        ("src/unity/math/wheel.py", 1),
        ("src/unity/strategy/other.py", 1),
    ]


async def test_a_file_that_nobody_imports(rg: str, tmp_path: Path) -> None:
    """A file without importers, or outside the universe, has an empty answer."""
    root = write(tmp_path, FIXTURE)
    for path in ("run.py", "ignored.py", "gone.py"):
        found = await find_importers(rg, root, path)
        assert (found.sure, found.uncertain) == ((), ())


async def test_imports_are_resolved(rg: str, tmp_path: Path) -> None:
    """Each import of a file is told with its origin and the files that it reaches."""
    text = "import json\nimport numpy as np\nfrom .wheel import Wheel\nfrom . import gone\n"
    root = write(tmp_path, {**FIXTURE, "src/unity/strategy/new.py": text})
    assert await resolve_imports(rg, root, "src/unity/strategy/new.py") == (
        ResolvedImport(1, "json", (), "runtime", "standard library", ()),
        ResolvedImport(2, "numpy", (), "runtime", "unknown", ()),
        ResolvedImport(3, ".wheel", ("Wheel",), "runtime", "first-party", (WHEEL,)),
        ResolvedImport(
            4, ".", ("gone",), "runtime", "first-party", ("src/unity/strategy/__init__.py",)
        ),
    )
