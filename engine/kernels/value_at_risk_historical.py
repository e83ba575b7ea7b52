"""VaR from the past: the book revalued at every return that has been, as if it came again.

Over a horizon of several days there are three readings of one past. Overlapping windows use every
day, but neighbours share most of theirs: so many windows hold only so many independent ones as
fit side by side, and the confidence interval counts just those. Windows side by side are few. One
day's loss times the square root of the days is a rule of thumb for linear books with independent
returns, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, lgamma, log, log1p, sqrt
from typing import Literal

import numpy as np

from engine.kernels.arguments import PRICE, Floats, numbers
from engine.kernels.backend import REFERENCE_DOOR, Door
from engine.kernels.errors import OutOfRange, ShapeMismatch
from engine.kernels.portfolio import Portfolio
from engine.kernels.portfolio_moves import changes, moves
from engine.kernels.value_at_risk import (
    CALENDAR_DAYS_PER_TRADING_DAY,
    LEVELS,
    Tail,
    tail,
)

Windows = Literal["overlapping", "side by side", "one day scaled"]


@dataclass(frozen=True, slots=True)
class HistoricalTail:
    """A tail, and how sure the past makes it.

    Attributes:
        low, high: VaR's 90 % interval from order statistics of the independent windows; None
            where the past is too short to bound it on that side.
    """

    tail: Tail
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Historical:
    """What the past makes of a book.

    Attributes:
        horizon_days: trading days.
        windows: how returns over the horizon were got; "one day scaled" multiplies by √horizon.
        returns: outcomes that were revalued.
        independent: how many of them share no day.
        profit: the P&L at each, in the order of the returns, before any scaling, (returns,).
    """

    tails: tuple[HistoricalTail, ...]
    horizon_days: int
    windows: Windows
    returns: int
    independent: int
    profit: Floats


def window_returns(closes: Floats, horizon_days: int, windows: Windows) -> Floats:
    """Return the relative moves over the horizon of daily closes, (days,) or (days, m).

    Raises:
        OutOfRange: a close isn't above 0, the horizon isn't 1 or more, or no window fits.
    """
    prices = numbers("closes", closes, PRICE)
    days = 1 if windows == "one day scaled" else horizon_days
    if not 1 <= days < len(prices):
        raise OutOfRange("horizon_days", str(days), f"1 to {len(prices) - 1} days")
    result: Floats = prices[days:] / prices[:-days] - 1.0
    # From the newest back, so that the last return is always in.
    return result[::-1][::days][::-1] if windows == "side by side" else result


def historical(
    book: Portfolio,
    closes: Floats,
    horizon_days: int = 1,
    windows: Windows = "overlapping",
    levels: Sequence[float] = LEVELS,
    days: float | None = None,
    door: Door = REFERENCE_DOOR,
) -> Historical:
    """Revalue the book at the returns of daily closes, (days, m) for its m underlyings.

    Options age by `days` calendar days, or else by the horizon's; volatilities stay as they are.

    Raises:
        ShapeMismatch: the closes are not of the book's underlyings.
        OutOfRange: see `window_returns`.
    """
    prices = closes[:, np.newaxis] if closes.ndim == 1 else closes
    if prices.shape[1] != book.spot.size:
        expected = f"one column for each of {book.spot.size} underlyings"
        raise ShapeMismatch("closes", f"of shape {closes.shape}", expected)
    returns = window_returns(prices, horizon_days, windows)
    span = 1 if windows == "one day scaled" else horizon_days
    age = span * CALENDAR_DAYS_PER_TRADING_DAY if days is None else days
    profit = changes(book, moves(returns, days=age), door)
    scale = sqrt(horizon_days) if windows == "one day scaled" else 1.0
    shared = span if windows == "overlapping" else 1
    independent = ceil(len(returns) / shared)
    return Historical(
        tuple(_interval(profit, level, independent, scale) for level in levels),
        horizon_days,
        windows,
        len(returns),
        independent,
        profit,
    )


def _interval(profit: Floats, level: float, independent: int, scale: float) -> HistoricalTail:
    found = tail(profit, level)
    losses = np.sort(0.0 - profit)  # never -0
    low, high = (_rank(independent, level, chance) for chance in (0.05, 0.95))

    def at(rank: int | None) -> float | None:
        if rank is None:
            return None
        place = min(len(losses) - 1, int(rank / independent * len(losses)))
        return float(losses[place]) * scale

    scaled = Tail(level, found.value_at_risk * scale, found.expected_shortfall * scale)
    return HistoricalTail(scaled, at(low), at(high))


def _rank(count: int, level: float, chance: float) -> int | None:
    """Return the rank from 0 that bounds the level's quantile from one side; None beyond the ends.

    How many of `count` independent outcomes lie below the true quantile is binomial (David and
    Nagaraja 2003, *Order Statistics*, section 7.1).
    """
    below = 0.0
    for rank in range(count + 1):
        ways = lgamma(count + 1) - lgamma(rank + 1) - lgamma(count - rank + 1)
        below += exp(ways + rank * log(level) + (count - rank) * log1p(-level))
        if below >= chance:
            if chance < 0.5:
                return rank - 1 if rank > 0 else None
            return rank if rank < count else None
    return None
