"""A rule's condition as its user writes it: `query_success_ratio < 0.8 and cpu_ratio > 0.9`.

Python's own parser reads it; the tree is then taken over node by node, and only these pass:
`and or not`, comparisons (chained ones too), `+ - * /`, numbers, metrics, the states of a metric
as texts, and the constants below. Nothing in it is ever run.
"""

import ast
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Final

from engine.alerts.condition import (
    Amount,
    Arithmetic,
    Claim,
    Comparison,
    Constant,
    Every,
    IsState,
    Metric,
    Not,
    Readings,
    Some,
)
from engine.alerts.errors import BadExpression
from engine.alerts.seen import Truth, truth
from engine.config.options import nearest
from engine.metrics import spec

LONGEST = 500  # characters
_DEEPEST = 24
_ABOVE_ONE: Final = ("own_cpu_ratio",)

CONSTANTS: Final[Mapping[str, float]] = {
    "KB": 1e3,
    "MB": 1e6,
    "GB": 1e9,
    "KiB": 2.0**10,
    "MiB": 2.0**20,
    "GiB": 2.0**30,
    "minute": 60.0,
    "hour": 3600.0,
    "day": 86_400.0,
}
_SIGNS: Final[Mapping[type[ast.AST], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_ALLOWED = "expected and, or, not, a comparison, + - * /, a number, a metric or a state"


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition that was read; equal to another of the same text."""

    text: str
    claim: Claim

    @property
    def names(self) -> tuple[str, ...]:
        """The metrics that it rests upon, each once, in the order in which they stand."""
        return tuple(dict.fromkeys(self.claim.metrics()))

    def evaluate(self, readings: Readings) -> Truth:
        """Return whether it holds now, and what was seen; unknown where the readings don't tell."""
        return truth(self.claim.holds(readings), self.names, readings)


def parse(text: str, known: Collection[str]) -> Expression:
    """Read a condition; `known` are the names of the metrics that there are.

    Raises:
        BadExpression: it can't be read, or names what does not exist.
    """
    if len(text) > LONGEST:
        raise BadExpression(
            f"expected at most {LONGEST} characters, found {len(text)}", LONGEST + 1
        )
    body = text.strip()
    if not body:
        raise BadExpression("expected a condition, found nothing", 1)
    if "#" in body:
        raise BadExpression('a condition has no comments, found "#"', text.index("#") + 1)
    claim = _Reader(text, known).read()
    if next(claim.metrics(), None) is None:
        raise BadExpression(
            "it names no metric, so it always or never holds; see: bolt-tui metrics", 1
        )
    return Expression(" ".join(body.split()), claim)


class _Reader:
    """Takes over one tree of Python's parser."""

    def __init__(self, text: str, known: Collection[str]) -> None:
        self._known = known
        self._skipped = len(text) - len(text.lstrip())
        self._lines = "".join(" " if sign.isspace() else sign for sign in text.strip())

    def read(self) -> Claim:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Python's advice about odd literals
                tree = ast.parse(self._lines, mode="eval")
        except SyntaxError as error:
            raise self._broken(error.offset or 0) from error
        except (ValueError, RecursionError, MemoryError) as error:
            said = "this can't be read as a condition: it is nested too deeply, or no plain text"
            raise BadExpression(said, 1) from error
        return self._claim(tree.body, 0)

    def _claim(self, node: ast.expr, depth: int) -> Claim:
        self._check_depth(node, depth)
        match node:
            case ast.BoolOp(op=op, values=values):
                claims = tuple(self._claim(value, depth + 1) for value in values)
                return Every(claims) if isinstance(op, ast.And) else Some(claims)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self._claim(operand, depth + 1))
            case ast.Compare():
                return self._comparison(node, depth)
        raise self._bad(node, f"expected a comparison, found {self._quoted(node)}")

    def _comparison(self, node: ast.Compare, depth: int) -> Claim:
        sides = [node.left, *node.comparators]
        pairs = tuple(
            self._pair(node, left, op, right, depth + 1)
            for left, op, right in zip(sides, node.ops, sides[1:], strict=False)
        )
        return pairs[0] if len(pairs) == 1 else Every(pairs)

    def _pair(
        self, node: ast.Compare, left: ast.expr, op: ast.cmpop, right: ast.expr, depth: int
    ) -> Claim:
        sign = _SIGNS.get(type(op))
        if sign is None:
            raise self._bad(node, f"expected < <= > >= == or !=, found {self._quoted(node)}")
        for metric, state in ((left, right), (right, left)):
            if (name := self._state_metric(metric)) is not None:
                return self._is_state(name, state, sign)
        sides = self._amount(left, depth), self._amount(right, depth)
        for side, other in (sides, sides[::-1]):
            self._check_ratio(node, side, other)
        return Comparison(sign, *sides)

    def _check_ratio(self, node: ast.Compare, side: Amount, other: Amount) -> None:
        """Refuse a percentage; only a share of one core may be above 1."""
        if not isinstance(side, Metric) or not isinstance(other, Constant) or other.value <= 1:
            return
        if spec(side.name).unit == "ratio" and side.name not in _ABOVE_ONE:
            said = f"{side.name} is a ratio from 0 to 1, found {self._quoted(node)}"
            raise self._bad(node, f"{said}; for 90 % write 0.9")

    def _is_state(self, name: str, node: ast.expr, sign: str) -> Claim:
        states = spec(name).states
        expected = f"{name} is one of {', '.join(states)}"
        if sign not in ("==", "!="):
            raise self._bad(node, f"{expected}; expected == or !=, found {sign}")
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            raise self._bad(node, f"{expected}; found {self._quoted(node)}, expected a quoted text")
        if node.value not in states:
            hint = nearest(node.value, states)
            raise self._bad(node, f"{expected}; found {self._quoted(node)}{hint}")
        return IsState(name, node.value, sign == "==")

    def _state_metric(self, node: ast.expr) -> str | None:
        if not isinstance(node, ast.Name | ast.Attribute):
            return None
        name = self._name(node)
        return name if name in self._known and spec(name).states else None

    def _amount(self, node: ast.expr, depth: int) -> Amount:
        self._check_depth(node, depth)
        match node:
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _SIGNS:
                return Arithmetic(
                    _SIGNS[type(op)], self._amount(left, depth + 1), self._amount(right, depth + 1)
                )
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Arithmetic("-", Constant(0.0), self._amount(operand, depth + 1))
            case ast.Name() | ast.Attribute():
                return self._metric(node)
            case ast.Constant(value=str()):
                said = f"expected a number, found {self._quoted(node)}; only states are texts"
                raise self._bad(node, said)
            case ast.Constant():
                return self._number(node)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                raise self._bad(node, f"expected a number, found {self._quoted(node)}")
        raise self._bad(node, f"{_ALLOWED}, found {self._quoted(node)}")

    def _metric(self, node: ast.Name | ast.Attribute) -> Amount:
        name = self._name(node)
        if name in CONSTANTS:
            return Constant(CONSTANTS[name])
        if name not in self._known:
            plain = name.removeprefix("bolt_")  # as it stands in the OpenMetrics text
            hint = nearest(plain, [*self._known, *CONSTANTS]) or "; see: bolt-tui metrics"
            raise self._bad(node, f'there is no metric "{name}"{hint}')
        if spec(name).states:
            states = ", ".join(spec(name).states)
            raise self._bad(node, f"{name} is no number but one of {states}")
        return Metric(name)

    def _number(self, node: ast.Constant) -> Amount:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._bad(node, f"expected a number, found {self._quoted(node)}")
        try:
            number = float(value)
        except OverflowError:
            number = float("inf")
        if not isfinite(number):
            raise self._bad(node, f"the number {self._quoted(node)} is too large")
        return Constant(number)

    def _name(self, node: ast.expr) -> str:
        """Return a name with its dots."""
        parts = list[str]()
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            raise self._bad(node, f"expected the name of a metric, found {self._quoted(node)}")
        return ".".join([node.id, *reversed(parts)])

    def _check_depth(self, node: ast.expr, depth: int) -> None:
        if depth > _DEEPEST:
            raise self._bad(node, f"it is nested deeper than {_DEEPEST} times")

    def _quoted(self, node: ast.expr) -> str:
        found = ast.get_source_segment(self._lines, node) or ""
        found = found if len(found) <= 60 else f"{found[:57]}…"
        return found if found.startswith(("'", '"')) else f'"{found}"'

    def _broken(self, offset: int) -> BadExpression:
        """Return the error of Python's parser at a place from 1; 0: it ran into the end."""
        if not 0 < offset <= len(self._lines):
            said = f'"{self._lines[-20:]}" is no condition yet, something is missing at the end'
            return BadExpression(said, self._skipped + len(self._lines) + 1)
        found = self._lines[offset - 1 : offset + 19]
        said = f'this can\'t be read as a condition, from "{found}" on'
        return BadExpression(said, self._skipped + offset)

    def _bad(self, node: ast.expr, said: str) -> BadExpression:
        before = self._lines.encode()[: node.col_offset].decode()  # Python counts bytes
        return BadExpression(said, self._skipped + len(before) + 1)
