"""Random markets that tests walk through; made up, and never shown as anything else."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from engine.market.backtest.market import Market, market
from engine.market.book import DailyPrice, Dividend
from engine.market.volatility import Implied, Realised, VolatilitySource


def weekdays(count: int, start: date = date(2020, 1, 2)) -> list[date]:
    """The first `count` weekdays from `start` on."""
    days = (start + timedelta(days=n) for n in range(2 * count + 10))
    return [day for day in days if day.weekday() < 5][:count]


def prices(seed: int, count: int = 300, volatility: float = 0.5) -> list[DailyPrice]:
    """A random walk of closes."""
    steps = np.random.default_rng(seed).normal(0, volatility / 16, count)
    closes = 30 * np.exp(np.cumsum(steps))
    return [DailyPrice("U", d, float(c)) for d, c in zip(weekdays(count), closes, strict=True)]


def walk_of(
    found: Sequence[DailyPrice],
    source: VolatilitySource | None = None,
    *,
    rate: float = 0.03,
    dividends: Sequence[Dividend] = (),
) -> Market:
    """A market of `found`, at an implied volatility of 50 % unless told otherwise."""
    flat = Implied("flat", {price.day: 0.5 for price in found})
    return market(found, source or flat, rate=rate, dividends=dividends)


def quarterly(found: Sequence[DailyPrice], amount: float) -> list[Dividend]:
    """A dividend each 63 trading days."""
    return [Dividend("U", price.day, amount) for price in found[40::63]]


REALISED = Realised(21, 1.1)
