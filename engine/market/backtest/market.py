"""The market that a backtest walks through: one stock, day by day, and nothing from tomorrow."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.evidence import counted
from engine.market.book import DailyPrice, Dividend
from engine.market.returns import split_like
from engine.market.volatility import Floats, VolatilitySource, series

Places = slice | NDArray[np.int64]

_GAP_DAYS = 5
_NAMED = 3


class BadMarket(ValueError):
    """The prices can't be walked through; the sentence says which and why."""


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """Daily arrays of one length; what stands at a place was known at that day's close.

    Attributes:
        ordinals: the days as numbers, to reckon with.
        close: currency a share.
        midday: half-way between the close before and this one: the best guess, from closes alone,
            of what a share cost in between.
        volatility: per year; NaN before the source has a first value.
        fresh: whether the volatility is new enough to sell an option at.
        rate: what cash earns from this day on, continuous per year.
        dividends: currency a share that goes ex on this day.
        yields: dividends of the last 365 days over the close, or the stated continuous yield.
        source: where the volatility comes from, in words.
        skew: volatility that a strike has more than one at the money, per unit of
            ln(spot/strike)/√years; 0 is the same volatility for all strikes.
        notes: what is odd about the data or had to be assumed, a sentence each.
    """

    symbol: str
    days: tuple[date, ...]
    ordinals: Floats
    close: Floats
    midday: Floats
    volatility: Floats
    fresh: NDArray[np.bool_]
    rate: Floats
    dividends: Floats
    yields: Floats
    source: str
    skew: float = 0.0
    notes: tuple[str, ...] = ()

    def volatility_at(
        self, places: Places, spot: Floats, strike: ArrayLike, years: Floats
    ) -> Floats:
        """Return the volatility of a strike: that of the day, and the skew's part.

        Kept within half and twice the day's, and the last day counts as one, because a straight
        line means nothing far from the money. Shapes: one value for each of `places`.
        """
        level: Floats = self.volatility[places]
        if not self.skew:
            return level
        steps = np.log(spot / np.asarray(strike)) / np.sqrt(np.maximum(years, 1 / 365))
        tilted: Floats = np.clip(level + self.skew * steps, level / 2, level * 2)
        return tilted

    def years(self, places: slice, expiry: date) -> Floats:
        """Return the years, ACT/365, from each of the days at `places` to `expiry`, 0 at least."""
        years: Floats = np.maximum(expiry.toordinal() - self.ordinals[places], 0.0) / 365
        return years

    def last_by(self, day: date) -> int:
        """Return the place of the last trading day that is not after `day`."""
        return bisect_right(self.days, day) - 1


def market(
    prices: Sequence[DailyPrice],
    source: VolatilitySource,
    *,
    rate: float | Sequence[float] = 0.0,
    dividends: Sequence[Dividend] = (),
    dividend_yield: float | None = None,
    begin: date | None = None,
    skew: float = 0.0,
) -> Market:
    """Line up prices, volatility, rate and dividends.

    Args:
        prices: of one stock, ascending.
        rate: one for all days, or one for each.
        dividends: cash dividends that the prices are not adjusted for.
        dividend_yield: continuous; for pricing only, in place of the dividends' own.
        begin: the first day to sell on; earlier prices warm the volatility up.
        skew: see `Market`.

    Raises:
        BadMarket: no days, days out of order or twice, several symbols, closes that are no prices.
        ValueError: the volatility source can't be used.
    """
    _check(prices)
    days = tuple(price.day for price in prices)
    close = np.array([price.close for price in prices], dtype=np.float64)
    volatility, fresh = series(source, days, close)
    first = 0 if begin is None else bisect_left(days, begin)
    fresh[:first] = False
    rates = np.full(len(days), rate, dtype=np.float64) if np.isscalar(rate) else np.asarray(rate)
    if rates.shape != close.shape or not np.isfinite(rates).all():
        raise BadMarket(f"{rates.size} rates for {len(days)} days; expected one number a day")
    paid = _paid(prices[0].symbol, days, dividends)
    if dividend_yield is None:
        yields = _trailing(days, paid) / close
    else:
        yields = np.full(len(days), dividend_yield)
    return Market(
        symbol=prices[0].symbol,
        days=days,
        ordinals=np.array([day.toordinal() for day in days], dtype=np.float64),
        close=close,
        midday=np.concatenate([close[:1], (close[:-1] + close[1:]) / 2]),
        volatility=volatility,
        fresh=fresh,
        rate=rates.astype(np.float64),
        dividends=paid,
        yields=yields,
        source=str(source),
        skew=skew,
        notes=tuple(_oddities(days[first:], close[first:])),
    )


def _check(prices: Sequence[DailyPrice]) -> None:
    if not prices:
        raise BadMarket("there are no daily prices")
    if len({price.symbol for price in prices}) > 1:
        raise BadMarket(f"prices of {prices[0].symbol} and others; expected one stock")
    for price in prices:
        if not (isfinite(price.close) and 0 < price.close < 1e9):
            raise BadMarket(f"the close of {price.symbol} on {price.day} is {price.close!r}")
    for before, after in pairwise(prices):
        if after.day <= before.day:
            raise BadMarket(
                f"{after.symbol} has {after.day} after {before.day}; expected each day once, "
                "ascending"
            )


def _paid(symbol: str, days: Sequence[date], dividends: Sequence[Dividend]) -> Floats:
    """Return the dividends by day; one on a day without trading counts on the next."""
    paid = np.zeros(len(days))
    for dividend in dividends:
        if dividend.symbol == symbol and days[0] < dividend.ex_date <= days[-1]:
            paid[bisect_right(days, dividend.ex_date) - (dividend.ex_date in days)] += (
                dividend.amount
            )
    return paid


def _trailing(days: Sequence[date], paid: Floats) -> Floats:
    """Return what was paid in the 365 days up to each day."""
    at = np.array([day.toordinal() for day in days])
    total = np.concatenate([[0.0], np.cumsum(paid)])
    found: Floats = total[1:] - total[np.searchsorted(at, at - 365, side="right")]
    return found


def _oddities(days: Sequence[date], close: Floats) -> Iterator[str]:
    gaps = [(a, b) for a, b in pairwise(days) if (b - a).days > _GAP_DAYS]
    if gaps:
        named = ", ".join(f"{a} to {b}" for a, b in gaps[:_NAMED])
        yield f"{counted(len(gaps), 'gap')} of more than {_GAP_DAYS} days without a price: {named}"
    if jumps := split_like(days, close):
        yield jumps
