import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.alerts.errors import DamagedStanding
from engine.alerts.machine import Machine
from engine.alerts.notices import due, trial
from engine.alerts.silence import Silence, silence
from engine.alerts.standing import Standing, decode
from tests.alerts.alert_scene import ORIGIN, a_rule, readings

NOW_S = 1_760_000_000.0


def firing(sent: int = 0, channels: tuple[str, ...] = ()) -> Standing:
    machine = Machine((a_rule(),), Standing())
    machine.evaluate(readings("true"), 0.0, NOW_S)
    ((name, alert),) = machine.standing.alerts.items()
    changed = replace(alert, sent=sent, channels=channels, labels={"desk": "a"}, remedy="cool it")
    return replace(machine.standing, alerts={name: changed})


def quiet(**matchers: str) -> list[Silence]:
    return [silence("0000000a", matchers, NOW_S, 60.0)]


def test_a_message_says_everything_that_its_reader_needs() -> None:
    """What, since when, what was seen, what to do, where."""
    (notice,) = due(firing(), (), ("slack", "email"), ORIGIN, NOW_S + 5).notices
    message = notice.message
    assert (message.kind, message.rule, message.severity) == ("firing", "hot", "warning")
    assert (message.summary, message.value) == ("It is hot: cpu_ratio = 0.95", "cpu_ratio = 0.95")
    assert (message.text, message.remedy) == ("condition: cpu_ratio > 0.9", "cool it")
    assert (message.since_s, message.at_s) == (NOW_S, NOW_S + 5)
    assert (message.project, message.host, message.labels) == (*_place(), {"desk": "a"})
    assert notice.channels == ("slack", "email")


def test_without_a_summary_the_rule_is_named_once() -> None:
    """On the screen it stands beside what was seen, in a message before it."""
    machine = Machine((dataclasses.replace(a_rule(), summary=""),), Standing())
    (event,) = machine.evaluate(readings("true"), 0.0, NOW_S)
    assert (event.rule, event.text, event.value) == ("hot", "", "cpu_ratio = 0.95")
    (notice,) = due(machine.standing, (), ("slack",), ORIGIN, NOW_S).notices
    assert notice.message.summary == "hot: cpu_ratio = 0.95"


def _place() -> tuple[str, str]:
    return ORIGIN.project, ORIGIN.host


def test_a_resolved_message_says_how_it_ended() -> None:
    """The value is the one that ended it."""
    machine = Machine((a_rule(),), firing(sent=1))
    machine.evaluate(readings("false"), 0.0, NOW_S + 15)
    (notice,) = due(machine.standing, (), ("slack",), ORIGIN, NOW_S + 15).notices
    assert notice.message.kind == "resolved"
    assert notice.message.text == "it holds no longer: cpu_ratio = 0.50"
    assert notice.message.value == "cpu_ratio = 0.50"


@pytest.mark.parametrize(
    ("wanted", "there", "reached"),
    [
        ((), ("slack", "email"), ("slack", "email")),
        (("email",), ("slack", "email"), ("email",)),
        (("email",), ("slack",), None),
        ((), (), None),
    ],
)
def test_a_message_goes_to_the_channels_that_the_rule_wants_and_that_are_there(
    wanted: tuple[str, ...], there: tuple[str, ...], reached: tuple[str, ...] | None
) -> None:
    """Where none is left nothing is due, and it stays untold until there is one."""
    found = due(firing(channels=wanted), (), there, ORIGIN, NOW_S)
    assert [notice.channels for notice in found.notices] == ([reached] if reached else [])
    assert [one.sent for one in found.after.alerts.values()] == [1 if reached else 0]


@pytest.mark.parametrize(
    ("matchers", "count"),
    [
        ({"rule": "hot"}, 0),
        ({"severity": "warning"}, 0),
        ({"desk": "a"}, 0),
        ({"desk": "a", "rule": "hot"}, 0),
        ({"desk": "b"}, 1),
        ({"rule": "cold"}, 1),
        ({"room": "a"}, 1),
    ],
)
def test_only_what_a_silence_fits_is_muted(matchers: dict[str, str], count: int) -> None:
    """Rule, severity and labels, all of them."""
    found = due(firing(), quiet(**matchers), ("slack",), ORIGIN, NOW_S)
    assert len(found.notices) == count


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0, 2e9), st.floats(0, 2e9))
def test_the_same_happening_has_the_same_id(
    sent: int, other: int, now_s: float, later_s: float
) -> None:
    """Whoever tells, whenever: the id is that of alert, incident, kind and number."""
    first, second = firing(sent), firing(other)
    ids = [
        notice.message.id
        for standing, at_s in ((first, now_s), (second, later_s))
        for notice in due(_overdue(standing), (), ("slack",), ORIGIN, at_s).notices
    ]
    assert (ids[0] == ids[1]) is (sent == other)


def _overdue(standing: Standing) -> Standing:
    late = {name: replace(one, sent_ago_s=9e9) for name, one in standing.alerts.items()}
    return replace(standing, alerts=late)


def test_each_incident_has_ids_of_its_own() -> None:
    """Resolved and firing again within the same second are two happenings."""
    machine = Machine((a_rule(),), Standing())
    ids = []
    for number, word in enumerate(["true", "false", "true", "false"]):
        machine.evaluate(readings(word), float(number), NOW_S)
        found = due(machine.standing, (), ("slack",), ORIGIN, NOW_S)
        ids += [notice.message.id for notice in found.notices]
        machine.settle(found)
    assert len(set(ids)) == 4


def test_a_trial_is_told_from_another() -> None:
    """Asked for twice it arrives twice."""
    one, two = (trial(("email",), ORIGIN, NOW_S, token) for token in ("a", "b"))
    assert one.message.id != two.message.id
    assert (one.message.kind, one.channels) == ("test", ("email",))


def test_rows_show_the_gravest_first_and_who_silenced_them() -> None:
    """What fires comes before what waits; a silence is named with its end."""
    rules = (
        a_rule(name="waits", for_s=60.0),
        a_rule(name="warm"),
        a_rule(name="burns", expr="cpu_ratio > 0.8"),
    )
    machine = Machine(rules, Standing())
    machine.evaluate(readings("true"), 0.0, NOW_S)
    alerts = {
        name: replace(one, severity="critical") if one.rule == "burns" else one
        for name, one in machine.standing.alerts.items()
    }
    rows = replace(machine.standing, alerts=alerts).rows(quiet(rule="warm"))
    assert [(row.rule, row.phase) for row in rows] == [
        ("burns", "firing"),
        ("warm", "firing"),
        ("waits", "pending"),
    ]
    assert [row.silenced_by for row in rows] == ["", "0000000a", ""]
    assert rows[1].silenced_until_s == NOW_S + 60
    assert (rows[0].fired_s, rows[2].fired_s, rows[0].sent_s) == (NOW_S, None, None)


def test_what_is_written_down_is_read_again() -> None:
    """Nothing of the state is lost on its way to the next evaluator."""
    assert decode(firing(sent=3).encode()) == firing(sent=3)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the state of the alerts can't be read"),
        (b"\xff", "the state of the alerts can't be read"),
        (b"[" * 100_000, "the state of the alerts can't be read"),
        (b'{"v":2}', "the state of the alerts has version 2, expected 1"),
        (b'{"alerts":{"a":{"alert":"a"}}}', "missing required field `rule`"),
    ],
)
def test_a_damaged_state_is_told(data: bytes, said: str) -> None:
    """Whoever takes over begins anew and knows why."""
    with pytest.raises(DamagedStanding) as caught:
        decode(data)
    assert said in str(caught.value)
