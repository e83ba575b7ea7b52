"""The app: what keys, prompts and events do to the screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path
from typing import Literal

import pytest
from textual import events
from textual.pilot import Pilot

from bolt_tui.app import Console, ConsoleSettings
from bolt_tui.arrangement import Arrangement, write_arrangement
from bolt_tui.panes.line import plain
from bolt_tui.panes.pane import Canvas, Drawing
from bolt_tui.panes.pump import Pump
from bolt_tui.screens.help import Help
from bolt_tui.screens.too_small import TooSmall
from bolt_tui.state import ConsoleState
from engine import events as e

from . import recordings
from .machines import m4_pro_host
from .stand_in import StandIn
from .tape import Tape

pytestmark = pytest.mark.anyio


class Open:
    """An app under test, its engine and its pilot."""

    def __init__(self, app: Console, engine: StandIn, pilot: Pilot[int]) -> None:
        self.app, self.engine, self.pilot = app, engine, pilot
        self.press = pilot.press
        self.main = app.main

    async def settle(self) -> None:
        """Wait until all that was published is folded and drawn."""
        while self.app.state.folded < len(self.engine.tape.events):
            await self.pilot.pause(0.01)
        await self.pilot.pause(0.02)

    def text(self, pane: str) -> str:
        return "\n".join(plain(line) for line in self.main.panes[pane].lines)

    @property
    def shows_main(self) -> bool:
        return self.app.screen.id == self.main.id

    @property
    def said(self) -> str:
        return self.main.hints.message[0] if self.main.hints.message else ""


@asynccontextmanager
async def opened(
    tape: Tape | None = None,
    *,
    attach: bool = True,
    size: tuple[int, int] = (120, 40),
    past: tuple[str, ...] = (),
    keys: dict[str, str] | None = None,
    folder: Path | None = None,
) -> AsyncIterator[Open]:
    tape = tape or recordings.idle_mac(5)
    settings = ConsoleSettings(
        clock=tape.clock, frames_per_s=200, keys=keys or {}, folder=folder, zone=UTC
    )
    app = Console(settings)
    async with app.run_test(size=size) as pilot:
        screen = Open(app, StandIn(tape, past), pilot)
        if attach:
            app.attach(screen.engine)
            await screen.settle()
        yield screen


async def test_letters_belong_to_the_prompt() -> None:
    """While the prompt has the focus, letters that are keys elsewhere are typed."""
    async with opened() as screen:
        await screen.press(*"zptq?/1")
        assert screen.main.prompt.value == "zptq?/1"
        assert screen.main.maximized is None


async def test_function_keys_work_from_the_prompt() -> None:
    """Zoom and pause are at hand without leaving the prompt, and the typed text stays."""
    async with opened() as screen:
        await screen.press("a", "f2", "b", "f3", "c")
        assert screen.main.maximized is screen.main.panes["answer"]
        assert screen.main.has_class("-paused")
        assert screen.main.prompt.value == "abc"


async def test_a_question_goes_to_the_engine_and_on_screen() -> None:
    """Enter asks, empties the prompt and turns the answer pane to the query."""
    async with opened() as screen:
        await screen.press(*"who", "enter")
        await screen.settle()
        assert screen.engine.submitted == ["who"]
        assert screen.main.prompt.value == ""
        assert "running" in screen.text("answer")
        assert "“who”" in screen.text("answer")


async def test_a_bad_question_stays_in_the_prompt() -> None:
    """A refused text can be corrected; the sentence says what is wrong until it is changed."""
    async with opened() as screen:
        await screen.press(*"bad", "enter")
        assert screen.said == "the query is bad; ask something like: system status"
        assert screen.main.prompt.value == "bad"
        await screen.press("x")
        await screen.pilot.pause()
        assert screen.said == ""


async def test_a_question_waits_for_the_engine() -> None:
    """What is asked while the engine is being opened is asked as soon as it is."""
    async with opened(attach=False) as screen:
        await screen.press(*"hi", "enter")
        assert "asked as soon as it is" in screen.said
        screen.app.attach(screen.engine)
        await screen.settle()
        assert screen.engine.submitted == ["hi"]
        assert "“hi”" in screen.text("answer")


async def test_an_engine_that_does_not_open_is_explained() -> None:
    """The console stays, shows the reason, and refuses questions with it."""
    async with opened(attach=False) as screen:
        screen.app.refuse("bolt.toml line 3: expected a number")
        await screen.pilot.pause()
        assert "CRITICAL" in screen.text("alerts")
        assert "bolt.toml line 3" in screen.text("alerts")
        assert "EXISTING TOOLS" in screen.text("header")
        await screen.press(*"hi", "enter")
        assert screen.said.startswith("not asked, the engine is not open: bolt.toml line 3")
        assert screen.main.prompt.value == "hi"


async def test_a_paused_screen_stands_still_and_catches_up() -> None:
    """While paused nothing is redrawn, yet nothing is lost."""
    async with opened() as screen:
        await screen.press("f3")
        before = screen.text("cpu"), screen.text("alerts")
        screen.engine.tape.wait(1).say(
            m4_pro_host(77), e.Notice(key="n", severity="warning", text="look here")
        )
        await screen.settle()
        assert (screen.text("cpu"), screen.text("alerts")) == before
        assert "PAUSED" in screen.text("header")
        await screen.press("f3")
        assert "look here" in screen.text("alerts")
        assert "PAUSED" not in screen.text("header")


async def test_asking_ends_a_pause() -> None:
    """Who asks wants to see the answer."""
    async with opened() as screen:
        await screen.press("f3", *"hi", "enter")
        assert not screen.main.has_class("-paused")


async def test_escape_goes_back_one_step() -> None:
    """First out of the zoom, then the running query, then out of the prompt."""
    async with opened() as screen:
        await screen.press(*"hi", "enter")
        await screen.settle()
        await screen.press("f2", "escape")
        assert screen.main.maximized is None
        assert screen.engine.cancelled == []
        await screen.press("escape")
        assert screen.engine.cancelled == ["asked-1"]
        assert "cancelled “hi”" in screen.said
        screen.engine.tape.say(
            e.QueryCancelled(query="asked-1", answer=recordings.answer("cancelled", "cancelled"))
        )
        await screen.settle()
        await screen.press("escape")
        assert not screen.main.typing


async def test_cancel_falls_through_when_nothing_runs() -> None:
    """Ctrl+x cuts marked text as long as there is no query to cancel."""
    async with opened() as screen:
        await screen.press(*"hi", "ctrl+shift+a", "ctrl+x")
        assert screen.main.prompt.value == ""
        assert screen.engine.cancelled == []


async def test_the_history_is_walked_with_the_arrows() -> None:
    """Up goes back through this and earlier sessions, down returns to what was being typed."""
    async with opened(past=("newest", "oldest")) as screen:
        await screen.press(*"now", "enter", *"dra", "up")
        assert screen.main.prompt.value == "now"
        await screen.press("up", "up")
        assert screen.main.prompt.value == "oldest"
        await screen.press("down", "down", "down")
        assert screen.main.prompt.value == "dra"


async def test_enter_asks_what_was_typed() -> None:
    """An offered completion never replaces the text unless it was chosen."""
    async with opened() as screen:
        await screen.press(*"wh", "enter")
        await screen.pilot.pause()
        assert screen.engine.submitted == ["wh"]
        await screen.press(*"wh")
        await screen.pilot.pause()
        await screen.press("tab")
        assert screen.main.prompt.value == "who imports"


async def test_escape_closes_the_offers_first() -> None:
    """With offers open, escape closes them and nothing else; the arrows and enter choose one."""
    async with opened() as screen:
        await screen.press(*"wh")
        await screen.pilot.pause()
        await screen.press("escape")
        assert screen.main.typing
        await screen.press("backspace", "h")
        await screen.pilot.pause()
        await screen.press("down", "enter")
        assert screen.main.prompt.value == "what can be asked"
        assert screen.engine.submitted == []


async def test_a_sentence_longer_than_its_line_says_so() -> None:
    """It ends in an ellipsis, and the whole of it is under the mouse."""
    async with opened() as screen:
        screen.main.say("word " * 60, "bad")
        await screen.pilot.pause()
        assert "".join(s.text for s in screen.main.hints.render_line(0)).rstrip().endswith("…")
        assert screen.main.hints.tooltip == "word " * 60
        screen.main.show_keys()
        assert screen.main.hints.tooltip is None


async def test_a_typed_command_of_the_console_is_done_here() -> None:
    """`:pause` does what the key does and never reaches the engine."""
    async with opened() as screen:
        await screen.press(*":pause", "enter")
        await screen.pilot.pause()
        assert screen.main.has_class("-paused")
        assert screen.engine.submitted == []


async def test_tab_goes_round() -> None:
    """Tab visits every pane in view in the order of the numbers and comes back to the prompt."""
    async with opened() as screen:
        seen = []
        for _ in range(8):
            await screen.press("tab")
            seen.append(screen.main.focused.id if screen.main.focused else None)
        assert seen == [
            "cpu",
            "gpu",
            "memory",
            "agents",
            "circuits",
            "answer",
            "processes",
            "prompt",
        ]


async def test_a_pane_out_of_view_is_zoomed() -> None:
    """Where the screen has no room for the processes, their number shows them all the same."""
    async with opened(size=(80, 24)) as screen:
        await screen.press("tab", "7")
        await screen.pilot.pause()
        assert screen.main.maximized is screen.main.panes["processes"]
        assert "WindowServer" in screen.text("processes")


async def test_costly_samples_are_wanted_only_in_view() -> None:
    """Processes are asked for while their pane is on screen, and not otherwise."""
    async with opened(size=(80, 24)) as screen:
        assert screen.main.wanted() == set()
        await screen.press("tab", "7")
        await screen.pilot.pause()
        assert screen.main.wanted() == {e.ProcessSample}
        screen.engine.tape.wait(1).say(m4_pro_host(9))
        await screen.settle()
        assert screen.engine.bus.wanted(e.ProcessSample)


async def test_the_mouse_focuses_and_zooms() -> None:
    """One click focuses a pane, two give it the screen, two more take it back."""
    async with opened() as screen:
        await screen.pilot.click("#circuits", offset=(5, 2))
        assert screen.main.focused is screen.main.panes["circuits"]
        await screen.pilot.click("#circuits", offset=(5, 2), times=2)
        await screen.pilot.pause()
        assert screen.main.maximized is screen.main.panes["circuits"]
        await screen.pilot.click("#circuits", offset=(5, 2), times=2)
        assert screen.main.maximized is None


async def test_a_zoomed_pane_takes_the_room() -> None:
    """Zoomed, a pane fills all but the first line and the last three."""
    async with opened() as screen:
        await screen.press("tab", "2", "z")
        await screen.pilot.pause()
        assert screen.main.panes["gpu"].outer_size == (120, 36)


async def test_a_new_line_is_painted() -> None:
    """What is redrawn reaches the terminal, even where one row of a pane changed."""
    async with opened() as screen:
        screen.engine.tape.say(e.Notice(key="n", severity="critical", text="the disk is full"))
        await screen.settle()
        assert "the&#160;disk&#160;is&#160;full" in screen.app.export_screenshot()


async def test_a_drawing_that_fails_spares_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pane that can't be drawn says so; the rest of the screen goes on."""

    def broken(_: ConsoleState, __: Canvas) -> Drawing:
        raise ZeroDivisionError("no cores")

    async with opened() as screen:
        monkeypatch.setattr(screen.main.panes["cpu"], "_draw", broken)
        screen.engine.tape.wait(1).say(m4_pro_host(50))
        await screen.settle()
        assert "ZeroDivisionError: no cores" in screen.text("cpu")
        assert "14:30:06" in screen.text("header")


