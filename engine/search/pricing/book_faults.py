"""What looks wrong in code about a book of options: signs, horizons, rolls, constants."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from engine.search.pricing.body import (
    GREEKS,
    Body,
    Function,
    last_name,
    names_in,
    number,
    root_of,
    words_under,
)
from engine.search.pricing.faults import Fault, volatility_like
from engine.search.pricing.recognition import Computes
from engine.search.pricing.roles import words_of

_SIZE: Final = re.compile(r"quantit|qty|contracts|size|sign|weight|shares|lots|signed|notional")
_HELD: Final = re.compile(r"quantit|qty|contracts|position_size|num_|lots")
_HORIZON: Final = re.compile(r"horizon|holding|(?:^|_)days?(?:_|$)|period")
_SCALED: Final = re.compile(r"sqrt|horizon_scal|scaled")
_PROFIT: Final = re.compile(r"profit")


def book_faults(computes: Computes, body: Body) -> list[Fault]:
    """Return what is wrong with a function about a book, a risk figure or a roll, by line."""
    rules = {
        "Greeks of a portfolio": _lost_sign,
        "value at risk": _no_horizon,
        "roll rule": _rolls_early,
    }
    rule = rules.get(computes)
    return sorted({*rule(body)}) if rule else []


def _lost_sign(body: Body) -> Iterator[Fault]:
    reason = "short positions count as long ones: the book's risk has the wrong sign"
    for call in body.calls:
        name = last_name(call.func)
        if name in ("abs", "absolute", "fabs") and call.args:
            words = {word for word in words_under(call.args[0]) if _HELD.search(word)}
            if words:
                yield Fault(call.lineno, f"takes abs() of {min(words)}", 0.9, reason)
    for node in body.nodes:
        root = root_of(node)
        if root is not None and any(_matrix(one) for one in ast.walk(root)):
            said = "adds Greeks up as the root of a quadratic form"
            yield Fault(root.lineno, said, 0.9, f"the root is never negative: {reason}")
    sums = [call for call in body.calls if last_name(call.func) in ("sum", "nansum", "fsum")]
    adds = [one for one in sums if not {*GREEKS}.isdisjoint(words_under(one))]
    if adds and not any(_SIZE.search(word) for word in body.words):
        said = "adds Greeks up without the number of contracts"
        yield Fault(adds[0].lineno, said, 0.75, "one contract counts as ten, short ones as long")


def _matrix(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)


def _no_horizon(body: Body) -> Iterator[Fault]:
    """Tell a horizon that is asked for, but under whose root nothing is multiplied."""
    arguments = body.node.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    horizon = [name for name in names if _HORIZON.search(name.lower())]
    powers = any(
        isinstance(n, ast.BinOp) and isinstance(n.op, ast.Pow) and number(n.right) in (0.5, None)
        for n in body.nodes
    )
    if not horizon or powers or any(_SCALED.search(word) for word in body.words):
        return
    if any(re.search(r"cumprod|cumsum|simulat|path", word) for word in body.words):
        return
    delegated = any(
        isinstance(node, ast.Call) and names_in(node) & {*horizon} for node in body.nodes
    )
    used = any(isinstance(n, ast.Name) and n.id in horizon for n in body.nodes)
    if delegated or not (used or body.score or body.called):
        return
    said = f"{horizon[0]} is not under a root anywhere"
    reason = "VaR grows with the root of the horizon: over ten days it is 3.2 times as much"
    yield Fault(body.node.lineno, said, 0.75, reason)


def _rolls_early(body: Body) -> Iterator[Fault]:
    for node in body.nodes:
        if not isinstance(node, ast.Compare):
            continue
        for side in (node.left, *node.comparators):
            if (what := _part_of_strike(side)) is not None:
                said = f"rolls where the spot passes the strike times {what}"
                reason = "a call is rolled far out of the money, a put only deep in it"
                yield Fault(node.lineno, said, 0.8, reason)


def _part_of_strike(node: ast.expr) -> str | None:
    """Return the factor of strike * factor if it is a share of profit or at most 3/4."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult | ast.Div):
        return None
    sides = [(node.left, node.right), (node.right, node.left)]
    for strike, factor in sides:
        if "strike" not in words_of(last_name(strike)).split("_"):
            continue
        name, value = last_name(factor), number(factor)
        if isinstance(node.op, ast.Div) and value:
            value = 1 / value
        if _PROFIT.search(name):
            return name
        if value is not None and 0 < value <= 0.75:
            return f"{value:g}"
    return None


def constants(tree: ast.Module) -> list[Fault]:
    """Return the volatilities and rates that stand as numbers where a market's belong."""
    found: dict[Fault, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.update(dict.fromkeys(_assigned_once(node)))
        elif isinstance(node, ast.Call):
            found.update(dict.fromkeys(_passed(node)))
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            name, value = last_name(node.values[-2]), number(node.values[-1])
            found.update(dict.fromkeys(_constant(node.lineno, name, value, "falls back on")))
    return sorted(found)


def _passed(call: ast.Call) -> Iterator[Fault]:
    for one in call.keywords:
        yield from _constant(one.value.lineno, one.arg or "", number(one.value), "hard-codes")
    if last_name(call.func) in ("get", "getattr", "pop") and len(call.args) >= 2:
        key, default = call.args[-2], call.args[-1]
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield from _constant(call.lineno, key.value, number(default), "falls back on")


def _assigned_once(function: Function) -> Iterator[Fault]:
    assigned: dict[str, list[ast.Assign]] = {}
    stored: dict[str, int] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            stored[node.id] = stored.get(node.id, 0) + 1
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned.setdefault(node.targets[0].id, []).append(node)
    for name, nodes in assigned.items():
        if stored.get(name) == 1:
            value = number(nodes[0].value)
            yield from _constant(nodes[0].lineno, name, value, "hard-codes")


def _constant(line: int, name: str, value: float | None, how: str) -> Iterator[Fault]:
    role = volatility_like(name)
    if value is None or not 0 < value < 3 or not role:
        return
    said = f"{how} a {role} of {value:g} ({name})"
    severity = 0.5 if role == "volatility" else 0.35
    yield Fault(line, said, severity, "what is computed from it is not the market's")
