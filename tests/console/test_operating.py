"""Forcing, pinning and releasing from the console: asked back first, and told."""

import pytest
from textual.widgets import Input

from bolt_tui.panes.line import plain
from bolt_tui.screens.confirm import Confirm
from bolt_tui.screens.why import Why
from engine import events as e

from . import recordings
from .machines import m4_pro_host
from .test_app import Open, opened

pytestmark = pytest.mark.anyio

_KEYS = {" ": "space", ":": "colon"}


async def _type(screen: Open, text: str) -> None:
    screen.main.prompt.value = ""
    await screen.press(*(_KEYS.get(letter, letter) for letter in text), "enter")
    await screen.pilot.pause()


async def test_an_order_is_done_only_when_it_is_confirmed() -> None:
    """Enter on the modal gives it, with the time and the reason that were typed."""
    async with opened() as screen:
        await _type(screen, ":force graph open 10m because it lies")
        assert isinstance(screen.app.screen, Confirm)
        assert screen.engine.ordered == []
        assert screen.main.prompt.value == ""
        await screen.press("enter")
        assert screen.engine.ordered == [("graph", "open", "it lies", 600.0)]
        assert screen.said.startswith("graph is forced open")
        assert screen.shows_main


async def test_escape_leaves_it() -> None:
    """A modal that is left does nothing, and says so."""
    async with opened() as screen:
        await _type(screen, ":pin monitoring because drill")
        await screen.press("escape")
        assert screen.engine.ordered == []
        assert screen.said == "left as it was"


async def test_no_order_without_a_reason() -> None:
    """Where none was typed the modal asks for one, shows it, and waits for the word."""
    async with opened() as screen:
        await _type(screen, ":pin monitoring")
        await screen.press("enter")
        assert isinstance(screen.app.screen, Confirm)
        assert screen.engine.ordered == []
        await screen.press(*"drill", "enter")
        assert screen.engine.ordered == []
        await screen.press("enter")
        assert screen.engine.ordered == [("level", "monitoring", "drill", None)]


@pytest.mark.parametrize(
    "order", [":force graph open", ":force graph open because it lies", ":release graph"]
)
async def test_what_is_typed_on_does_not_confirm(order: str) -> None:
    """Who types the next question and enter, not minding the modal, has not given the order."""
    async with opened(recordings.troubled()) as screen:
        await _type(screen, order)
        for text in ("status", ":memory"):
            await screen.press(*(_KEYS.get(letter, letter) for letter in text), "enter")
            assert screen.engine.ordered == []
            assert isinstance(screen.app.screen, Confirm)
        await screen.press("enter")
        assert len(screen.engine.ordered) == 1


async def test_what_the_engine_refuses_is_said() -> None:
    """A sentence of the engine stands in the last line."""
    async with opened() as screen:
        await _type(screen, ":pin limited because drill")
        await screen.press("enter")
        assert screen.said == "the engine says no"


async def test_a_bad_name_stays_in_the_prompt() -> None:
    """The nearest name is offered and nothing is asked back."""
    async with opened() as screen:
        await _type(screen, ":force grap open")
        assert 'did you mean "graph"?' in screen.said
        assert screen.main.prompt.value == ":force grap open"
        assert screen.shows_main


async def test_an_order_is_in_the_history_of_the_prompt() -> None:
    """Up brings back what was ordered, also what was left unconfirmed and what moved the time."""
    async with opened(past=("earlier",)) as screen:
        await _type(screen, ":force graph open because it lies")
        await screen.press("escape")
        await _type(screen, ":force grap open")
        await _type(screen, "live")
        await screen.press("up")
        assert screen.main.prompt.value == "live"
        await screen.press("up")
        assert screen.main.prompt.value == ":force graph open because it lies"
        await screen.press("up")
        assert screen.main.prompt.value == "earlier"


async def test_what_is_forced_is_released() -> None:
    """A release needs no reason, only the word."""
    async with opened(recordings.troubled()) as screen:
        await _type(screen, ":release graph")
        assert isinstance(screen.app.screen, Confirm)
        assert not screen.app.screen.query(Input)
        await screen.press("enter")
        assert screen.engine.ordered == [("graph", "release", "", None)]


async def test_the_past_takes_no_orders() -> None:
    """While the screen shows what was, what is can't be changed by mistake."""
    async with opened(recordings.answered(recordings.idle_mac(150)).wait(60)) as screen:
        for _ in range(50):  # the past is there a moment after the engine
            await screen.press("f9")
            if screen.main.is_past:
                break
        screen.main.prompt.focus()
        await _type(screen, ":force graph open because it lies")
        assert "shows the past" in screen.said
        assert screen.engine.ordered == []


async def test_without_an_engine_there_is_nothing_to_hold() -> None:
    """An order before the engine is open is refused with the reason."""
    async with opened(attach=False) as screen:
        await _type(screen, ":force graph open because it lies")
        assert "the engine is not open" in screen.said


async def test_the_palette_begins_an_order() -> None:
    """Force, pin and release of the palette begin the text, and completion goes on."""
    async with opened() as screen:
        await screen.app.run_action("screen.begin('force')")
        assert screen.main.prompt.value == ":force "
        await screen.press("g")
        assert screen.app.complete(":force g") == [":force graph"]
        await _type(screen, ":pin")
        assert screen.main.prompt.value == ":pin "


async def test_the_evidence_opens_by_key_by_word_and_by_click() -> None:
    """One screen, from wherever the hand is; escape closes it."""
    async with opened(recordings.troubled()) as screen:
        await screen.press("ctrl+g")
        assert isinstance(screen.app.screen, Why)
        await screen.press("escape")
        await _type(screen, ":why")
        assert isinstance(screen.app.screen, Why)
        await screen.press("w")
        await screen.pilot.click("#header", offset=(20, 0))
        await screen.pilot.pause()
        assert isinstance(screen.app.screen, Why)


async def test_the_evidence_goes_on_counting() -> None:
    """What happens while it is read is on it."""
    async with opened(recordings.troubled()) as screen:
        await screen.press("ctrl+g")
        why = screen.app.screen
        assert isinstance(why, Why)
        screen.engine.tape.wait(4).say(
            e.CircuitChanged(capability="symbols", state="closed"), m4_pro_host(3)
        )
        await screen.settle()
        for _ in range(200):
            text = "\n".join(plain(line) for line in why.query_one("#why").lines)  # type: ignore[attr-defined]
            if "in 14 s" in text:
                break
            await screen.pilot.pause(0.02)
        assert "in 14 s" in text
        assert "half-open" not in text


async def test_the_hint_stands_only_where_there_is_something_to_ask() -> None:
    """At the full level the last line does not speak of why."""
    async with opened() as screen:
        assert "why" not in str(screen.main.hints.render())
    async with opened(recordings.troubled()) as screen:
        assert "why" in str(screen.main.hints.render())
