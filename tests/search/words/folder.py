"""The facts of a folder on disk, without the process that keeps them."""

import sysconfig
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from engine.search.facts import Scan
from engine.search.source import decode_source
from tests.search.words.stdlib_questions import MODULES

T = TypeVar("T")


class FolderFacts:
    """Reads each file once; `write` and `remove` change one."""

    def __init__(self, root: str, files: Sequence[str]) -> None:
        self.root = root
        self.files = tuple(files)
        self.python = self.files
        self.unread: Mapping[str, str] = {}
        self.steps = 0
        self._texts: dict[str, str] = {}
        self._layers: dict[Any, dict[str, Any]] = {}
        self._kept: dict[str, Any] = {}

    def text(self, path: str) -> str:
        if path not in self._texts:
            self._texts[path] = decode_source(Path(self.root, path).read_bytes())
        return self._texts[path]

    def layer(self, scan: Scan[T]) -> Mapping[str, T]:
        values: dict[str, T] = self._layers.setdefault(scan, {})
        for path in self.python:
            if path not in values:
                values[path] = scan(path, self.text(path))
        return {path: values[path] for path in self.python}

    def kept(self, name: str, make: Callable[[], T]) -> T:
        kept: T = self._kept.setdefault(name, None) or make()
        self._kept[name] = kept
        return kept

    def progress(self, text: str, done: int, total: int) -> None:
        self.steps += 1

    def write(self, path: str, text: str) -> None:
        self.remove(path)
        self._texts[path] = text
        self.files = self.python = tuple(sorted({*self.python, path}))

    def remove(self, path: str) -> None:
        self.files = self.python = tuple(one for one in self.python if one != path)
        self._texts.pop(path, None)
        for values in self._layers.values():
            values.pop(path, None)


def standard_library() -> FolderFacts:
    """Return the facts of the modules that the labelled questions are about."""
    root = Path(sysconfig.get_path("stdlib"))
    files = [f"{name}.py" for name in MODULES if (root / f"{name}.py").is_file()]
    for name in MODULES:
        files += [path.relative_to(root).as_posix() for path in (root / name).rglob("*.py")]
    return FolderFacts(str(root), sorted(files))
