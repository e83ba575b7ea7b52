"""Which names a module has at its top level, and where each is first bound.

An import of a name that a module hasn't is broken, and one of a name that it hasn't *yet* fails in
a cycle. Names can come from anywhere (`globals()`, a module's `__getattr__`, `exec`); of modules
that do such things it is only said that they are not known.
"""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from engine.search.graph.edges import UNBOUND
from engine.search.graph.scan import Row

_ALWAYS: Final = frozenset(
    (
        *("__name__", "__doc__", "__file__", "__path__", "__package__", "__spec__", "__loader__"),
        *("__dict__", "__builtins__", "__cached__", "__annotations__"),
    )
)
_AT_ONCE: Final = 0
# A function binds it: nobody knows when, so it is never said to lack.
_SOME_TIME: Final = 0
# What puts names into a module, other than by writing them there.
_OPAQUE: Final = re.compile(
    r"^(?:async[ \t]+)?def[ \t]+__getattr__\b|^__getattr__\b|\b(?:globals|exec)[ \t]*\("
    r"|^(?![ \t]).*\b(?:vars|locals)\(\)|\bmodules[ \t]*(?:\[|\.\w+\()[ \t]*__name__\b"
    r"|\bsetattr\((?![ \t]*(?:self|cls|obj|instance)\b)"
    r"|\b__dict__[ \t]*(?:\.update|\[[^\]]*\][ \t]*=(?!=))|\bmeta_path\b"
    r"|\w+Importer\([ \t]*__name__|\blazy_loader\b|\bglobal_enum\b|\b_convert_[ \t]*\(",
    re.MULTILINE,
)
_PLAIN: Final = re.compile(
    r"^(?:(?:async[ \t]+)?def[ \t]+|class[ \t]+)(\w+)|^(\w+)(?:[ \t]*:[^=\n]*)?[ \t]*=(?!=)",
    re.MULTILINE,
)


@dataclass(slots=True)
class Bindings:
    """The names of one module.

    Attributes:
        lines: the first line that binds each name; 0 for those that are there from the start, or
            at a time that isn't known.
        typed: names that an import binds for type checkers only.
        stars: lines of `from … import *`, which can bind any name.
        known: False where more names may be there than are told.
    """

    lines: dict[str, int] = field(default_factory=dict)
    typed: frozenset[str] = frozenset()
    stars: tuple[int, ...] = ()
    known: bool = True


def bindings(path: str, text: str, rows: Iterable[Row]) -> Bindings:
    """Return the names that the module at `path` binds at its top level, in its order.

    `rows` are its imports. Where it doesn't parse, those that are seen all the same.
    """
    found = Bindings(dict.fromkeys(_ALWAYS, _AT_ONCE), known=not _OPAQUE.search(text))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        for name, line in _bound(tree.body):
            found.lines.setdefault(name, line)
        for name in _made_global(tree, text):
            found.lines.setdefault(name, _SOME_TIME)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found.known = False
        for name, line in _seen(text):
            found.lines.setdefault(name, line)
    _add_imports(found, path, rows)
    return found


def _add_imports(found: Bindings, path: str, rows: Iterable[Row]) -> None:
    stars: list[int] = []
    typed: set[str] = set()
    for line, module, names, level, kind, called in rows:
        if kind in UNBOUND:
            continue
        head = module.partition(".")[0]
        new = called or names or (head,)
        if kind == "type_checking":
            typed.update(new)
        elif names == ("*",):
            stars.append(line)
        else:
            for name in new:
                found.lines[name] = min(line, found.lines.get(name, line))
            # `from .a.b import c` in a package also binds its `a`.
            if level == 1 and module and path.endswith("__init__.py"):
                found.lines.setdefault(head, line)
    found.typed, found.stars = frozenset(typed), tuple(stars)


def plain_names(text: str, rows: Iterable[Row]) -> frozenset[str]:
    """Return names that a module binds at its top level, seen at a glance, without parsing it.

    A line at the margin of a long string may look like one that binds a name.
    """
    found = {name for name, _ in _seen(text)}
    for _, module, names, _, kind, called in rows:
        if kind not in UNBOUND:
            found.update(called or names or (module.partition(".")[0],))
    return frozenset(found - {"*"})


def _made_global(tree: ast.Module, text: str) -> Iterator[str]:
    """Yield the names that functions declare as the module's."""
    if "global" in text:
        for node in ast.walk(tree):
            if isinstance(node, ast.Global):
                yield from node.names


def _seen(text: str) -> Iterator[tuple[str, int]]:
    line, counted = 1, 0
    for match in _PLAIN.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        yield match[1] or match[2], line


def _bound(body: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    """Yield names and lines of the statements, without what functions and classes hold."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
            continue
        if isinstance(node, ast.Lambda | ast.Import | ast.ImportFrom):
            continue
        yield from _own_names(node)
        yield from _bound(ast.iter_child_nodes(node))


def _own_names(node: ast.AST) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id, node.lineno
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name, node.lineno
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest, node.lineno
