"""Whether a function takes arrays: by what it calls and decides on."""

import ast
from typing import Final, Literal

from engine.search.pricing.body import Body, dotted, names_in

Vectorised = Literal["yes", "no", "unknown"]

_ARRAYS: Final = ("np.", "numpy.", "jnp.", "mx.", "torch.", "cp.", "ne.", "norm.", "stats.")
_SCALARS: Final = ("math.", "cmath.")


def vectorised(body: Body, parameters: set[str]) -> tuple[Vectorised, str]:
    """Return whether it takes arrays, and the reason; by its text alone, so it may be wrong."""
    for call in body.calls:
        name = dotted(call.func)
        if name.startswith(_SCALARS) and name.count(".") == 1:
            return "no", f"{name} takes one number"
        if name == "float" and call.args and names_in(call.args[0]) & parameters:
            return "no", "float() takes one number"
    for node in body.nodes:
        if isinstance(node, ast.If | ast.IfExp) and _decides(node.test, parameters):
            return "no", f"line {node.lineno} decides on one number"
    if any(dotted(call.func).startswith(_ARRAYS) for call in body.calls):
        return "yes", "array functions throughout"
    return "unknown", "it calls nothing that tells"


def _decides(test: ast.expr, parameters: set[str]) -> bool:
    """Return whether a test compares a numeric parameter by order, outside of any() and all()."""
    if isinstance(test, ast.BoolOp):
        return any(_decides(one, parameters) for one in test.values)
    if isinstance(test, ast.UnaryOp):
        return _decides(test.operand, parameters)
    if not isinstance(test, ast.Compare):
        return False
    ordered = any(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE | ast.Eq) for op in test.ops)
    sides = (test.left, *test.comparators)
    direct = {one.id for one in sides if isinstance(one, ast.Name)}
    return ordered and bool(direct & parameters)
