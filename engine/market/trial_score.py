"""What a function's results are worth: each against the kernels, where they are sure.

A function doesn't say whether its theta is per day or per year, nor always whether it means a call
or a put: it is taken as what its results fit best, and the report says as what.
"""

import re
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Final, NamedTuple

import numpy as np

from engine.kernels.arguments import Floats
from engine.market.trial import Report, Row, Target, Tried, Value
from engine.market.trial_grid import Point, arguments, as_arrays
from engine.market.trial_reference import grid, probed, reference
from engine.market.trial_results import failure, names_in, number_in

_GREEKS: Final = ("delta", "gamma", "vega", "theta", "rho")
# How much larger a figure may be meant than the kernel's, and what that makes it.
_UNITS: Final[dict[str, tuple[tuple[float, str], ...]]] = {
    "vega": ((1.0, "per volatility point"), (100.0, "per 1.00 of volatility")),
    "theta": (
        (1.0, "per calendar day"),
        (365.0, "per year"),
        (365 / 252, "per trading day"),
        (-1.0, "per calendar day, positive where value is lost"),
        (-365.0, "per year, positive where value is lost"),
    ),
    "rho": ((1.0, "per percentage point"), (100.0, "per 1.00 of the rate")),
}
_EARLY: Final = re.compile(r"american|binomial|trinomial|crr|lattice|tree|barone|bjerksund|leisen")
_CLOSE: Final = 1e-4
_ROUNDING: Final = 1e-9


class Candidate(NamedTuple):
    """What results may be meant as: a name, and what they would have to be."""

    said: str
    values: Floats
    scale: float


def judge(target: Target, tried: Tried) -> Report:
    """Return a function's errors, and what it breaks on."""
    contracts = [one for one, _ in grid(target)][: len(tried.results)]
    results = tried.results[: len(contracts)]  # whoever ran may have said more than was asked
    whats = _computed(target, results)
    failures = [
        why
        for value, one in zip(results, contracts, strict=True)
        if (why := failure(value, number_in(value, whats[0], one.kind)))
    ]
    calls = len(contracts)
    rows = tuple(_row(target, what, contracts, results) for what in whats)
    return Report(
        id=tried.id,
        calls=calls,
        failed=len(failures),
        first_failure=failures[0] if failures else "",
        rows=rows,
        breaks=tuple(_broken(target, whats[0], tried, rows[0].largest or 0.0)),
        us_per_call=1e6 * tried.seconds / calls if calls and len(failures) < calls else None,
        arrays=_arrays(target, whats[0], tried),
        printed=tried.printed,
    )


def _computed(target: Target, results: Iterable[Value]) -> tuple[str, ...]:
    if target.computes != "Greeks":
        return (target.computes,)
    known = {name for value in results for name in names_in(value)}
    return tuple(greek for greek in _GREEKS if greek in known) or ("delta",)


def _row(target: Target, what: str, contracts: Sequence[Point], results: Sequence[Value]) -> Row:
    found = [
        number_in(value, what, one.kind) for value, one in zip(results, contracts, strict=True)
    ]
    values = np.array([np.nan if one is None else one for one in found], dtype=np.float64)
    usable = np.isfinite(values)
    if not usable.any():
        return Row(what, "", 0, None, None, "", "")
    best, errors = _nearest(target, what, contracts, values)
    errors = np.where(np.isfinite(errors), errors, -1.0)
    place = int(np.argmax(errors))
    compared = errors >= 0
    if not compared.any():
        return Row(what, best.said, 0, None, None, "", "")
    right, got = best.values[place] * best.scale, values[place]
    return Row(
        what=what,
        taken_as=best.said,
        compared=int(compared.sum()),
        largest=float(errors[place]),
        median=float(np.median(errors[compared])),
        unit="of spot" if what == "price" else "of itself, or of 0.01" if _is_scaled(what) else "",
        worst=""
        if errors[place] < _ROUNDING
        else f"{got:.6g} where {right:.6g} is right: {contracts[place].told()}",
    )


def _is_scaled(what: str) -> bool:
    return what in ("gamma", "vega", "theta", "rho")


def _nearest(
    target: Target, what: str, contracts: Sequence[Point], values: Floats
) -> tuple[Candidate, Floats]:
    """Return what the values fit best, by their median error, and the errors from that."""
    best: tuple[float, Candidate, Floats] | None = None
    for one in _candidates(target, what, contracts):
        errors = np.abs(values / one.scale - one.values)
        if what == "price":
            errors = errors / contracts[0].spot
        elif _is_scaled(what):
            errors = errors / np.maximum(np.abs(one.values), 0.01)
        middle = float(np.nanmedian(errors)) if np.isfinite(errors).any() else np.inf
        if best is None or middle < best[0]:
            best = middle, one, errors
    assert best is not None
    return best[1], best[2]


