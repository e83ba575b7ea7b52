"""The contracts that a pricing function is tried on, in the function's own arguments."""

import re
from ast import literal_eval
from collections.abc import Callable, Sequence
from itertools import product
from math import exp
from typing import Final

from msgspec import Struct

from engine.market.trial import Argument, Arguments, Parameter, Target

SPOT: Final = 100.0
_DAYS: Final = (2, 9, 35, 120, 365, 730)
_STRIKES: Final = (70.0, 85.0, 100.0, 115.0, 140.0)
_VOLATILITIES: Final = (0.12, 0.3, 0.8)
_MARKETS: Final = ((0.045, 0.0), (0.045, 0.02), (0.005, 0.03))
# Prime to every size of the grid, so that a part of it is spread over all of it.
_STRIDE: Final = 97
ARRAY_SIZE: Final = 8
PROBES: Final = (
    "zero time",
    "time below zero",
    "an hour to expiry",
    "zero volatility",
    "deep out of the money",
    "deep in the money",
    "a negative rate",
)
# Of what isn't about the contract: what such a parameter is usually called, and a usual value.
_USUAL: Final[tuple[tuple[str, float | int | str], ...]] = (
    (r"path|simul|^n_sims?$", 20_000),
    (r"step|^n$|^m$|tree|periods?$", 200),
    (r"iter", 100),
    (r"tol|eps|precision", 1e-8),
    (r"guess", 0.3),
    (r"symbol|ticker", "X"),
)
_STYLES: Final = {"call": "put", "CALL": "PUT", "Call": "Put", "c": "p", "C": "P"}


class Point(Struct, frozen=True):
    """One contract and its market; days are calendar days, a year has 365."""

    kind: str
    strike: float
    days: float
    volatility: float
    rate: float = 0.0
    dividend_yield: float = 0.0
    spot: float = SPOT

    @property
    def years(self) -> float:
        return self.days / 365

    def told(self) -> str:
        """Return the contract in words."""
        return (
            f"{self.kind}, spot {self.spot:g}, strike {self.strike:g}, {self.days:g} days, "
            f"volatility {self.volatility:g}, rate {self.rate:g}, yield {self.dividend_yield:g}"
        )


def points(target: Target) -> list[Point]:
    """Return the grid for what a function takes: what it doesn't take is 0, and one kind is as
    good as two where it isn't told which.
    """
    roles = target.roles
    kinds = ("call", "put") if "kind" in roles else (kind_by_name(target.name),)
    markets = dict.fromkeys(
        (rate if "rate" in roles else 0.0, paid if "yield" in roles else 0.0)
        for rate, paid in _MARKETS
    )
    every = [
        Point(kind, strike, days, volatility, rate, paid)
        for kind, days, strike, volatility, (rate, paid) in product(
            kinds, _DAYS, _STRIKES, _VOLATILITIES, markets
        )
    ]
    return [every[(_STRIDE * place) % len(every)] for place in range(len(every))]


def probes(target: Target) -> list[Point]:
    """Return a contract for each of `PROBES`."""
    kind = kind_by_name(target.name)
    rate = 0.045 if "rate" in target.roles else 0.0
    below = -0.02 if "rate" in target.roles else 0.0
    return [
        Point(kind, 90.0, 0, 0.3, rate),
        Point(kind, 90.0, -1, 0.3, rate),
        Point(kind, 100.0, 1 / 24, 0.3, rate),
        Point(kind, 90.0, 35, 0.0, rate),
        Point(kind, 1000.0 if kind == "call" else 10.0, 35, 0.3, rate),
        Point(kind, 10.0 if kind == "call" else 1000.0, 35, 0.3, rate),
        Point(kind, 100.0, 365, 0.3, below),
    ]


def kind_by_name(name: str) -> str:
    """Return "put" where a name says put and not call; "call" everywhere else."""
    return "put" if "put" in name.lower() and "call" not in name.lower() else "call"


