"""What a pricing function does that costs money, read from its text; nothing is run.

A severity is on the scale of all reviews: from 2/3 on it breaks or endangers something, from 1/3 on
it costs, below that it is worth knowing.
"""

import ast
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from engine.search.pricing.body import (
    Body,
    dotted,
    is_cdf,
    last_name,
    names_in,
    number,
    root_of,
)
from engine.search.pricing.recognition import Computes
from engine.search.pricing.roles import is_named, role_of, words_of

_SAFE: Final = frozenset("max maximum clip where fmax piecewise select nextafter".split())
_CHECKS: Final = re.compile(r"valid|check|assert|guard|ensure|require|verify")
_LOGISTIC: Final = frozenset("sigmoid expit tanh".split())
_TIME: Final = ("years", "days")


class Fault(NamedTuple):
    line: int
    text: str
    severity: float
    reason: str


Rule = Callable[[Body], Iterator[Fault]]


def formula_faults(computes: Computes, body: Body) -> list[Fault]:
    """Return what is wrong with a function that works out an option, by line."""
    rules: list[Rule] = [_zero_division, _no_erf, _logistic, _put_delta, _swallowed, _slow_loop]
    if computes in ("Greeks", "theta"):
        rules.append(_yearly_theta)
    if computes == "implied volatility":
        rules.append(_made_up)
    return _by_line(rules, body)


def stray_faults(body: Body) -> list[Fault]:
    """Return the faults that are ones in whatever function they stand."""
    return _by_line([_no_erf, _logistic, _put_delta], body)


def _by_line(rules: list[Rule], body: Body) -> list[Fault]:
    found = dict.fromkeys(fault for rule in rules for fault in rule(body))
    return sorted(found, key=lambda one: (one.line, one.text))


def _zero_division(body: Body) -> Iterator[Fault]:
    """Tell the first division by volatility times the root of time that nothing guards."""
    for node in body.nodes:
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)):
            continue
        roots = [root for part in _factors(body, node.right) for root in _roots(part)]
        times = {name for root in roots for name in _sources(body, root) if is_named(name, *_TIME)}
        if not times:
            continue
        if not _guarded(body, times):
            said = "divides by the root of time, and time 0 or below is not caught"
            reason = "on its expiry day an option raises an error or is worth NaN"
            yield Fault(node.lineno, said, 0.7, f"{reason}, unless every caller checks")
            return
        factors = _factors(body, node.right)
        vols = {n for part in factors for n in names_in(part) if is_named(n, "volatility")}
        if vols and not _guarded(body, vols):
            said = "divides by volatility, and volatility 0 is not caught"
            yield Fault(node.lineno, said, 0.4, "a quote without volatility raises or gives NaN")
            return


def _factors(body: Body, node: ast.expr) -> list[ast.expr]:
    """Return an expression and what its names were assigned, one step back."""
    return [node, *(one for name in sorted(names_in(node)) for one in body.bound.get(name, []))]


def _roots(node: ast.expr) -> list[ast.expr]:
    return [root for one in ast.walk(node) if (root := root_of(one)) is not None]


def _sources(body: Body, node: ast.AST) -> set[str]:
    """Return the names in an expression, and those that they come from."""
    found: set[str] = set()
    fresh = names_in(node)
    while fresh:
        found |= fresh
        values = [one for name in fresh for one in body.bound.get(name, [])]
        fresh = {name for value in values for name in names_in(value)} - found
    return found


def _guarded(body: Body, names: set[str]) -> bool:
    """Return whether one of these is compared, floored, or handed to what checks it."""
    for node in body.nodes:
        if isinstance(node, ast.Compare):
            if names_in(node) & names:
                return True
        elif isinstance(node, ast.If | ast.IfExp | ast.While):
            if names_in(node.test) & names:
                return True
        elif isinstance(node, ast.Call):
            called = last_name(node.func)
            if (called in _SAFE or _CHECKS.search(called.lower())) and names_in(node) & names:
                return True
    return False


def _no_erf(body: Body) -> Iterator[Fault]:
    for call in body.calls:
        if dotted(call.func) in ("np.erf", "numpy.erf", "np.erfc", "numpy.erfc"):
            what = dotted(call.func)
            reason = "NumPy has no such function: every call raises AttributeError"
            yield Fault(call.lineno, f"calls {what}", 0.95, reason)


def _logistic(body: Body) -> Iterator[Fault]:
    for call in body.calls:
        if last_name(call.func) not in _LOGISTIC or not call.args:
            continue
        if names_in(call.args[0]) & {"d1", "d2", "d_1", "d_2"}:
            said = "a logistic curve stands for the normal distribution"
            reason = "even the nearest one is 0.01 off in delta, and in the wings many times"
            yield Fault(call.lineno, said, 0.7, reason)
            return


