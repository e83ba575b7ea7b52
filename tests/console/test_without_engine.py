"""A console whose engine can't be opened: existing tools answer on its screen."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from bolt_tui.app import Console, ConsoleSettings
from bolt_tui.last_resort import answer
from bolt_tui.opening import Settings
from bolt_tui.panes.line import plain
from bolt_tui.panes.pane import Pane
from engine.config import load
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


async def test_nothing_waits_for_an_engine_that_failed() -> None:
    """No pane goes on waiting, and at 80 columns the whole cause is read without a key."""
    app = Console(ConsoleSettings(last_resort=by_hand, frames_per_s=200))
    cause = "config.toml:2: alerts.rules.mine.expr: at column 1: there is no metric of that name"
    async with app.run_test(size=(80, 24)) as pilot:
        app.refuse(cause)
        answer = await shown(app, pilot, "answer", "start again")
        assert cause in answer
        for pane in ("cpu", "gpu", "memory", "agents", "circuits"):
            assert "the engine is not open" in await shown(app, pilot, pane, "engine is not open")
        await pilot.press("ctrl+g")
        await pilot.pause()
        why = " ".join(plain(line) for line in app.screen.query_one("#why", Pane).lines)
        assert cause in " ".join(why.split())
        assert "works" not in why


async def test_the_alerts_screen_knows_nothing_without_an_engine() -> None:
    """It says unknown, never none, and the whole cause."""
    app = Console(ConsoleSettings(last_resort=by_hand, frames_per_s=200))
    async with app.run_test(size=(80, 24)) as pilot:
        app.refuse("config.toml:2: alerts.rules.mine.expr: at column 1: there is no such metric")
        await pilot.press("ctrl+t")
        await pilot.pause()
        await pilot.pause()
        lines = app.screen.query_one("#alert-list", Pane).lines
        text = " ".join(" ".join(plain(line) for line in lines).split())
        assert "there is no such metric; put that right and start again" in text
        assert text.count("unknown") == 7
        assert "none" not in text


@pytest.mark.parametrize(
    ("in_console", "said"), [(True, "start again. No existing tool"), (False, "[existing_tools]")]
)
async def test_what_no_tool_answers(tmp_path: Path, in_console: bool, said: str) -> None:
    """A console is to be started again; a single run is told how to have a tool of one's own."""
    given = await answer(
        Settings(tmp_path, load(tmp_path)), ":alerts", "the cause", in_console=in_console
    )
    assert given.status == "failed"
    assert given.verdict.startswith("The cause; put that right")
    assert said in given.verdict
    assert given.elapsed_ms > 0


async def test_tools_that_can_not_be_asked_are_told_of() -> None:
    """Whatever their answer fails of becomes a notice; the console stays."""
    app = Console(ConsoleSettings(last_resort=unable, frames_per_s=200))
    async with app.run_test(size=(120, 40)) as pilot:
        app.refuse("the disk is on fire")
        await pilot.press(*"hi", "enter")
        assert "+1 more" in await shown(app, pilot, "alerts", "+1 more")
        assert "no more processes" in app.state.notices["console.tools"].text
