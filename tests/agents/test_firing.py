"""What fires stands in the verdict of a question on how everything is."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.agents.planner import plan
from engine.agents.router import understand
from engine.agents.tool import Call
from engine.agents.tools.alerts.firing import firing
from engine.alerts import silences, standing_file
from engine.alerts.silence import silence
from engine.alerts.standing import Alert, Phase, Standing
from engine.events import Severity
from engine.evidence import Evidence, Text

from .past_store import NOW_S, services
from .test_alert_words import _nowhere

pytestmark = pytest.mark.anyio


def alert(rule: str, severity: Severity, phase: Phase = "firing") -> Alert:
    return Alert(alert=rule, rule=rule, expr="x", phase=phase, severity=severity, fired_s=1.0)


async def told(store: Path, *alerts: Alert) -> Evidence:
    folder = store / "alerts"
    folder.mkdir(parents=True, exist_ok=True)
    standing = Standing(at_s=1.0, alerts={one.alert: one for one in alerts})
    standing_file.write(folder, standing)
    async with services(store) as own:
        return await firing(Call({"weight": 2.0}, replace(own, environ={})))


async def test_what_fires_is_named_the_gravest_first(tmp_path: Path) -> None:
    """A pending one does not fire; without an evaluator it is told as what was known last."""
    found = await told(
        tmp_path, alert("a", "warning"), alert("b", "critical"), alert("c", "critical", "pending")
    )
    assert found.verdict == (
        "2 alerts fire (b, critical; a, warning) as far as is known: nobody evaluates them now"
    )
    assert found.weight == 2


async def test_nothing_that_fires_takes_the_verdict(tmp_path: Path) -> None:
    """Then the machine speaks, and that none fires stands below."""
    found = await told(tmp_path, alert("c", "critical", "pending"))
    assert not found.found
    assert found.weight == 0
    assert found.sections


async def test_what_is_silenced_does_not_lead(tmp_path: Path) -> None:
    """Somebody knows of it; it is counted below."""
    muting = silence("0000000a", {"rule": "b"}, NOW_S, 3600.0, by="me", reason="known")
    silences.add(tmp_path / "alerts" / "silences", muting)
    found = await told(tmp_path, alert("a", "warning"), alert("b", "critical"))
    assert found.verdict.startswith("1 alert fires (a, warning)")
    (shown,) = found.sections
    assert isinstance(shown, Text)
    assert "1 silenced" in shown.text


@pytest.mark.parametrize(
    "text",
    ["is everything ok", "are we ok", "is something wrong", "what's wrong", ":status", ":errors"],
)
async def test_a_question_on_how_everything_is_asks_for_them(text: str) -> None:
    """It stands before the machine or the engine in the plan, and so in the verdict."""
    first, second, *_ = plan(await understand(text, _nowhere)).tasks
    assert (first.tool, second.tool[:7]) in {
        ("alerts.firing", "machine"),
        ("alerts.firing", "engine."),
    }


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("sharpe ratio", "prices.sharpe"),
        ("sharpe", "prices.sharpe"),
        ("what is the sharpe ratio over the last year", "prices.sharpe"),
        (
            "what would have happened had I sold puts on EXMPL the last 6 months with an account "
            "of 20,000 USD",
            "backtest.put_write",
        ),
        ("what if I had sold the wheel since 2020", "backtest.wheel"),
    ],
)
async def test_of_the_past(text: str, tool: str) -> None:
    """A bare ratio is of the stocks held; what had been done is a backtest."""
    assert [one.tool for one in plan(await understand(text, _nowhere)).tasks] == [tool]


@pytest.mark.parametrize("text", ["why did health fail", "health failed, why", "is health red"])
async def test_health_by_its_verdict(text: str) -> None:
    """Who asks why it failed is shown the checks themselves."""
    assert [one.tool for one in plan(await understand(text, _nowhere)).tasks] == ["checks.health"]


@pytest.mark.parametrize(
    "text",
    [
        "how much am I in each stock",
        "how much of my money is in U",
        "what share of the book is AAPL",
        "how much do I have in EXMPL",
        "what percentage of my portfolio is in U",
        "concentration of my book",
        "how concentrated am i",
        "which stock is the biggest position",
        "what is my largest holding",
    ],
)
async def test_how_much_is_in_which_stock(text: str) -> None:
    """It is the book's exposure by stock, neither lines of code nor a VaR."""
    assert [one.tool for one in plan(await understand(text, _nowhere)).tasks] == ["risk.by_stock"]
