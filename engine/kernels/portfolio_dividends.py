"""Cash dividends in the pricing of a book: which options they touch, and what those are worth.

An option with an ex-date before its expiry is read off a `dividends_sheet`, one for each
volatility, rate and time that the scenarios bring; spots cost a look-up. Vega and rho are central
differences of sheets, theta is what the model's equation makes of delta and gamma.

The escrowed spot is the quick stand-in for books with too many such options: the dividends' present
value is taken off the spot and the rest is priced as if none were paid; an American call is worth
at least what it would be if it ended before one of the ex-dates (Black 1975, *Fact and Fantasy in
the Use of Options*).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.kernels.arguments import Flags, Floats
from engine.kernels.dividends import coming
from engine.kernels.dividends_grid import Schedule
from engine.kernels.dividends_sheet import Contract, Sheet, sheets
from engine.kernels.portfolio_terms import Terms, Valued

LOWEST_VOLATILITY: Final = 0.01
HIGHEST_VOLATILITY: Final = 10.0
SHORTEST_YEARS: Final = 1e-4

_LEAST_SPOT: Final = 1e-6
_VOLATILITY_STEP: Final = 0.01
_RATE_STEP: Final = 1e-3
_DAYS_PER_YEAR: Final = 365.0

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Scenarios `rows` of the option in `column` that need one and the same sheet."""

    column: int
    rows: Rows
    contract: Contract


def touched(terms: Terms, shape: tuple[int, ...]) -> Flags:
    """Return where a cash dividend is still to come before expiry."""
    result = np.zeros(shape, dtype=np.bool_)
    if not any(terms.schedules):
        return result
    passed, years = np.broadcast_to(terms.passed, shape), np.broadcast_to(terms.years, shape)
    for column, schedule in enumerate(terms.schedules):
        left = years[..., column]
        for at, _ in schedule:
            ahead = at - passed[..., column]
            result[..., column] |= (ahead > 0.0) & (ahead < left) & (left >= SHORTEST_YEARS)
    return result


def price_touched(terms: Terms, where: Flags, prices: Floats) -> None:
    """Put the prices of the touched cells in their places of `prices`."""
    cells = _cells(terms, where)
    known = sheets(cell.contract for cell in cells)
    spots, table = _table(terms.spot, where.shape), prices.reshape(-1, where.shape[-1])
    for cell in cells:
        found = known[cell.contract].price(spots[cell.rows, cell.column])
        table[cell.rows, cell.column] = found


def value_touched(terms: Terms, where: Flags, found: Valued, *, slopes_only: bool) -> None:
    """Put price and Greeks of the touched cells in their places of `found`.

    With `slopes_only` vega and rho are NaN, which spares four of five sheets.
    """
    cells = _cells(terms, where)
    around = (lambda one: (one,)) if slopes_only else _with_neighbours
    known = sheets(one for cell in cells for one in around(cell.contract))
    spots = _table(terms.spot, where.shape)
    for cell in cells:
        family = [known[one] for one in around(cell.contract)]
        values = _valued(family, spots[cell.rows, cell.column])
        for name, value in zip(Valued.__slots__, values, strict=True):
            table = getattr(found, name).reshape(-1, where.shape[-1])
            table[cell.rows, cell.column] = value


def escrowed(terms: Terms, shape: tuple[int, ...]) -> Terms:
    """Return the terms with the dividends' present value taken off the spot."""
    spot, years = (np.broadcast_to(one, shape).copy() for one in (terms.spot, terms.years))
    passed, rate = (np.broadcast_to(one, shape) for one in (terms.passed, terms.rate))
    least = _LEAST_SPOT * spot
    for column, schedule in enumerate(terms.schedules):
        for at, amount in schedule:
            ahead = at - passed[..., column]
            counts = (ahead > 0.0) & (ahead < years[..., column])
            spot[..., column] -= counts * amount * np.exp(-rate[..., column] * ahead)
    return replace(terms, spot=np.maximum(spot, least), schedules=())


