"""The imports of a Python file, read from its tokens.

Exactly those that `ast` finds where the file parses; where it doesn't (newer syntax, an error on
some line), the others are found all the same.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from engine.search.statements import StatementReader
from engine.search.strings import string_end

ImportKind = Literal["runtime", "type_checking", "conditional", "local"]
_Block = Literal["function", "type_checking", "conditional", "class"]

# All that has to be looked at between two imports. Brackets don't: no line inside them begins like
# an import, and a line inside them that looks like a header has no import below it.
_EVENT: Final = re.compile(
    r"""
    (?P<quote>['"])
    |(?P<comment>\#[^\n]*)
    |\n[ \t\f]*(?:
        (?P<first>(?:lazy[ \t]+)?(?:import|from)\b)
        |(?P<header>(?:async|def|class|if|elif|else|try|except|finally|for|while|with|match|case)\b))
    |[;:][ \t]*(?P<inline>(?:lazy[ \t]+)?(?:import|from)\b)
    """,
    re.VERBOSE,
)
_SIMPLE: Final = re.compile(r"[\w.,* \t]+(?=[\n;]|\Z)")
_INDENT: Final = re.compile(r"[ \t\f]*")
_FROM: Final = re.compile(r"from\b([\s.]*)([^(*]*?)\s*\bimport\b\s*(.*)", re.DOTALL)
_AS: Final = re.compile(r"\s+as\s")
_FUNCTION: Final = re.compile(r"def\b|async[ \t]+def\b")
_TYPE_CHECKING: Final = re.compile(r"(?:el)?if\b\s*\(?\s*(?:\w+\s*\.\s*)?TYPE_CHECKING\s*\)?\s*:")
# More than the imports of a text: those in strings and comments too, and no end where it is unsure.
_ROUGHLY: Final = re.compile(
    r"(?:[;:]|^)[ \t\f]*(?:lazy[ \t]+)?(?:from|import)\b([^\n(\\#]*)(\([^()\\#'\"]*\)|[(\\])?",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, or one `from` clause.

    Attributes:
        line: where its statement begins, from 1.
        module: dotted, without leading dots; empty in `from . import x`.
        names: what `from` takes out of it (`("*",)` for all); empty for a plain `import`.
        level: leading dots.
        kind: `type_checking` and `local` (in a function, run when it is called) win over
            `conditional` (under `if`, `try`, `with` and the like).
    """

    line: int
    module: str
    names: tuple[str, ...]
    level: int
    kind: ImportKind


def scan_imports(text: str) -> tuple[Import, ...]:
    """Return the imports of a source text in their order."""
    if "import" not in text:
        return ()
    # Every line then begins behind a line break: one way to begin keeps the pattern fast.
    return tuple(_imports("\n" + text))


def may_import(text: str, name: str) -> bool:
    """Return False only if no import of `text` names `name`; many times faster than to scan them.

    A name that isn't ASCII can be written in several ways, so for it the answer is True.
    """
    if not name.isascii():
        return True
    for clause in _ROUGHLY.finditer(text):
        line, rest = clause.groups()
        if name in line or (rest and (rest in "(\\" or name in rest)):
            return True
    return False


def _imports(text: str) -> Iterator[Import]:
    enclosing = _Enclosing(text)
    at, line, counted = 0, 0, 0
    while event := _EVENT.search(text, at):
        at = event.end()
        what = event.lastgroup
        if what == "quote":
            at = string_end(text, at - 1)
        elif what == "header":
            enclosing.enter(event.start("header"))
        elif what != "comment":
            start = event.start("first" if event["first"] else "inline")
            kind = enclosing.kind(start)
            line += text.count("\n", counted, start)
            counted = start
            statement, at = _statement(text, start)
            yield from _parsed(statement, line, kind)


def _statement(text: str, start: int) -> tuple[str, int]:
    """Return the statement at `start`, without comments and line breaks, and where it ends."""
    if simple := _SIMPLE.match(text, start):
        return simple[0].strip(), simple.end()
    reader = StatementReader(text, start)
    statement = next(iter(reader), None)
    # Back before the line end that ended it, which the next line's event begins with.
    return (statement.text if statement else ""), max(start + 1, reader.offset - 1)


class _Enclosing:
    """The blocks that are open, known by the indentation of their headers."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._blocks: list[tuple[int, int, _Block]] = []

    def enter(self, start: int) -> None:
        line_start, column = self._leave(start)
        self._blocks.append((column, line_start, _block(self._text, start)))

    def kind(self, start: int) -> ImportKind:
        self._leave(start)
        open_blocks = {block for *_, block in self._blocks}
        if "type_checking" in open_blocks:
            return "type_checking"
        if "function" in open_blocks:
            return "local"
        return "conditional" if "conditional" in open_blocks else "runtime"

    def _leave(self, start: int) -> tuple[int, int]:
        """Close the blocks that the line of `start` is not in; return its start and its column."""
        line_start = self._text.rfind("\n", 0, start) + 1
        blank = _INDENT.match(self._text, line_start)
        column = len(blank[0].rpartition("\f")[2].expandtabs()) if blank else 0
        # A header on the same line encloses what follows it there.
        while self._blocks and self._blocks[-1][0] >= column and self._blocks[-1][1] != line_start:
            self._blocks.pop()
        return line_start, column


def _block(text: str, start: int) -> _Block:
    if _FUNCTION.match(text, start):
        return "function"
    if text.startswith("class", start):
        return "class"
    return "type_checking" if _TYPE_CHECKING.match(text, start) else "conditional"


def _parsed(statement: str, line: int, kind: ImportKind) -> Iterator[Import]:
    statement = statement.removeprefix("lazy").lstrip()
    if statement.startswith("import"):
        for module in _names(statement.removeprefix("import")):
            yield Import(line, module, (), 0, kind)
    elif clause := _FROM.match(statement):
        dots, module, names = clause.groups()
        level, taken = dots.count("."), _names(names.strip("() \t"))
        if taken and (module or level):
            yield Import(line, _identifier(module), taken, level, kind)


def _names(listed: str) -> tuple[str, ...]:
    """Return the names of a list `a.b as c, d`, without what they are called here."""
    names = (_identifier(_AS.split(part, maxsplit=1)[0]) for part in listed.split(","))
    return tuple(name for name in names if name)


def _identifier(written: str) -> str:
    """Return a dotted name as Python knows it: without blanks and in normal form KC (PEP 3131)."""
    name = "".join(written.split())
    return name if name.isascii() else unicodedata.normalize("NFKC", name)
