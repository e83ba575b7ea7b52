"""Imports that are calls: `importlib.import_module("a.b")`, `__import__("a.b")`.

A call counts where the function is Python's by the imports of its own file, and where what it
imports is written out. Only the calls are parsed, so this works on files with syntax errors.
"""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import resolve_name
from typing import Final, NamedTuple

from engine.search.imports import Import
from engine.search.structure.mask import mask

_FUNCTIONS: Final = {"importlib": ("import_module", "__import__"), "builtins": ("__import__",)}
_WORDS: Final = frozenset(("import_module", "__import__"))
_BRACKET: Final = re.compile(r"[()\[\]{}]")
_DEFINED: Final = re.compile(r"\bdef\s+\Z")
_DEF_CHARS: Final = 16
_PACKAGE: Final = frozenset(("__package__", "__spec__.parent"))


class DynamicImports(NamedTuple):
    """The imports by call of one file; `computed` counts those of a module that isn't written."""

    imports: tuple[Import, ...] = ()
    computed: int = 0


class _Computed(Exception):
    """What is imported is known when the program runs."""


def dynamic_imports(path: str, text: str, imported: Iterable[Import]) -> DynamicImports:
    """Return the imports by call in the source `text` of the file at `path`.

    `imported` are its import statements, which tell what Python's functions are called there.
    """
    if not any(word in text for word in _WORDS):
        return DynamicImports()
    names = dict(_names(imported))
    written = "|".join(r"\s*\.\s*".join(map(re.escape, name.split("."))) for name in names)
    calls = re.compile(rf"(?<![\w.])({written})\s*\(")
    if not calls.search(text):
        return DynamicImports()
    found: list[Import] = []
    computed = 0
    code = mask(text).code
    for call in calls.finditer(code):
        start = call.start()
        if _DEFINED.search(code, max(0, start - _DEF_CHARS), start):
            continue
        function = names["".join(call[1].split())]
        line = text.count("\n", 0, start) + 1
        try:
            found += _imported(path, text[start : _closing(code, call.end())], function, line)
        except _Computed:
            computed += 1
    return DynamicImports(tuple(found), computed)


def _names(imported: Iterable[Import]) -> Iterator[tuple[str, str]]:
    """Yield by what names a file calls Python's functions, each with the function's own name."""
    yield "__import__", "__import__"
    for one in imported:
        head = one.module.partition(".")[0]
        functions = _FUNCTIONS.get(head, ()) if not one.level else ()
        if one.names and one.module == head:
            for name, called in zip(one.names, one.called or one.names, strict=True):
                if name in functions:
                    yield called, name
        elif not one.names and (one.module == head or not one.called):
            for name in functions:
                yield f"{one.called[0] if one.called else head}.{name}", name


def _closing(code: str, at: int) -> int:
    """Return the offset behind the bracket that closes the one before `at`."""
    depth = 1
    for bracket in _BRACKET.finditer(code, at):
        depth += 1 if bracket[0] in "([{" else -1
        if not depth:
            return bracket.end()
    return len(code)


def _imported(path: str, written: str, function: str, line: int) -> list[Import]:
    """Return what a call imports, nothing where Python would refuse it.

    Raises:
        _Computed
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call = ast.parse(written, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _Computed from None
    if not isinstance(call, ast.Call):
        raise _Computed
    name = _text(_argument(call, 0, "name"))
    if function == "import_module":
        level, module = _of_import_module(path, call, name)
        names: tuple[str, ...] = ()
    else:
        level, module = _level(_argument(call, 4, "level")), name
        names = _taken(_argument(call, 3, "fromlist"))
    # Without either it is the file's own package, which is there.
    sensible = all(module.split(".")) and "/" not in module if module else level and names
    return [Import(line, module, names, level, "dynamic")] if sensible else []


def _of_import_module(path: str, call: ast.Call, name: str) -> tuple[int, str]:
    """Return the level and the module of a call of `import_module`."""
    module = name.lstrip(".")
    level = len(name) - len(module)
    package = _argument(call, 1, "package")
    if not level or package is None:
        return 0, "" if level else module
    written = ast.unparse(package)
    if written in _PACKAGE or (written == "__name__" and path.endswith("__init__.py")):
        return level, module
    try:
        return 0, resolve_name(name, _text(package))
    except ImportError:
        return 0, ""


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    given = call.args[: place + 1]
    if any(isinstance(one, ast.Starred) for one in given):
        raise _Computed
    if len(given) > place:
        return given[place]
    return next((one.value for one in call.keywords if one.arg == name), None)


def _text(given: ast.expr | None) -> str:
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        return given.value
    raise _Computed


def _level(given: ast.expr | None) -> int:
    if given is None:
        return 0
    if isinstance(given, ast.Constant) and isinstance(given.value, int) and given.value >= 0:
        return given.value
    raise _Computed


def _taken(given: ast.expr | None) -> tuple[str, ...]:
    """Return the names that are written in a `fromlist`: those of submodules are imported too."""
    listed: Sequence[ast.expr] = given.elts if isinstance(given, ast.List | ast.Tuple) else ()
    held = [one.value for one in listed if isinstance(one, ast.Constant)]
    return tuple(one for one in held if isinstance(one, str) and one.isidentifier())
