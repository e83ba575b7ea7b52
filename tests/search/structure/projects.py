"""A project that a question is put to, held in memory."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class Project:
    """`Facts` over texts by path; files can be changed between questions."""

    def __init__(self, texts: Mapping[str, str], root: str = "/nowhere") -> None:
        self.texts = dict(texts)
        self.root = root
        self.unread: dict[str, str] = {}
        self.told = 0
        self._layers: dict[str, dict[str, tuple[str, Any]]] = {}
        self._kept: dict[str, Any] = {}

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(sorted(self.texts))

    @property
    def python(self) -> tuple[str, ...]:
        return tuple(path for path in self.files if path.endswith((".py", ".pyi")))

    def text(self, path: str) -> str:
        return self.texts.get(path, "")

    def layer(self, scan: Callable[[str, str], T]) -> Mapping[str, T]:
        known = self._layers.setdefault(f"{scan.__module__}.{scan.__qualname__}", {})
        for path in set(known) - set(self.python):
            del known[path]
        for path in self.python:
            text = self.texts[path]
            if path not in known or known[path][0] != text:
                known[path] = text, scan(path, text)
        return {path: known[path][1] for path in self.python}

    def kept(self, name: str, make: Callable[[], T]) -> T:
        if name not in self._kept:
            self._kept[name] = make()
        kept: T = self._kept[name]
        return kept

    def progress(self, text: str, done: int, total: int) -> None:
        assert 0 <= done <= total, text
        self.told += 1
