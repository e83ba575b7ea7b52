"""Which classes derive from a class, themselves or by way of others.

A base is followed through imports to the class that it means. Where it means none of the project's,
it is told by the name under which it is imported; where nothing tells what it means, as behind a
parameter, its plain name counts. A name that an assignment gives to a class is not followed.
"""

import builtins
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from engine.search.facts import Facts
from engine.search.graph.scan import imports
from engine.search.printable import printable
from engine.search.structure.answers import SubclassesAnswer, SubclassRow
from engine.search.structure.bindings import Names
from engine.search.structure.definitions import describe, named
from engine.search.structure.index import STEP, Index, Place
from engine.search.structure.places import by_place
from engine.search.structure.references import plain_name

_BUILT_IN: Final = frozenset(dir(builtins))


class Meant(NamedTuple):
    """What a base means: a class of a file, one from outside of the project (no path), or unknown.

    `name` is dotted from the file's top, as it is imported, or plain where it is not known.
    """

    path: str
    name: str
    known: bool = True

    @property
    def plain(self) -> str:
        return self.name.rpartition(".")[2]


class Derived(NamedTuple):
    """A class, so many steps below `root`; `base` is the name of the class it derives from."""

    place: Place
    depth: int
    root: Meant
    base: str


def find_subclasses(facts: Facts, name: str, path: str | None, limit: int) -> SubclassesAnswer:
    """Return the classes that derive from the classes of a name, the nearest and live ones first.

    Args:
        name: plain, or dotted to mean those of one module or class only.
        path: the file whose class is meant, where it has such a class.
    """
    plain_name(name)
    bases = _Bases(facts)
    below = [one for root in _roots(bases, name, path) for one in bases.below(root)]
    below.sort(key=lambda one: (one.depth, by_place(one.place.path), one.place.definition.line))
    # What derives from two of them is told of the nearer one.
    nearest: dict[tuple[str, str], Derived] = {}
    for one in below:
        nearest.setdefault((one.place.path, one.place.definition.name), one)
    found = list(nearest.values())
    shown = found[:limit]
    described = describe(facts, bases.index, [one.place for one in shown])
    rows: list[SubclassRow] = [
        {
            "definition": row,
            "depth": one.depth,
            "base": printable(one.base),
            "root": _label(bases.index, one.root),
        }
        for row, one in zip(described, shown, strict=True)
    ]
    direct = [one for one in found if one.depth == 1]
    counts: dict[Meant, int] = defaultdict(int)
    for one in direct:
        counts[one.root] += 1
    return {
        "name": name,
        "total": len(found),
        "total_direct": len(direct),
        "roots": [(_label(bases.index, root), number) for root, number in counts.items()],
        "unknown": sum(not one.root.known for one in direct),
        "subclasses": rows,
    }


def _roots(bases: "_Bases", name: str, path: str | None) -> list[Meant]:
    """Return the classes that a name means where it is a base: the file's if it has such a one."""
    own = [
        Meant(one.path, one.definition.name)
        for one in named(bases.index, name)
        if one.definition.kind == "class"
    ]
    if here := [one for one in own if one.path == path]:
        return list(dict.fromkeys(here))
    plain = plain_name(name)
    used = [one for one in bases.meant_by(plain) if one.plain == plain and one not in own]
    # A dotted name tells them apart, except where it is not known what a base means.
    others = [
        one
        for one in used
        if not one.known or "." not in name or f".{one.name}".endswith(f".{name}")
    ]
    return list(dict.fromkeys([*own, *(one for one in others if not (one.path and "." in name))]))


def _label(index: Index, root: Meant) -> str:
    """Return where a class stands, or the name under which it is imported."""
    if not root.known:
        return ""
    found = index.defined(root.path, root.name) if root.path else None
    return printable(f"{root.path}:{found.line}" if found else root.name)


class _Bases:
    """The classes of a project by what their bases mean."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._names = Names(facts)
        self.index = self._names.index
        self._written: dict[str, list[tuple[Place, str]]] = defaultdict(list)
        self._derived: dict[str, dict[Meant, list[Place]]] = {}
        for number, path in enumerate(self.index.files):
            if number % STEP == 0:
                facts.progress("reading classes", number, len(self.index.files))
            for one in self.index.classes(path):
                for base in one.bases:
                    self._written[base.rpartition(".")[2]].append((Place(path, one), base))
        self._aliases: dict[str, set[str]] = defaultdict(set)
        for _, rows, _ in facts.layer(imports).values():
            for _, _, names, _, _, called in rows:
                for name, alias in zip(names, called, strict=False):
                    self._aliases[name].add(alias)

    def below(self, root: Meant) -> Iterator[Derived]:
        """Yield what derives from a class, breadth first, each class once."""
        seen = {(root.path, root.name)}
        level = [root]
        depth = 0
        while level:
            depth += 1
            following: list[Meant] = []
            for above in level:
                for place in self.meant_by(above.plain).get(above, ()):
                    key = place.path, place.definition.name
                    if key not in seen:
                        seen.add(key)
                        following.append(Meant(*key))
                        yield Derived(place, depth, root, above.name)
            level = following

    def meant_by(self, plain: str) -> dict[Meant, list[Place]]:
        """Return the classes whose bases have a plain name, or an alias of it, by what they mean.

        Each class stands under a meaning once.
        """
        if plain not in self._derived:
            found: dict[Meant, dict[Place, None]] = defaultdict(dict)
            for written in self._called(plain):
                for owner, base in self._written.get(written, ()):
                    self._facts.progress("following bases", 0, 1)
                    found[self._followed(owner, base)][owner] = None
            self._derived[plain] = {meant: list(owners) for meant, owners in found.items()}
        return self._derived[plain]

    def _called(self, plain: str) -> Iterator[str]:
        """Yield a name and what imports call it otherwise, also those of what they call so."""
        seen, waiting = {plain}, [plain]
        while waiting:
            name = waiting.pop()
            yield name
            new = self._aliases.get(name, set()) - seen
            seen |= new
            waiting += sorted(new)

    def _followed(self, owner: Place, base: str) -> Meant:
        path, own = owner.path, owner.definition.name
        # What the class or function around it defines comes first.
        around = own
        while around := around.rpartition(".")[0]:
            near = self.index.defined(path, f"{around}.{base}")
            if near and near.kind == "class" and near.name != own:
                return Meant(path, near.name)
        bound = [one.line for one in self._names.bindings(path) if one.name == base]
        before = self.index.defined(path, base)
        if bound and before and max(bound) < before.line < owner.definition.line:
            return Meant(path, base)
        unknown = Meant("", base.rpartition(".")[2], known=False)
        parts = base.split(".")
        try:
            found = self._names.dotted(path, parts)
        except LookupError:
            found = self._names.in_module(path, base) if len(parts) == 1 else None
            if found is None and base in _BUILT_IN:
                return Meant("", base)
        else:
            if found is None:
                return self._outside(path, parts) or unknown
        if isinstance(found, Place) and found.definition.kind == "class" and found != owner:
            return Meant(found.path, found.definition.name)
        return unknown

    def _outside(self, path: str, parts: Sequence[str]) -> Meant | None:
        """Return a class from outside of the project by the name under which it is imported."""
        for one in self._names.bindings(path):
            if one.name != parts[0] or one.level:
                continue
            if self._names.module(path, one.module, 0):
                return None
            if one.taken is not None:
                return Meant("", ".".join((one.module, one.taken, *parts[1:])))
            head = one.module if one.name != one.module.partition(".")[0] else parts[0]
            return Meant("", ".".join((head, *parts[1:])))
        return None
