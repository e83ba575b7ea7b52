"""What of an answer a trader is after: which tool is asked, and for which figure of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.desk.asked import chosen, of_risk
from engine.agents.desk.terms import desk_slots
from engine.agents.planner import plan
from engine.evidence import Argument

from .test_router import Project, project

__all__ = ["project"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("10 day 99% VaR", "risk.metrics", {"horizon_days": 10.0, "level": 0.99}),
        ("expected shortfall 97.5%", "risk.metrics", {"level": 0.975, "figure": "shortfall"}),
        ("how much can I lose this week", "risk.metrics", {"horizon_days": 5.0}),
        ("what could I lose today", "risk.metrics", {"horizon_days": 1.0}),
        ("what is my delta", "risk.metrics", {"figure": "delta"}),
        ("how much theta per week", "risk.metrics", {"figure": "theta", "per_days": 7.0}),
        ("my theta in 10 days", "risk.metrics", {"figure": "theta", "per_days": 10.0}),
        ("max drawdown of EXMPL", "prices.drawdown", {"ticker": "EXMPL"}),
        (
            "deepest drawdown of U in 2023",
            "prices.drawdown",
            {"ticker": "U", "begin": "2023-01-01", "end": "2023-12-31"},
        ),
        ("max drawdown of the book", "prices.drawdown", {}),
        ("correlation of my positions", "prices.correlation", {}),
        ("how correlated are my stocks", "prices.correlation", {}),
        ("correlation of U with SPY", "prices.correlation", {"ticker": "U", "against": "SPY"}),
        ("beta of my portfolio", "prices.beta", {}),
        ("what is my portfolio beta against SPY", "prices.beta", {"ticker": "", "against": "SPY"}),
        ("when do my options expire", "desk.expiries", {}),
        ("which options expire this week", "desk.expiries", {"days": 7.0}),
        ("what expires within 30 days", "desk.expiries", {"days": 30.0}),
        ("expiry dates of my puts", "desk.expiries", {"kind": "put"}),
        ("which options expire in december", "desk.expiries", {"expiry": "December"}),
        (
            "which puts expire on 2026-12-18",
            "desk.expiries",
            {"expiry": "2026-12-18", "kind": "put"},
        ),
        (
            "how far has U fallen since 2021",
            "prices.drawdown",
            {"ticker": "U", "begin": "2021-01-01"},
        ),
        ("upcoming expirations", "desk.expiries", {}),
        ("margin requirement", "wheel.limits", {"asks": "margin"}),
        ("how much margin do I use", "wheel.limits", {"asks": "margin"}),
        ("margin limits", "wheel.limits", {}),
        ("what is the margin of my short puts", "wheel.limits", {"asks": "margin"}),
        ("how long until my options expire", "desk.expiries", {}),
        ("what if 20 days pass", "risk.what_if", {"pass_days": 20.0}),
        (
            "what happens at expiry if U closes at 21",
            "desk.at_expiry",
            {"spot_level": 21.0, "ticker": "U"},
        ),
        ("suppose the stock falls 10% by expiry", "desk.at_expiry", {"spot_move": -0.1}),
        ("theta per day", "risk.metrics", {"figure": "theta"}),
        ("gamma of U", "risk.metrics", {"figure": "gamma", "ticker": "U"}),
        ("delta of my calls", "risk.metrics", {"figure": "delta", "kind": "call"}),
        ("what's my max loss", "desk.payoff", {}),
        ("what is the most I can lose", "desk.payoff", {}),
        ("what is my worst case", "risk.stress", {}),
        ("iv of my calls", "risk.positions", {"figure": "volatility", "kind": "call"}),
        ("annualised return of my puts", "risk.positions", {"figure": "yield", "kind": "put"}),
        ("which call should I write against my shares", "wheel.calls", {}),
        ("how many contracts should I sell", "wheel.candidates", {}),
        ("should I roll my calls", "wheel.rolls", {"kind": "call"}),
        ("should I close the 22 puts", "wheel.rolls", {"kind": "put", "strike": 22.0}),
        ("roll the 22 put to January", "wheel.rolls", {"kind": "put", "strike": 22.0}),
        ("what should I do with my 26 puts", "wheel.rolls", {"kind": "put", "strike": 26.0}),
        ("early assignment", "wheel.assignment", {}),
        ("will I get called away", "wheel.assignment", {}),
        ("upcoming ex-dividend dates", "wheel.assignment", {"asks": "dividends"}),
        ("what dividends are coming", "wheel.assignment", {"asks": "dividends"}),
        ("what is my exposure if I get assigned on all puts", "wheel.cash", {"kind": "put"}),
        ("how much cash do I need if all puts are assigned", "wheel.cash", {"kind": "put"}),
        ("buying power", "wheel.cash", {}),
        ("how much collateral is tied up", "wheel.cash", {}),
        ("did I receive dividends", "wheel.ledger", {}),
        ("how did my last cycle do", "wheel.ledger", {}),
        ("validate put writing against the PUT index", "backtest.validate", {}),
        (
            "backtest the wheel in the 2022 crash",
            "backtest.wheel",
            {"begin": "2022-01-01", "end": "2022-12-31"},
        ),
        ("what if nothing happens for a week", "risk.what_if", {"pass_days": 7.0}),
        ("what if rates rise 100 bp", "risk.what_if", {"rate_points": 1.0}),
        ("the stock loses 5 bucks", "risk.what_if", {"spot_amount": -5.0}),
        (
            "sharpe ratio of AAPL with a risk free rate of 2%",
            "prices.sharpe",
            {"ticker": "AAPL", "rate": 0.02},
        ),
        (
            "backtest the wheel on AAPL with 12k EUR and 0.65/contract",
            "backtest.wheel",
            {"ticker": "AAPL", "capital": 12_000.0, "commission": 0.65},
        ),
    ],
)
async def test_a_traders_question_goes_to_the_tool_that_answers_it(
    project: Project, text: str, tool: str, arguments: dict[str, Argument]
) -> None:
    """One task, with what the words narrow it to."""
    (task,) = plan([await project.one(text)]).tasks
    assert (task.tool, task.arguments) == (tool, arguments)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "text",
    ["import cycles", "find the rate limiter", "max loss function", "who handles dividends"],
)
async def test_code_that_sounds_like_a_book_is_left_to_the_others(
    project: Project, text: str
) -> None:
    """Neither the book's payoff nor its ledger is asked."""
    tools = {task.tool for task in plan([await project.one(text)]).tasks}
    assert tools.isdisjoint({"desk.payoff", "wheel.ledger", "wheel.assignment", "risk.what_if"})


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("backtest covered calls last year", "covered calls alone"),
        ("backtest the wheel through the covid crash", "covid"),
    ],
)
def test_a_past_that_no_backtest_keeps_to_is_told(text: str, unread: str) -> None:
    """Neither the strategy nor the event is dropped in silence."""
    assert unread in str(desk_slots("backtest", text)["unread"])


@given(st.floats(50, 99.9).map(lambda value: round(value, 1)))
def test_any_level_is_read(level: float) -> None:
    """A per cent from 50 on is the level of confidence, as a fraction."""
    assert of_risk(f"10 day VaR at {level}%")["level"] == pytest.approx(level / 100)


@given(st.sampled_from(["put", "call"]), st.floats(1, 900).map(lambda value: round(value, 1)))
def test_side_and_strike_are_read(kind: str, strike: float) -> None:
    """The number before the side is the strike."""
    assert chosen(f"roll the {strike} {kind}s") == {"kind": kind, "strike": strike}


def test_both_sides_are_none() -> None:
    """What names puts and calls is narrowed to neither."""
    assert chosen("roll my puts and calls") == {}
