"""A recording replays to the same screens, and a file that isn't one is refused."""

import gzip
from datetime import UTC
from pathlib import Path

import pytest

from bolt_tui.app import Console, ConsoleSettings
from bolt_tui.replay import Replayed
from bolt_tui.state import ConsoleState
from engine import events as e
from engine.alerts.errors import BadSilence
from engine.errors import BadQuery
from engine.store.past.recording import (
    FORMAT,
    Header,
    RecordingError,
    RecordingFile,
    read,
    write,
)

from . import recordings
from .filed import filed
from .machines import m4_pro_gpu, m4_pro_host, run_for
from .stand_in import StandIn
from .tape import Tape
from .test_state import folded

pytestmark = pytest.mark.anyio
HEADER = Header(FORMAT, "test", "20261123T143000-4711-a3f2", 0.0)


def an_hour() -> Tape:
    """An hour of samples with a query, an open circuit and a lower level on the way."""
    tape = recordings.idle_mac(900)
    recordings.answered(tape)
    tape.say(
        e.CircuitChanged(capability="graph", state="open", was="closed", cause="it died twice"),
        e.LevelChanged(level="limited", was="full", why="graph open", lift="graph closed"),
        e.Notice(key="graph", severity="warning", text="the graph is down"),
    )
    run_for(tape, 2690, m4_pro_host, m4_pro_gpu)
    return tape


async def test_an_hour_replays_to_the_same_screens(tmp_path: Path) -> None:
    """At any moment the replayed screen is, bit for bit, the one that was seen live."""
    tape = an_hour()
    assert tape.events[-1].wall_s - tape.events[0].wall_s > 3550
    walls = [tape.events[at].wall_s for at in (10, 2000, 2700, 6000, len(tape.events) - 1)]
    stops = [sum(event.wall_s <= wall for event in tape.events) - 1 for wall in walls]
    settings = ConsoleSettings(clock=tape.clock, zone=UTC, frames_per_s=200)
    seen: dict[int, dict[str, object]] = {}
    live = Console(settings)
    async with live.run_test(size=(120, 40)) as pilot:
        past = 0
        for stop in stops:
            for event in tape.events[past : stop + 1]:
                live.state.apply(event)
            past = stop + 1
            live.main.show()
            await pilot.pause()
            seen[stop] = screen(live)
    replayed = Console(settings)
    async with replayed.run_test(size=(120, 40)) as pilot:
        replayed.attach(Replayed(filed(tape, tmp_path)))
        await pilot.pause(0.1)
        for stop in reversed(stops):
            replayed.time.to(tape.events[stop].wall_s)
            for worker in [one for one in replayed.workers if one.name == "time"]:
                await worker.wait()
            replayed.main.look = live.main.look
            replayed.main.show()
            await pilot.pause()
            assert screen(replayed) == seen[stop]


def screen(app: Console) -> dict[str, object]:
    """Return every drawn line with its styles, but for the bar that only the past has."""
    return {name: pane.lines for name, pane in app.main.panes.items() if name != "timebar"}


async def test_a_recording_plays_by_itself(tmp_path: Path) -> None:
    """It begins at its beginning, plays at its speed, stands still at its end, takes no query."""
    tape = recordings.idle_mac(30)
    app = Console(ConsoleSettings(clock=tape.clock, replay_speed=10.0, zone=UTC, frames_per_s=200))
    async with app.run_test(size=(120, 40)) as pilot:
        app.attach(Replayed(filed(tape, tmp_path)))
        await pilot.pause(0.1)
        moment = app.main.look.moment
        assert moment is not None
        assert moment.recording
        assert moment.at_s == tape.events[0].wall_s
        tape.clock.advance(1.0)
        await pilot.pause(0.05)
        later = app.main.look.moment
        assert later is not None
        assert later.at_s - moment.at_s == pytest.approx(10.0)
        tape.clock.advance(100.0)
        await pilot.pause(0.1)
        ended = app.main.look.moment
        assert ended is not None
        assert ended.at_s == tape.events[-1].wall_s
        assert ended.speed == 0
        await pilot.press("f5")
        assert app.main.look.moment is not None
        assert app.main.hints.message == (
            "this is a recording; there is no live to go back to",
            "warn",
        )
        assert not app.ask("system status")
        assert app.main.look.moment is not None


