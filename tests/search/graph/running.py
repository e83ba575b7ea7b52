"""What Python itself does when modules of a small tree are imported, each in a clean state."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

_DRIVER = """
import importlib, json, sys
sys.dont_write_bytecode = True
asked = json.loads(sys.argv[1])
sys.path[:0] = asked["path"]
before = set(sys.modules)
answers = {}
for name in asked["names"]:
    importlib.invalidate_caches()
    try:
        module = importlib.import_module(name)
        answers[name] = [True, getattr(module, "__file__", None) or ""]
    except Exception as error:
        answers[name] = [False, f"{type(error).__name__}: {error}"]
    for added in set(sys.modules) - before:
        del sys.modules[added]
print(json.dumps(answers))
"""


def write_tree(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def import_each(
    root: Path, names: Iterable[str], search_path: Iterable[str] = ("",)
) -> dict[str, tuple[bool, str]]:
    """Return for each module whether it can be imported, and its file or what went wrong.

    `search_path` are the folders below `root` that stand in `sys.path`.
    """
    asked = {"path": [str(root / folder) for folder in search_path], "names": list(names)}
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", _DRIVER, json.dumps(asked)],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: (bool(ok), said) for name, (ok, said) in json.loads(done.stdout).items()}
