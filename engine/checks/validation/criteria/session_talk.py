"""What goes between a validation and its live session: an order there, lines of JSON back.

The order is pickled: msgspec doesn't read settings back, whose optional numbers have bounds. It
comes from the very program that started the session.
"""

from msgspec import Struct

from engine.checks.validation.criteria.shown import Shown
from engine.config import Loaded


class Order(Struct, frozen=True):
    """What to measure, on what; `folder` is the scratch store."""

    project: str
    loaded: Loaded
    folder: str
    names: frozenset[str]
    full: bool = False


class Found(Struct, frozen=True, tag=True):
    """What was measured of one criterion."""

    name: str
    shown: Shown


class Standard(Struct, frozen=True, tag=True):
    """What came of the standard set: how many succeeded, their mean time, what failed first."""

    count: int
    rate: float
    mean_s: float
    first_failed: str = ""


Line = Found | Standard
STANDARD = "standard"
