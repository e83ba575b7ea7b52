"""What a question on the past sets in words: account, commission, and what nobody takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.desk.terms import desk_slots
from engine.agents.planner import plan
from engine.evidence import Argument, Understanding


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("backtest the wheel from 2025-01-02 to 2026-10-30 --hold", {"hold": True}),
        ("backtest the wheel --hold --atm", {"hold": True, "at_the_money": True}),
        ("backtest the wheel held to expiry", {"hold": True}),
        ("the wheel --factor 1.2 --skew=0.1", {"volatility_factor": 1.2, "skew": 0.1}),
        ("with 50000 dollars and commission 1", {"capital": 50_000.0, "commission": 1.0}),
        ("with $50,000 and $1 commission per contract", {"capital": 50_000.0, "commission": 1.0}),
        ("on a 25k account, fees of 0.65 a contract", {"capital": 25_000.0, "commission": 0.65}),
        ("with a capital of 20000, without commission", {"capital": 20_000.0, "commission": 0.0}),
        ("starting with 10000 in 2023", {"capital": 10_000.0, "begin": "2023-01-01"}),
        ("selling 25 delta puts with 50k since 2020", {"capital": 50_000.0, "delta": 0.25}),
        ("against buy-and-hold", {"hold": None}),
        ("wheel in 2023, profit target of 50%", {"unread": "50%"}),
        ("the wheel --foo 3 since 2020", {"unread": "--foo 3"}),
        ("wheel with 30 days to expiry from 2020 to 2023", {"days": 30.0, "unread": None}),
    ],
)
def test_what_a_backtest_is_told_is_taken_or_named_as_not_taken(
    text: str, slots: dict[str, Argument]
) -> None:
    """Each number and option fills its slot; one that fills none is unread."""
    found = desk_slots("backtest", text)
    assert {name: found.get(name) for name in slots} == slots


def test_the_plan_hands_account_and_commission_on_and_says_what_is_not_kept_to() -> None:
    """Capital and commission are arguments of the tool; an unread number is an assumption."""
    slots = desk_slots("backtest", "the wheel with $9000, commission 2, target 40%")
    planned = plan([Understanding("the text", "said", "backtest", slots)])
    assert planned.tasks[0].arguments == {"capital": 9_000.0, "commission": 2.0}
    assert planned.assumptions == ("not kept to: 40%",)


def test_a_validation_says_which_rules_of_the_question_it_does_not_keep_to() -> None:
    """The published index has rules of its own."""
    slots: dict[str, Argument] = {"strategy": "validate", "delta": 0.3, "hold": True}
    said = plan([Understanding("the text", "said", "backtest", slots)]).assumptions
    assert said == (
        "a validation keeps to the published index's own rules: not kept to is delta, hold",
    )


@given(
    st.floats(1, 9e8).map(lambda value: round(value, 2)),
    st.floats(0, 99).map(lambda v: round(v, 2)),
)
def test_any_account_and_commission_are_read_as_written(capital: float, commission: float) -> None:
    """Thousands are told by commas, or by nothing."""
    for amount in (f"{capital:,.2f}", f"{capital:.2f}"):
        text = f"backtest the wheel with {amount} dollars and a commission of {commission:.2f}"
        found = desk_slots("backtest", text)
        assert (found["capital"], found["commission"]) == (capital, commission)
