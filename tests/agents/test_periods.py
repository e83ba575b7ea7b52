"""The past that a question names, and the days that a span of it means."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.periods import days_of, period
from engine.evidence import Argument

END = date(2024, 3, 31)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("backtest the wheel over the last 3 years", {"last": "the last 3 years"}),
        ("backtest the wheel over the past six months", {"last": "the last 6 months"}),
        ("backtest the last 90 days", {"last": "the last 90 days"}),
        ("backtest last 3y", {"last": "the last 3 years"}),
        ("backtest over the last year", {"last": "the last year"}),
        ("backtest a 5 week put over 2 years", {"last": "the last 2 years"}),
        ("backtest on 5 years of data", {"last": "the last 5 years"}),
        ("backtest year to date", {"last": "the year to date"}),
        ("backtest this year", {"last": "the year to date"}),
        ("how did the wheel do last year", {"last": "last year"}),
        ("backtest since 2022", {"begin": "2022-01-01"}),
        ("backtest in 2021", {"begin": "2021-01-01", "end": "2021-12-31"}),
        ("in Feb 2024", {"begin": "2024-02-01", "end": "2024-02-29"}),
        ("from March 2021 to June 2022", {"begin": "2021-03-01", "end": "2022-06-30"}),
        ("mar 2021 - jun 2022", {"begin": "2021-03-01", "end": "2022-06-30"}),
        ("between 2019 and 2020", {"begin": "2019-01-01", "end": "2020-12-31"}),
        ("since March 5th, 2021 until 2022", {"begin": "2021-03-05", "end": "2022-12-31"}),
        ("from 2020-03 to 2020-04-15", {"begin": "2020-03-01", "end": "2020-04-15"}),
        ("backtest 30 delta puts 35 days", {}),
        ("since 2021-02-30", {}),
        ("the last 10 deltas", {}),
    ],
)
def test_a_period_is_read_as_people_say_it(text: str, slots: dict[str, Argument]) -> None:
    """Days, months and years are dates at once; a span that ends with the data stays a span."""
    assert period(text)[0] == slots


def test_what_names_the_period_is_no_length_of_an_option() -> None:
    """The words of the period are taken out of the text, the days to expiry stay in it."""
    rest = period("sell 35 day puts over the last 3 years")[1]
    assert "35 day puts" in rest
    assert "3" not in rest.replace("35", "")


@pytest.mark.parametrize(
    ("last", "begin", "end"),
    [
        ("the last 3 years", date(2021, 3, 31), END),
        ("3y", date(2021, 3, 31), END),
        ("the last month", date(2024, 2, 29), END),
        ("6 months", date(2023, 9, 30), END),
        ("2 quarters", date(2023, 9, 30), END),
        ("90 days", date(2024, 1, 1), END),
        ("2 weeks", date(2024, 3, 17), END),
        ("ytd", date(2024, 1, 1), END),
        ("the year to date", date(2024, 1, 1), END),
        ("last year", date(2023, 1, 1), date(2023, 12, 31)),
    ],
)
def test_a_span_is_counted_back_from_the_end(last: str, begin: date, end: date) -> None:
    """On the same day of the month, or the month's last; last year is the calendar's."""
    assert days_of(last, END) == (begin, end)


@pytest.mark.parametrize("last", ["soon", "", "3", "years ago", "3 moons"])
def test_what_is_no_span_is_none(last: str) -> None:
    """No days are made up for words that mean none."""
    assert days_of(last, END) is None


@given(st.text(max_size=60))
def test_any_text_is_read_without_failing(text: str) -> None:
    """Whatever stands there, each slot that comes back is a day or a span that has days."""
    slots, _ = period(text)
    for name, value in slots.items():
        assert days_of(str(value), END) if name == "last" else date.fromisoformat(str(value))


@given(st.integers(1, 9999), st.sampled_from(["d", "w", "m", "q", "y"]))
def test_every_span_has_days(count: int, unit: str) -> None:
    """However long, a span begins before it ends."""
    found = days_of(f"{count}{unit}", END)
    assert found is not None
    assert found[0] < found[1] == END
