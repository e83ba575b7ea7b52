"""How alerts went, put together from the events of whichever sessions evaluated."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.agents.tools.alerts.history import _sent, incidents
from engine.events import AlertDelivered, AlertFiring, AlertResolved, Event


def fired(alert: str = "a", at_s: float = 0.0, **more: Any) -> AlertFiring:
    return AlertFiring(alert=alert, rule=alert, severity="warning", wall_s=at_s, **more)


def resolved(alert: str = "a", at_s: float = 0.0, fired_s: float = 0.0) -> AlertResolved:
    return AlertResolved(
        alert=alert, rule=alert, severity="warning", wall_s=at_s, fired_s=fired_s, why="over"
    )


def sent(alert: str = "a", state: Any = "sent") -> AlertDelivered:
    return AlertDelivered(
        message="m", alert=alert, rule=alert, channel="slack", kind="firing", state=state
    )


def test_told_again_is_one_incident() -> None:
    """What is said again, kept or by the session that took over, is the same incident."""
    found = incidents(
        [fired(at_s=1.0), fired(at_s=5.0, kept=True), fired(at_s=9.0), resolved(at_s=12.0)]
    )
    assert [(one.fired_s, one.end and one.end.wall_s) for one in found] == [(1.0, 12.0)]


def test_firing_again_is_another() -> None:
    """After its end it is a new incident, and each keeps what was sent of it."""
    found = incidents(
        [fired(at_s=1.0), sent(), resolved(at_s=2.0), sent(), fired(at_s=3.0), sent(state="failed")]
    )
    assert [(one.fired_s, one.end is None, len(one.sent)) for one in found] == [
        (1.0, False, 2),
        (3.0, True, 1),
    ]


def test_begin_before_the_span() -> None:
    """An end without a beginning tells by itself when it fired."""
    (one,) = incidents([resolved(at_s=12.0, fired_s=4.0)])
    assert (one.fired_s, one.end is not None) == (4.0, True)


_EVENTS = st.lists(
    st.builds(lambda make, alert: make(alert), st.sampled_from([fired, resolved, sent]),
              st.sampled_from("ab"))
)  # fmt: skip


@given(_EVENTS)
def test_whatever_is_on_record(events: list[Event]) -> None:
    """Every end ends one incident, and of one alert at most the last is not over."""
    found = incidents(events)
    ends = [one for one in events if isinstance(one, AlertResolved)]
    assert sorted(one.end.alert for one in found if one.end) == sorted(one.alert for one in ends)
    for alert in "ab":
        of_it = [one for one in found if one.first.alert == alert]
        assert all(one.end is not None for one in of_it[:-1])


def test_sent_says_only_where_it_arrived() -> None:
    """Of a message that failed it says that nobody was told and why; a test is of no alert."""
    failed = replace(sent(state="failed"), cause="slack.test answered 503")
    assert _sent([failed]) == "firing by slack: not yet told (slack.test answered 503)"
    assert _sent([failed, sent()]) == "firing by slack"
    assert _sent([sent(state="withdrawn")]) is None
    (one,) = incidents([fired(at_s=1.0), replace(sent(), kind="test")])
    assert one.sent == []
