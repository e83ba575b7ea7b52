"""The expiries that are listed: third Fridays, or every Friday."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

from engine.market.backtest.backtest import Listing

_FRIDAY = 4


def third_friday(year: int, month: int) -> date:
    """Return the day on which standard monthly options of a month expire."""
    middle = date(year, month, 15)
    return middle + timedelta(days=(_FRIDAY - middle.weekday()) % 7)


@cache
def _monthly(first: int, last: int) -> tuple[date, ...]:
    return tuple(third_friday(y, month) for y in range(first, last + 1) for month in range(1, 13))


def nearest(day: date, days: float, listing: Listing) -> date:
    """Return the listed expiry after `day` that is nearest to `days` calendar days away.

    Of two as near the later one, which still has time in it.
    """
    wanted = day + timedelta(days=round(days))
    return min(
        _candidates(day, wanted, listing), key=lambda e: (abs((e - wanted).days), -e.toordinal())
    )


def _candidates(day: date, wanted: date, listing: Listing) -> Sequence[date]:
    if listing == "weekly":
        friday = wanted + timedelta(days=(_FRIDAY - wanted.weekday()) % 7)
        weeks = [friday + timedelta(days=7 * step) for step in range(-1, 3)]
        return [expiry for expiry in weeks if expiry > day]
    listed = _monthly(day.year, wanted.year + 1)
    place = bisect_left(listed, wanted)
    return [expiry for expiry in listed[max(place - 2, 0) : place + 2] if expiry > day]
