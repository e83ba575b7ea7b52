"""What the desk does for each question: which tools, with which arguments, heard how."""

from pathlib import Path

import pytest

from engine.agents import planner
from engine.agents.commands import parse
from engine.agents.tool import Call
from engine.agents.tools.desk_summary import summary
from engine.evidence import Argument, Evidence, PlannedTask, Understanding

from .scene import Scene

WHEEL = "src/wheel.py"


def planned(intent: str, **slots: Argument) -> tuple[PlannedTask, ...]:
    return planner.plan([Understanding("the text", "said", intent, slots)]).tasks


@pytest.mark.parametrize(
    ("intent", "slots", "tool", "arguments"),
    [
        ("risk_analysis", {"horizon_days": 10.0}, "risk.metrics", {"horizon_days": 10.0}),
        ("positions", {"ticker": "U"}, "risk.positions", {}),
        ("stress", {}, "risk.stress", {}),
        ("stress", {"spot_move": -0.1}, "risk.what_if", {"spot_move": -0.1}),
        ("wheel_candidates", {"delta": 30.0}, "wheel.candidates", {"delta": 0.3}),
        ("wheel_rolls", {}, "wheel.rolls", {}),
        (
            "wheel_rolls",
            {"kind": "put", "strike": 22.0},
            "wheel.rolls",
            {"kind": "put", "strike": 22.0},
        ),
        ("wheel_candidates", {"kind": "put"}, "wheel.candidates", {}),
        ("wheel_candidates", {"kind": "call", "days": 30.0}, "wheel.calls", {"days": 30.0}),
        ("early_assignment", {}, "wheel.assignment", {}),
        ("early_assignment", {"asks": "dividends"}, "wheel.assignment", {"asks": "dividends"}),
        ("early_assignment", {"asks": "cash", "kind": "put"}, "wheel.cash", {"kind": "put"}),
        ("wheel_limits", {"asks": "cash"}, "wheel.cash", {}),
        ("risk_analysis", {"level": 0.99, "ticker": "U"}, "risk.metrics", {"level": 0.99}),
        (
            "risk_analysis",
            {"figure": "gamma", "ticker": "U"},
            "risk.metrics",
            {"figure": "gamma", "ticker": "U"},
        ),
        ("risk_analysis", {"figure": "sector"}, "risk.by_stock", {"figure": "sector"}),
        ("past_prices", {"asks": "beta", "against": "SPY"}, "prices.beta", {"against": "SPY"}),
        (
            "past_prices",
            {"asks": "volatility", "ticker": "U", "days": 30.0},
            "prices.volatility",
            {"ticker": "U", "days": 30.0},
        ),
        (
            "past_prices",
            {"asks": "sharpe", "last": "the last year"},
            "prices.sharpe",
            {"last": "the last year"},
        ),
        ("stress", {"rate_points": 1.0}, "risk.what_if", {"rate_points": 1.0}),
        ("backtest", {"strategy": "validate"}, "backtest.validate", {}),
        ("wheel_ledger", {}, "wheel.ledger", {}),
        ("wheel_limits", {}, "wheel.limits", {}),
        ("backtest", {}, "backtest.wheel", {}),
        (
            "backtest",
            {"begin": "2020-01-01", "end": "2021-12-31", "hold": True},
            "backtest.wheel",
            {"begin": "2020-01-01", "end": "2021-12-31", "hold": True},
        ),
        ("backtest", {"strategy": "put-write"}, "backtest.put_write", {}),
        ("backtest", {"strategy": "sweep", "ticker": "U"}, "backtest.sweep", {"ticker": "U"}),
    ],
)
def test_a_question_to_the_book_is_one_tool(
    intent: str, slots: dict[str, Argument], tool: str, arguments: dict[str, Argument]
) -> None:
    """It reads the book, so that without one it fails with the reason for that."""
    (task,) = planned(intent, **slots)
    assert (task.tool, task.arguments, task.capability) == (tool, arguments, "market")


@pytest.mark.parametrize("intent", ["risk_analysis", "backtest", "wheel_analysis"])
def test_a_file_is_reviewed_without_the_book(intent: str) -> None:
    """What names a file and asks for no performance is about its code."""
    tasks = planned(intent, file=WHEEL)
    assert tasks[-1].tool == "code.review"
    assert "market" not in {task.capability for task in tasks}


def test_the_performance_of_a_file_is_its_review_and_the_books_figures() -> None:
    """Both speak: the review needs the code's sides only, the summary the desk's only."""
    tasks = {task.tool: task for task in planned("wheel_analysis", file=WHEEL, performance=True)}
    desk = ("wheel.analysis", "backtest.wheel")
    assert tasks["desk.summary"].needs == desk
    assert not set(desk) & set(tasks["code.review"].needs)
    assert {tasks[name].capability for name in desk} == {"market"}


def test_pricing_code_is_reviewed_and_never_run_for_words() -> None:
    """Consent comes with the exact command only."""
    tasks = planned("options_analysis", ticker="U")
    assert [task.tool for task in tasks] == [
        "pricing.review", "code.topic", "code.ask", "code.review",
    ]  # fmt: skip
    assert tasks[0].arguments == {"consent": False}
    (task,) = planner.plan([parse(":pricing --run")]).tasks
    assert (task.tool, task.arguments) == ("pricing.review", {"consent": True})


def test_what_is_said_and_not_kept_to_is_told() -> None:
    """A sweep goes over deltas, so that a strike at the money is not in it."""
    slots: dict[str, Argument] = {"strategy": "sweep", "at_the_money": True}
    part = Understanding("t", "said", "backtest", slots)
    assert planner.plan([part]).assumptions == (
        "a sweep sells at deltas: at the money is not kept to",
    )


@pytest.mark.parametrize(
    ("intent", "slots", "said"),
    [
        ("wheel_rolls", {"target": "January"}, '"January" is not kept to'),
        ("stress", {"spot_move": -0.1, "unread": "3 more"}, '"3 more"'),
        ("backtest", {"unread": "covered calls alone"}, "not kept to: covered calls alone"),
    ],
)
def test_what_is_not_understood_of_a_question_is_told(
    intent: str, slots: dict[str, Argument], said: str
) -> None:
    """The answer says beside its figures which words it did not keep to."""
    (assumed,) = planner.plan([Understanding("t", "said", intent, slots)]).assumptions
    assert said in assumed


@pytest.mark.anyio
async def test_the_summary_repeats_what_was_found(tmp_path: Path) -> None:
    """A side that found nothing is silent beside one that did."""
    sides = {"a": Evidence("good."), "b": Evidence("nothing", found=False)}
    said = await summary(Call({}, Scene(tmp_path).services, sides))
    assert (said.verdict, said.found, said.weight) == ("good", True, 5)
