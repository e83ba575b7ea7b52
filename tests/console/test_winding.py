"""Winding back: one cursor moves all panes through the past."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC

import pytest
from textual.pilot import Pilot

from bolt_tui.app import Console, ConsoleSettings
from bolt_tui.panes.line import plain
from bolt_tui.winding import NothingRecorded, Winding
from engine import events as e
from engine.store.past.recording import FORMAT, Header, RecordedPast, Recording

from . import recordings
from .stand_in import StandIn
from .tape import START_WALL_S, Tape
from .test_alert_state import stamped

pytestmark = pytest.mark.anyio


class Screen:
    """An app under test over a tape of five minutes, wound by keys."""

    def __init__(self, app: Console, tape: Tape, pilot: Pilot[int]) -> None:
        self.app, self.tape, self.pilot = app, tape, pilot

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            for worker in [one for one in self.app.workers if one.name == "time"]:
                await worker.wait()
        await self.pilot.pause()

    async def prompt(self, text: str) -> None:
        self.app.main.prompt.focus()
        self.app.main.prompt.value = text
        await self.press("enter")

    def text(self, pane: str) -> str:
        return "\n".join(plain(line) for line in self.app.main.panes[pane].lines)

    @property
    def said(self) -> str:
        return self.app.main.hints.message[0] if self.app.main.hints.message else ""

    @property
    def at_s(self) -> float | None:
        """Seconds since the tape began, None when live."""
        moment = self.app.main.look.moment
        return None if moment is None else moment.at_s - START_WALL_S


def tape() -> Tape:
    """200 s of an idle machine, a query at 200 s, then three minutes of quiet machine."""
    taped = recordings.answered(recordings.idle_mac(200))
    taped.say(e.CircuitChanged(capability="graph", state="open", was="closed", cause="it died"))
    for _ in range(180):
        taped.wait(1.0)
        taped.say(e.HostSample(cpu_pct=(99.0,) * 12, source="test"))
    return taped


@asynccontextmanager
async def opened() -> AsyncIterator[Screen]:
    taped = tape()
    app = Console(ConsoleSettings(clock=taped.clock, frames_per_s=200, zone=UTC))
    async with app.run_test(size=(120, 40)) as pilot:
        app.attach(StandIn(taped))
        while app.state.folded < len(taped.events):
            await pilot.pause(0.01)
        await pilot.pause(0.02)
        yield Screen(app, taped, pilot)


async def test_a_step_back_moves_all_panes() -> None:
    """A key winds back a minute; header, machine and circuits show what was then."""
    async with opened() as screen:
        assert screen.text("circuits").startswith("✗ open")
        await screen.press("f9", "f9", "f9", "f9")
        assert screen.at_s is not None
        assert 120 < screen.at_s < 150
        assert "PAST 14:32:" in screen.text("header")
        assert "99 %" not in screen.text("cpu")
        assert "open" not in screen.text("circuits")
        assert "analyze" not in screen.text("answer")


async def test_live_again_with_one_key() -> None:
    """What happened meanwhile is there at once, and the bar is gone."""
    async with opened() as screen:
        await screen.press("f9")
        screen.tape.say(e.Notice(key="late", severity="warning", text="while you were away"))
        await screen.pilot.pause(0.05)
        assert "while you were away" not in screen.text("alerts")
        await screen.press("f5")
        assert screen.at_s is None
        assert "while you were away" in screen.text("alerts")
        assert not screen.app.main.has_class("-past")


async def test_stepping_into_the_present_is_live() -> None:
    """The cursor does not go into the future."""
    async with opened() as screen:
        await screen.press("f9", "f10", "f10")
        assert screen.at_s is None


async def test_a_moment_by_its_time() -> None:
    """`at 14:31` in the prompt goes there; a wrong time is refused with what is understood."""
    async with opened() as screen:
        await screen.prompt("at 14:31")
        assert screen.at_s == 60
        await screen.prompt("at noonish")
        assert "is no time" in screen.said
        await screen.prompt("live")
        assert screen.at_s is None


async def test_marks_are_stations() -> None:
    """Keys go from mark to mark; the bar shows them with a glyph each."""
    async with opened() as screen:
        await screen.press("tab", "comma")
        assert screen.text("timebar").count("◐") == 1
        assert screen.at_s == pytest.approx(203.4, abs=5)
        await screen.press("comma", "comma", "comma", "comma")
        assert screen.at_s == 0
        await screen.press("comma")
        assert "no mark before" in screen.said


async def test_a_time_before_everything() -> None:
    """Where nothing was recorded, the nearest moment is shown and said to be that."""
    async with opened() as screen:
        await screen.prompt("at 9:00")
        assert screen.at_s == 0
        assert "nearest" in screen.said


async def test_a_click_on_the_bar_seeks() -> None:
    """The middle of the bar is the middle of its span."""
    async with opened() as screen:
        await screen.press("tab", "f9", "plus")
        moment = screen.app.main.look.moment
        assert moment is not None
        await screen.pilot.click("#timebar", offset=(80, 0))
        await screen.press("f6")
        after = screen.app.main.look.moment
        assert after is not None
        assert after.at_s != moment.at_s


async def test_playing_goes_on_to_the_present() -> None:
    """Played fast enough, the past runs into the present and is live again."""
    async with opened() as screen:
        await screen.press("tab", "f9")
        await screen.pilot.press("space", "greater_than_sign", "greater_than_sign")
        moment = screen.app.main.look.moment
        assert moment is not None
        assert moment.speed == 5.0
        screen.tape.clock.advance(0.5)
        await screen.pilot.pause(0.05)
        first = screen.at_s
        screen.tape.clock.advance(1.0)
        await screen.pilot.pause(0.05)
        assert screen.at_s is not None
        assert first is not None
        assert screen.at_s - first == pytest.approx(5.0)
        screen.tape.clock.advance(100.0)
        await screen.pilot.pause(0.05)
        assert screen.at_s is None


async def test_a_jump_to_a_mark_goes_on_playing() -> None:
    """What plays jumps to the mark and plays on from there; without a mark it plays on, too."""
    async with opened() as screen:
        await screen.press("tab", "f9")
        for key in ("space", "comma", "full_stop", "full_stop", "full_stop"):
            await screen.pilot.press(key)
            await screen.pilot.pause(0.05)
        assert "no mark after" in screen.said
        before = screen.at_s
        screen.tape.clock.advance(2.0)
        await screen.pilot.pause(0.05)
        assert before is not None
        assert screen.at_s is not None
        assert screen.at_s - before == pytest.approx(2.0)


def two_sessions(later_s: float) -> tuple[Tape, Tape, Winding]:
    """Half a minute of samples, and a session that began so much later than it; live is its end."""
    first, second = recordings.idle_mac(30), Tape()
    second.bus.session = "20261123T150000-1-ffff"
    second.clock.advance(later_s)
    recordings.joined(second)
    events = sorted((*first.events, *second.events), key=lambda event: event.wall_s)
    past = RecordedPast(Recording(Header(FORMAT, "test", "neither", 0.0), tuple(events)))
    return first, second, Winding(past, "neither", lambda: events[-1].wall_s, recording=True)


async def test_playing_goes_over_what_nobody_recorded() -> None:
    """A gap does not hold up what plays: it goes on with the next session, and says so."""
    first, second, winding = two_sessions(3600)
    winding.go(first.events[-1].wall_s)
    winding.speed = 2.0
    assert winding.play(1.0)
    with pytest.raises(NothingRecorded, match="until here"):
        await winding.arrive()
    assert winding.cursor_s == second.events[0].wall_s
    state = await winding.arrive()
    assert state.session is not None
    assert state.session.session == second.bus.session


async def test_a_recording_begins_with_its_own_session() -> None:
    """What others had told hours before only stood then: playing does not wait for it to pass."""
    taped = recordings.idle_mac(5)
    old = stamped(e.AlertFiring(alert="a", rule="old", severity="info"), 1, START_WALL_S - 9000)
    header = Header(FORMAT, "test", taped.bus.session, 0.0)
    past = RecordedPast(Recording(header, (old, *taped.events)))
    extent = await past.extent()
    assert extent is not None
    assert extent[0] == old.wall_s
    winding = Winding(past, taped.bus.session, lambda: extent[1], recording=True)
    assert await winding.beginning(*extent) == taped.events[0].wall_s


async def test_of_two_sessions_the_longer_one_is_shown() -> None:
    """A single run beside an open console does not take the screen of the past from it."""
    first, second, winding = two_sessions(10)
    winding.go(second.events[-1].wall_s)
    state = await winding.arrive()
    assert state.session is not None
    assert state.session.session == first.bus.session


async def test_asking_is_live() -> None:
    """A question asked in the past brings the present back."""
    async with opened() as screen:
        await screen.press("f9")
        await screen.prompt("system status")
        assert screen.at_s is None
        assert "system status" in screen.text("answer")


async def test_the_last_screen_of_the_past_is_the_live_one() -> None:
    """Wound back by nothing, every pane draws the same lines as live."""
    async with opened() as screen:
        panes = ("cpu", "gpu", "memory", "agents", "circuits", "answer", "processes", "alerts")
        live = {name: screen.text(name) for name in panes}
        screen.app.time.to(screen.tape.clock.wall_s())
        await screen.press("f6")
        assert screen.at_s is not None
        assert {name: screen.text(name) for name in panes} == live


async def test_a_recording_is_a_past_of_its_own() -> None:
    """Of two sessions in one recording each has its own beginning, end and standing."""
    first, second = recordings.joined(), Tape()
    second.bus.session = "20261123T150000-1-ffff"
    second.clock.advance(3600)
    recordings.joined(second)
    header = Header(FORMAT, "test", second.bus.session, 0.0)
    past = RecordedPast(Recording(header, (*first.events, *second.events)))
    sessions = await past.sessions(0, 2e9)
    assert [one.session for one in sessions] == [first.bus.session, second.bus.session]
    assert {event.session for event in await past.standing(2e9, second.bus.session)} == {
        second.bus.session
    }


async def test_a_clock_set_back_hides_nothing_of_the_past() -> None:
    """What happened after a small step back of the clock is shown, whatever order it is read in."""
    taped = recordings.idle_mac(30)
    taped.clock.set_wall(taped.clock.wall_s() - 10)
    taped.say(e.Notice(key="late", severity="warning", text="after the step"))
    taped.events.sort(key=lambda event: (event.wall_s, event.seq))
    past = RecordedPast(
        Recording(Header(FORMAT, "test", taped.bus.session, 0.0), tuple(taped.events))
    )
    newest_s = max(event.wall_s for event in taped.events)
    winding = Winding(past, taped.bus.session, lambda: newest_s, recording=True)
    winding.go(newest_s)
    state = await winding.arrive()
    assert "late" in state.notices
    assert state.host is not None
    assert state.host.seq == max(one.seq for one in taped.events if isinstance(one, e.HostSample))


async def test_the_past_shows_the_alerts_that_others_told() -> None:
    """What the evaluating session told is on the screen of the past, as it stood at each moment."""
    taped = recordings.idle_mac(100)
    began_s = START_WALL_S

    def told(event: e.Event, number: int, after_s: float) -> e.Event:
        return stamped(event, number, began_s + after_s)

    about = {"alert": "a1", "rule": "disk", "severity": "critical"}
    others = [
        told(e.AlertFiring(**about, text="14 hours ago"), 1, -50_000),  # type: ignore[arg-type]
        told(e.AlertFiring(alert="a2", rule="old", severity="info"), 2, -50_000),
        told(e.SilenceChanged(silence="s", matchers={"rule": "old"}, starts_s=0, until_s=2e9), 3,
             -40_000),
        told(e.AlertResolved(**about, why="mended"), 4, 30),  # type: ignore[arg-type]
        told(e.AlertFiring(**about, text="again"), 5, 60),  # type: ignore[arg-type]
    ]  # fmt: skip
    header = Header(FORMAT, "test", taped.bus.session, 0.0)
    past = RecordedPast(Recording(header, (*others[:3], *taped.events, *others[3:])))
    winding = Winding(past, taped.bus.session, lambda: began_s + 100, recording=True)
    seen = {}
    for after_s in (10, 40, 70, 20):
        winding.go(began_s + after_s)
        state = await winding.arrive()
        assert state.wall_s == pytest.approx(began_s + after_s, abs=1.0)
        assert [one.rule for one in state.alerts.standing.values()].count("old") == 1
        seen[after_s] = [one.text for one in state.alerts.firing(began_s + after_s)]
    assert seen == {10: ["14 hours ago"], 40: [], 70: ["again"], 20: ["14 hours ago"]}
    marks = await past.marks(began_s, began_s + 100)
    said = [mark.text for mark in marks if mark.kind == "alert"]
    assert said == ["disk is resolved: mended", "disk fires: again"]