async def test_a_screen_that_stands_still_says_so() -> None:
    """When the worker that draws fails, the line of alerts tells it, and the keys still work."""

    class Torn(StandIn):
        def state_events(self) -> list[e.Event]:
            raise OSError("the journal is torn")

    tape = recordings.idle_mac(3)
    app = Console(ConsoleSettings(clock=tape.clock, frames_per_s=200))
    async with app.run_test(size=(120, 40)) as pilot:
        app.attach(Torn(tape))
        await pilot.pause(0.1)
        shown = "".join(plain(line) for line in app.main.panes["alerts"].lines)
        assert "the screen stands still, drawing it failed: OSError: the journal is torn" in shown
        await pilot.press("f1")
        assert isinstance(app.screen, Help)


async def test_earlier_prompts_that_cant_be_read_are_a_warning() -> None:
    """A history that can't be read costs the history and nothing else."""

    class Forgetful(StandIn):
        async def recent_queries(self, limit: int) -> list[str]:
            raise OSError("the store is gone")

    tape = recordings.idle_mac(3)
    app = Console(ConsoleSettings(clock=tape.clock, frames_per_s=200))
    async with app.run_test(size=(120, 40)) as pilot:
        app.attach(Forgetful(tape))
        await pilot.pause(0.1)
        shown = "".join(plain(line) for line in app.main.panes["alerts"].lines)
        assert "earlier prompts can't be read: OSError: the store is gone" in shown
        assert app.state.host is not None


