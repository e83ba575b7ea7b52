"""Which file an import means, in trees with copies, src folders and scripts."""

import pytest

from engine.search.imports import scan_imports
from engine.search.modules import ModuleFiles, Resolved, resolve

PROJECT = ModuleFiles.of(
    [
        "pyproject.toml",
        "run.py",
        "queue.py",
        "bolt.py",
        "bolt/__init__.py",
        "bolt/core/__init__.py",
        "bolt/core/engine.py",
        "bolt/core/logging.py",
        "bolt/core/state.py",
        "src/unity/__init__.py",
        "src/unity/cli.py",
        "src/unity/strategy/__init__.py",
        "src/unity/strategy/wheel.py",
        "src/unity/typed.pyi",
        "src/selectors.py",
        "examples/strategy/wheel.py",
        "examples/demo.py",
        "attic/part/two.py",
        "far/part/two.py",
        "src/loose/part/one.py",
        "tests/test_wheel.py",
        "tests/helper.py",
        "tools/run.py",
        "tools/helper.py",
        "tools/json.py",
        "old_backup/bolt/__init__.py",
        "old_backup/bolt/core/__init__.py",
        "old_backup/bolt/core/engine.py",
        "old_backup/run.py",
        "packages/kit/pyproject.toml",
        "packages/kit/kit/__init__.py",
        "packages/kit/kit/box.py",
    ]
)
WHEEL, ENGINE = "src/unity/strategy/wheel.py", "bolt/core/engine.py"
STRATEGY = "src/unity/strategy/__init__.py"


@pytest.mark.parametrize(
    ("importer", "text", "origin", "paths"),
    [
        # Relative imports, exactly.
        ("src/unity/cli.py", "from .strategy.wheel import X", "first-party", [WHEEL]),
        ("src/unity/cli.py", "from .strategy import wheel", "first-party", [STRATEGY, WHEEL]),
        (STRATEGY, "from . import wheel", "first-party", [STRATEGY, WHEEL]),
        (WHEEL, "from ..strategy import X", "first-party", [STRATEGY]),
        (WHEEL, "from .gone import X", "missing", []),
        (WHEEL, "from ......far import X", "missing", []),
        (ENGINE, "from ...run import X", "missing", []),
        (ENGINE, "from .. import core", "first-party", None),
        ("src/loose/part/two.py", "from . import one", "first-party", ["src/loose/part/one.py"]),
        # Absolute ones: src, the root, both spellings.
        ("run.py", "from unity.strategy.wheel import X", "first-party", [WHEEL]),
        ("run.py", "from src.unity.strategy.wheel import X", "first-party", [WHEEL]),
        ("tests/test_wheel.py", "import unity.strategy.wheel as w", "first-party", [WHEEL]),
        ("run.py", "from loose.part import one", "first-party", ["src/loose/part/one.py"]),
        ("run.py", "import unity.typed", "first-party", ["src/unity/typed.pyi"]),
        ("run.py", "from kit import box", "first-party", None),
        # A package hides a module of its name; a sibling is not imported.
        ("run.py", "import bolt", "first-party", ["bolt/__init__.py"]),
        ("run.py", "from bolt.core import state", "first-party", None),
        ("run.py", "import bolt.core.gone", "missing", []),
        ("run.py", "import queue.thing", "first-party", ["queue.py"]),
        # A copy imports itself; all else imports the live tree.
        ("run.py", "from bolt.core.engine import E", "first-party", [ENGINE]),
        ("old_backup/run.py", "import bolt.core.engine", "first-party", [f"old_backup/{ENGINE}"]),
        ("old_backup/run.py", "import bolt.core.state", "first-party", ["bolt/core/state.py"]),
        ("old_backup/run.py", "import unity.cli", "first-party", ["src/unity/cli.py"]),
        # Scripts see their own folder first.
        ("tools/run.py", "import helper", "first-party", ["tools/helper.py"]),
        ("tests/test_wheel.py", "import helper", "first-party", ["tests/helper.py"]),
        ("tools/run.py", "import json", "uncertain", ["tools/json.py"]),
        ("run.py", "import queue", "first-party", ["queue.py"]),
        ("run.py", "import json", "standard library", []),
        (ENGINE, "import logging", "standard library", []),
        # Only the end of the name fits.
        ("tools/run.py", "from unity.strategy import wheel", "first-party", [STRATEGY, WHEEL]),
        ("src/unity/cli.py", "import strategy.wheel", "uncertain", [WHEEL]),
        ("run.py", "import part.two", "uncertain", ["far/part/two.py"]),
        ("src/unity/cli.py", "import selectors", "uncertain", None),
        ("tests/test_wheel.py", "import selectors", "standard library", []),
        ("examples/demo.py", "import strategy.wheel", "first-party", None),
        ("tests/test_wheel.py", "from core import engine", "uncertain", None),
        ("src/unity/cli.py", "import wheel", "uncertain", [WHEEL]),
        ("run.py", "import numpy.linalg", "unknown", []),
    ],
)
def test_an_import_reaches(importer: str, text: str, origin: str, paths: list[str] | None) -> None:
    """An import reaches the files that Python would find from the importing file."""
    (found,) = scan_imports(text)
    resolved = resolve(PROJECT, importer, found)
    expected = {
        "import selectors": ["src/selectors.py"],
        "from .. import core": ["bolt/__init__.py", "bolt/core/__init__.py"],
        "import strategy.wheel": ["examples/strategy/wheel.py"],
        "from kit import box": ["packages/kit/kit/__init__.py", "packages/kit/kit/box.py"],
        "from bolt.core import state": ["bolt/core/__init__.py", "bolt/core/state.py"],
        "from core import engine": ["bolt/core/__init__.py", ENGINE],
    }
    assert resolved == Resolved(
        resolved.origin, tuple(paths if paths is not None else expected[text])
    )
    assert resolved.origin == origin


def test_a_project_that_is_a_package_is_reached_by_dots() -> None:
    """Dots lead to the project's own folder only where that has an `__init__`."""
    for files, origin in ((["a.py", "sub/b.py"], "missing"), (["__init__.py"], "first-party")):
        (found,) = scan_imports("from .. import a")
        resolved = resolve(ModuleFiles.of(["a.py", "sub/b.py", *files]), "sub/b.py", found)
        assert resolved.origin == origin


def test_a_folder_inside_a_package_hides_no_module_from_below() -> None:
    """A third-party name stays what it is though a folder above the importer has such a package."""
    project = ModuleFiles.of(
        ["app/__init__.py", "app/data/vendor/__init__.py", "app/data/vendor/x.py"]
    )
    (found,) = scan_imports("import vendor")
    assert resolve(project, "app/data/vendor/x.py", found).origin == "uncertain"


def test_the_standard_library_resolves_to_itself() -> None:
    """Where the project holds the standard library, its modules are first-party everywhere."""
    for prefix in ("", "Lib/"):
        files = [prefix + name for name in ("os.py", "json/__init__.py", "json/decoder.py")]
        project = ModuleFiles.of(files)
        for importer in (f"{prefix}logging/config.py", f"{prefix}test/test_json/__init__.py"):
            (found,) = scan_imports("from json import decoder")
            resolved = resolve(project, importer, found)
            assert resolved == Resolved("first-party", tuple(files[1:]))
