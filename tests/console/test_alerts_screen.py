"""The alerts screen and silences by hand: chosen, asked back, given, told."""

import pytest
from textual.widgets import Input

from bolt_tui.panes.line import plain
from bolt_tui.panes.pane import Pane
from bolt_tui.screens.alerts import Alerts
from bolt_tui.screens.confirm import Confirm
from engine import events as e

from . import recordings
from .machines import m4_pro_host, run_for
from .test_alert_state import stamped
from .test_app import Open, opened

pytestmark = pytest.mark.anyio

_KEYS = {" ": "space", ":": "colon", "_": "underscore"}


async def _type(screen: Open, text: str) -> None:
    screen.main.prompt.value = ""
    await screen.press(*(_KEYS.get(letter, letter) for letter in text), "enter")
    await screen.pilot.pause()


async def _open(screen: Open) -> Alerts:
    await screen.press("ctrl+t")
    await screen.pilot.pause()
    await screen.pilot.pause()
    alerts = screen.app.screen
    assert isinstance(alerts, Alerts)
    return alerts


def _list(alerts: Alerts) -> Pane:
    return alerts.query_one("#alert-list", Pane)


def _chosen(alerts: Alerts) -> str:
    return next((plain(line) for line in _list(alerts).lines if plain(line).startswith("›")), "")


def _said(alerts: Alerts) -> str:
    return str(_list(alerts).border_subtitle)


async def test_it_opens_by_key_and_by_click_and_closes() -> None:
    """From the prompt, from a pane, from the alerts line; escape closes it."""
    async with opened(recordings.alerted()) as screen:
        await _open(screen)
        await screen.press("escape", "tab", "a")
        assert isinstance(screen.app.screen, Alerts)
        await screen.press("a")
        assert screen.shows_main
        await screen.pilot.click("#alerts", offset=(20, 0))
        await screen.pilot.pause()
        assert isinstance(screen.app.screen, Alerts)


async def test_arrows_choose_and_enter_shows_the_whole() -> None:
    """The first is chosen; down goes on; enter unfolds all that is known of it."""
    async with opened(recordings.alerted()) as screen:
        alerts = await _open(screen)
        assert "low_success" in _chosen(alerts)
        await screen.press("down")
        assert "circuit_open" in _chosen(alerts)
        await screen.press("up", "enter")
        text = "\n".join(map(plain, _list(alerts).lines))
        assert "condition  query_success_ratio < 0.8" in text
        await screen.press("end")
        assert "sent" in _chosen(alerts)
        await screen.press("down", "home")
        assert "low_success" in _chosen(alerts)


async def test_the_chosen_stays_in_view() -> None:
    """In the smallest screen the list scrolls with the choice, there and back."""
    async with opened(recordings.alerted(), size=(80, 24)) as screen:
        alerts = await _open(screen)
        await screen.press("enter", "end", "enter")
        await screen.pilot.pause()
        pane = _list(alerts)
        row = [plain(line).startswith("›") for line in pane.lines].index(True)
        top, height = round(pane.scroll_y), pane.scrollable_content_region.height
        assert top <= row < top + height
        assert top > 0
        await screen.press("home")
        assert pane.scroll_y == 0


async def test_a_click_chooses() -> None:
    """The row under the mouse is chosen."""
    async with opened(recordings.alerted()) as screen:
        alerts = await _open(screen)
        line = next(n for n, one in enumerate(_list(alerts).lines) if "circuit_open" in plain(one))
        await screen.pilot.click("#alert-list", offset=(20, line + 1))
        await screen.pilot.pause()
        assert "circuit_open" in _chosen(alerts)


async def test_what_is_chosen_stays_chosen_while_things_change() -> None:
    """A new alert above does not move the choice; one that is over leaves it to its neighbour."""
    async with opened(recordings.alerted()) as screen:
        alerts = await _open(screen)
        await screen.press("down")
        screen.engine.tape.say(
            e.AlertFiring(alert="new", rule="new_one", severity="critical", text="x")
        )
        await screen.settle()
        await screen.press("s", "escape")
        assert "circuit_open" in _chosen(alerts)
        screen.engine.tape.say(
            e.AlertPending(alert="a4", rule="circuit_open", severity="warning", over=True)
        )
        await screen.settle()
        await screen.pilot.pause(0.6)
        assert _chosen(alerts)


