"""What other sessions say of the alerts, on a screen that has a clock of its own."""

import pytest
from msgspec.structs import replace

from bolt_tui.state import ConsoleState
from engine.bus import Bus
from engine.clock import ManualClock
from engine.events import (
    AlertDelivered,
    AlertFiring,
    AlertPending,
    AlertResolved,
    Event,
    Lagged,
    Notice,
    SessionJoined,
    SilenceChanged,
)
from engine.standing import Standing

FIRING = AlertFiring(alert="a1", rule="hot", severity="critical", session="other", seq=900,
                     mono_s=7.0, wall_s=50.0)  # fmt: skip
SILENCE = SilenceChanged(silence="s1", matchers={"rule": "hot"}, starts_s=0.0, until_s=9.0)
DELIVERED = AlertDelivered(message="m", alert="a1", rule="hot", channel="slack", kind="firing",
                           state="sent")  # fmt: skip
JOINED = SessionJoined(project="/p", pid=1, version="1", session="own", seq=1, mono_s=1000.0,
                       wall_s=60.0)  # fmt: skip


@pytest.mark.parametrize("event", [FIRING, SILENCE, DELIVERED])
def test_foreign_clock_moves_nothing(event: Event) -> None:
    """The screen's time stays its own session's, whatever another one's clocks say."""
    state = ConsoleState()
    state.apply(JOINED)
    state.apply(replace(event, session="other", seq=900, mono_s=7.0, wall_s=50.0))
    assert (state.now_s, state.wall_s) == (1000.0, 60.0)
    state.apply(replace(event, session="own", seq=2, mono_s=1001.0, wall_s=61.0))
    assert (state.now_s, state.wall_s) == (1001.0, 61.0)


def test_foreign_numbers_hide_nothing() -> None:
    """A higher number of another session makes no event of one's own an old one."""
    state = ConsoleState()
    state.apply(JOINED)
    state.apply(FIRING)
    folded = state.folded
    state.apply(replace(FIRING, session="own", seq=2))
    assert state.folded == folded + 1


def test_overrun_keeps_what_is_in_no_journal_here() -> None:
    """A reader that was overrun still gets another session's words: it can't read them again."""
    bus = Bus("own", ManualClock())
    told = bus.subscribe(capacity=4)
    bus.deliver(FIRING)
    for _ in range(5):
        bus.publish(Notice(key="k", severity="info", text="t"))
    missed, *rest = told.take()
    assert isinstance(missed, Lagged)
    assert (missed.from_seq, missed.to_seq) == (1, 3)
    assert [(one.session, one.seq) for one in rest] == [("other", 900), ("own", 4), ("own", 5)]


def test_alerts_that_stand() -> None:
    """A late reader gets what is pending or fires, once, and the silences that last."""
    standing = Standing()
    standing.take(AlertPending(alert="a1", rule="hot", severity="critical", seq=1))
    standing.take(replace(FIRING, seq=2))
    standing.take(AlertPending(alert="a2", rule="soon", severity="info", seq=3))
    standing.take(replace(SILENCE, seq=4))
    kinds = {type(one) for one in standing.events()}
    assert kinds == {AlertFiring, AlertPending, SilenceChanged}
    assert len(standing.events()) == 3
    standing.take(AlertPending(alert="a2", rule="soon", severity="info", seq=5, over=True))
    standing.take(AlertResolved(alert="a1", rule="hot", severity="critical", seq=6))
    standing.take(replace(SILENCE, seq=7, ended=True))
    assert standing.events() == []