async def test_a_slow_reader_fetches_what_it_missed() -> None:
    """After an overrun the gap is read from the engine, and no fact is lost."""
    tape = recordings.joined()
    state = ConsoleState()
    engine = StandIn(tape)
    pump = Pump(state, lambda: None, set, clock=tape.clock, frames_per_s=1000)
    with tape.bus.subscribe(conflate=True, capacity=4) as small:
        for number in range(30):
            tape.say(e.Notice(key=f"n{number}", severity="info", text="x"))
        batch = small.take()
    assert isinstance(batch[0], e.Lagged)
    await pump.fold(await pump.filled(engine, batch))
    assert len(state.notices) == 30


async def test_the_answers_can_be_turned() -> None:
    """Older and newer go through the answers, clear puts them away."""
    tape = recordings.idle_mac(3)
    for name in ("q1", "q2"):
        recordings.asked(tape, query=name)
        tape.say(
            e.QueryAnswered(query=name, answer=recordings.answer("answered", f"this is {name}"))
        )
    async with opened(tape) as screen:
        assert "q2" in screen.text("answer")
        await screen.press("f7")
        assert screen.text("answer").startswith("✓ this is q2")
        await screen.press("f7", "f7")
        assert screen.text("answer").startswith("✓ this is q1")
        await screen.press("f8", "f8")
        assert "this is q1" in screen.text("answer")
        assert "this is q2" in screen.text("answer")


