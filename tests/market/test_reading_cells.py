"""Cells: numbers, days and words as brokers write them, and what is never guessed at."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market.reading.cells import BadCell, day, missing, number, option_kind


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5.0),
        ("-5", -5.0),
        ("(5)", -5.0),
        ("−5", -5.0),
        ("+5", 5.0),
        ("1,234.50", 1234.5),
        ("$1,234.50", 1234.5),
        ("-$1,234.50", -1234.5),
        ("$-12.5", -12.5),
        ("($12.50)", -12.5),
        ("1,234,567", 1234567.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("55.5%", 0.555),
        (" 7 ", 7.0),
        (Decimal("1.25"), 1.25),
        (3, 3.0),
    ],
)
def test_a_number_is_read_as_it_is_written(text: object, value: float) -> None:
    """Signs, parentheses, currency signs, thousands and percent have one meaning each."""
    assert number(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1,5", "1.234,50", "12,34", "1 234", "5-", "--5", "0x10", "inf", "nan", "1_000"],
)
def test_what_is_no_number_for_sure_is_refused(text: object) -> None:
    """Decimal commas, words, NaN and half numbers are refused."""
    with pytest.raises(BadCell):
        number(text)


@pytest.mark.parametrize("cell", [None, float("nan"), float("inf"), True, "$", "()", ".", "٣"])
def test_what_is_nothing_or_no_digit_of_ours_is_refused(cell: object) -> None:
    """NULL, NaN, infinity, truth and digits of another script are refused."""
    with pytest.raises(BadCell):
        number(cell)


def test_a_decimal_comma_is_refused_by_its_name() -> None:
    """The reason says that the comma is not guessed at; between semicolons even 1,234 is one."""
    with pytest.raises(BadCell, match="decimal comma"):
        number("1.234,50")
    with pytest.raises(BadCell, match="decimal comma"):
        number("1,234", commas_are_thousands=False)


@given(st.floats(-1e12, 1e12).map(lambda value: round(value, 2)))
def test_python_s_own_writing_is_read_back(value: float) -> None:
    """Plain, with thousands and in parentheses, a number stays the number."""
    assert number(repr(value)) == value
    assert number(f"{value:,.2f}") == pytest.approx(value)
    if value > 0:
        assert number(f"(${value:,.2f})") == pytest.approx(-value)


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_a_day_is_read_in_every_way(when: date) -> None:
    """ISO, compact, U.S., with a month's name, with a clock, and typed."""
    month = when.strftime("%b")
    for text in (
        when.isoformat(),
        when.strftime("%Y%m%d"),
        when.strftime("%m/%d/%Y"),
        f"{when.day} {month} {when.year}",
        f"{month} {when.day}, {when.year}",
        f"{when.isoformat()} 16:00:00",
        f"{when.isoformat()}T16:00:00Z",
        datetime(when.year, when.month, when.day, 16),
        when,
    ):
        assert day(text) == when


@pytest.mark.parametrize("text", ["", "2025-13-01", "17/01/2025", "01/02/25", "soon", None, "2025"])
def test_what_is_no_day_for_sure_is_refused(text: object) -> None:
    """Days that don't exist, two-digit years and words are refused."""
    with pytest.raises(BadCell):
        day(text)


def test_puts_and_calls_are_words_or_letters() -> None:
    """P, put, C and CALL are told apart, anything else is refused."""
    assert [option_kind(word) for word in ("P", "put", "c", "CALL")] == ["put", "put"] + 2 * [
        "call"
    ]
    with pytest.raises(BadCell, match="put or call"):
        option_kind("straddle")


def test_a_brokers_marks_for_nothing_are_nothing() -> None:
    """Empty, --, N/A, NaN and NULL are missing; 0 and False are not."""
    assert all(missing(mark) for mark in ("", " ", "--", "N/A", "nan", None, float("nan")))
    assert not any(missing(mark) for mark in (0, "0", False, "x"))