def obstacle(target: Target) -> str:
    """Return why a function can't be run, as a clause; empty if it can."""
    if target.needs and not target.binding and target.owner:
        return f"its class {target.owner} can't be made without {', '.join(target.needs)}"
    if not {"strike"} <= target.roles or not {"spot", "forward"} & target.roles:
        return "its arguments are not those of one option"
    for one in target.parameters:
        if one.has_default or _usual(one.name) is not None:
            continue
        if not one.role:
            return f"what its argument {one.name} means is not known"
        if one.role == "price" and target.computes != "implied volatility":
            return f"it asks for a price ({one.name}) to compute a {target.computes}"
    return ""


def assumed(target: Target) -> tuple[str, ...]:
    """Return what was guessed of a function's arguments, a clause each."""
    said = [
        f"{one.name} = {_usual(one.name)}"
        for one in target.parameters
        if not one.role and not one.has_default
    ]
    said += [f"{p.name} taken as {p.role}" for p in target.parameters if p.certainty == "likely"]
    if any(one.role == "kind" and not _known_kinds(one, target) for one in target.parameters):
        said.append('calls and puts are passed as "call" and "put"')
    return tuple(said)


def arguments(target: Target, point: Point, price: float | None = None) -> Arguments:
    """Return the arguments by name; `price` is what an implied volatility is asked of."""
    values: dict[str, Callable[[], Argument | None]] = {
        "spot": lambda: point.spot,
        "forward": lambda: point.spot * exp((point.rate - point.dividend_yield) * point.years),
        "strike": lambda: point.strike,
        "years": lambda: point.years,
        "days": lambda: point.days,
        "rate": lambda: point.rate,
        "yield": lambda: point.dividend_yield,
        "volatility": lambda: point.volatility,
        "price": lambda: price,
    }
    found: Arguments = {}
    for one in target.parameters:
        if one.role == "kind":
            found[one.name] = kind_value(one, target, point.kind)
        elif one.role:
            value = values[one.role]()
            if value is not None and not (one.role == "volatility" and price is not None):
                found[one.name] = value
        elif not one.has_default:
            found[one.name] = _usual(one.name) or 0
    return found


def positional(target: Target) -> tuple[str, ...]:
    """Return the parameters that take no name."""
    return tuple(one.name for one in target.parameters if one.how == "positional")


def as_arrays(target: Target, cases: Sequence[Arguments]) -> Arguments:
    """Return one call for the first cases of the same kind, each number a list of them."""
    kinds = [one.name for one in target.parameters if one.role == "kind"]
    fixed = {one.name for one in target.parameters if not one.role}
    same = [case for case in cases if all(case.get(k) == cases[0].get(k) for k in kinds)]
    same = same[:ARRAY_SIZE]
    return {
        name: value if name in fixed or name in kinds else [float(case[name]) for case in same]  # type: ignore[arg-type]
        for name, value in cases[0].items()
    }


def kind_value(parameter: Parameter, target: Target, kind: str) -> Argument:
    """Return what a function is told for a call or a put."""
    if parameter.name.lower() in ("is_call", "call", "iscall"):
        return kind == "call"
    if parameter.name.lower() in ("is_put", "put", "isput"):
        return kind == "put"
    known = _known_kinds(parameter, target)
    return known[0 if kind == "call" else 1] if known else kind


def _known_kinds(parameter: Parameter, target: Target) -> tuple[Argument, Argument] | None:
    """Return what stands for a call and a put, by what the function compares it with."""
    if re.search(r"^(?:is_?)?(?:call|put)$", parameter.name.lower()):
        return True, False
    texts = [literal_eval(one) for one in target.kinds]
    for call, put in _STYLES.items():
        if call in texts or put in texts:
            return call, put
    if 1 in texts or -1 in texts:
        return 1, -1
    return None


def _usual(name: str) -> float | int | str | None:
    plain = name.lower()
    return next((value for pattern, value in _USUAL if re.search(pattern, plain)), None)
