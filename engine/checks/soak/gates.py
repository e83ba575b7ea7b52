"""Does it leak? The slopes of what a session holds, over its own time, against a bound.

A slope is the median of all pairs' slopes (Theil 1950; Sen 1968), which a third of wild readings
does not move; its bounds are those of Sen's interval at 95 %, whose width follows from Kendall's
variance, sqrt(n (n - 1) (2 n + 5) / 18), without correction for ties. The beginning is left out:
caches fill, code is imported, the first hour's windows fill.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import median
from typing import Final, Literal

from msgspec import Struct

DAY_S: Final = 86_400.0
_Z95: Final = 1.959964
_WARM_UP: Final = 0.2
_LEAST_WARM_UP_S: Final = 3600.0  # until the windows of an hour are full
_FEWEST: Final = 10
_MIB: Final = 1 << 20

Verdict = Literal["flat", "grows", "unclear", "unjudged"]


class Mark(Struct, frozen=True):
    """What the session held at one moment; `at_s` counts from its beginning, in its own time.

    `descriptors`, `threads` and `rss_bytes` are of its process, `tasks` of its event loop,
    `children` all processes below it, `journals` and `store_bytes` what lies in its store.
    """

    at_s: float
    rss_bytes: int
    threads: int
    descriptors: int
    tasks: int
    children: int
    journals: int
    store_bytes: int


class Slope(Struct, frozen=True):
    """Units a day, and the interval that has the true one with 95 %."""

    per_day: float
    low: float
    high: float


class Gate(Struct, frozen=True):
    """What may grow by `bound` units a day, and what it was seen to do."""

    name: str
    unit: str
    bound: float
    verdict: Verdict
    slope: Slope | None = None
    first: float | None = None
    last: float | None = None
    why: str = ""


# (field, unit, how much of the unit one is, most a day, least that growth must come to). One object
# of 100 bytes a second, as a tick might leave, is 8 MiB a day; a file, task or thread left an hour
# is 24. In an hour an allocator takes a MiB or two that make a steep slope and no leak.
GATES: Final[tuple[tuple[str, str, float, float, float], ...]] = (
    ("rss_bytes", "MiB", 1 / _MIB, 8.0, 4.0),
    ("threads", "", 1.0, 1.0, 1.0),
    ("descriptors", "", 1.0, 1.0, 1.0),
    ("tasks", "", 1.0, 1.0, 1.0),
    ("children", "", 1.0, 1.0, 1.0),
)


def slope(at_s: Sequence[float], values: Sequence[float]) -> Slope | None:
    """Return how a series grows a day; None where two moments at least are not there."""
    pairs = sorted(
        (values[later] - values[earlier]) / (at_s[later] - at_s[earlier]) * DAY_S
        for earlier in range(len(values))
        for later in range(earlier + 1, len(values))
        if at_s[later] > at_s[earlier]
    )
    if not pairs:
        return None
    n = len(values)
    width = _Z95 * sqrt(n * (n - 1) * (2 * n + 5) / 18)
    lowest = max(0, round((len(pairs) - width) / 2) - 1)
    highest = min(len(pairs) - 1, round((len(pairs) + width) / 2))
    return Slope(median(pairs), pairs[lowest], pairs[highest])


def settled(marks: Sequence[Mark]) -> Sequence[Mark]:
    """Return the marks after the warm-up: the first fifth of the time, an hour at least."""
    until_s = max(_LEAST_WARM_UP_S, marks[-1].at_s * _WARM_UP if marks else 0.0)
    return [mark for mark in marks if mark.at_s >= until_s]


def gates(marks: Sequence[Mark]) -> tuple[Gate, ...]:
    """Judge all that should stay as it is."""
    calm = settled(marks)
    return tuple(_gate(calm, *one) for one in GATES)


def _gate(
    marks: Sequence[Mark], name: str, unit: str, one: float, bound: float, least: float
) -> Gate:
    values = [float(getattr(mark, name)) * one for mark in marks]
    seen = slope([mark.at_s for mark in marks], values)
    if seen is None or len(marks) < _FEWEST:
        why = f"{len(marks)} marks after the warm-up, of {_FEWEST} that it takes"
        return Gate(name, unit, bound, "unjudged", seen, why=why)
    days = (marks[-1].at_s - marks[0].at_s) / DAY_S
    if seen.low > bound and seen.low * days >= least:
        why = f"it grows by {f'{seen.per_day:.3g} {unit}'.strip()} a day, of {bound:g} at most"
        return Gate(name, unit, bound, "grows", seen, values[0], values[-1], why)
    if seen.high > bound:
        why = f"it may grow by up to {seen.high:.3g} a day: a longer run tells more"
        return Gate(name, unit, bound, "unclear", seen, values[0], values[-1], why)
    return Gate(name, unit, bound, "flat", seen, values[0], values[-1])
