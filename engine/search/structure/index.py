"""The definitions of a project by plain name, kept current file by file."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from engine.search.facts import BadQuestion, Facts, Unreadable
from engine.search.modules import ModuleFiles
from engine.search.structure.places import by_place
from engine.search.structure.scan import Definition, Structure, structure

STEP: Final = 64  # files between two words to whoever waits
_Value = tuple[object, ...]


class Place(NamedTuple):
    """A definition and its file."""

    path: str
    definition: Definition


class Index:
    """All files' structures, and where each plain name is defined."""

    def __init__(self) -> None:
        self.files: dict[str, Structure] = {}
        self._layer: Mapping[str, _Value] = {}
        self._values: dict[str, _Value] = {}
        self._defined: dict[str, dict[str, None]] = {}
        self._by_name: dict[str, dict[str, Definition]] = {}

    def update(self, facts: Facts) -> None:
        layer = facts.layer(structure)
        if layer is self._layer:
            return
        for path in [path for path in self._values if path not in layer]:
            self._forget(path)
        for number, (path, value) in enumerate(layer.items()):
            if number % STEP == 0:
                facts.progress("reading definitions", number, len(layer))
            if self._values.get(path) is not value:
                self._forget(path)
                self._remember(path, value)
        self._layer = layer

    def _forget(self, path: str) -> None:
        self._values.pop(path, None)
        self._by_name.pop(path, None)
        if (old := self.files.pop(path, None)) is not None:
            for row in old.definitions:
                self._defined.get(_plain(row[0]), {}).pop(path, None)

    def _remember(self, path: str, value: _Value) -> None:
        self._values[path] = value
        self.files[path] = read = Structure(*value)  # type: ignore[arg-type]
        for row in read.definitions:
            self._defined.setdefault(_plain(row[0]), {})[path] = None

    def defining(self, plain: str) -> list[str]:
        """Return the files that define a plain name, live ones first."""
        return sorted(self._defined.get(plain, ()), key=by_place)

    def definitions(self, path: str) -> list[Definition]:
        """Return a file's definitions by line; none for a file that isn't there."""
        found = self.files.get(path)
        return [] if found is None else [Definition(*row) for row in found.definitions]

    def classes(self, path: str) -> list[Definition]:
        """Return the classes of a file that have bases."""
        found = self.files[path].definitions
        return [Definition(*row) for row in found if row[5] and row[1] == "class"]

    def defined(self, path: str, name: str) -> Definition | None:
        """Return the last definition of a dotted name in a file."""
        if path not in self._by_name:
            self._by_name[path] = {one.name: one for one in self.definitions(path)}
        return self._by_name[path].get(name)

    def named(self, name: str) -> list[Place]:
        """Return the definitions whose dotted name is `name` or ends with it, live ones first."""
        plain, ending = _plain(name), f".{name}"
        return [
            Place(path, one)
            for path in self.defining(plain)
            for one in self.definitions(path)
            if one.name == name or one.name.endswith(ending)
        ]

    def plain_names(self) -> Iterator[str]:
        """Yield every plain name that is defined somewhere."""
        return (name for name, files in self._defined.items() if files)

    def using(self, plain: str) -> Iterator[str]:
        """Yield the files that use a plain name in code beyond defining it, or define it."""
        wanted = f" {plain} "
        defining = self._defined.get(plain, {})
        for path, file in self.files.items():
            if wanted in file.names or path in defining:
                yield path


def index_of(facts: Facts) -> Index:
    """Return the index of the project as it is now."""
    index = facts.kept("structure.index", Index)
    index.update(facts)
    return index


class _Modules:
    """The files that imports are resolved against, rebuilt when files come or go."""

    def __init__(self) -> None:
        self.files: tuple[str, ...] = ()
        self.modules = ModuleFiles.of(())


def modules_of(facts: Facts) -> ModuleFiles:
    """Return the project's files, ready to resolve imports against."""
    kept = facts.kept("structure.modules", _Modules)
    if kept.files != facts.files:
        kept.files = facts.files
        kept.modules = ModuleFiles.of((*facts.files, *facts.python))
    return kept.modules


def innermost(definitions: Iterable[Definition], line: int) -> Definition | None:
    """Return the class or function that holds `line`."""
    inside = None
    for one in definitions:
        if one.line > line:
            break
        if one.end_line >= line and (one.function or one.kind == "class"):
            inside = one
    return inside


def known_file(facts: Facts, path: str) -> str:
    """Return `path` if it is a Python file of the project.

    Raises:
        BadQuestion; Unreadable where there is such a file all the same.
    """
    if path in facts.unread:
        raise Unreadable(f"{path} can't be read: {facts.unread[path]}")
    if path not in facts.layer(structure):
        raise BadQuestion(f"{path} is no Python file of the project: name one as it is listed")
    return path


def _plain(name: str) -> str:
    return name.rpartition(".")[2]
