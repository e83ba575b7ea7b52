"""The arguments of a kernel, checked once at the door: arrays out, or one precise error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.kernels.errors import (
    Index,
    NotNumeric,
    OutOfRange,
    ShapeMismatch,
    UnknownKind,
)

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Kind: TypeAlias = Literal["call", "put"]
Kinds: TypeAlias = Kind | Sequence[str] | NDArray[np.str_]

_KINDS: Final = ("call", "put")
_FOUR_LETTERS: Final = np.dtype("U4")


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers from `low` to `high`, both included, and how to say so."""

    low: float
    high: float
    text: str


# The bounds are far outside of any market; within them no intermediate result overflows.
PRICE: Final = Range(1e-100, 1e100, "a positive number, 1e-100 to 1e+100")
YEARS: Final = Range(0.0, 1e6, "a number of years, 0 to 1e+06")
VOLATILITY: Final = Range(0.0, 1e6, "a volatility per year, 0 to 1e+06 (0.2 is 20 %)")
RATE: Final = Range(-1e6, 1e6, "a rate per year, -1e+06 to 1e+06 (0.05 is 5 %)")
EXPONENT: Final = Range(-400.0, 400.0, "at most 400 either way, or discounting leaves float64")


def calls(argument: str, value: Kinds) -> Flags:
    """Return True where `value` says "call" and False where it says "put".

    Raises:
        UnknownKind: anything else, with the nearest of the two if one is near.
    """
    labels = np.asarray(value, dtype=np.str_)
    is_call, is_put = (_equal(labels, kind) for kind in _KINDS)
    known = is_call | is_put
    if not known.all():
        index = _first(~known)
        found = str(labels[index])
        near = get_close_matches(found.strip().lower(), _KINDS, n=1, cutoff=0.5)
        hint = f" (nearest: {near[0]!r})" if near else ""
        raise UnknownKind(argument, repr(found), f"'call' or 'put'{hint}", index)
    return is_call


def _equal(labels: NDArray[np.str_], word: str) -> Flags:
    """Return where `labels` say `word`, of four letters at most.

    NumPy compares text letter by letter, which took a tenth of a valuation's time: labels of four
    letters, which are 16 bytes, are compared as two whole numbers.
    """
    if labels.dtype != _FOUR_LETTERS:
        return np.asarray(labels == word)
    first, second = np.array([word], _FOUR_LETTERS).view(np.uint64)
    whole = np.ascontiguousarray(labels).reshape(-1)
    halves = whole.view(np.uint64).reshape(*labels.shape, 2)
    same: Flags = (halves[..., 0] == first) & (halves[..., 1] == second)
    return np.asarray(same)


def numbers(argument: str, value: ArrayLike, within: Range) -> Floats:
    """Return `value` as float64, every element of it in `within`.

    Masked elements count as NaN: a missing number is never priced.

    Raises:
        NotNumeric: text, None, dates, truth values, complex numbers, ragged lists.
        OutOfRange: NaN, inf or outside of the range, with the first such element.
    """
    try:
        raw = np.asanyarray(value)
        if raw.dtype.kind not in "iufO":
            raise NotNumeric(argument, _brief(value), within.text)
        array = np.asarray(np.ma.filled(raw.astype(np.float64, copy=False), np.nan))
    except (TypeError, ValueError):
        raise NotNumeric(argument, _brief(value), within.text) from None
    return check(argument, array, within)


def check(argument: str, array: Floats, within: Range) -> Floats:
    """Return `array` if every element of it is in `within`.

    Raises:
        OutOfRange: with the first element that is not; NaN never is.
    """
    inside = (array >= within.low) & (array <= within.high)
    if not np.all(inside):
        index = _first(~np.asarray(inside))
        raise OutOfRange(argument, repr(float(array[index])), within.text, index)
    return array


def common_shape(arrays: Mapping[str, NDArray[np.generic]]) -> tuple[int, ...]:
    """Return the shape that all arrays broadcast to.

    Raises:
        ShapeMismatch: names the first argument that doesn't go with those before it.
    """
    shape: tuple[int, ...] = ()
    for argument, array in arrays.items():
        try:
            shape = np.broadcast_shapes(shape, array.shape)
        except ValueError:
            raise ShapeMismatch(
                argument,
                f"of shape {array.shape}",
                f"a shape that broadcasts with the {shape} of the arguments before it",
            ) from None
    return shape


def _first(wrong: Flags) -> Index:
    return tuple(int(i) for i in np.argwhere(wrong)[0])


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
