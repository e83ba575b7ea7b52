"""What one Python file defines and names, read from its tokens.

Nothing is parsed, so this works on files with syntax errors and on syntax that is newer than the
interpreter. Where a file parses, its classes and functions are those of `ast`, their lines too.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from engine.search.structure.logical_lines import LogicalLine, logical_lines, suite_start
from engine.search.structure.mask import mask
from engine.search.structure.names import count_names, normal
from engine.search.structure.targets import bases_in, targets

_BLOCKS: Final = frozenset(
    "if elif else try except finally for while with match case async".split()
)
_FUNCTION_KINDS: Final = ("function", "async function", "method", "async method")
_WORD: Final = re.compile(r"[^\W\d]\w*")
_NAMED: Final = re.compile(r"(async\s+)?(def|class)\s+([^\W\d]\w*)")
_TYPE: Final = re.compile(r"type\s+([^\W\d]\w*)\s*[=\[]")
_DECORATOR: Final = re.compile(r"@\s*([^\W\d][\w.]*)")
_TYPE_CHECKING: Final = re.compile(r"(?:el)?if\b\s*\(?\s*(?:\w+\s*\.\s*)?TYPE_CHECKING\b")
_HEADS: Final = frozenset("acd@")
_TODO_WORDS: Final = ("TODO", "FIXME", "XXX", "HACK")
_TODO: Final = re.compile(rf"\b(?:{'|'.join(_TODO_WORDS)})\b")


class Definition(NamedTuple):
    """A definition.

    Attributes:
        name: dotted from the file's top, `Class.method` or `function.inner`.
        kind: `class`, `function`, `method`, either of these two behind `async `, `type alias`,
            `constant` (module level, upper case), `variable` (module level), `attribute` (class).
        line: of its `class` or `def`, below decorators; `end_line` its last line of code.
        decorators, bases: dotted names as written, without arguments; "?" for other expressions.
        branch: "" or the word of the innermost block it depends on (`if`, `else`, `except`...);
            "TYPE_CHECKING" under such a test.
    """

    name: str
    kind: str
    line: int
    end_line: int
    decorators: tuple[str, ...]
    bases: tuple[str, ...]
    branch: str

    @property
    def plain(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def function(self) -> bool:
        return self.kind in _FUNCTION_KINDS


class Structure(NamedTuple):
    """One file; the scan's value is a plain tuple of the same parts.

    Attributes:
        definitions: tuples of `Definition`'s parts, by line.
        names: every name of the code once, each between blanks: " a b c ". The names that follow
            `def` and `class`, and targets of assignments at the top of a module or class, count as
            definitions and stand here only if they are used besides.
        strings: likewise the names that are all there is in a string ("Class", "pkg.mod:name").
        lines: as `wc -l` counts them, one more where the last has no line end.
        documented: whether the file begins with a string.
        todos: TODO, FIXME, XXX and HACK in comments.
    """

    definitions: tuple[tuple[str, str, int, int, tuple[str, ...], tuple[str, ...], str], ...]
    names: str
    strings: str
    lines: int
    documented: bool
    todos: int

    def uses(self, name: str) -> bool:
        return f" {name} " in self.names


def structure(_path: str, text: str) -> tuple[object, ...]:
    """Return what the source `text` defines and names, as the parts of a `Structure`."""
    code, comments, named = mask(text)
    found = tuple(tuple(one) for one in definitions_in(code))
    counts = count_names(code)
    counts.subtract(str(one[0]).rpartition(".")[2] for one in found)
    used = {name for name, count in counts.items() if count > 0}
    marked = any(word in text for word in _TODO_WORDS)
    todos = sum(len(_TODO.findall(text, *span)) for span in comments) if marked else 0
    return (
        found,
        _joined(used),
        _joined(map(normal, named)),
        text.count("\n") + (not text.endswith("\n") and text != ""),
        code.lstrip().startswith('"'),
        todos,
    )


def _joined(names: Iterable[str]) -> str:
    return f" {' '.join(sorted(set(names)))} "


def definitions_in(code: str) -> list[Definition]:
    """Return the definitions of a masked text by line."""
    reader = _Reader()
    for line in logical_lines(code):
        reader.read(line)
    reader.leave(-1)
    return [
        Definition(*row[:3], end, *row[4:])
        for row, end in zip(reader.found, reader.ends, strict=True)
    ]


class _Reader:
    """The blocks that are open, known by the indentation of their headers."""

    def __init__(self) -> None:
        self.found: list[Definition] = []
        self.ends: list[int] = []
        # Column, name with a dot behind it, what it is, branch, place in `found` or -1.
        self._open: list[tuple[int, str, str, str, int]] = []
        self._last = 0
        self._decorators: list[str] = []

    def leave(self, column: int) -> None:
        while self._open and self._open[-1][0] >= column:
            index = self._open.pop()[4]
            if index >= 0:
                self.ends[index] = self._last

    def read(self, line: LogicalLine) -> None:
        _, end, column, _, text = line
        if self._open and self._open[-1][0] >= column:
            self.leave(column)
        self._last = end
        if text[0] not in _HEADS and self._open and self._open[-1][2] == "function":
            return
        word = _WORD.match(text)
        first = word[0] if word else text[0]
        if first in ("def", "class", "async") and (named := _NAMED.match(text)):
            self._define(line, named)
        elif first == "@":
            decorator = _DECORATOR.match(text)
            self._decorators.append(decorator[1] if decorator else "?")
        elif first in _BLOCKS and not _assigns(text, first):
            self._block(line, first)
        else:
            self._statements(line, text)

    def _define(self, line: LogicalLine, named: re.Match[str]) -> None:
        prefix, scope, branch = self._scope()
        is_class = named[2] == "class"
        kind = "class" if is_class else "method" if scope == "class" else "function"
        if named[1]:
            kind = f"async {kind}"
        name = normal(named[3])
        bases = tuple(bases_in(line[4][named.end() :])) if is_class else ()
        decorators, self._decorators = tuple(self._decorators), []
        self._add(prefix + name, kind, line, decorators, bases, branch)
        what = "class" if is_class else "function"
        self._open.append((line[2], f"{prefix}{name}.", what, "", len(self.found) - 1))
        if is_class:
            self._inline(line)

    def _block(self, line: LogicalLine, word: str) -> None:
        prefix, scope, branch = self._scope()
        if scope == "function":
            return
        own = "TYPE_CHECKING" if _TYPE_CHECKING.match(line[4]) else word
        own = "TYPE_CHECKING" if branch == "TYPE_CHECKING" else own
        self._open.append((line[2], prefix, scope, own, -1))
        self._inline(line)

    def _inline(self, line: LogicalLine) -> None:
        """Read what follows a header on its line."""
        if line[4].rstrip()[-1:] != ":" and (at := suite_start(line[4])):
            self._statements(line, line[4][at:])

    def _statements(self, line: LogicalLine, text: str) -> None:
        self._decorators.clear()
        prefix, scope, branch = self._scope()
        if scope == "function":
            return
        for statement in text.split(";") if ";" in text else (text,):
            if "=" in statement or ":" in statement:
                self._assigned(line, statement.strip(), prefix, scope, branch)

    def _assigned(
        self, line: LogicalLine, statement: str, prefix: str, scope: str, branch: str
    ) -> None:
        alias = _TYPE.match(statement)
        names, annotation, _ = ([alias[1]], "TypeAlias", 0) if alias else targets(statement)
        for name in map(normal, names):
            kind = "constant" if name.isupper() else "variable"
            if scope == "class":
                kind = "attribute"
            if annotation.endswith("TypeAlias"):
                kind = "type alias"
            self._add(prefix + name, kind, line, (), (), branch)

    def _scope(self) -> tuple[str, str, str]:
        return self._open[-1][1:4] if self._open else ("", "module", "")

    def _add(
        self,
        name: str,
        kind: str,
        line: LogicalLine,
        decorators: tuple[str, ...],
        bases: tuple[str, ...],
        branch: str,
    ) -> None:
        self.found.append(Definition(name, kind, line[0], 0, decorators, bases, branch))
        self.ends.append(line[1])


def _assigns(text: str, word: str) -> bool:
    """Tell `match = 3` and `case: int = 3` from the statements of these words."""
    return word in ("match", "case") and text[len(word) :].lstrip()[:1] in (":", "=", ",", ".")
