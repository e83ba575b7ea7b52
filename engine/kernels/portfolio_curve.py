"""The P&L of one underlying's positions as a curve over its log-return.

A book on one stock, revalued at a horizon, is a function of one number: where the stock stands. It
is revalued exactly at evenly spaced log-returns, with its delta, and between them by the cubic
that takes both on (Hermite); a million paths then cost a look-up each, whatever the book holds and
however dear its model is. Options that have expired by then have a kink where no cubic belongs, so
their payoff is computed for every path.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.kernels.arguments import Flags, Floats
from engine.kernels.portfolio import Portfolio, schedules
from engine.kernels.portfolio_distinct import netted
from engine.kernels.portfolio_moves import LEAST_SPOT, changes, moves, paid_until
from engine.kernels.portfolio_pricing import priced, valued
from engine.kernels.portfolio_terms import Terms

NODES: Final = 1025
AMERICAN_NODES: Final = 257
"""American options are fifty times dearer; between nodes they still keep 1e-7 of spot."""

_DAYS_PER_YEAR: Final = 365.0
_BLOCK: Final = 16384


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """P&L over log-returns from `low` in steps of `step`.

    Attributes:
        cubics: coefficients of each piece in its own coordinate from 0 to 1, (nodes - 1, 4).
        kinked: the part of the book that has expired by the horizon.
        paid: the value of that part today.
    """

    low: float
    step: float
    cubics: Floats
    spot: float
    kinked: tuple[tuple[bool, float, float], ...]
    paid: float

    def at(self, log_return: Floats) -> Floats:
        """Return the P&L at each log-return, which must be within the curve's range."""
        result = np.empty_like(log_return)
        for start in range(0, log_return.size, _BLOCK):
            part = slice(start, start + _BLOCK)
            result[part] = self._at(log_return[part])
        return result

    def _at(self, log_return: Floats) -> Floats:
        place = (log_return - self.low) / self.step
        piece = np.clip(place.astype(np.intp), 0, len(self.cubics) - 1)
        rest = place - piece
        flat = self.cubics
        result: Floats = flat[:, 3].take(piece)
        for power in (2, 1, 0):
            result *= rest
            result += flat[:, power].take(piece)
        if self.kinked:
            final = self.spot * np.exp(log_return)
            for is_call, strike, shares in self.kinked:
                gain = final - strike if is_call else strike - final
                result += shares * np.maximum(gain, 0.0)
            result -= self.paid
        return result


def curve(book: Portfolio, low: float, high: float, days: float) -> Curve:
    """Return the P&L of a book on one underlying after `days`, for log-returns `low` to `high`."""
    book = netted(book)
    alive = book.years * _DAYS_PER_YEAR > days
    nodes = AMERICAN_NODES if book.american.any() else NODES
    step = max(high - low, 1e-12) / (nodes - 1)
    returns = low + step * np.arange(nodes)
    spot = book.spot[0] * np.exp(returns)
    now = _terms(book, alive, book.spot, 0.0)
    paid = paid_until(book, np.asarray(days / _DAYS_PER_YEAR))
    left = spot[:, np.newaxis] - paid[alive]
    left = np.maximum(left, LEAST_SPOT * spot[:, np.newaxis])
    later = valued(_terms(book, alive, left, days), "fast", slopes_only=True)
    profit = (
        book.stock[0] * (spot - book.spot[0]) + (later.price - priced(now)) @ book.shares[alive]
    )
    slope = (book.stock[0] + later.delta @ book.shares[alive]) * spot * step
    return Curve(
        low=low,
        step=step,
        cubics=_hermite(profit, slope),
        spot=float(book.spot[0]),
        kinked=_ended(book, alive, paid),
        paid=float(priced(_terms(book, ~alive, book.spot, 0.0)) @ book.shares[~alive]),
    )


def largest_error(found: Curve, book: Portfolio, log_returns: Floats, days: float) -> float:
    """Return the largest difference of the curve from revaluing the book, in currency."""
    exact = changes(book, moves(np.expm1(log_returns), days=days))
    return float(np.max(np.abs(found.at(log_returns) - exact), initial=0.0))


def _hermite(value: Floats, slope: Floats) -> Floats:
    """Return the cubics on [0, 1] that take values and slopes of both ends."""
    rise = np.diff(value)
    first, last = slope[:-1], slope[1:]
    columns = (value[:-1], first, 3 * rise - 2 * first - last, first + last - 2 * rise)
    return np.asfortranarray(np.stack(columns, axis=1))


def _ended(book: Portfolio, alive: Flags, paid: Floats) -> tuple[tuple[bool, float, float], ...]:
    """Return kind, strike and signed shares of the options that have expired by the horizon.

    What the stock paid before expiry is added to the strike: the curve's spot has it still.
    """
    kinds, strikes = book.is_call[~alive].tolist(), (book.strike + paid)[~alive].tolist()
    return tuple(zip(kinds, strikes, book.shares[~alive].tolist(), strict=True))


def _terms(book: Portfolio, chosen: Flags, spot: Floats, days: float) -> Terms:
    years = np.maximum(book.years[chosen] - days / _DAYS_PER_YEAR, 0.0)
    return Terms(
        book.is_call[chosen],
        spot,
        book.strike[chosen],
        years,
        book.volatility[chosen],
        np.asarray(book.rate),
        book.dividend_yield[0],
        book.american[chosen],
        tuple(one for one, taken in zip(schedules(book), chosen, strict=True) if taken),
        np.asarray(days / _DAYS_PER_YEAR),
        book.escrowed,
    )
