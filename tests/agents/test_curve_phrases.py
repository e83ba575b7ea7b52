"""Questions for a curve: payoff, smile, equity; told from those for the code and for one option."""

import pytest

from engine.agents.planner import plan
from engine.evidence import Argument

from .test_router import Project, project

__all__ = ["project"]

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("payoff of my positions", "desk.payoff", {}),
        ("draw the payoff", "desk.payoff", {}),
        ("payoff diagram for U", "desk.payoff", {"ticker": "U"}),
        ("profit and loss diagram", "desk.payoff", {}),
        ("p&l curve of my positions", "desk.payoff", {}),
        ("payof of my positions", "desk.payoff", {}),
        (":payoff U", "desk.payoff", {"ticker": "U"}),
        ("volatility smile", "desk.smile", {}),
        ("show me the vol smile of U for 2026-12-18", "desk.smile",
         {"ticker": "U", "expiry": "2026-12-18"}),
        ("iv skew", "desk.smile", {}),
        (":smile U 2026-12-18", "desk.smile", {"ticker": "U", "expiry": "2026-12-18"}),
        ("equity curve of the wheel", "backtest.wheel", {}),
        ("payoff of a 20 put spot 22 vol 55% 35 days", "options.price", None),
        ("implied vol of a 20 put at 0.61 spot 22 35 days", "options.implied", None),
    ],
)  # fmt: skip
async def test_a_question_for_a_curve_is_one_task(
    project: Project, text: str, tool: str, arguments: dict[str, Argument] | None
) -> None:
    """Each is drawn by one tool, of the stock and the expiry that it names."""
    (task,) = plan([await project.one(text)]).tasks
    assert task.tool == tool
    assert arguments is None or task.arguments == arguments


@pytest.mark.parametrize("text", ["where is the payoff computed", "where do we draw the smile"])
async def test_where_a_curve_is_drawn_is_asked_of_the_code(project: Project, text: str) -> None:
    """A question for the place in the code is none to the book."""
    assert (await project.one(text)).intent == "code_question"
