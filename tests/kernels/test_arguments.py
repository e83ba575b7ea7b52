"""Bad arguments: one precise error for each."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.kernels import european
from engine.kernels.arguments import calls
from engine.kernels.errors import (
    InvalidArgument,
    KernelError,
    NotNumeric,
    OutOfRange,
    ShapeMismatch,
    UnknownKind,
)

GOOD: dict[str, object] = {
    "kind": "call",
    "spot": 100.0,
    "strike": 100.0,
    "years": 1.0,
    "volatility": 0.2,
}


def refuse(**wrong: object) -> InvalidArgument:
    """Return the error that the good arguments, but for these, lead to."""
    with pytest.raises(InvalidArgument) as caught:
        european.price(**{**GOOD, **wrong})  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("spot", 0.0),
        ("spot", -1.0),
        ("spot", float("nan")),
        ("strike", 0),
        ("years", -1e-9),
        ("volatility", -0.2),
        ("rate", float("nan")),
        ("dividend_yield", float("inf")),
    ],
)
def test_out_of_range(argument: str, value: float) -> None:
    """A number without a meaning is refused by argument, value and expectation."""
    error = refuse(**{argument: value})
    assert isinstance(error, OutOfRange)
    assert (error.argument, error.index, error.found) == (argument, (), repr(float(value)))
    assert str(error).startswith(f"{argument} is {float(value)!r}; expected a ")


def test_index_in_an_array() -> None:
    """In an array the first wrong element is named by its index."""
    error = refuse(strike=[[90.0, 100.0], [-3.0, np.nan]])
    assert str(error) == "strike[1, 0] is -3.0; expected a positive number, 1e-100 to 1e+100"
    assert error.index == (1, 0)


@pytest.mark.parametrize(
    "value", ["100", None, 1j, True, [[1.0], [1.0, 2.0]], np.datetime64("2026-01-01"), object()]
)
def test_not_numeric(value: object) -> None:
    """What isn't a number is refused, text that looks like one included."""
    error = refuse(spot=value)
    assert isinstance(error, NotNumeric if value is not None else InvalidArgument)
    assert error.argument == "spot"


def test_missing_numbers_are_never_priced() -> None:
    """A masked element, which is how a database hands over NULL, is refused."""
    spots = np.ma.masked_array([100.0, 101.0], mask=[False, True])
    error = refuse(spot=spots)
    assert (error.index, error.found) == ((1,), "nan")


def test_integers_and_decimals() -> None:
    """Integers and decimals are numbers like any other."""
    mixed = european.price("call", 100, np.array([Decimal(95)]), np.float32(1), 0.2)
    assert mixed.price[0] == european.price("call", 100.0, 95.0, 1.0, 0.2).price


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("Put", "kind is 'Put'; expected 'call' or 'put' (nearest: 'put')"),
        ("c", "kind is 'c'; expected 'call' or 'put'"),
        (["call", "cal"], "kind[1] is 'cal'; expected 'call' or 'put' (nearest: 'call')"),
        (1, "kind is '1'; expected 'call' or 'put'"),
    ],
)
def test_unknown_kind(kind: object, message: str) -> None:
    """A kind that isn't one is refused with the nearest that is."""
    error = refuse(kind=kind)
    assert isinstance(error, UnknownKind)
    assert str(error) == message


@pytest.mark.parametrize(
    "lay",
    [
        lambda labels: labels,
        lambda labels: labels[::-1][::-1],
        lambda labels: np.repeat(labels, 2)[::2],
        lambda labels: labels.astype(">U4"),
        lambda labels: labels.astype("U9"),
        lambda labels: labels.astype(object),
        lambda labels: labels.tolist(),
    ],
)
def test_kinds_in_any_layout(lay: Callable[[NDArray[np.str_]], NDArray[np.str_]]) -> None:
    """However the labels lie in memory, calls are the calls."""
    labels = np.array(["call", "put", "put", "call", "call"])
    assert calls("kind", lay(labels)).tolist() == [True, False, False, True, True]
    assert calls("kind", np.broadcast_to(lay(labels), (2, 5)).T)[:, 1].sum() == 3


def test_shapes_that_do_not_fit() -> None:
    """Shapes that don't broadcast are refused by the first argument that doesn't fit."""
    error = refuse(spot=[1.0, 2.0], years=[1.0, 2.0, 3.0])
    assert isinstance(error, ShapeMismatch)
    assert "years is of shape (3,)" in str(error)
    assert "(2,)" in str(error)


def test_discounting_beyond_float64() -> None:
    """A rate and a time that are each possible but not together are refused together."""
    error = refuse(rate=5.0, years=[1.0, 100.0])
    assert str(error).startswith("rate * years[1] is 500.0; expected at most 400")


def test_one_tree() -> None:
    """Every refusal is a KernelError and, for callers that know nothing of it, a ValueError."""
    error = refuse(spot=-1)
    assert isinstance(error, KernelError)
    assert isinstance(error, ValueError)
