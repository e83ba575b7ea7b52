"""A console whose engine can't be opened: existing tools answer on its screen."""

import pytest
from textual.pilot import Pilot

from bolt_tui.app import Console, ConsoleSettings
from bolt_tui.panes.line import plain
from engine.evidence import Answer, Text, Understanding

pytestmark = pytest.mark.anyio


async def by_hand(query: str, reason: str) -> Answer:
    return Answer(
        status="degraded",
        level="existing_tools",
        query=Understanding(query, "existing tools: search", "existing_tools"),
        verdict=f"By hand. Missing: {reason}.",
        sections=(Text("rg", "desk.py:3: delta"),),
    )


async def unable(query: str, reason: str) -> Answer:
    raise OSError("no more processes")


def text_of(app: Console, pane: str) -> str:
    return "\n".join(plain(line) for line in app.main.panes[pane].lines)


async def shown(app: Console, pilot: Pilot[int], pane: str, words: str) -> str:
    """Return what a pane shows once these words are on it, or after five seconds."""
    for _ in range(100):
        if words in " ".join(text_of(app, pane).split()):
            break
        await pilot.pause(0.05)
    return " ".join(text_of(app, pane).split())


@pytest.mark.parametrize("early", [False, True])
async def test_a_question_is_answered_by_existing_tools(early: bool) -> None:
    """The answer stands where any other would, also to what was asked before the engine failed."""
    app = Console(ConsoleSettings(last_resort=by_hand, frames_per_s=200))
    async with app.run_test(size=(120, 40)) as pilot:
        if not early:
            app.refuse("the disk is on fire")
        await pilot.press(*"hi", "enter")
        if early:
            app.refuse("the disk is on fire")
        answer = await shown(app, pilot, "answer", "desk.py:3: delta")
        assert "By hand. Missing: the disk is on fire." in answer
        assert "desk.py:3: delta" in answer
        assert app.main.prompt.value == ""


async def test_tools_that_can_not_be_asked_are_told_of() -> None:
    """Whatever their answer fails of becomes a notice; the console stays."""
    app = Console(ConsoleSettings(last_resort=unable, frames_per_s=200))
    async with app.run_test(size=(120, 40)) as pilot:
        app.refuse("the disk is on fire")
        await pilot.press(*"hi", "enter")
        assert "+1 more" in await shown(app, pilot, "alerts", "+1 more")
        assert "no more processes" in app.state.notices["console.tools"].text