def ended_before(terms: Terms, shape: tuple[int, ...]) -> Iterator[tuple[Flags, Terms]]:
    """Yield where American calls may end just before an ex-date, and as what, by the escrowed spot.

    Terms elsewhere are not to be looked at.
    """
    passed, left = np.broadcast_to(terms.passed, shape), np.broadcast_to(terms.years, shape)
    may = np.broadcast_to(terms.is_call & terms.american, shape)
    for place in range(max(map(len, terms.schedules))):
        years, where = left.copy(), np.zeros(shape, dtype=np.bool_)
        for column, schedule in enumerate(terms.schedules):
            if place < len(schedule):
                ahead = schedule[place][0] - passed[..., column]
                own = may[..., column] & (ahead > 0.0) & (ahead < left[..., column])
                where[..., column] = own
                years[..., column] = np.where(own, ahead, left[..., column])
        before = tuple(schedule[:place] for schedule in terms.schedules)
        ended = replace(terms, years=years, schedules=before, american=np.zeros(shape[-1:], bool))
        yield where, escrowed(ended, shape)


def _cells(terms: Terms, where: Flags) -> list[_Cells]:
    """Return the touched cells of each option, by the sheet that they need."""
    shape = where.shape
    marked = where.reshape(-1, shape[-1])
    years, volatility, rate, passed = (
        _table(one, shape) for one in (terms.years, terms.volatility, terms.rate, terms.passed)
    )
    strike, is_call, american = (
        np.broadcast_to(one, shape[-1:]) for one in (terms.strike, terms.is_call, terms.american)
    )
    found = []
    for column in np.flatnonzero(marked.any(axis=0)).tolist():
        rows = np.flatnonzero(marked[:, column])
        market = np.stack([one[rows, column] for one in (years, volatility, rate, passed)], axis=1)
        for values, own in _alike(market):
            left, sigma, r, gone = values
            schedule = coming(_after(terms.schedules[column], gone), left)
            contract = Contract(
                bool(is_call[column]),
                bool(american[column]),
                float(strike[column]),
                left,
                min(max(sigma, LOWEST_VOLATILITY), HIGHEST_VOLATILITY),
                r,
                schedule,
            )
            found.append(_Cells(column, rows[own], contract))
    return found


def _alike(market: Floats) -> list[tuple[list[float], Rows]]:
    """Return each different row of `market` and where it stands."""
    if (market == market[0]).all():
        return [(market[0].tolist(), np.arange(len(market)))]
    different, which = np.unique(market, axis=0, return_inverse=True)
    return [
        (row.tolist(), np.flatnonzero(which.ravel() == place))
        for place, row in enumerate(different)
    ]


def _after(schedule: Schedule, passed: float) -> Schedule:
    return tuple((at - passed, amount) for at, amount in schedule)


def _with_neighbours(one: Contract) -> tuple[Contract, ...]:
    """Return the contract, then at more and less volatility, then at a higher and lower rate."""
    step = min(_VOLATILITY_STEP, 0.05 * one.volatility)
    return (
        one,
        replace(one, volatility=one.volatility + step),
        replace(one, volatility=one.volatility - step),
        replace(one, rate=one.rate + _RATE_STEP),
        replace(one, rate=one.rate - _RATE_STEP),
    )


def _valued(family: Sequence[Sheet], spot: Floats) -> tuple[Floats, ...]:
    """Return price, delta, gamma, vega, theta and rho at each spot, in the order of `Valued`."""
    base, terms = family[0], family[0].contract
    price, (delta, gamma) = base.price(spot), base.derivatives(spot)
    carried = terms.rate * spot * delta - terms.rate * price
    theta = -(0.5 * terms.volatility**2 * spot * spot * gamma + carried)
    exercised = terms.american & (price <= base.gain(spot)) & (price > 0.0)
    theta = np.where(exercised, 0.0, theta) / _DAYS_PER_YEAR
    vega, rho = _vega_and_rho(family[1:], spot)
    return price, delta, gamma, vega, theta, rho


def _vega_and_rho(neighbours: Sequence[Sheet], spot: Floats) -> tuple[Floats, Floats]:
    if not neighbours:
        unknown = np.full(spot.shape, np.nan)
        return unknown, unknown
    up, down, higher, lower = (sheet.price(spot) for sheet in neighbours)
    apart = neighbours[0].contract.volatility - neighbours[1].contract.volatility
    return 0.01 * (up - down) / apart, 0.01 * (higher - lower) / (2.0 * _RATE_STEP)


def _table(value: Floats, shape: tuple[int, ...]) -> Floats:
    return np.broadcast_to(value, shape).reshape(-1, shape[-1])
