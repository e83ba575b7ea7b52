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

ImportKind = Literal["runtime", "type_checking", "conditional", "local", "dynamic"]
_Block = Literal["function", "type_checking", "conditional", "class"]

# Everything up to what has to be looked at: a line or a clause that begins like an import, or a
# string that isn't plain. No line inside brackets begins like an import, so brackets don't matter.
_EVENT: Final = re.compile(
    r"""
    (?:
        [^'"\#\n;:]++
        |\n[ \t\f\n]*+(?!import\b|from\b|lazy[ \t]+(?:import|from)\b)
        |:(?![ \t]*(?:lazy[ \t]+)?(?:import|from)\b)
        |\#[^\n]*+
        |"(?!"")[^"\\\n{]*+"
        |'(?!'')[^'\\\n{]*+'
        |;(?![ \t]*(?:lazy[ \t]+)?(?:import|from)\b)
    )*+
    (?:(?P<first>\n[ \t\f\n]*+)|(?P<inline>[;:][ \t]*+)|(?P<quote>['"]))
    """,
    re.VERBOSE,
)
# A line inside brackets that looks like a header has no import below it.
_HEADER: Final = re.compile(
    r"\n[ \t\f]*+"
    r"(?=(?:async|def|class|if|elif|else|try|except|finally|for|while|with|match|case)\b)"
)
# What the line of the word `import` has before it, if it can be the word of a statement.
_BEFORE_WORD: Final = re.compile(r"[ \t\f]*(?:$|import\b|from\b|lazy\b)|.*[;:]")
_SIMPLE: Final = re.compile(r"[\w.,* \t]+(?=[\n;]|\Z)")
_INDENT: Final = re.compile(r"[ \t\f]*")
_FROM: Final = re.compile(r"from\b([\s.]*)([^(*]*?)\s*\bimport\b\s*(.*)", re.DOTALL)
_AS: Final = re.compile(r"\s+as\s")
_FUNCTION: Final = re.compile(r"def\b|async[ \t]+def\b")
_MAIN: Final = re.compile(r"if\b\s*\(?\s*__name__\s*==\s*(?:'__main__'|\"__main__\")")
_TYPE_CHECKING: Final = re.compile(r"(?:el)?if\b\s*\(?\s*(?:\w+\s*\.\s*)?TYPE_CHECKING\s*\)?\s*:")


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, or one `from` clause.

    Attributes:
        line: where its statement begins, from 1.
        module: dotted, without leading dots; empty in `from . import x`.
        names: what `from` takes out of it (`("*",)` for all); empty for a plain `import`.
        level: leading dots.
        kind: `type_checking` and `local` (in a function, or in what only a script's start runs:
            no import of the file runs it) win over `conditional` (under `if`, `try`, `with` and
            the like). `dynamic` is a call with the module's name; see `dynamic_imports.py`.
        called: what the module, or each of `names`, is called here; empty where nothing is renamed.
    """

    line: int
    module: str
    names: tuple[str, ...]
    level: int
    kind: ImportKind
    called: tuple[str, ...] = ()


def scan_imports(text: str) -> tuple[Import, ...]:
    """Return the imports of a source text in their order."""
    if "import" not in text:
        return ()
    # Every line then begins behind a line break: one way to begin keeps the pattern fast.
    return tuple(_imports("\n" + text))


def _imports(text: str) -> Iterator[Import]:
    enclosing = _Enclosing(text)
    at, line, counted = 0, 0, 0
    last = _last_word(text)
    while (event := _EVENT.match(text, at)) and (at := event.end()) <= last:
        what = event.lastgroup
        if what == "quote":
            end = string_end(text, at - 1)
            enclosing.strings.append((at, end))
            at = end
            continue
        kind = enclosing.kind(at) if what == "inline" or text[at - 1] != "\n" else "runtime"
        line += text.count("\n", counted, at)
        counted = at
        statement, at = _statement(text, at)
        yield from _parsed(statement, line, kind)


def _last_word(text: str) -> int:
    """Return where the last word `import` stands that may belong to a statement, -1 for nowhere.

    Such a statement begins on the word's line or goes on there behind a backslash.
    """
    at = text.rfind("import")
    while at >= 0:
        line_start = text.rfind("\n", 0, at) + 1
        if text.endswith("\\", 0, line_start - 1) or _BEFORE_WORD.match(text, line_start, at):
            return at
        at = text.rfind("import", 0, line_start)
    return at


def _statement(text: str, start: int) -> tuple[str, int]:
    """Return the statement at `start`, without comments and line breaks, and where it ends."""
    if simple := _SIMPLE.match(text, start):
        return simple[0].strip(), simple.end()
    reader = StatementReader(text, start)
    statement = next(iter(reader), None)
    # Back before the line end that ended it, which the next line's event begins with.
    return (statement.text if statement else ""), max(start + 1, reader.offset - 1)


class _Enclosing:
    """The blocks that are open, known by the indentation of their headers.

    Headers are read as far as the import that is asked about: most files have few imports in
    blocks.

    Attributes:
        strings: where strings begin and end that may hold lines which look like headers.
    """

    def __init__(self, text: str) -> None:
        self.strings: list[tuple[int, int]] = []
        self._text = text
        self._odd = "\t" in text or "\f" in text
        self._read = 0
        # Column, where its line begins, where its header begins.
        self._blocks: list[tuple[int, int, int]] = []

    def kind(self, start: int) -> ImportKind:
        self._read_headers(start)
        line_start = self._text.rfind("\n", 0, start) + 1
        self._leave(self._column(line_start), line_start)
        kinds = {_block(self._text, header) for *_, header in self._blocks}
        if "type_checking" in kinds:
            return "type_checking"
        if "function" in kinds:
            return "local"
        return "conditional" if "conditional" in kinds else "runtime"

    def _read_headers(self, stop: int) -> None:
        strings = iter(self.strings)
        string_end = self._read
        string_start, next_end = next(strings, (stop, stop))
        for header in _HEADER.finditer(self._text, self._read, stop):
            start = header.end()
            while string_start < start:
                string_end = next_end
                string_start, next_end = next(strings, (stop, stop))
            if start >= string_end:
                line_start = header.start() + 1
                column = self._column(line_start) if self._odd else start - line_start
                self._leave(column, line_start)
                self._blocks.append((column, line_start, start))
        self._read = stop
        self.strings.clear()

    def _column(self, line_start: int) -> int:
        blank = _INDENT.match(self._text, line_start)
        return len(blank[0].rpartition("\f")[2].expandtabs()) if blank else 0

    def _leave(self, column: int, line_start: int) -> None:
        """Close the blocks that a line is not in; a header on it encloses what follows it there."""
        blocks = self._blocks
        while blocks and blocks[-1][0] >= column and blocks[-1][1] != line_start:
            blocks.pop()


def _block(text: str, start: int) -> _Block:
    if _FUNCTION.match(text, start) or _MAIN.match(text, start):
        return "function"
    if text.startswith("class", start):
        return "class"
    return "type_checking" if _TYPE_CHECKING.match(text, start) else "conditional"


def _parsed(statement: str, line: int, kind: ImportKind) -> Iterator[Import]:
    statement = statement.removeprefix("lazy").lstrip()
    if statement.startswith("import"):
        for name, new in _names(statement.removeprefix("import")):
            yield Import(line, name, (), 0, kind, (new,) if new != name else ())
    elif clause := _FROM.match(statement):
        dots, module, names = clause.groups()
        level, taken = dots.count("."), _names(names.strip("() \t"))
        if taken and (module or level):
            given = tuple(name for name, _ in taken)
            called = tuple(name for _, name in taken)
            renamed = called if called != given else ()
            yield Import(line, _identifier(module), given, level, kind, renamed)


def _names(listed: str) -> list[tuple[str, str]]:
    """Return the names of a list `a.b as c, d`, each with what it is called here."""
    found = []
    for part in listed.split(","):
        name, *called = _AS.split(part, maxsplit=1)
        if given := _identifier(name):
            found.append((given, _identifier(called[0]) if called else given))
    return found


def _identifier(written: str) -> str:
    """Return a dotted name as Python knows it: without blanks and in normal form KC (PEP 3131)."""
    name = "".join(written.split())
    return name if name.isascii() else unicodedata.normalize("NFKC", name)