def _candidates(target: Target, what: str, contracts: Sequence[Point]) -> list[Candidate]:
    if what == "implied volatility":
        known = np.array([one.volatility for one in contracts])
        return [Candidate("of a European option", known, 1.0)]
    models = [("European", False)]
    if _EARLY.search(target.name.lower()) and what == "price":
        models.append(("American", True))
    kinds: list[str | None] = [None]
    if "kind" not in target.roles and what not in ("gamma", "vega"):
        kinds = ["call", "put"]
    found = []
    for model, early in models:
        for kind in kinds:
            right = reference(contracts, what, kind, early=early)
            for scale, unit in _UNITS.get(what, ((1.0, ""),)):
                said = " ".join(filter(None, (model, kind)))
                found.append(Candidate(f"{said}, {unit}" if unit else said, right, scale))
    return found


def _broken(target: Target, what: str, tried: Tried, largest: float) -> Iterable[str]:
    """Yield what a function breaks on, a clause each; not what it is no worse at than usual."""
    for (name, point, _), value in zip(probed(target), tried.probes, strict=False):
        got = number_in(value, what, point.kind)
        why = failure(value, got)
        senseless = name in ("time below zero", "a price below the intrinsic value")
        if senseless or (name == "zero time" and what == "implied volatility"):
            if not why and got is not None and name != "time below zero":
                yield f"{name}: gives {got:.4g} without complaint"
            continue
        if why:
            yield f"{name}: {why}"
        elif what == "price" and got is not None:
            yield from _wrong(target, name, point, got, max(_CLOSE, 2 * largest))
    if isinstance(tried.scalar, dict) and "error" in tried.scalar and tried.results:
        first = tried.results[0]
        if not (isinstance(first, dict) and "error" in first):
            yield f"NumPy scalars: raises {tried.scalar['error']}"


def _wrong(target: Target, name: str, point: Point, got: float, most: float) -> Iterable[str]:
    kinds = [point.kind] if "kind" in target.roles else ["call", "put"]
    values = [
        float(reference([point], "price", kind, early=early)[0])
        for kind in kinds
        for early in (False, True)
    ]
    rights = [one for one in values if isfinite(one)]
    right = min(rights, key=lambda one: abs(got - one), default=got)
    if abs(got - right) > most * point.spot:
        yield f"{name}: gives {got:.6g} where {right:.6g} is right"


def _arrays(target: Target, what: str, tried: Tried) -> str:
    """Say whether the call with arrays gave what the calls one by one give."""
    value = tried.arrays
    if value is None and tried.scalar is None and tried.arrays_s is None:
        return "not tried: that interpreter has no NumPy"
    if isinstance(value, dict) and isinstance(error := value.get("error"), str):
        return f"no: raises {error}"
    contracts = grid(target)
    cases = [arguments(target, point, price) for point, price in contracts]
    size = max(len(v) for v in as_arrays(target, cases).values() if isinstance(v, list))
    found = _series(value, what, size)
    if found is None:
        instead = failure(value, number_in(value, what)) or "gives one number"
        return f"no: {instead} for {size} contracts"
    kinds = [one.name for one in target.parameters if one.role == "kind"]
    same = [n for n, case in enumerate(cases) if all(case[k] == cases[0][k] for k in kinds)]
    pairs = list(zip(found, [n for n in same[:size] if n < len(tried.results)], strict=False))
    for got, n in pairs:
        single = number_in(tried.results[n], what, contracts[n][0].kind)
        if (
            single is not None
            and isfinite(single)
            and abs(got - single) > 1e-9 + 1e-6 * abs(single)
        ):
            return f"no: gives {got:.6g} where the call with numbers gives {single:.6g}"
    return "yes"


def _series(value: Value, what: str, size: int) -> list[float] | None:
    """Return the list of numbers of the right length in a result."""
    if isinstance(value, list):
        numbers = [number_in(one, what) for one in value]
        if len(value) == size and all(n is not None and not isinstance(v, list | dict)
                                      for n, v in zip(numbers, value, strict=True)):  # fmt: skip
            return [n for n in numbers if n is not None]
        return next((s for one in value if (s := _series(one, what, size)) is not None), None)
    if isinstance(value, dict) and isinstance(fields := value.get("fields"), dict):
        ordered = sorted(fields.items(), key=lambda item: item[0].lower() != what)
        return next((s for _, one in ordered if (s := _series(one, what, size)) is not None), None)
    return None
