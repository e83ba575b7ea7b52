"""What an equity curve earned, how rough it was, and how deep it fell.

Daily figures are annualised with 252 trading days. Returns are simple ones from close to close.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.evidence import counted
from engine.market.book import DailyPrice

Floats = NDArray[np.float64]

TRADING_DAYS: Final = 252
_DAYS_PER_YEAR: Final = 365.25
_ROUNDING: Final = 1e-12
_JUMP: Final = 0.4  # of the log-return; a 3:2 split makes 0.405
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Performance:
    """An equity curve in figures; None where the curve is too short or its spread is zero.

    Attributes:
        total_return, cagr: fractions; the latter per year of 365.25 days.
        volatility: standard deviation of daily returns, per year.
        sharpe: mean daily return above the rate over its standard deviation, per year
            (Sharpe 1994, *The Sharpe Ratio*).
        sortino: the same over the root mean square of the returns below the rate (Sortino and
            van der Meer 1991).
        max_drawdown: deepest fall from a high, 0 or below, a fraction.
        drawdown_from, drawdown_to: the high and the low of that fall.
        recovered: the first day back at that high, None if there was none.
    """

    start: date
    end: date
    total_return: float
    cagr: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    max_drawdown: float
    drawdown_from: date
    drawdown_to: date
    recovered: date | None


def performance(days: Sequence[date], equity: Floats, rate: Floats) -> Performance:
    """Return the figures of `equity`, one value for each of `days`.

    Args:
        equity: currency, above 0 at the start.
        rate: what cash earns from each day on, continuous per year.

    Raises:
        ValueError: no days, or an equity that isn't a number, or none to start with.
    """
    if not days or len(days) != len(equity) or not np.isfinite(equity).all() or equity[0] <= 0:
        raise ValueError(f"{len(days)} days and {len(equity)} values: expected an equity a day")
    years = (days[-1] - days[0]).days / _DAYS_PER_YEAR
    growth = float(equity[-1] / equity[0])
    returns, excess = _daily(days, equity, rate)
    spread = float(excess.std(ddof=1)) if len(excess) > 1 else 0.0
    downside = float(np.sqrt(np.mean(np.minimum(excess, 0.0) ** 2))) if len(excess) > 1 else 0.0
    mean = float(excess.mean()) if len(excess) else 0.0
    deepest, high, low, back = _drawdown(equity)
    return Performance(
        start=days[0],
        end=days[-1],
        total_return=growth - 1,
        cagr=growth ** (1 / years) - 1 if years > 0 and growth > 0 else None,
        volatility=float(returns.std(ddof=1)) * sqrt(TRADING_DAYS) if len(returns) > 1 else None,
        sharpe=mean / spread * sqrt(TRADING_DAYS) if spread > _ROUNDING else None,
        sortino=mean / downside * sqrt(TRADING_DAYS) if downside > _ROUNDING else None,
        max_drawdown=deepest,
        drawdown_from=days[high],
        drawdown_to=days[low],
        recovered=None if back is None else days[back],
    )


def of_closes(prices: Sequence[DailyPrice]) -> Performance:
    """Return the figures of a stock's closes, cash earning nothing; errors as in `performance`."""
    closes = np.array([one.close for one in prices])
    return performance([one.day for one in prices], closes, np.zeros(len(prices)))


def by_year(days: Sequence[date], equity: Floats) -> dict[int, float]:
    """Return the return of each calendar year that the curve spans from its last day before it.

    A year counts if the curve has a value in the last week of its December and of the one before.
    """
    last = {day.year: place for place, day in enumerate(days)}
    found = {}
    for year, place in last.items():
        before = last.get(year - 1)
        if before is not None and _ends_its_year(days[before]) and _ends_its_year(days[place]):
            found[year] = float(equity[place] / equity[before] - 1)
    return found


def annual_pct(levels: Mapping[date, float]) -> dict[int, float]:
    """Return the return of each calendar year that the closes of an index span, in percent."""
    days = sorted(levels)
    found = by_year(days, np.array([levels[day] for day in days]))
    return {year: round(100 * value, 2) for year, value in found.items()}


def by_month(days: Sequence[date], equity: Floats) -> dict[tuple[int, int], float]:
    """Return the return of each calendar month from the last day of the month before it.

    A month counts if there is a value in the last week of it and of the one before.
    """
    last = {(day.year, day.month): place for place, day in enumerate(days)}
    found = {}
    for (year, month), place in last.items():
        before = last.get((year, month - 1) if month > 1 else (year - 1, 12))
        if before is not None and _ends_its_month(days[before]) and _ends_its_month(days[place]):
            found[year, month] = float(equity[place] / equity[before] - 1)
    return found


def drawdown(equity: Floats) -> Floats:
    """Return how far below its highest value so far the equity is, each day, 0 or below."""
    below: Floats = equity / np.maximum.accumulate(equity) - 1
    return below


def _ends_its_year(day: date) -> bool:
    return day >= date(day.year, 12, 25)


def _ends_its_month(day: date) -> bool:
    return (day + timedelta(days=7)).month != day.month


def _daily(days: Sequence[date], equity: Floats, rate: Floats) -> tuple[Floats, Floats]:
    """Return daily returns, and the same less what cash earned meanwhile."""
    with np.errstate(divide="ignore", invalid="ignore"):
        returns = np.nan_to_num(equity[1:] / equity[:-1] - 1, posinf=0.0, neginf=0.0)
    ordinals = np.array([day.toordinal() for day in days], dtype=np.float64)
    earned = np.expm1(rate[:-1] * np.diff(ordinals) / 365)
    return returns, returns - earned


def _drawdown(equity: Floats) -> tuple[float, int, int, int | None]:
    below = drawdown(equity)
    low = int(np.argmin(below))
    high = int(np.argmax(equity[: low + 1]))
    back = np.flatnonzero(equity[low:] >= equity[high])
    recovered = low + int(back[0]) if len(back) and low > high else None
    return float(below[low]), high, low, recovered


def split_like(days: Sequence[date], close: Floats | Sequence[float]) -> str | None:
    """Return a clause on moves from close to close that may be splits; None if there is none."""
    jumps = np.flatnonzero(np.abs(np.diff(np.log(close))) > _JUMP).tolist()
    if not jumps:
        return None
    named = ", ".join(
        f"{days[place + 1]} ({close[place + 1] / close[place] - 1:+.0%})"
        for place in jumps[:_NAMED]
    )
    return f"{counted(len(jumps), 'move')} of a size that an unadjusted split has: {named}"
