"""What a what-if question moves: each subject with its own numbers, in any order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.desk.moves import moves
from engine.evidence import Argument


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("what if rates rise 1%", {"rate_points": 1.0}),
        ("what if U drops 10% and rates rise 1%", {"rate_points": 1.0, "spot_move": -0.1}),
        ("rates fall 100 bp", {"rate_points": -1.0}),
        ("what if the fed cuts rates by 25 bps", {"rate_points": -0.25}),
        ("a 50 bp rate hike", {"rate_points": 0.5}),
        ("what if rates go to 6%", {"rate_level": 0.06}),
    ],
)
def test_a_rate_is_not_the_stock(text: str, slots: dict[str, Argument]) -> None:
    """A move of rates is one of the rate, in percentage points, beside what else moves."""
    assert moves(text) == slots


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("what if U falls 2 dollars", {"spot_amount": -2.0}),
        ("what if U falls 2", {"spot_amount": -2.0}),
        ("what if U drops $3", {"spot_amount": -3.0}),
        ("the stock loses 5 bucks", {"spot_amount": -5.0}),
        ("a $3 rally", {"spot_amount": 3.0}),
        ("what if U falls to 25", {"spot_level": 25.0}),
        ("what if U at 25", {"spot_level": 25.0}),
        ("what if EXMPL goes to 18", {"spot_level": 18.0}),
        ("U falls below $20", {"spot_level": 20.0}),
        ("the stock halves", {"spot_move": -0.5}),
    ],
)
def test_by_and_to_are_told_apart(text: str, slots: dict[str, Argument]) -> None:
    """A stock falls by dollars, and to a price only where the words say to or at."""
    assert moves(text) == slots


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("what if vol doubles", {"volatility_times": 2.0}),
        ("U is down 8% and vol 80%", {"volatility_level": 0.8, "spot_move": -0.08}),
        ("what if vol spikes to 80", {"volatility_level": 0.8}),
        ("what if iv rises by 10%", {"volatility_points": 10.0}),
        ("10 points of vol lower", {"volatility_points": -10.0}),
        ("spot -10% vol +20", {"volatility_points": 20.0, "spot_move": -0.1}),
    ],
)
def test_volatility_goes_to_a_level_by_points_or_times(
    text: str, slots: dict[str, Argument]
) -> None:
    """Words of direction move it by points, a bare per cent or "to" is where it is."""
    assert moves(text) == slots


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("U drops 10 % in 5 days", 5.0),
        ("U drops 10% within two weeks", 14.0),
        ("U drops 10% over 5 trading days", 7.0),
        ("U gaps down 10% overnight", 1.0),
        ("what if nothing happens for a week", 7.0),
    ],
)
def test_the_days_that_pass_are_read(text: str, days: float) -> None:
    """Calendar days; trading days are counted as so many more."""
    assert moves(text)["pass_days"] == days


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("what if the stock is at 20 at expiration", {"spot_level": 20.0, "at_expiry": True}),
        ("what happens at expiry if U closes at 21", {"spot_level": 21.0, "at_expiry": True}),
        ("what if U falls 10% by expiry", {"spot_move": -0.1, "at_expiry": True}),
        ("what if 20 days pass", {"pass_days": 20.0}),
        ("what if two weeks go by", {"pass_days": 14.0}),
        ("U falls 10% and 5 days pass", {"spot_move": -0.1, "pass_days": 5.0}),
    ],
)
def test_time_that_goes_by_and_a_close_at_expiry_are_read(
    text: str, slots: dict[str, Argument]
) -> None:
    """Time moves the book by itself; a price alone may be meant at expiry."""
    assert moves(text) == slots


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("what if I get 3 more contracts and U drops 5%", "3 more"),
        ("what if U falls 10% and vol rises 5 points at expiration", "at expiration"),
        ("what if rates rise", "what if rates rise"),
    ],
)
def test_what_is_not_understood_is_kept_to_be_told(text: str, unread: str) -> None:
    """A number or a subject that moves nothing is never dropped in silence."""
    assert moves(text)["unread"] == unread


def test_a_question_without_a_move_has_none() -> None:
    """It is answered by the grid of usual moves."""
    assert moves("stress test my book") == {}


@given(
    st.sampled_from(["U", "the stock"]),
    st.floats(0.5, 60).map(lambda value: round(value, 1)),
    st.floats(0.5, 60).map(lambda value: round(value, 1)),
    st.permutations(["spot", "vol", "rate"]),
)
def test_the_order_of_the_clauses_changes_nothing(
    stock: str, percent: float, points: float, order: list[str]
) -> None:
    """Each subject has the number of its own clause, wherever that stands."""
    said = {
        "spot": f"{stock} falls {percent}%",
        "vol": f"vol rises {points} points",
        "rate": "rates rise 50 bp",
    }
    found = moves("what if " + " and ".join(said[name] for name in order))
    assert found == {
        "spot_move": pytest.approx(-percent / 100),
        "volatility_points": points,
        "rate_points": 0.5,
    }


@given(st.text(max_size=120))
def test_any_text_is_read(text: str) -> None:
    """No text makes the reader fail, and what it finds has a value."""
    assert all(value is not None for value in moves(text).values())
