"""What a session tells of another one that evaluates: its words, and its standing still."""

import os
from pathlib import Path

import pytest

from engine.alerts import standing_file
from engine.alerts.lock import LOCK, AlertLock
from engine.alerts.standing import Alert, Standing
from engine.bus import Bus, Subscription
from engine.clock import ManualClock
from engine.events import AlertFiring, AlertPending, AlertResolved, Event, Notice
from engine.file_lock import Owner
from engine.runtime.alert_relay import STILL_S, AlertRelay
from engine.runtime.followers import SAID
from engine.standing import Standing as Known
from engine.store.journals.journal import Journal
from engine.store.sessions.endings import Endings

pytestmark = pytest.mark.anyio

EVALUATOR = Owner("other", 4242, "/there", 1_750_000_000.0)
ALERT = Alert(alert="a1", rule="hot", expr="cpu_ratio > 0.9", phase="firing", severity="critical")


class Scene:
    """A follower with its readers; the evaluator beside it has a lock and a journal of its own."""

    def __init__(self, store: Path) -> None:
        self.clock = ManualClock()
        self.bus = Bus("own", self.clock)
        self.known = Known()
        self.told: Subscription = self.bus.subscribe()
        folder = store / "alerts"
        self.holder = AlertLock(folder, EVALUATOR)
        assert self.holder.take(EVALUATOR.since_s or 0.0)
        self.relay = AlertRelay(
            folder,
            AlertLock(folder, Owner("own")),
            Endings(store, 0.0, SAID),
            self.bus,
            self.clock,
            self.known,
        )
        self.other = Bus("other", self.clock)
        self.journal = Journal(store, "other")
        self.other.record = self.journal.record

    async def look(self) -> list[Event]:
        await self.relay.look(enabled=True)
        return self.told.take()

    async def says(self, event: Event) -> None:
        self.other.publish(event)
        await self.journal.flush()

    def close(self) -> None:
        self.journal.close()
        self.holder.release()


def hot(**more: object) -> AlertFiring:
    return AlertFiring(alert="a1", rule="hot", severity="critical", **more)  # type: ignore[arg-type]


async def test_words_come_as_they_were_said(tmp_path: Path) -> None:
    """What the evaluator wrote is told once, with its session, number and times."""
    scene = Scene(tmp_path)
    await scene.says(hot())
    seen = await scene.look()
    assert [(type(one), one.session, one.seq) for one in seen] == [(AlertFiring, "other", 1)]
    assert await scene.look() == []
    await scene.says(AlertResolved(alert="a1", rule="hot", severity="critical"))
    assert [type(one) for one in await scene.look()] == [AlertResolved]
    assert scene.known.events() == []
    scene.close()


async def test_late_reader_gets_what_was_left(tmp_path: Path) -> None:
    """A session that comes late tells how the alerts stand, from what was left behind."""
    scene = Scene(tmp_path)
    pending = Alert(alert="a2", rule="soon", expr="1 > 0", phase="pending", severity="info")
    standing_file.write(tmp_path / "alerts", Standing(alerts={"a1": ALERT, "a2": pending}))
    seen = await scene.look()
    assert [type(one) for one in seen] == [AlertFiring, AlertPending]
    assert {one.session for one in seen} == {"other"}
    assert {one.wall_s for one in seen} == {scene.clock.wall_s()}
    assert len(scene.known.events()) == 2
    scene.close()


async def test_standing_still_is_told(tmp_path: Path) -> None:
    """After a minute without a beat it is told who stands still and what to do, until it moves."""
    scene = Scene(tmp_path)
    assert await scene.look() == []
    scene.clock.advance(STILL_S - 1)
    assert await scene.look() == []
    scene.clock.advance(2)
    (notice,) = await scene.look()
    assert isinstance(notice, Notice)
    assert "process 4242 on /there" in notice.text
    assert "kill -CONT 4242" in notice.remedy
    assert await scene.look() == []
    later_ns = (tmp_path / "alerts" / LOCK).stat().st_mtime_ns + 1_000_000
    os.utime(tmp_path / "alerts" / LOCK, ns=(later_ns, later_ns))
    (over,) = await scene.look()
    assert isinstance(over, Notice)
    assert over.resolved
    scene.close()


async def test_clock_set_back_is_no_standstill(tmp_path: Path) -> None:
    """Only the monotonic clock counts for that: a wall clock that is set says nothing."""
    scene = Scene(tmp_path)
    await scene.look()
    for wall_s in (0.0, 4e9):
        scene.clock.set_wall(wall_s)
        assert await scene.look() == []
    scene.close()


async def test_over_while_nobody_told(tmp_path: Path) -> None:
    """What is shown and stands no more when a session takes over gets an end, pending or firing."""
    scene = Scene(tmp_path)
    await scene.says(hot())
    await scene.says(AlertPending(alert="a2", rule="soon", severity="info"))
    await scene.says(hot().__class__(alert="a3", rule="stays", severity="info"))
    await scene.relay.look(enabled=True)
    ends = scene.relay.ends({"a3": ALERT})
    assert [(type(one), one.alert) for one in ends] == [(AlertResolved, "a1"), (AlertPending, "a2")]
    assert isinstance(ends[1], AlertPending)
    assert ends[1].over
    scene.close()
