"""One question's view of the project: the current graph, sources, and arguments checked."""

import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from engine.search.facts import BadQuestion, Facts, Json, Unreadable
from engine.search.graph.alike import nearest_paths
from engine.search.graph.answers import Dependent, Passed, Step
from engine.search.graph.bindings import Bindings, bindings, plain_names
from engine.search.graph.edges import Edge
from engine.search.graph.graph import Graph
from engine.search.graph.paths import Reached
from engine.search.graph.reexports import Through
from engine.search.graph.scan import Row, Scanned, imports
from engine.search.live_code import is_backup
from engine.search.printable import clip, printable

_LINE_CHARS: Final = 200
_MODULE_FILES: Final = (".so", ".pyd", ".pyx", ".py", ".pyi")
_TEXTS: Final = 64

_LIMIT: Final = 200

Arguments = Mapping[str, Json]
Tick = Callable[[int, int], None]


class Asking:
    """Gives the questions what they need; made anew for each question.

    Attributes:
        graph: brought up to date when this is made.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.graph = facts.kept("graph", Graph)
        self._scanned = facts.layer(imports)
        self.graph.tell = facts.progress
        self.graph.update(facts.files, self._scanned)
        self._bindings = facts.kept("graph.bindings", dict[str, tuple[Scanned, Bindings]])
        self._plain = facts.kept("graph.plain_names", dict[str, tuple[Scanned, frozenset[str]]])
        self._lines: dict[str, list[str]] = {}
        self._folders: dict[str, tuple[str, ...]] = {}

    def tick(self, text: str) -> Tick:
        """Return what tells how far one part of the work is."""
        return lambda done, total: self.facts.progress(text, done, total)

    def file(self, arguments: Arguments, name: str = "file") -> str:
        """Return the Python file that an argument names.

        Raises:
            BadQuestion: it names none, or one that is Unreadable.
        """
        path = _normal(arguments.get(name))
        if path in self._scanned:
            return path
        if reason := self.facts.unread.get(path):
            raise Unreadable(f"{printable(path)} can't be read: {reason}")
        for package in (f"{path}/__init__.py", f"{path}/__init__.pyi"):
            if package in self._scanned:
                return package
        raise self._unknown(path, name)

    def folder(self, arguments: Arguments, name: str = "folder") -> str | None:
        """Return the folder that an argument names, None for the whole project.

        Raises:
            BadQuestion: no Python file is in it.
        """
        path = _normal(arguments.get(name) or "")
        if not path:
            return None
        if path not in self.graph.resolution.project.folders:
            raise self._unknown(path, name)
        return path

    def within(self, arguments: Arguments) -> tuple[str | None, Callable[[Sequence[str]], bool]]:
        """Return the `file` or `folder` asked about, and whether some of these files belong to it.

        Raises:
            BadQuestion: there is no such file or folder.
        """
        if arguments.get("file"):
            file = self.file(arguments)
            return file, lambda files: file in files
        folder = self.folder(arguments)
        if folder is None:
            return None, lambda files: True
        return folder, lambda files: any(path.startswith(f"{folder}/") for path in files)

    def subject(self, arguments: Arguments) -> tuple[str, list[str]]:
        """Return the `file` or `folder` asked about, and its Python files.

        Raises:
            BadQuestion: there is no such file or folder.
        """
        folder = None if arguments.get("file") else self.folder(arguments)
        if folder is None:
            file = self.file(arguments)
            return file, [file]
        return folder, [path for path in self._scanned if path.startswith(f"{folder}/")]

    def _unknown(self, path: str, name: str) -> BadQuestion:
        if not path:
            return BadQuestion(f'the question needs a "{name}"')
        if path in self.facts.files:
            return BadQuestion(f"{printable(path)} is no Python file: it has no imports")
        alike = nearest_paths(path, self._scanned)
        hint = f"; did you mean {', '.join(map(printable, alike))}?" if alike else ""
        return BadQuestion(f"there is no Python file {printable(path)} in the project{hint}")

    @property
    def files(self) -> tuple[str, ...]:
        """The Python files whose imports were read, folder by folder."""
        return tuple(self._scanned)

    @property
    def computed(self) -> int:
        """How many calls import what is known at run time only; see `dynamic_imports.py`."""
        return sum(scanned[2] for scanned in self._scanned.values())

    def rows(self, path: str) -> tuple[Row, ...]:
        return self._scanned[path][1] if path in self._scanned else ()

    def binds(self, path: str) -> Bindings:
        """Return the names of a module; those of one that can't be read are not known."""
        scanned = self._scanned.get(path)
        if scanned is None:
            return Bindings(known=False)
        kept = self._bindings.get(path)
        if kept is None or kept[0] is not scanned:
            self.facts.progress("reading names", 0, 1)
            kept = scanned, bindings(path, self.facts.text(path), scanned[1])
            self._bindings[path] = kept
        return kept[1]

    def plain(self, path: str) -> frozenset[str]:
        """Return names that a module has at a glance; cheaper than `binds`."""
        scanned = self._scanned.get(path)
        if scanned is None:
            return frozenset()
        kept = self._plain.get(path)
        if kept is None or kept[0] is not scanned:
            self.facts.progress("reading names", 0, 1)
            kept = scanned, plain_names(self.facts.text(path), scanned[1])
            self._plain[path] = kept
        return kept[1]

    def exists(self, stem: str) -> bool:
        """Return whether a module is on disk that isn't searched: compiled, generated, ignored."""
        folder, _, name = stem.rpartition("/")
        names = self._listed(folder)
        if any(found.startswith(f"{name}.") and found.endswith(_MODULE_FILES) for found in names):
            return True
        return name in names and any(one.endswith(_MODULE_FILES) for one in self._listed(stem))

    def _listed(self, folder: str) -> tuple[str, ...]:
        if folder not in self._folders:
            try:
                self._folders[folder] = tuple(os.listdir(os.path.join(self.facts.root, folder)))  # noqa: PTH118, PTH208
            except (OSError, ValueError):
                # Not there, no folder, or not ours to read: nothing is found in it.
                self._folders[folder] = ()
        return self._folders[folder]

    def scripts(self) -> list[str]:
        """Return the modules that the `pyproject.toml` files of the project start."""
        found: list[str] = []
        for path in self.facts.files:
            if f"/{path}".endswith("/pyproject.toml"):
                found += _scripts(os.path.join(self.facts.root, path))  # noqa: PTH118
        return found

    def text(self, path: str, line: int) -> str:
        """Return a source line, fit for a terminal; empty if the file has changed meanwhile."""
        if path not in self._lines:
            if len(self._lines) >= _TEXTS:
                self._lines.clear()
            self.facts.progress("reading lines", 0, 1)
            self._lines[path] = self.facts.text(path).split("\n")
        lines = self._lines[path]
        return clip(printable(lines[line - 1].strip()), _LINE_CHARS) if line <= len(lines) else ""

    def step(self, edge: Edge) -> Step:
        return {
            "path": edge.importer,
            "line": edge.line,
            "imported": edge.imported,
            "kind": edge.kind,
            "names": list(edge.names),
            "parent": edge.parent,
            "text": self.text(edge.importer, edge.line),
        }

    def passed(self, one: Through) -> Passed:
        return {
            "step": self.step(one.edge),
            "names": list(one.names),
            "line": one.passed.line,
        }


def row_limit(arguments: Arguments) -> int:
    value = arguments.get("limit")
    return value if isinstance(value, int) and value > 0 else _LIMIT


def dependent(one: Reached) -> Dependent:
    return {
        "path": one.path,
        "distance": one.distance,
        "line": one.edge.line,
        "via": one.previous,
        "backup": is_backup(one.path),
    }


def _normal(path: object) -> str:
    return str(path or "").strip().removeprefix("./").rstrip("/")


def _scripts(path: str) -> list[str]:
    """Return the modules of the entry points in one `pyproject.toml`, none if it is damaged."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            project = tomllib.load(file).get("project", {})
        tables = [project.get("scripts", {}), project.get("gui-scripts", {})]
        tables += project.get("entry-points", {}).values()
        return [str(target).partition(":")[0].strip() for one in tables for target in one.values()]
    except (OSError, ValueError, AttributeError):
        return []
