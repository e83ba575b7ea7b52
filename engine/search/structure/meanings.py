"""What a called name means where it is called."""

import builtins
import io
import re
import threading
from typing import Final, NamedTuple

from engine.search.facts import Facts
from engine.search.structure.answers import Certainty
from engine.search.structure.bindings import Names, bindings_in
from engine.search.structure.index import Place
from engine.search.structure.logical_lines import LogicalLine
from engine.search.structure.places import place
from engine.search.structure.receivers import origin, returned
from engine.search.structure.references import source_of
from engine.search.structure.scan import Definition
from engine.search.structure.source import Source
from engine.search.structure.targets import targets

_NEAR: Final = 400  # characters before a name; a receiver that is longer is not followed
RECEIVER: Final = re.compile(r"(?<![\w.)\]\"])((?:[^\W\d]\w*[ \t\r]*\.[ \t\r]*)+)\Z")
_MADE: Final = re.compile(r"(?<![\w.)\]\"])([^\W\d][\w.]*)\([^()]*\)\s*\.\s*\Z")
_SUPER: Final = re.compile(r"(?<![\w.])super\([^()]*\)\s*\.\s*\Z")
_OWN: Final = ("self", "cls")
_BUILT_IN: Final = frozenset(dir(builtins))
_BUILT_IN_TYPES: Final = frozenset("str bytes list dict set tuple int float bool open".split())
# Methods that much else has besides the project's classes.
_COMMON: Final = frozenset(
    name
    for kind in (
        *(str, bytes, list, dict, set, tuple, int, float, Exception, io.TextIOWrapper),
        *(re.Pattern, re.Match, threading.Thread, threading.Event),
    )
    for name in dir(kind)
)


class Meaning(NamedTuple):
    """What a called name stands for.

    Attributes:
        target: the definition, None where it is none of the project's or not known.
        certainty: of the target, or of there being none.
        reason: why, in a few words.
        elsewhere: whether it surely is something outside of the project, or local.
    """

    target: Place | None
    certainty: Certainty
    reason: str
    elsewhere: bool = False