async def test_s_silences_the_chosen_for_an_hour_once_confirmed() -> None:
    """Asked back with what it mutes; a reason is needed, and the word; then it is silenced."""
    async with opened(recordings.alerted()) as screen:
        alerts = await _open(screen)
        await screen.press("s")
        assert isinstance(screen.app.screen, Confirm)
        assert screen.engine.silenced == []
        await screen.press(*"deploy", "enter", "enter")
        await screen.settle()
        assert screen.engine.silenced == [({"rule": "low_success"}, 3600.0, "deploy")]
        assert "low_success is silenced until 15:30:55" in _said(alerts)
        assert "low_success" not in screen.text("alerts").split("silenced")[0]


async def test_u_ends_the_chosen_silence() -> None:
    """It needs no reason, only the word."""
    async with opened(recordings.alerted()) as screen:
        alerts = await _open(screen)
        await screen.press("down", "down", "u")
        assert isinstance(screen.app.screen, Confirm)
        assert not screen.app.screen.query(Input)
        await screen.press("enter")
        await screen.settle()
        assert screen.engine.unsilenced == ["5112ce00"]
        assert "is silenced no more" in _said(alerts)


async def test_keys_that_fit_nothing_say_so() -> None:
    """What can't be silenced, is silenced, or is no silence, is told; the screen stays."""
    async with opened(recordings.alerted()) as screen:
        alerts = await _open(screen)
        await screen.press("u")
        assert "this is no silence" in _said(alerts)
        await screen.press("down", "down", "s")
        assert "is a silence already" in _said(alerts)
        await screen.press("down", "s")
        assert "nothing that can be silenced" in _said(alerts)
        assert not screen.engine.silenced
        assert not screen.engine.unsilenced


async def test_s_on_the_main_screen_silences_the_gravest() -> None:
    """Outside the prompt one letter is enough to be asked; with nothing firing it is said."""
    async with opened(recordings.alerted()) as screen:
        await screen.press("tab", "s")
        assert isinstance(screen.app.screen, Confirm)
        await screen.press(*"known", "enter", "enter")
        await screen.settle()
        assert screen.engine.silenced == [({"rule": "low_success"}, 3600.0, "known")]
        assert screen.said.startswith("low_success is silenced until")
        await screen.press("s")
        assert "no alert fires that could be silenced" in screen.said


async def test_silences_can_be_typed() -> None:
    """`:silence NAME 2h because …` and `:unsilence NAME`, asked back as every order."""
    async with opened(recordings.alerted()) as screen:
        await _type(screen, ":silence low_success 2h because we deploy")
        await screen.press("enter")
        await screen.settle()
        assert screen.engine.silenced == [({"rule": "low_success"}, 7200.0, "we deploy")]
        await _type(screen, ":unsilence high_memory")
        await screen.press("enter")
        await screen.settle()
        assert screen.engine.unsilenced == ["5112ce00"]


async def test_what_the_engine_refuses_is_said() -> None:
    """The engine's sentence stands in the last line."""
    async with opened() as screen:
        await _type(screen, ":silence bad because x")
        await screen.press("enter")
        await screen.pilot.pause()
        assert screen.said == "the engine says no"


async def test_the_past_can_be_read_and_not_silenced() -> None:
    """Wound back, the screen shows what fired then; s says that this is the past."""
    tape = recordings.alerted().wait(200)
    tape.say(e.AlertResolved(alert="a1", rule="low_success", severity="critical", why="mended"))
    run_for(tape, 120, m4_pro_host)
    async with opened(tape) as screen:
        assert "low_success" not in screen.text("alerts")
        for _ in range(50):  # the past is there a moment after the engine
            await screen.press("f9")
            if screen.main.is_past:
                break
        await screen.app.run_action("screen.mark_before")
        for _ in range(2):
            await screen.press("f9")
        for worker in [one for one in screen.app.workers if one.name == "time"]:
            await worker.wait()
        await screen.pilot.pause()
        assert "CRITICAL  low_success" in screen.text("alerts")
        alerts = await _open(screen)
        await screen.press("s")
        assert "shows the past" in _said(alerts)
        assert screen.engine.silenced == []


async def test_what_other_sessions_told_before_is_read_from_the_store() -> None:
    """Opening the screen reads the last day: resolved, sent, health and readiness of all."""
    tape = recordings.idle_mac(5)
    async with opened(tape) as screen:
        now_s = tape.clock.wall_s()
        tape.events += [
            stamped(e.AlertResolved(alert="a", rule="last_night", severity="critical"), 1,
                    now_s - 40_000),
            stamped(e.HealthChecked(state="critical", text="the store can't be written"), 2,
                    now_s - 1800),
        ]  # fmt: skip
        alerts = await _open(screen)
        for worker in [one for one in screen.app.workers if one.name == "recall"]:
            await worker.wait()
        await screen.pilot.pause(0.6)
        text = "\n".join(map(plain, _list(alerts).lines))
        assert "last_night" in text
        assert "30 m ago: the store can't be written" in text
