"""What a line must hold for a pattern to match it: literals, read from the pattern itself.

Only what is certain is said; a construct that isn't known ends the reading, and the pattern then
has no requirements. The grammar is that of Rust's regex crate, which ripgrep uses.
"""

import re
from dataclasses import dataclass
from itertools import product
from typing import Final

# A longer one takes longer to read than to search for.
_MAX_CHARS: Final = 1000
_MAX_WAYS: Final = 64
_MAX_DEPTH: Final = 50
_PUNCTUATION: Final = frozenset("\\.+*?()|[]{}^$#&-~/!\"%',:;=@_` ")
_CONTROLS: Final = {"t": "\t", "a": "\a", "f": "\f", "v": "\v", "r": "\r"}
_SETS: Final = frozenset("dDsSwWbB")
_GROUP: Final = re.compile(r"\?(?::|P?<([A-Za-z_]\w*)>)")
_REPEAT: Final = re.compile(r"\{(\d+)(?:,\d*)?\}")
_POSIX: Final = re.compile(r"\[:\^?[a-z]+:\]")
# How a character class may begin with a bracket of its own that is no end.
_CLASS_START: Final = re.compile(r"\[\^?\]?")

Way = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Requirements:
    """A matching line holds all literals of at least one of `ways`.

    Attributes:
        exact: whether the reverse is true as well, each way being one literal.
    """

    ways: tuple[Way, ...]
    exact: bool


def of_literal(pattern: str) -> Requirements:
    return Requirements(((pattern,),), exact=True)


def of_regex(pattern: str) -> Requirements | None:
    """Return what a regular expression requires; None where nothing can be said."""
    if len(pattern) > _MAX_CHARS:
        return None
    try:
        reader = _Reader(pattern)
        read = reader.alternation(0)
    except _Unknown:
        return None
    if reader.at < len(pattern):
        return None
    exact = all(one.exact for one in read)
    ways = tuple(dict.fromkeys(one.literals() for one in read))
    if not all(ways) or not all(any(way) for way in ways):
        return None
    return Requirements(ways, exact and all(len(way) == 1 for way in ways))


class _Unknown(Exception):
    """The pattern holds something that isn't read here."""


@dataclass(frozen=True, slots=True)
class _Path:
    """One way through a part of the pattern: literals, with gaps of anything between them.

    `runs` has at least one element; the first and the last may go on into what stands beside.
    """

    runs: tuple[str, ...]

    @property
    def exact(self) -> bool:
        return len(self.runs) == 1

    def literals(self) -> Way:
        return tuple(dict.fromkeys(run for run in self.runs if run))

    def then(self, other: "_Path") -> "_Path":
        return _Path((*self.runs[:-1], self.runs[-1] + other.runs[0], *other.runs[1:]))


_EMPTY: Final = _Path(("",))
_GAP: Final = _Path(("", ""))


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.at = 0
        self._pattern = pattern
        self._names: list[str] = []

    def alternation(self, depth: int) -> list[_Path]:
        if depth > _MAX_DEPTH:
            raise _Unknown
        ways = self._sequence(depth)
        while self._peek() == "|":
            self.at += 1
            ways += self._sequence(depth)
            if len(ways) > _MAX_WAYS:
                raise _Unknown
        return ways

    def _sequence(self, depth: int) -> list[_Path]:
        ways = [_EMPTY]
        while (char := self._peek()) and char not in "|)":
            item = self._repeated(self._item(depth))
            ways = [before.then(after) for before, after in product(ways, item)]
            if len(ways) > _MAX_WAYS:
                raise _Unknown
        return ways

    def _peek(self) -> str:
        return self._pattern[self.at : self.at + 1]

    def _item(self, depth: int) -> list[_Path]:
        char = self._peek()
        self.at += 1
        if char == "(":
            return self._group(depth)
        if char == "[":
            self._skip_class()
            return [_GAP]
        if char == "\\":
            return [self._escape()]
        if char in "*+?{":
            raise _Unknown
        return [_GAP] if char in ".^$" else [_Path((char,))]

    def _group(self, depth: int) -> list[_Path]:
        if self._peek() == "?":
            opening = _GROUP.match(self._pattern, self.at)
            if opening is None or opening[1] in self._names:
                raise _Unknown
            self._names += filter(None, [opening[1]])
            self.at = opening.end()
        ways = self.alternation(depth + 1)
        if self._peek() != ")":
            raise _Unknown
        self.at += 1
        return ways

    def _escape(self) -> _Path:
        char = self._peek()
        self.at += 1
        if char in _SETS and not (char in "bB" and self._peek() == "{"):
            return _GAP
        if char in _CONTROLS:
            return _Path((_CONTROLS[char],))
        if char and char in _PUNCTUATION:
            return _Path((char,))
        raise _Unknown

    def _skip_class(self) -> None:
        opening = _CLASS_START.match(self._pattern, self.at - 1)
        self.at = opening.end() if opening else self.at
        while (char := self._peek()) != "]":
            if char == "[":
                posix = _POSIX.match(self._pattern, self.at)
                if posix is None:
                    raise _Unknown
                self.at = posix.end()
            elif char in ("", "&", "~"):
                raise _Unknown
            else:
                self.at += 2 if char == "\\" else 1
        self.at += 1

    def _repeated(self, ways: list[_Path]) -> list[_Path]:
        """Apply what follows an item: one that may be left out requires nothing."""
        while (char := self._peek()) and char in "*+?{":
            counted = _REPEAT.match(self._pattern, self.at)
            if char == "{" and counted is None:
                raise _Unknown
            self.at = counted.end() if counted else self.at + 1
            if self._peek() == "?":
                self.at += 1
            if char in "*?" or (counted is not None and int(counted[1]) == 0):
                ways = [_GAP]
            else:
                # Once is certain, right behind what stands before; what follows may be apart.
                ways = [_Path((*way.runs, "")) for way in ways]
        return ways
