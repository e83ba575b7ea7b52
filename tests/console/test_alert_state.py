"""What the screen knows of alerts, told by this session and by others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bolt_tui.alert_state import RESOLVED_KEPT, AlertState
from bolt_tui.state import ConsoleState
from engine import events as e

from . import recordings
from .machines import m4_pro_host
from .tape import START_WALL_S, Tape
from .test_state import folded

OTHER = "20261123T120000-99-beef"


def stamped(event: e.Event, seq: int, wall_s: float, session: str = OTHER) -> e.Event:
    """Return it as another session told it, whose monotonic clock is far ahead."""
    return type(event)(
        **{name: getattr(event, name) for name in event.__struct_fields__ if name not in _STAMP},
        session=session, seq=seq, wall_s=wall_s, mono_s=9e6 + seq,
    )  # fmt: skip


_STAMP = {"session", "seq", "wall_s", "mono_s"}


def firing(alert: str = "a1", severity: e.Severity = "critical", since_s: float = 0) -> e.Event:
    return e.AlertFiring(
        alert=alert, rule=f"rule_{alert}", severity=severity, since_s=since_s, text=f"{alert} says"
    )


def silence(name: str, until_s: float, **matchers: str) -> e.SilenceChanged:
    return e.SilenceChanged(silence=name, matchers=matchers, starts_s=0.0, until_s=until_s)


def rules(found: list[e.AlertFiring] | list[e.AlertPending]) -> list[str]:
    return [one.alert for one in found]


def test_another_sessions_alert_moves_no_clock() -> None:
    """A relayed alert is shown, and time stays that of the session that is read."""
    tape = recordings.idle_mac(5)
    before = folded(tape)
    wall_s = tape.clock.wall_s()
    tape.hand_on(stamped(firing(), 7, wall_s - 3), stamped(e.HealthChecked(state="ok", text=""), 8,
                                                           wall_s - 60))  # fmt: skip
    state = folded(tape)
    assert (state.now_s, state.wall_s) == (before.now_s, before.wall_s)
    assert rules(state.alerts.firing(wall_s)) == ["a1"]
    assert state.alerts.health is not None
    assert state.age_s(state.alerts.health) == pytest.approx(60.0)
    assert state.metrics is not None
    assert state.metrics.readings(state.now_s)["health"].age_s == pytest.approx(60.0)


def test_another_sessions_numbers_hide_nothing() -> None:
    """Sessions count for themselves: a high number of one hides no later event of another."""
    tape = recordings.joined()
    tape.hand_on(stamped(firing("a1"), 90_000, tape.clock.wall_s()))
    tape.wait(1).say(m4_pro_host(1))
    tape.hand_on(stamped(firing("a2"), 3, tape.clock.wall_s(), session="another"))
    state = folded(tape)
    assert state.host is not None
    assert state.now_s == tape.clock.monotonic_s()
    assert rules(state.alerts.firing(0.0)) == ["a1", "a2"]


def test_before_it_joined_a_session_is_known_by_name() -> None:
    """A console that was told whose events it reads takes no foreign time, not even at first."""
    state = ConsoleState("mine")
    state.apply(stamped(firing(), 1, 100.0))
    assert state.wall_s is None
    assert rules(state.alerts.firing(0.0)) == ["a1"]
    state.apply(stamped(e.HostSample(), 1, 200.0, session="mine"))
    assert state.wall_s == 200.0


def test_an_alert_goes_its_way() -> None:
    """Pending, firing, kept, resolved: one entry at a time, and in the end one of the history."""
    about = {"alert": "a1", "rule": "r", "severity": "warning"}
    alerts = AlertState()
    alerts.apply(e.AlertPending(**about, for_s=60))  # type: ignore[arg-type]
    assert rules(alerts.pending(0)) == ["a1"]
    assert not alerts.firing(0)
    alerts.apply(e.AlertFiring(**about))  # type: ignore[arg-type]
    alerts.apply(e.AlertFiring(**about, kept=True))  # type: ignore[arg-type]
    assert [one.kept for one in alerts.firing(0)] == [True]
    alerts.apply(e.AlertResolved(**about, seq=4))  # type: ignore[arg-type]
    assert not alerts.standing
    assert [one.rule for one in alerts.resolved] == ["r"]


def test_what_stopped_before_it_fired_leaves_nothing() -> None:
    """A pending alert that is over is neither shown nor part of the history."""
    alerts = AlertState()
    for over in (False, True):
        alerts.apply(e.AlertPending(alert="a", rule="r", severity="info", over=over))
    assert alerts == AlertState()


def test_the_gravest_and_then_the_oldest_leads() -> None:
    """Severity comes before age."""
    alerts = AlertState()
    for alert, severity, since_s in (
        ("a", "warning", 1),
        ("b", "critical", 9),
        ("c", "critical", 5),
    ):
        alerts.apply(firing(alert, severity, since_s))  # type: ignore[arg-type]
    assert rules(alerts.firing(0)) == ["c", "b", "a"]


def test_a_silence_mutes_what_it_fits_while_it_lasts() -> None:
    """All its labels must fit; past its end, or once ended, the alert is loud again."""
    alerts = AlertState()
    alerts.apply(firing("a1"))
    alerts.apply(silence("s1", 100, rule="rule_a1", severity="warning"))
    assert rules(alerts.firing(50)) == ["a1"]
    alerts.apply(silence("s2", 100, rule="rule_a1"))
    assert not alerts.firing(50)
    assert [one.silence for one in alerts.in_force(50)] == ["s1", "s2"]
    assert rules(alerts.firing(100)) == ["a1"]
    alerts.apply(e.SilenceChanged(silence="s2", matchers={}, starts_s=0, until_s=60, ended=True))
    assert rules(alerts.firing(50)) == ["a1"]


def test_only_the_newest_word_on_a_delivery_counts() -> None:
    """A message that failed and then arrived is not lost; one given up is, for an hour."""

    def told(message: str, state: str, wall_s: float) -> e.Event:
        event = e.AlertDelivered(message=message, alert="a", rule="r", channel="slack",
                                 kind="firing", state=state)  # type: ignore[arg-type]  # fmt: skip
        return stamped(event, int(wall_s), wall_s)

    alerts = AlertState()
    for message, state, at_s in (("m1", "failed", 1), ("m1", "sent", 2), ("m2", "given_up", 3)):
        alerts.apply(told(message, state, at_s))
    alerts.apply(told("m1", "failed", 1))  # told again, by another way
    assert [one.message for one in alerts.undelivered(10)] == ["m2"]
    assert not alerts.undelivered(4000)


@given(st.permutations(range(RESOLVED_KEPT + 10)), st.integers(0, 60))
def test_the_history_is_the_same_in_whatever_order_it_is_read(order: list[int], cut: int) -> None:
    """Told or recalled, before or after, once or twice: the last fifty, in their order."""
    made = [
        e.AlertResolved(alert=f"a{n}", rule="r", severity="info", session="s", seq=n + 1,
                        wall_s=100.0 + n)
        for n in order
    ]  # fmt: skip
    alerts = AlertState()
    for one in made[:cut]:
        alerts.apply(one)
    alerts.recall(made)
    alerts.recall(made[::-1])
    assert [one.wall_s for one in alerts.resolved] == [110.0 + n for n in range(RESOLVED_KEPT)]


def test_what_is_recalled_is_older_than_what_is_known() -> None:
    """A health check of the morning does not replace that of noon, and fires nothing."""
    alerts = AlertState()
    alerts.apply(stamped(e.HealthChecked(state="critical", text="noon"), 2, 200.0))
    alerts.recall([stamped(e.HealthChecked(state="ok", text="morning"), 1, 100.0),
                   stamped(firing(), 3, 90.0)])  # fmt: skip
    assert alerts.health is not None
    assert alerts.health.text == "noon"
    assert not alerts.standing


def test_a_look_at_a_part_replaces_no_look_at_everything() -> None:
    """It stands beside it until all is looked at again, whichever comes first."""
    whole = stamped(e.HealthChecked(state="critical", text="all"), 2, 200.0)
    part = stamped(e.HealthChecked(state="ok", text="one", partial=True), 3, 300.0)
    for events in ([whole, part], [part, whole]):
        alerts = AlertState()
        alerts.recall(events)
        assert (alerts.health, alerts.part) == (whole, part)
        alerts.apply(stamped(e.HealthChecked(state="ok", text="mended"), 4, 400.0))
        assert alerts.health is not None
        assert (alerts.health.text, alerts.part) == ("mended", None)


def test_a_copy_does_not_follow() -> None:
    """What happens after a copy was taken is not in the copy."""
    tape = recordings.alerted()
    state = folded(tape)
    kept = state.copy()
    tape.say(
        firing("late"), silence("late", START_WALL_S * 2, rule="x"),
        e.AlertResolved(alert="a1", rule="low_success", severity="critical"),
        e.HealthChecked(state="ok", text="mended"),
    )  # fmt: skip
    for event in tape.events:
        state.apply(event)
    assert kept.alerts == folded(recordings.alerted()).alerts
    assert kept.alerts != state.alerts
    assert kept.metrics is not None
    assert kept.metrics.readings(kept.now_s)["health"].value == "warning"


def test_the_areas_of_alerts_are_marked() -> None:
    """An alert marks the alerts and nothing that a busy pane reads."""
    state = folded(Tape())
    state.apply(stamped(firing(), 1, 5.0))
    assert state.changed <= {"alerts", "clock"}