async def test_an_answer_is_copied_as_text() -> None:
    """Copy puts the whole answer on the clipboard, also what is scrolled out of view."""
    async with opened(recordings.answered(recordings.idle_mac(3))) as screen:
        screen.main.turn_to("q1")
        await screen.press("f6")
        assert "imported by 14 files" in screen.app.clipboard
        assert "bus.py imports only clock and events" in screen.app.clipboard
        assert screen.said.startswith("copied the answer")


async def test_remapped_keys_work() -> None:
    """A key from the user's settings does the action, and the old one no longer does."""
    async with opened(keys={"pause": "f12"}) as screen:
        await screen.press("f3")
        assert not screen.main.has_class("-paused")
        await screen.press("f12")
        assert screen.main.has_class("-paused")


async def test_a_wrong_key_setting_is_a_notice() -> None:
    """An unknown name in the keymap is told in the line of alerts."""
    async with opened(keys={"paus": "f12"}) as screen:
        assert "did you mean pause?" in screen.text("alerts")


async def test_theme_and_hidden_panes_are_remembered(tmp_path: Path) -> None:
    """The next session starts as the last one was left."""
    async with opened(folder=tmp_path) as screen:
        await screen.press("f4")
        await screen.pilot.pause()
        screen.main.action_show("gpu")
        await screen.pilot.pause()
        assert not screen.main.panes["gpu"].display
    async with opened(folder=tmp_path) as screen:
        assert screen.app.theme == "bolt-light"
        assert not screen.main.panes["gpu"].display


@pytest.mark.parametrize("set_to", ["dark", "light"])
async def test_the_theme_that_was_set_counts_for_more(
    tmp_path: Path, set_to: Literal["dark", "light"]
) -> None:
    """Whatever is remembered, the setting `console.theme` holds."""
    write_arrangement(tmp_path, Arrangement(theme="bolt-light"))
    app = Console(ConsoleSettings(theme=set_to, folder=tmp_path))
    async with app.run_test():
        assert app.theme == f"bolt-{set_to}"