async def test_a_recording_turns_to_each_answer(tmp_path: Path) -> None:
    """The newest question of the moment is on show, as it was live; who turns away stays there."""
    tape = recordings.idle_mac(5)
    for query in ("q1", "q2"):
        tape.say(e.QueryAsked(query=query, text=query)).wait(10)
    tape.say(e.HostSample())
    end_s = tape.clock.wall_s()
    app = Console(ConsoleSettings(clock=tape.clock, replay_speed=1.0, zone=UTC, frames_per_s=200))
    async with app.run_test(size=(120, 40)) as pilot:
        app.attach(Replayed(filed(tape, tmp_path)))
        await pilot.pause(0.1)

        async def at(wall_s: float) -> str | None:
            app.time.to(wall_s)
            await pilot.pause(0.1)
            return app.main.look.query

        assert [await at(end_s - 15), await at(end_s - 5), await at(end_s - 15)] == [
            "q1", "q2", "q1",
        ]  # fmt: skip
        await at(end_s - 5)
        await pilot.press("f7")
        assert await at(end_s - 3) == "q1"


def test_nothing_can_be_asked_of_a_recording(tmp_path: Path) -> None:
    """A query is refused with the reason."""
    with pytest.raises(BadQuery, match="this is a recording"):
        Replayed(filed(recordings.joined(), tmp_path)).submit("system status")


def test_a_recording_is_written_once(tmp_path: Path) -> None:
    """A file that is there already is never written over."""
    path = tmp_path / "a.bolt"
    assert write(path, HEADER, recordings.joined().events) == 14
    before = path.read_bytes()
    with pytest.raises(RecordingError, match="is there already"):
        write(path, HEADER, [])
    with pytest.raises(RecordingError, match="is there already"):
        RecordingFile(path, HEADER)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "is no recording"),
        (b"hello\n", "is no recording"),
        (gzip.compress(b"[1,2]\n"), "is no recording"),
        (
            gzip.compress(b'{"bolt_recording":9,"program":"9.9","session":"s","wall_s":1}\n'),
            "format 9, written by bolt-tui 9.9",
        ),
    ],
    ids=["empty", "plain text", "another shape", "a later format"],  # gzip's bytes have the time
)
def test_what_is_no_recording(tmp_path: Path, content: bytes, part: str) -> None:
    """Foreign files and newer formats are refused with what was found."""
    path = tmp_path / "x.bolt"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=part):
        read(path)
    with pytest.raises(RecordingError, match="can't be read"):
        read(tmp_path / "missing.bolt")


async def test_what_was_written_before_a_crash_is_there(tmp_path: Path) -> None:
    """Each flush is a piece of its own: a recording cut anywhere is read up to there."""
    path, tape = tmp_path / "a.bolt", recordings.idle_mac(20)
    file = RecordingFile(path, HEADER)
    for event in tape.events:
        file.record(event)
        await file.flush()
    file.close()
    whole = read(path)
    assert list(whole.events) == tape.events
    assert not whole.cut
    path.write_bytes(path.read_bytes()[:-30])
    part = read(path)
    assert part.cut
    assert list(part.events) == tape.events[: len(part.events)]
    assert len(part.events) >= len(tape.events) - 2
    said = Replayed(part).state_events()[0]
    assert isinstance(said, e.Notice)
    assert "its end is missing" in said.text


async def test_the_stand_in_has_the_same_past() -> None:
    """The tests' engine reads its past the way a recording does."""
    tape = recordings.idle_mac(5)
    assert await StandIn(tape).past.extent() == (tape.events[0].wall_s, tape.events[-1].wall_s)


async def test_nothing_can_be_silenced_in_a_recording(tmp_path: Path) -> None:
    """What is over can't be changed; the sentence says that it is a recording."""
    replayed = Replayed(filed(recordings.alerted(), tmp_path))
    with pytest.raises(BadSilence, match="this is a recording"):
        await replayed.silence({"rule": "low_success"}, 60.0, "x")
    with pytest.raises(BadSilence, match="5112ce00 can't be ended"):
        await replayed.unsilence("5112ce00")


async def test_a_recording_keeps_its_alerts(tmp_path: Path) -> None:
    """Alerts, silences, deliveries, health and readiness come out of the file as they went in."""
    tape = recordings.alerted()
    state = ConsoleState()
    for event in filed(tape, tmp_path).events:
        state.apply(event)
    assert state.alerts == folded(tape).alerts
    assert state.alerts.validated is not None