class Meanings:
    """Tells what names mean where they are called."""

    def __init__(self, facts: Facts) -> None:
        self.names = Names(facts)
        self._facts = facts
        self._returns: dict[Place, Place | None] = {}

    def of(self, source: Source, start: int, end: int) -> Meaning:
        """Return what the name from `start` to `end` of a file means, which is called there."""
        line = source.statement(start)
        before = source.code[max(line[3] if line else 0, start - _NEAR) : start]
        name = source.code[start:end]
        number = source.position(start)[0]
        if before.rstrip()[-1:] != ".":
            return self._plain(source, name, number)
        if _SUPER.search(before):
            return self._own(source, name, number, above=True)
        receiver = RECEIVER.search(before)
        if receiver is None:
            made = _MADE.search(before)
            known = self._of_object(source, made[1], name, number) if made else None
            return known or self._unknown(name)
        parts = [part.strip() for part in receiver[1].split(".")[:-1]]
        if parts[0] in _OWN:
            if len(parts) == 1:
                return self._own(source, name, number, above=False)
            return self._by_origin(source, parts, name, number) or self._unknown(name)
        found = self._dotted(source, [*parts, name], number)
        if found.target is None and not found.elsewhere:
            return self._by_origin(source, parts, name, number) or found
        return found

    def _by_origin(
        self, source: Source, parts: list[str], name: str, number: int
    ) -> Meaning | None:
        """Return what a method of an object means by where the object comes from."""
        made = origin(source, parts, number)
        return self._of_object(source, made, name, number) if made else None

    def _of_object(self, source: Source, made: str, name: str, number: int) -> Meaning | None:
        """Return what the method of an object means that `made`, a class or function, gives."""
        maker = self._dotted(source, made.split("."), number)
        target = maker.target
        if target is None:
            last = made.rpartition(".")[2]
            foreign = maker.elsewhere or last in _BUILT_IN
            if foreign and (last[:1].isupper() or last in _BUILT_IN_TYPES):
                return Meaning(None, "certain", f"an object of {made}", elsewhere=True)
            return None
        if target.definition.function:
            target = self._returned(target)
        if target is None or target.definition.kind != "class":
            return None
        found = self.names.method(target, name)
        return Meaning(found, "likely", f"the object comes from {made}") if found else None

    def _returned(self, function: Place) -> Place | None:
        """Return the class that a function's annotation says it returns."""
        index = self.names.index
        if function not in self._returns:
            source = source_of(self._facts, index, function.path)
            written = returned(source, function.definition)
            meant = self._dotted(source, written.split("."), 1).target if written else None
            self._returns[function] = meant
        return self._returns[function]

    def _plain(self, source: Source, name: str, number: int) -> Meaning:
        around = [one for one in source.around(number) if one.function]
        if (local := self._local(source, name, around)) is not None:
            return local
        found = self._dotted(source, [name], number)
        if found.target is None and not found.elsewhere and name in _BUILT_IN:
            return Meaning(None, "certain", "a builtin", elsewhere=True)
        return found

    def _local(self, source: Source, name: str, around: list[Definition]) -> Meaning | None:
        """Return what the functions around a call bind the name to."""
        for function in reversed(around):
            nested = f"{function.name}.{name}"
            if found := [one for one in source.definitions if one.name == nested]:
                return Meaning(Place(source.path, found[-1]), "certain", "defined around the call")
            lines = source.between(function.line, function.end_line)
            for binding in bindings_in(lines):
                if binding.name == name:
                    place = self.names.taken(source.path, binding)
                    return self._imported(place, certain=True)
            if any(_binds(line, name) for line in lines):
                return Meaning(None, "certain", "a local variable", elsewhere=True)
        return None

    def _dotted(self, source: Source, parts: list[str], number: int) -> Meaning:
        first = parts[0]
        around = [one for one in source.around(number) if one.function]
        if len(parts) > 1 and (local := self._local(source, first, around)) is not None:
            if local.target is None:
                return self._unknown(parts[-1])
            parts = [local.target.definition.name, *parts[1:]]
        try:
            found = self.names.dotted(source.path, parts)
        except LookupError:
            return self._unbound(source, parts)
        if isinstance(found, Place):
            here = found.path == source.path
            reason = "defined in the same file" if here else "imported"
            return Meaning(found, "certain", reason)
        own = self.names.in_module(source.path, first, 0)
        if own is not None and own.definition.kind != "class":
            return self._unknown(parts[-1])
        if own is not None or self._leads_inside(source.path, first):
            return Meaning(None, "by name only", "the module was found, the name in it was not")
        return Meaning(None, "certain", "imported from outside of the project", elsewhere=True)

    def _leads_inside(self, path: str, first: str) -> bool:
        return any(
            binding.name == first and self.names.module(path, binding.module, binding.level)
            for binding in self.names.bindings(path)
        )

    def _imported(self, found: Place | None, *, certain: bool) -> Meaning:
        if found is None:
            return Meaning(None, "certain", "imported from elsewhere", elsewhere=certain)
        return Meaning(found, "certain", "imported")

    def _unbound(self, source: Source, parts: list[str]) -> Meaning:
        if len(parts) > 1:
            return self._unknown(parts[-1])
        stars = any(binding.name == "*" for binding in self.names.bindings(source.path))
        if parts[0] in _BUILT_IN and not stars:
            return Meaning(None, "certain", "a builtin", elsewhere=True)
        return Meaning(None, "by name only", "bound nowhere in the file")

    def _own(self, source: Source, name: str, number: int, *, above: bool) -> Meaning:
        classes = [one for one in source.around(number) if one.kind == "class"]
        if not classes:
            return self._unknown(name)
        owner = Place(source.path, classes[-1])
        found = None
        for base in owner.definition.bases if above else ():
            meant = self.names.base(owner, base)
            found = found or (self.names.method(meant, name) if meant else None)
        if not above:
            found = self.names.method(owner, name)
        if found is None:
            return self._unknown(name)
        own = found.definition.name.startswith(f"{owner.definition.name}.")
        reason = "a method of its own class" if own and not above else "inherited from a base"
        return Meaning(found, "likely", reason)

    def _unknown(self, name: str) -> Meaning:
        """Return what an attribute of an unknown object may be: the only live one of its name."""
        if name in _COMMON:
            return Meaning(None, "by name only", "a method name that many types have")
        live = [
            one
            for one in self.names.index.named(name)
            if place(one.path) == "live" and (one.definition.function or _is_class(one))
        ]
        methods = [one for one in live if one.definition.kind.endswith("method")]
        if len(live) == 1 and methods:
            return Meaning(live[0], "likely", "the only definition of this name in live code")
        reason = f"{len(live)} definitions of this name" if live else "no such definition"
        return Meaning(None, "by name only", f"an attribute of an unknown object; {reason}")


def _is_class(one: Place) -> bool:
    return one.definition.kind == "class"


def _binds(line: LogicalLine, name: str) -> bool:
    """Return whether a logical line makes `name` a local variable, as a parameter or target."""
    text = line[4]
    if name not in text:
        return False
    word = re.escape(name)
    if re.match(r"(?:async\s+)?def\b", text):
        return re.search(rf"[(,*]\s*{word}\s*[,:=)]", text) is not None
    if re.match(r"(?:async\s+)?(?:for|with)\b|except\b", text):
        return re.search(rf"\b(?:for|as)\s+(?:[\w\s,*(]*,\s*)?\(?{word}\b", text) is not None
    return name in targets(text).names