async def test_ctrl_c_in_the_prompt_cancels() -> None:
    """With nothing marked it is for the running query, also while the prompt has the focus."""
    async with opened(recordings.running()) as screen:
        await screen.press("ctrl+c")
        await screen.pilot.pause()
        assert screen.engine.cancelled == [recordings.QUERY]


async def test_too_small_and_back() -> None:
    """Below the least size there is one sentence; with room again the console is back."""
    async with opened() as screen:
        await screen.pilot.resize_terminal(50, 12)
        await screen.pilot.pause()
        assert isinstance(screen.app.screen, TooSmall)
        await screen.pilot.resize_terminal(100, 30)
        await screen.pilot.pause()
        assert screen.shows_main


async def test_help_opens_over_the_prompt_and_closes() -> None:
    """F1 opens the help from the prompt; escape closes it."""
    async with opened() as screen:
        await screen.press("f1")
        assert isinstance(screen.app.screen, Help)
        await screen.press("escape")
        assert screen.shows_main


async def test_quit_from_anywhere() -> None:
    """Ctrl+q leaves from the prompt and through an open help."""
    async with opened() as screen:
        await screen.press("f1", "ctrl+q")
        assert screen.app.return_code == 0
        assert screen.app._exit


async def test_the_palette_offers_the_table() -> None:
    """Every action with a palette text is offered, with its help."""
    async with opened() as screen:
        titles = [command.title for command in screen.app.get_system_commands(screen.main)]
        assert "Show or hide processes" in titles
        assert "Zoom the pane" in titles
        assert len(titles) == len(set(titles))


async def test_marked_text_is_what_the_mouse_covered() -> None:
    """Dragging over a pane marks its text as it stands there."""
    async with opened(recordings.answered(recordings.idle_mac(3))) as screen:
        screen.main.turn_to("q1")
        await screen.pilot.pause()
        await screen.pilot.mouse_down("#answer", offset=(4, 1))
        await screen.pilot.hover("#answer", offset=(11, 1))
        await screen.pilot.mouse_up("#answer", offset=(12, 1))
        await screen.pilot.pause()
        assert (screen.main.get_selected_text() or "").strip() == "engine/bu"


def _at_once(app: Console, *keys: str) -> None:
    """Put keys as a fast hand or a script does: the next is there before the last is done."""
    names = {
        " ": "space", "/": "slash", ":": "colon", "\r": "enter", "\x7f": "backspace",
        "\x15": "ctrl+u",
    }  # fmt: skip
    for key in keys:
        app.post_message(events.Key(names.get(key, key), key))


@pytest.mark.parametrize(
    ("typed", "left"),
    [("abc\x7f\x7fxy", "axy"), ("abc\x15de", "de"), ("one\rtwo", "two"), ("one\rtwo\r", "")],
)
async def test_what_is_typed_at_once_keeps_its_order(typed: str, left: str) -> None:
    """No key overtakes another, and what is typed after enter belongs to the next question."""
    async with opened() as screen:
        _at_once(screen.app, *typed)
        await screen.settle()
        await screen.pilot.pause()
        assert screen.main.prompt.value == left
        assert screen.engine.submitted == ["one", "two"][: typed.count("\r")]


@pytest.mark.parametrize(("key", "left"), [("/", "apq"), (":", ":apq")])
async def test_what_is_typed_after_the_key_of_the_prompt_is_for_it(key: str, left: str) -> None:
    """Letters that are keys of a pane are typed, and nothing typed before them is replaced."""
    async with opened() as screen:
        screen.main.set_focus(screen.main.panes["answer"])
        await screen.pilot.pause()
        _at_once(screen.app, key, *"apq")
        await screen.pilot.pause()
        await screen.pilot.pause()
        assert screen.main.prompt.value == left
        assert screen.shows_main


async def test_a_refused_question_stays_unless_more_was_typed() -> None:
    """It is given back to be put right; what came after it is kept instead."""
    async with opened() as screen:
        screen.app.refuse("no disk")
        _at_once(screen.app, *"one\r")
        await screen.pilot.pause()
        assert screen.main.prompt.value == "one"
        _at_once(screen.app, *"\x15two\rx")
        await screen.pilot.pause()
        assert screen.main.prompt.value == "x"
