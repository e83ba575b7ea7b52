"""What the names that a file imports stand for, followed through re-exports."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from engine.search.facts import Facts
from engine.search.imports import Import
from engine.search.modules import ModuleFiles, dotted_parts, resolve
from engine.search.structure.index import Index, Place, index_of, modules_of
from engine.search.structure.logical_lines import LogicalLine, logical_lines
from engine.search.structure.mask import mask

_HOPS: Final = 6
_IMPORT: Final = re.compile(r"(?:\A|[;:])\s*(?:lazy\s+)?((?:import|from)\b[^;]*)")
_FROM: Final = re.compile(r"from\b([\s.]*)([^(*]*?)\s*\bimport\b\s*(.*)", re.DOTALL)
_AS: Final = re.compile(r"\s+as\s+")


class Binding(NamedTuple):
    """A name that an import binds: to a module, or to `taken` out of one.

    `module` is dotted, behind `level` dots; `line` is that of the statement.
    """

    name: str
    module: str
    level: int
    taken: str | None
    line: int


def bindings_in(lines: Iterable[LogicalLine]) -> Iterator[Binding]:
    """Yield what the imports among some logical lines bind; a star is bound by the name "*"."""
    for line in lines:
        if "import" in line[4]:
            for found in _IMPORT.finditer(line[4]):
                yield from _bound(found[1], line[0])


def _bound(statement: str, line: int) -> Iterator[Binding]:
    clause = _FROM.match(statement)
    if clause is None:
        for written, name in _names(statement.removeprefix("import")):
            yield Binding(name or written.partition(".")[0], written, 0, None, line)
        return
    dots, module, names = clause.groups()
    for taken, name in _names(names.strip("() \t\r\n")):
        yield Binding(name or taken, "".join(module.split()), dots.count("."), taken, line)


def _names(listed: str) -> Iterator[tuple[str, str]]:
    for part in listed.split(","):
        written, *name = _AS.split(part.strip(), maxsplit=1)
        if written:
            yield "".join(written.split()), name[0].strip() if name else ""


class Names:
    """Looks up what names mean, over all files; keeps what it has read of unchanged ones."""

    def __init__(self, facts: Facts) -> None:
        self.index: Index = index_of(facts)
        self._modules: ModuleFiles = modules_of(facts)
        self._facts = facts
        self._read: dict[str, tuple[object, list[Binding]]] = facts.kept("structure.names", dict)

    def bindings(self, path: str) -> list[Binding]:
        """Return everything that the file's imports bind."""
        file = self.index.files.get(path)
        known = self._read.get(path)
        if file is None:
            return []
        if known is None or known[0] is not file:
            code = mask(self._facts.text(path)).code
            known = file, list(bindings_in(logical_lines(code)))
            self._read[path] = known
        return known[1]

    def module(self, path: str, module: str, level: int) -> str | None:
        """Return the file of the module that an import in `path` reaches."""
        found = resolve(self._modules, path, Import(1, module, (), level, "runtime"))
        if not found.paths or found.origin != "first-party":
            return None
        # What is below a module that is no package resolves to that module.
        last = module.rpartition(".")[2]
        return found.paths[0] if not last or dotted_parts(found.paths[0])[-1] == last else None

    def in_module(self, path: str, name: str, hops: int = _HOPS) -> Place | None:
        """Return what `name` means at the top of a module, through what it imports."""
        if found := self.index.defined(path, name):
            return Place(path, found)
        if hops == 0:
            return None
        stars = []
        for binding in self.bindings(path):
            if binding.name == name and binding.taken is not None:
                return self.taken(path, binding, hops - 1)
            if binding.name == "*":
                stars.append(binding)
        for star in stars:
            module = self.module(path, star.module, star.level)
            if module and module != path and (place := self.in_module(module, name, hops - 1)):
                return place
        return None

    def taken(self, path: str, binding: Binding, hops: int = _HOPS) -> Place | None:
        """Return the definition that `from module import name` in `path` takes."""
        module = self.module(path, binding.module, binding.level)
        if module is None or binding.taken is None:
            return None
        return self.in_module(module, binding.taken, hops)

    def dotted(self, path: str, parts: list[str]) -> Place | str | None:
        """Return what a dotted name in a file stands for: a definition, or a module's file.

        Raises:
            LookupError: its first part is bound by no import and no definition of the file.
        """
        bound = [one for one in self.bindings(path) if one.name == parts[0]]
        if not bound:
            found = self.in_module(path, parts[0], 1)
            if found is None:
                raise LookupError(parts[0])
            return self._member(found, parts[1:])
        for binding in bound:
            if (meant := self._through(path, binding, parts)) is not None:
                return meant
        return None

    def _through(self, path: str, binding: Binding, parts: list[str]) -> Place | str | None:
        if binding.taken is not None and (place := self.taken(path, binding)):
            return self._member(place, parts[1:])
        # The longest start that is a module, then what is in that.
        base = [binding.taken] if binding.taken else []
        base = [*(binding.module.split(".") if binding.module else []), *base]
        if binding.taken is None and binding.module.split(".")[0] == binding.name:
            base = [binding.name]
        for length in range(len(parts), 0, -1):
            module = self.module(path, ".".join([*base, *parts[1:length]]), binding.level)
            if module is not None:
                rest = parts[length:]
                if not rest:
                    return module
                place = self.in_module(module, rest[0])
                return self._member(place, rest[1:]) if place else None
        return None

    def _member(self, place: Place, rest: list[str]) -> Place | None:
        if not rest:
            return place
        if place.definition.kind != "class":
            return None
        found = self.method(place, rest[0])
        return self._member(found, rest[1:]) if found else None

    def method(self, owner: Place, name: str, hops: int = _HOPS) -> Place | None:
        """Return what a class or its bases define by a name, the class first."""
        wanted = f"{owner.definition.name}.{name}"
        if own := self.index.defined(owner.path, wanted):
            return Place(owner.path, own)
        for base in owner.definition.bases if hops else ():
            above = self.base(owner, base)
            if above and above != owner and (place := self.method(above, name, hops - 1)):
                return place
        return None

    def above(self, method: Place) -> set[Place]:
        """Return the classes that a method's class is derived from, as far as they are known."""
        owner = method.definition.name.rpartition(".")[0]
        waiting = [
            Place(method.path, one)
            for one in self.index.definitions(method.path)
            if owner and one.name == owner and one.kind == "class"
        ]
        found: set[Place] = set()
        while waiting:
            place = waiting.pop()
            bases = (self.base(place, base) for base in place.definition.bases)
            new = {one for one in bases if one is not None} - found
            found |= new
            waiting += new
        return found

    def base(self, owner: Place, base: str) -> Place | None:
        """Return the class of the project that a base's name means."""
        if base == "?":
            return None
        try:
            found = self.dotted(owner.path, base.split("."))
        except LookupError:
            return None
        return found if isinstance(found, Place) and found.definition.kind == "class" else None
