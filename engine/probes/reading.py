"""A reading that was taken, or the reason why there is none.

Readers return `T | Unknown` and never a bare 0 for what they could not read. `attempt` is the
boundary where an exception of an edge becomes such a reason; `known` sorts the two into a sample.
"""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from engine.evidence import clean

T = TypeVar("T")

NEEDS_TWO = "needs two readings"


class Unknown(Struct, frozen=True):
    """Nothing was measured, because of `reason`."""

    reason: str


class Absent(Unknown, frozen=True):
    """This machine simply lacks the thing: nothing is wrong."""


def reason_of(error: Exception) -> str:
    """Return one line that says what went wrong, without control characters."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return clean(f"{where}{error.strerror}")
    text = str(error).strip()
    name = type(error).__name__
    return clean(f"{name}: {text}" if text else name)


def attempt(read: Callable[[], T | Unknown]) -> T | Unknown:
    """Call `read`; what it raises becomes the reason."""
    try:
        return read()
    except Exception as error:  # the boundary: an edge's failure is a reason
        return Unknown(reason_of(error))


def known(unknown: dict[str, str], field: str, value: T | Unknown) -> T | None:
    """Return the value, or None after noting the reason under the field's name."""
    if isinstance(value, Unknown):
        unknown[field] = value.reason
        return None
    return value
