"""The outline of a Python file: its classes, functions and methods, and what its lines are."""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from engine.search.source import decode_source
from engine.search.statements import Statement, StatementReader

SymbolKind = Literal["class", "function", "method"]
_Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_NAMED: Final = re.compile(r"(?:async\s+)?(class|def)\s+(\w+)")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition.

    Attributes:
        name: dotted, from the file's top: `Class.method`, `function.inner`.
        line: where `class` or `def` stands, below its decorators; counted from 1.
        doc: the first line of its docstring; None where it has none or the file doesn't parse.
    """

    name: str
    kind: SymbolKind
    line: int
    end_line: int
    doc: str | None


@dataclass(frozen=True, slots=True)
class LineCounts:
    """Lines as `wc -l` counts them, and one more where the last has no line end.

    A comment line holds nothing but a comment; a blank line nothing but white space, even inside a
    string; every other line, docstrings included, is code.
    """

    total: int
    blank: int
    comment: int
    code: int


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """Why a file doesn't parse; `line` is unknown for a few problems, as a NUL in the text."""

    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Outline:
    """What a file defines, in the order of its lines.

    Where `problem` is set the file did not parse with this interpreter, and the symbols come from
    tokens: names and first lines hold, last lines go by indentation, docstrings are unknown.
    """

    symbols: tuple[Symbol, ...]
    lines: LineCounts
    problem: SyntaxProblem | None = None

    @property
    def parsed(self) -> bool:
        return self.problem is None


def outline(data: bytes) -> Outline:
    """Return the outline of a Python file's bytes; broken files have one too."""
    text = decode_source(data)
    reader = StatementReader(text)
    statements = list(reader)
    lines = count_lines(text, reader.string_lines)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except SyntaxError as error:
        problem = SyntaxProblem(error.lineno, error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        problem = SyntaxProblem(None, str(error) or "it is nested too deeply")
    else:
        return Outline(tuple(sorted(_parsed(tree), key=lambda symbol: symbol.line)), lines)
    return Outline(tuple(_from_tokens(statements)), lines, problem)


def _parsed(tree: ast.Module) -> Iterator[Symbol]:
    """Yield the definitions of a tree, however deep, without recursion."""
    waiting: list[tuple[ast.AST, str, bool]] = [(tree, "", False)]
    while waiting:
        node, prefix, in_class = waiting.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, _Definition):
                is_class = isinstance(child, ast.ClassDef)
                yield _symbol(child, prefix, _kind(is_class, in_class))
                waiting.append((child, f"{prefix}{child.name}.", is_class))
            elif not isinstance(child, ast.expr):
                waiting.append((child, prefix, in_class))


def _symbol(node: _Definition, prefix: str, kind: SymbolKind) -> Symbol:
    doc = ast.get_docstring(node)
    first_line = doc.partition("\n")[0] if doc else None
    return Symbol(prefix + node.name, kind, node.lineno, node.end_lineno or node.lineno, first_line)


def _kind(is_class: bool, in_class: bool) -> SymbolKind:
    if is_class:
        return "class"
    return "method" if in_class else "function"


def _from_tokens(statements: list[Statement]) -> list[Symbol]:
    """Return the definitions that indentation tells, each ending with its last deeper statement."""
    found: list[Symbol] = []
    open_at: list[tuple[int, int]] = []
    ends: list[int] = []
    for statement in statements:
        while open_at and not statement.inline and open_at[-1][0] >= statement.column:
            open_at.pop()
        for _, index in open_at:
            ends[index] = statement.end_line
        # Also where no colon ends it: a definition may be what is broken.
        if named := _NAMED.match(statement.text):
            outer = found[open_at[-1][1]] if open_at else None
            prefix = f"{outer.name}." if outer else ""
            in_class = outer is not None and outer.kind == "class"
            kind = _kind(named[1] == "class", in_class)
            open_at.append((statement.column, len(found)))
            found.append(Symbol(prefix + named[2], kind, statement.line, 0, None))
            ends.append(statement.end_line)
    return [
        Symbol(symbol.name, symbol.kind, symbol.line, end, None)
        for symbol, end in zip(found, ends, strict=True)
    ]


def count_lines(text: str, string_lines: list[tuple[int, int]]) -> LineCounts:
    """Count the lines of `text`; `string_lines` has the first and last of each longer string."""
    inside = {line for first, last in string_lines for line in range(first + 1, last + 1)}
    lines = text.removesuffix("\n").split("\n") if text else []
    blank = comment = 0
    for number, line in enumerate(lines, start=1):
        code = line.strip()
        blank += not code
        comment += code.startswith("#") and number not in inside
    return LineCounts(len(lines), blank, comment, len(lines) - blank - comment)
