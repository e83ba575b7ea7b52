"""ACT/365 fixed."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernels.daycount import years_between
from engine.kernels.errors import InvalidDate


def test_leap_years_are_longer_than_a_year() -> None:
    """A calendar year is one year, a leap year a day more."""
    assert years_between(date(2026, 1, 1), date(2027, 1, 1)) == 1.0
    assert years_between(date(2028, 1, 1), date(2029, 1, 1)) == 366 / 365


@given(st.dates(), st.dates())
def test_order(start: date, end: date) -> None:
    """Counting backwards gives the same number, negative."""
    assert years_between(start, end) == -years_between(end, start) == (end - start).days / 365


def test_the_last_day_counts() -> None:
    """Moments are apart by the time between them, across zones."""
    new_york = timezone(timedelta(hours=-5))
    opening = datetime(2026, 11, 20, 9, 30, tzinfo=new_york)
    close = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
    assert years_between(opening, close) == pytest.approx(6.5 / 24 / 365, rel=1e-15)


def test_a_changed_clock_passes_no_time() -> None:
    """Between two moments of one zone a changed hour is not counted."""
    zone = ZoneInfo("America/New_York")
    before, after = (datetime(2026, 3, day, 12, 0, tzinfo=zone) for day in (7, 9))
    assert years_between(before, after) == pytest.approx(47 / 24 / 365, rel=1e-15)


@pytest.mark.parametrize(
    ("start", "end", "argument"),
    [
        (date(2026, 1, 1), datetime(2026, 2, 1, tzinfo=UTC), "end"),
        (datetime(2026, 1, 1, tzinfo=UTC), date(2026, 2, 1), "end"),
        (datetime(2026, 1, 1), datetime(2026, 2, 1, tzinfo=UTC), "start"),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1), "end"),
    ],
)
def test_what_cannot_be_counted(start: date, end: date, argument: str) -> None:
    """Dates mixed with moments, and moments without a zone, are refused by name."""
    with pytest.raises(InvalidDate) as caught:
        years_between(start, end)
    assert caught.value.argument == argument