def _put_delta(body: Body) -> Iterator[Fault]:
    """N(-d1) - 1 is minus the call's delta; the put's is N(d1) - 1."""
    for node in body.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and number(node.right) == 1:
            values = [node.left]
            if isinstance(node.left, ast.Name):
                values = body.bound.get(node.left.id, [])
            if values and all(_of_negative_d1(value) for value in values):
                said = "a delta is taken as N(-d1) - 1"
                reason = "that is minus the call's delta; the put's is N(d1) - 1"
                yield Fault(node.lineno, said, 0.95, reason)


def _of_negative_d1(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call) or not node.args:
        return False
    if not (is_cdf(last_name(node.func)) or last_name(node.func) in _LOGISTIC):
        return False
    argument = node.args[0]
    while isinstance(argument, ast.BinOp) and isinstance(argument.op, ast.Mult):
        argument = argument.left
    return (
        isinstance(argument, ast.UnaryOp)
        and isinstance(argument.op, ast.USub)
        and last_name(argument.operand) in ("d1", "d_1")
    )


def _swallowed(body: Body) -> Iterator[Fault]:
    """Tell handlers of every error that go on with a number, or with nothing."""
    for node in body.nodes:
        if not isinstance(node, ast.ExceptHandler):
            continue
        bare = node.type is None
        if not bare and last_name(node.type or ast.Constant(0)) not in (
            "Exception", "BaseException",
        ):  # fmt: skip
            continue
        how = "bare except" if bare else "except Exception"
        returned = [n for n in ast.walk(node) if isinstance(n, ast.Return)]
        value = next((v for n in returned if (v := number(n.value)) is not None), None)
        if value is not None:
            reason = "whatever goes wrong looks like a result"
            yield Fault(node.lineno, f"{how} returns {value:g}", 0.75, reason)
        elif bare or all(isinstance(one, ast.Pass | ast.Continue) for one in node.body):
            yield Fault(node.lineno, f"{how} hides every error", 0.5, "faults go unseen")


def _slow_loop(body: Body) -> Iterator[Fault]:
    """Tell loops over contracts that price one at a time, and SciPy's distribution in a loop."""
    loops = (ast.For, ast.AsyncFor, ast.ListComp, ast.DictComp, ast.GeneratorExp)
    for node in body.nodes:
        if not isinstance(node, loops):
            continue
        over = node.iter if isinstance(node, ast.For | ast.AsyncFor) else node.generators[0].iter
        inside = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
        contracts = not (isinstance(over, ast.Call) and last_name(over.func) == "range")
        priced = [one for one in inside if one is not over and _prices(last_name(one.func))]
        if contracts and priced:
            said = f"prices one contract at a time ({last_name(priced[0].func)} in a loop)"
            yield Fault(node.lineno, said, 0.35, "arrays do the same in a hundredth of the time")
            return
        slow = [one for one in inside if dotted(one.func).endswith(("norm.cdf", "norm.pdf"))]
        if slow:
            said = f"calls {dotted(slow[0].func)} in a loop"
            yield Fault(slow[0].lineno, said, 0.3, "with one number it takes some 50 µs a call")
            return


def _prices(name: str) -> bool:
    words = words_of(name)
    return bool(re.search(r"black_?scholes|(?:option|put|call)_price|greeks|implied_vol", words))


def _yearly_theta(body: Body) -> Iterator[Fault]:
    thetas = [(n, v) for n, v in body.assignments if "theta" in n.lower()]
    a_day = {252.0, 360.0, 365.0, 365.25} & body.numbers
    if body.score < 2 or a_day or any("day" in word for word in body.words):
        return
    if thetas or "theta" in words_of(body.node.name):
        line = thetas[0][1].lineno if thetas else body.node.lineno
        if all(number(value) is not None for _, value in thetas) and thetas:
            return
        reason = "traders read theta per day: 365 times less"
        yield Fault(line, "theta is per year, and nothing says so", 0.25, reason)


def _made_up(body: Body) -> Iterator[Fault]:
    handlers = [one for one in body.nodes if isinstance(one, ast.ExceptHandler)]
    handled = {id(one) for handler in handlers for one in ast.walk(handler)}
    for node in body.nodes:
        if isinstance(node, ast.Return) and id(node) not in handled:
            value = number(node.value)
            if value is not None and 0 < value < 5:
                said = f"returns a volatility of {value:g} where it found none"
                yield Fault(node.lineno, said, 0.7, "an invented figure looks like a quoted one")


def volatility_like(name: str) -> str:
    """Return "volatility" or "rate" for names that surely mean one; else empty."""
    roles, certainty = role_of(name)
    found = roles[0] if certainty == "certain" else ""
    return (
        found if found in ("volatility", "rate") and words_of(name) not in ("vol", "rate") else ""
    )
