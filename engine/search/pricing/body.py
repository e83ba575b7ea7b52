"""What stands in a function: names, calls and formulas, gathered in one pass over its tree."""

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final

Function = ast.FunctionDef | ast.AsyncFunctionDef
GREEKS: Final = ("delta", "gamma", "vega", "theta", "rho")

_CDF: Final = re.compile(
    r"cdf|^erfc?$|^ndtr$|^cnd$|^N$|^Phi$|^norm_?dist$|^cum_?norm", re.IGNORECASE
)
_DRAWS: Final = frozenset("normal standard_normal randn gauss normalvariate".split())
_D: Final = frozenset({"d1", "d2", "d_1", "d_2", "d_plus", "d_minus"})


class Body:
    """A function's parts.

    Attributes:
        node: the function.
        nodes: every node in it, decorators and defaults included.
    """

    def __init__(self, node: Function) -> None:
        self.node = node
        self.nodes = list(ast.walk(node))

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [one for one in self.nodes if isinstance(one, ast.Call)]

    @cached_property
    def called(self) -> set[str]:
        """The last names of what is called."""
        return {last_name(one.func) for one in self.calls}

    @cached_property
    def stored(self) -> set[str]:
        """Names that are assigned, and string keys under which something is."""
        return {name for name, _ in self.assignments}

    @cached_property
    def assignments(self) -> list[tuple[str, ast.expr]]:
        """Every name or string key with what is assigned to it."""
        return [pair for node in self.nodes for pair in _assigned(node)]

    @cached_property
    def bound(self) -> dict[str, list[ast.expr]]:
        found: dict[str, list[ast.expr]] = {}
        for name, value in self.assignments:
            found.setdefault(name, []).append(value)
        return found

    @cached_property
    def words(self) -> set[str]:
        """All names, attributes, arguments and strings that are names, in lower case."""
        return {word.lower() for node in self.nodes for word in _words(node)}

    @cached_property
    def numbers(self) -> set[float]:
        return {value for one in self.nodes if (value := number(one)) is not None}

    @cached_property
    def score(self) -> int:
        """How many parts of the formula of Black and Scholes stand here, from 0 to 5."""
        return sum((self.has_d, self.has_log_ratio, self.has_cdf, self.has_root, self.discounts))

    @property
    def has_d(self) -> bool:
        return not _D.isdisjoint(self.stored)

    @property
    def has_cdf(self) -> bool:
        return any(is_cdf(name) for name in self.called)

    @property
    def has_log_ratio(self) -> bool:
        return any(
            last_name(one.func) in ("log", "log1p") and one.args and _divides(one.args[0])
            for one in self.calls
        )

    @property
    def has_root(self) -> bool:
        return any(root_of(node) is not None for node in self.nodes)

    @property
    def discounts(self) -> bool:
        return any(
            last_name(one.func) == "exp"
            and one.args
            and any(isinstance(n, ast.UnaryOp) and isinstance(n.op, ast.USub)
                    for n in ast.walk(one.args[0]))
            for one in self.calls
        )  # fmt: skip

    @property
    def has_lattice(self) -> bool:
        """Up, down and probability are set, and there is a loop."""
        loops = any(isinstance(node, ast.For | ast.While) for node in self.nodes)
        return loops and {"u", "d", "p"} <= self.stored and "exp" in self.called

    @property
    def draws(self) -> bool:
        return not _DRAWS.isdisjoint(self.called) and bool({"maximum", "max"} & self.called)

    @property
    def greeks(self) -> list[str]:
        """The Greeks that are assigned here."""
        names = {name.lower().rpartition("_")[2] for name in self.stored} | self.stored
        return [greek for greek in GREEKS if greek in names]


def is_cdf(name: str) -> bool:
    return _CDF.search(name) is not None


def last_name(node: ast.expr) -> str:
    """Return `cdf` of `stats.norm.cdf`; empty where there is no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.expr) -> str:
    """Return `stats.norm.cdf` as it is written; empty where something else stands in it."""
    if isinstance(node, ast.Attribute):
        front = dotted(node.value)
        return f"{front}.{node.attr}" if front else ""
    return node.id if isinstance(node, ast.Name) else ""


def names_in(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def root_of(node: ast.AST) -> ast.expr | None:
    """Return x of sqrt(x) and of x ** 0.5."""
    if isinstance(node, ast.Call) and last_name(node.func) == "sqrt" and node.args:
        return node.args[0]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        power = node.right
        if isinstance(power, ast.Constant) and power.value == 0.5:
            return node.left
    return None


def words_under(node: ast.AST) -> set[str]:
    """Return all names, attributes, arguments and strings that are names, in lower case."""
    return {word.lower() for one in ast.walk(node) for word in _words(one)}


def number(node: ast.AST | None) -> float | None:
    """Return the number that a node is, signed; None for everything else, True and False too."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        found = number(node.operand)
        return None if found is None else -found
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        try:
            return float(node.value)  # type: ignore[arg-type]
        except OverflowError:
            return None
    return None


def _divides(node: ast.expr) -> bool:
    return any(isinstance(one, ast.BinOp) and isinstance(one.op, ast.Div) for one in ast.walk(node))


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _bound(target, node.value)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr | ast.AugAssign):
        if node.value is not None:
            yield from _bound(node.target, node.value)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg, node.value


def _bound(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        yield str(target.slice.value), value
    elif isinstance(target, ast.Attribute):
        yield target.attr, value
    elif isinstance(target, ast.Tuple):
        values = value.elts if isinstance(value, ast.Tuple) else []
        for place, one in enumerate(target.elts):
            yield from _bound(one, values[place] if place < len(values) else value)


def _words(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Constant) and _is_name(node.value):
        yield str(node.value)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.isidentifier()
