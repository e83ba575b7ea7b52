"""Scenarios of the market, and what they change of a book.

Changes are accumulated, never values: the P&L of a scenario is the sum of each contract's own
change, which keeps small changes of large books and leaves float32 room to spare.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from engine.kernels.arguments import RATE, Floats, Range, common_shape, numbers
from engine.kernels.backend import REFERENCE_DOOR, Door
from engine.kernels.errors import ShapeMismatch
from engine.kernels.portfolio import Portfolio, schedules, terms_of
from engine.kernels.portfolio_distinct import netted
from engine.kernels.portfolio_pricing import priced
from engine.kernels.portfolio_terms import Terms

MOVE: Final = Range(-0.999999, 1e6, "a relative move above -1 (-0.2 is a fall of 20 %)")
VOLATILITY_MOVE: Final = Range(-1e3, 1e3, "a change of volatility per year (0.05 is 5 points)")
DAYS: Final = Range(0.0, 1e6, "calendar days that pass, 0 or more")

LOWEST_VOLATILITY: Final = 1e-3
"""A scenario's volatility is never below this, however far it is moved down."""

LEAST_SPOT: Final = 1e-6
"""What a dividend leaves of the spot at least, as a fraction of it."""

_DAYS_PER_YEAR: Final = 365.0
_CELLS: Final = 1 << 18


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """s scenarios of the market; made by `moves`.

    Attributes:
        spot: relative moves, (s, m), or (s, 1) for all underlyings alike.
        volatility: added to each option's, (s,).
        days: calendar days that pass, (s,).
        rate: added to the rate, (s,).
    """

    spot: Floats
    volatility: Floats
    days: Floats
    rate: Floats


def moves(
    spot: ArrayLike = 0.0,
    volatility: ArrayLike = 0.0,
    days: ArrayLike = 0.0,
    rate: ArrayLike = 0.0,
) -> Moves:
    """Check scenarios; `spot` is (s,) for all underlyings alike, or (s, m) for each.

    Raises:
        NotNumeric, OutOfRange, ShapeMismatch: see `engine.kernels.errors`.
    """
    spots = numbers("spot move", spot, MOVE)
    spots = spots if spots.ndim == 2 else np.atleast_1d(spots)[:, np.newaxis]
    others = {
        "volatility move": np.atleast_1d(numbers("volatility move", volatility, VOLATILITY_MOVE)),
        "days": np.atleast_1d(numbers("days", days, DAYS)),
        "rate move": np.atleast_1d(numbers("rate move", rate, RATE)),
    }
    shape = common_shape({"spot move": spots[:, 0], **others})
    added, passed, raised = (np.broadcast_to(value, shape) for value in others.values())
    return Moves(np.broadcast_to(spots, (*shape, spots.shape[1])), added, passed, raised)


def changes(book: Portfolio, scenarios: Moves, door: Door = REFERENCE_DOOR) -> Floats:
    """Return the P&L of each scenario, (s,), by revaluing every option.

    A move of spot is the stock's whole return: what it pays in the time that passes is received
    by who holds it (paid by who is short), and options are valued at the spot that is left.

    Raises:
        ShapeMismatch: the scenarios are for another number of underlyings.
    """
    count, width = scenarios.spot.shape
    if width not in (1, book.spot.size):
        expected = f"moves for 1 or {book.spot.size} underlyings"
        raise ShapeMismatch("spot move", f"of shape {scenarios.spot.shape}", expected)
    held = book.stock * book.spot
    result = (
        scenarios.spot[:, 0] * float(held.sum()) if width == 1 else scenarios.spot @ held
    ).astype(np.float64)
    book = netted(book)
    if book.shares.size == 0:
        return result
    before = priced(terms_of(book), door)
    step = max(1, _CELLS // book.shares.size)
    for start in range(0, count, step):
        part = slice(start, start + step)
        after = priced(_moved(book, scenarios, part), door)
        result[part] += (after - before) @ book.shares
    return result


def _moved(book: Portfolio, scenarios: Moves, part: slice) -> Terms:
    """Return the terms of every option in every scenario, (s, n)."""
    factor = 1.0 + scenarios.spot[part]
    factor = factor if factor.shape[1] == 1 else factor[:, book.underlying]
    passed = scenarios.days[part, np.newaxis] / _DAYS_PER_YEAR
    volatility = book.volatility + scenarios.volatility[part, np.newaxis]
    floor = np.minimum(LOWEST_VOLATILITY, book.volatility)
    spot = book.spot[book.underlying] * factor
    return Terms(
        book.is_call,
        np.maximum(spot - paid_until(book, passed), LEAST_SPOT * spot),
        book.strike,
        np.maximum(book.years - passed, 0.0),
        np.maximum(volatility, floor),
        book.rate + scenarios.rate[part, np.newaxis],
        book.dividend_yield[book.underlying],
        book.american,
        schedules(book),
        passed,
        book.escrowed,
    )


def paid_until(book: Portfolio, years: Floats) -> Floats:
    """Return what each option's underlying pays a share within `years`, at most until expiry.

    `years` broadcasts with (n,).
    """
    until = np.minimum(years, book.years)
    result = np.zeros(until.shape)
    for place, schedule in enumerate(schedules(book)):
        for at, amount in schedule:
            result[..., place] += amount * (at <= until[..., place])
    return result
