"""Which questions are about the alerts themselves, and which are for others."""

import pytest

from engine.agents.places import Located
from engine.agents.planner import plan
from engine.agents.router import understand

pytestmark = pytest.mark.anyio

NOW = (
    "alerts",
    ":alerts",
    "any alerts?",
    "are there any alerts",
    "show me the alerts",
    "show active alerts",
    "which alerts are firing",
    "what is firing",
    "is anything firing?",
    "what is silenced",
    "alert rules",
    "list pending alerts",
    "how many alerts are there",
)
HISTORY = (
    "alert history",
    "history of alerts",
    "alerts since yesterday",
    ":alerts today",
    "which alerts fired yesterday",
    "what fired last night",
    "when did the memory alert fire last week",
    "did any alerts fire today",
)
OTHERS = (
    "what triggers an alert",
    "where are alerts sent",
    "which function sends alerts",
    "find alerts in the code",
    "search for alerts",
    "who calls send_alert",
    "explain alerts.py",
    "how are alerts implemented",
)


async def _nowhere(_: str) -> Located:
    return Located(None)


async def tools(text: str) -> list[str]:
    return [task.tool for task in plan(await understand(text, _nowhere)).tasks]


@pytest.mark.parametrize("text", NOW)
async def test_how_they_stand(text: str) -> None:
    """It is read from the store's folder, which needs no capability."""
    assert await tools(text) == ["alerts.now"]


@pytest.mark.parametrize("text", HISTORY)
async def test_how_they_went(text: str) -> None:
    """With a time, or a word for the past, it is told from the records."""
    assert await tools(text) == ["alerts.history"]


@pytest.mark.parametrize("text", OTHERS)
async def test_not_about_them(text: str) -> None:
    """Questions about code that has to do with alerts go where they went."""
    assert not [tool for tool in await tools(text) if tool.startswith("alerts.")]
