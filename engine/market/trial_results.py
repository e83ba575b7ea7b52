"""Reading the number that is meant out of what a pricing function returned."""

from collections.abc import Iterator
from math import inf, isfinite, isnan, nan
from typing import Final

from engine.market.trial import Value

_WORDS: Final = {"nan": nan, "inf": inf, "-inf": -inf}
_NAMES: Final = {
    "price": (
        "price", "value", "premium", "option_price", "theoretical_price", "fair_value", "npv",
    ),
    "implied volatility": ("implied_volatility", "implied_vol", "iv", "sigma", "volatility",
                           "value"),
    "probability in the money": (
        "probability", "prob", "prob_itm", "probability_itm", "assignment_probability", "value",
    ),
}  # fmt: skip


def number_in(value: Value, what: str, kind: str = "call") -> float | None:
    """Return the number that stands for `what`; None where there is none.

    A plain number is it; of an object or mapping the part of that name, of a tuple the first part
    that has it.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        return _WORDS.get(value)
    if isinstance(value, list):
        return next((n for one in value if (n := number_in(one, what, kind)) is not None), None)
    if isinstance(value, dict) and isinstance(fields := value.get("fields"), dict):
        return _field(fields, what, kind)
    return None


def _field(fields: dict[str, Value], what: str, kind: str) -> float | None:
    by_name = {name.lower().strip("_"): value for name, value in fields.items()}
    for name in (*_NAMES.get(what, (what,)), f"{kind}_{what}", f"{what}_{kind}", kind):
        if name in by_name and (found := number_in(by_name[name], what, kind)) is not None:
            return found
    inner = [value for value in fields.values() if isinstance(value, dict | list)]
    for value in inner:
        if (found := number_in(value, what, kind)) is not None and isinstance(value, dict):
            return found
    return None


def names_in(value: Value) -> Iterator[str]:
    """Yield the names of fields in a result, those of its parts too."""
    if isinstance(value, list):
        for one in value:
            yield from names_in(one)
    elif isinstance(value, dict) and isinstance(fields := value.get("fields"), dict):
        for name, one in fields.items():
            yield name.lower()
            yield from names_in(one)


def failure(value: Value, found: float | None) -> str:
    """Return how a call failed, as a clause; empty if it gave a finite number."""
    if isinstance(value, dict) and isinstance(error := value.get("error"), str):
        return f"raises {error}"
    if isinstance(value, dict) and "complex" in value:
        return f"gives a complex number, {value['complex']}"
    if found is None:
        return "gives no number" if value is not None else "gives None"
    return "" if isfinite(found) else f"gives {'NaN' if isnan(found) else found}"
