"""`Facts` over a folder on disk, read in this process; each file once until it changes."""

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from engine.search.facts import Cancelled, Scan
from engine.search.programs import find_beside
from engine.search.source import decode_source

T = TypeVar("T")


class FolderFacts:
    """The project below `root`, as it is when `refresh` is called."""

    def __init__(self, root: str | Path) -> None:
        self.root = str(root)
        self.files: tuple[str, ...] = ()
        self.python: tuple[str, ...] = ()
        self.unread: dict[str, str] = {}
        self.told = 0
        self.cancel_after: int | None = None
        self._bytes: dict[str, bytes] = {}
        self._layers: dict[Any, dict[str, tuple[bytes, Any]]] = {}
        self._kept: dict[str, Any] = {}
        self.refresh()

    def refresh(self) -> None:
        rg = find_beside("rg")
        assert rg is not None
        done = subprocess.run(
            [rg, "--no-config", "--files", "--null", "--sort=path"],
            cwd=self.root,
            capture_output=True,
            check=False,
        )
        self.files = tuple(os.fsdecode(path) for path in done.stdout.split(b"\0") if path)
        fresh: dict[str, bytes] = {}
        self.unread = {}
        for path in self.files:
            if path.endswith((".py", ".pyi")):
                try:
                    content = Path(self.root, path).read_bytes()
                except OSError as error:
                    self.unread[path] = str(error)
                    continue
                old = self._bytes.get(path)
                fresh[path] = old if old == content and old is not None else content
        self._bytes = fresh
        self.python = tuple(fresh)

    def text(self, path: str) -> str:
        return decode_source(self._bytes.get(path, b""))

    def layer(self, scan: Scan[T]) -> Mapping[str, T]:
        before = self._layers.get(scan, {})
        layer = {}
        for path, content in self._bytes.items():
            kept = before.get(path)
            fresh = kept is not None and kept[0] is content
            layer[path] = kept if kept and fresh else (content, scan(path, self.text(path)))
        self._layers[scan] = layer
        return {path: value for path, (_, value) in layer.items()}

    def kept(self, name: str, make: Callable[[], T]) -> T:
        value: T = self._kept.setdefault(name, make())
        return value

    def progress(self, text: str, done: int, total: int) -> None:
        self.told += 1
        if self.cancel_after is not None and self.told > self.cancel_after:
            raise Cancelled
