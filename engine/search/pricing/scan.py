"""The pricing functions of one Python file, with what their text says of them.

Files that parse only: where the option words stand in one that doesn't, that is told.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Final, NamedTuple

from engine.search.pricing.body import Body, Function, last_name
from engine.search.pricing.book_faults import book_faults, constants
from engine.search.pricing.faults import Fault, formula_faults, stray_faults
from engine.search.pricing.recognition import may_be, recognise
from engine.search.pricing.roles import is_complete, parameters
from engine.search.pricing.vectorised import vectorised

# A file without any of these is not parsed: to parse a project takes seconds.
_HINTS: Final = (
    "strike", "Strike", "STRIKE", "sigma", "norm.cdf", "norm_cdf", "erf(", "lack_scholes",
    "lackScholes", "implied_vol", "implied_iv", "greek", "Greek", "vega", "value_at_risk", "_var(",
    "cvar", "d1 =", "volatility",
)  # fmt: skip
_BOOK: Final = ("greek", "Greek", "trike", "_scholes", "Scholes", "option_type", "implied_vol")
_NO_FORMULAS: Final = ("Greeks of a portfolio", "value at risk", "roll rule")
_STRAY: Final = re.compile(r"erf|sigmoid|expit|tanh")
_NOTED: Final = 8  # calls and puts as a text may spell them


class Found(NamedTuple):
    """One function; all but `faults` is plain.

    Attributes:
        name: dotted, `Class.method`; `owner` is the class, "" outside of one.
        computes, certain, by: see `recognition`.
        parameters: (name, role, certainty, how, has a default) each; how is "positional",
            "plain", "keyword", "rest" or "words" (of * and **).
        kinds: what its option type is compared with, as strings.
        is_async, binding: "" or "static" or "class" for such methods.
        needs: what the class can't be made without.
        complete: whether the roles make an option.
        vectorised, why: see `vectorised`.
        faults: (line, text, severity, reason) each.
    """

    name: str
    owner: str
    line: int
    end_line: int
    computes: str
    certain: bool
    by: tuple[str, ...]
    parameters: tuple[tuple[str, str, str, str, bool], ...]
    kinds: tuple[str, ...]
    is_async: bool
    binding: str
    needs: tuple[str, ...]
    complete: bool
    vectorised: str
    why: str
    faults: tuple[tuple[int, str, float, str], ...]


def pricing(_path: str, text: str) -> tuple[object, ...]:
    """Return (functions, faults outside of them, why the file can't be parsed or "")."""
    if not any(hint in text for hint in _HINTS):
        return (), (), ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in strings, which are not our matter
            tree = ast.parse(text)
        return _read(tree, text.split("\n"), about_options=any(word in text for word in _BOOK))
    except SyntaxError as error:
        return (), (), f"{error.msg} (line {error.lineno})"
    except ValueError as error:
        return (), (), str(error)
    except (RecursionError, MemoryError):
        return (), (), "it is nested too deeply"


def _read(tree: ast.Module, lines: list[str], *, about_options: bool) -> tuple[object, ...]:
    functions: list[Found] = []
    stray: list[Fault] = []
    for node, owner, needs in _functions(tree.body, "", ()):
        text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        names = [name for name, _, _ in _arguments(node)]
        if _is_overload(node) or not (may_be(node.name, names, text) or _STRAY.search(text)):
            continue
        body = Body(node)
        if (found := _found(node, owner, needs, body)) is not None:
            functions.append(found)
        elif about_options:
            stray += stray_faults(body)
    if functions or about_options:
        stray += constants(tree)
    last = {one.name: one for one in functions}
    rows = tuple(tuple(one) for one in last.values())
    return rows, tuple(sorted({tuple(one) for one in stray})), ""


def _functions(
    nodes: list[ast.stmt], owner: str, needs: tuple[str, ...]
) -> Iterator[tuple[Function, str, tuple[str, ...]]]:
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, owner, needs
        elif isinstance(node, ast.ClassDef):
            name = f"{owner}.{node.name}" if owner else node.name
            yield from _functions(node.body, name, _needed(node))
        elif isinstance(node, ast.If):
            yield from _functions([*node.body, *node.orelse], owner, needs)
        elif isinstance(node, ast.Try):
            handled = [one for handler in node.handlers for one in handler.body]
            yield from _functions([*node.body, *handled, *node.orelse], owner, needs)


def _needed(node: ast.ClassDef) -> tuple[str, ...]:
    """Return what the class's own __init__ must be given, or its fields if it is a dataclass."""
    for one in node.body:
        if isinstance(one, ast.FunctionDef) and one.name == "__init__":
            return tuple(
                name for name, how, default in _arguments(one)[1:]
                if not default and how not in ("rest", "words")
            )  # fmt: skip
    made = {
        last_name(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list
    }
    if "dataclass" in made:
        return tuple(
            one.target.id for one in node.body
            if isinstance(one, ast.AnnAssign) and one.value is None
            and isinstance(one.target, ast.Name)
        )  # fmt: skip
    return ()


def _arguments(node: Function) -> list[tuple[str, str, bool]]:
    """Return name, way of passing, and whether there is a default."""
    given = node.args
    plain = [*((a.arg, "positional") for a in given.posonlyargs),
             *((a.arg, "plain") for a in given.args)]  # fmt: skip
    defaults = len(plain) - len(given.defaults)
    found = [(name, how, place >= defaults) for place, (name, how) in enumerate(plain)]
    if given.vararg:
        found.append((given.vararg.arg, "rest", True))
    for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        found.append((one.arg, "keyword", default is not None))
    if given.kwarg:
        found.append((given.kwarg.arg, "words", True))
    return found


def _is_overload(node: Function) -> bool:
    return any(last_name(one) == "overload" for one in node.decorator_list)


def _found(node: Function, owner: str, needs: tuple[str, ...], body: Body) -> Found | None:
    decorators = {last_name(one) for one in node.decorator_list}
    binding = "static" if "staticmethod" in decorators else ""
    binding = "class" if "classmethod" in decorators else binding
    arguments = _arguments(node)
    if owner and binding != "static":
        arguments = arguments[1:]
    meant = parameters(name for name, _, _ in arguments)
    roles = {one.role for one in meant if one.role}
    said = recognise(node.name, roles, body)
    if said is None:
        return None
    numeric = {one.name for one in meant if one.role and one.role != "kind"}
    takes, why = vectorised(body, numeric)
    faults = book_faults(said.computes, body)
    if said.computes not in _NO_FORMULAS:
        faults += formula_faults(said.computes, body)
    elif said.computes == "Greeks of a portfolio":
        faults += [
            one for one in formula_faults("Greeks", body) if body.score or one.severity > 0.3
        ]
    return Found(
        name=f"{owner}.{node.name}" if owner else node.name,
        owner=owner,
        line=node.lineno,
        end_line=node.end_lineno or node.lineno,
        computes=said.computes,
        certain=said.certain,
        by=said.by,
        parameters=tuple(
            (one.name, one.role, one.certainty, how, default)
            for one, (_, how, default) in zip(meant, arguments, strict=True)
        ),
        kinds=_kinds(node, [one.name for one in meant if one.role == "kind"]),
        is_async=isinstance(node, ast.AsyncFunctionDef),
        binding=binding,
        needs=needs,
        complete=is_complete(roles),
        vectorised=takes,
        why=why,
        faults=tuple((f.line, f.text, f.severity, f.reason) for f in faults),
    )


def _kinds(node: Function, names: list[str]) -> tuple[str, ...]:
    """Return the strings that say call or put: in comparisons, the default, the annotation."""
    if not names:
        return ()
    found: dict[str, None] = {}
    arguments = [*node.args.posonlyargs, *node.args.args]
    defaults = dict(zip(reversed(arguments), reversed(node.args.defaults), strict=False))
    places: list[ast.AST] = [
        one for one in ast.walk(node)
        if isinstance(one, ast.Compare) and names[0] in {n.id for n in ast.walk(one)
                                                         if isinstance(n, ast.Name)}
    ]  # fmt: skip
    for argument in arguments:
        if argument.arg == names[0]:
            places += [one for one in (argument.annotation, defaults.get(argument)) if one]
    for place in places:
        for one in ast.walk(place):
            if isinstance(one, ast.Constant) and isinstance(one.value, str | bool | int):
                found[repr(one.value)] = None
    return tuple(found)[:_NOTED]
