"""The alerts line and the rows of the alerts screen: what is said, and how loud."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bolt_tui.panes.alert_list import listed
from bolt_tui.panes.alert_rows import sections
from bolt_tui.panes.alerts import draw_alerts
from bolt_tui.panes.line import plain, width_of
from bolt_tui.state import ConsoleState
from engine import events as e

from . import recordings
from .test_alert_state import firing
from .test_drawing import INK, STATES, canvas
from .test_state import folded

ALERTED = folded(recordings.alerted())


def line_of(state: ConsoleState, width: int = 120) -> str:
    (line,) = draw_alerts(state, canvas(width)).lines
    return plain(line)


def shown(state: ConsoleState, width: int = 110) -> list[str]:
    return [plain(one) for one in listed(sections(state, canvas(width)), canvas(width), 99).lines]


def test_a_firing_alert_is_badge_rule_value_and_since_when() -> None:
    """The line says how grave, which, what was seen, since when, and who was not reached."""
    said = line_of(ALERTED)
    assert said.startswith(" ✗ CRITICAL  low_success  query_success_ratio = 0.62 of 21 queries")
    assert said.endswith("since 14:30:50  ✗ slack fails ")
    (line,) = draw_alerts(ALERTED, canvas(120)).lines
    assert line[0][1] == INK.badge_bad


@given(st.integers(60, 240))
def test_the_rule_is_named_in_every_width(width: int) -> None:
    """Whatever gives way, badge and rule stay."""
    said = line_of(ALERTED, width)
    assert said.startswith(" ✗ CRITICAL  low_su")
    assert width_of(draw_alerts(ALERTED, canvas(width)).lines[0]) <= width


def test_an_alert_comes_before_a_notice_of_its_severity() -> None:
    """The gravest is said first; of two alike the alert; the rest is counted and in the tooltip."""
    tape = recordings.joined().say(
        e.Notice(key="n", severity="critical", text="the journal can't be written"),
        firing("a1", "critical"),
        firing("a2", "warning"),
    )
    assert "rule_a1" in line_of(folded(tape))
    assert line_of(folded(tape)).endswith("+2 more ")
    why = draw_alerts(folded(tape), canvas()).why
    assert [row.split(":")[0] for row in why.split("\n")] == ["critical", "critical", "warning"]
    tape = recordings.joined().say(
        e.Notice(key="n", severity="critical", text="the journal can't be written"),
        firing("a2", "warning"),
    )
    assert "the journal" in line_of(folded(tape))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"kept": True}, "holds no longer, kept firing for a while"),
        ({"unknown": "no sample since 40 s"}, "can't be told now: no sample since 40 s"),
    ],
)
def test_a_firing_alert_says_when_it_no_longer_holds(how: dict[str, object], said: str) -> None:
    """Kept and unknown are words beside the alert, and not a different alert."""
    alert = e.AlertFiring(alert="a", rule="r", severity="warning", text="t", **how)  # type: ignore[arg-type]
    state = folded(recordings.joined().say(alert))
    assert said in line_of(state)
    assert said[1:] in "\n".join(shown(state))


def test_silenced_is_quiet() -> None:
    """With all that fires silenced there is no badge, but what is silenced and until when."""
    tape = recordings.joined().say(firing("a1"))
    wall_s = tape.clock.wall_s()
    tape.say(e.SilenceChanged(silence="s", matchers={"rule": "rule_a1"}, starts_s=wall_s,
                              until_s=wall_s + 600))  # fmt: skip
    assert line_of(folded(tape)).startswith(" ○ silenced until 14:40:00: rule_a1 ")
    tape.wait(601).say(e.Notice(key="n", severity="info", text="later"))
    assert line_of(folded(tape)).startswith(" ✗ CRITICAL  rule_a1")


def test_each_silence_has_its_own_end() -> None:
    """Two that end at other times are told apart, and the screen doesn't say that nothing fires."""
    tape = recordings.joined().say(firing("a1"), firing("a2"), firing("a3"))
    wall_s = tape.clock.wall_s()
    for number, for_s in ((1, 1200), (2, 600), (3, 600)):
        tape.say(e.SilenceChanged(silence=f"s{number}", matchers={"rule": f"rule_a{number}"},
                                  starts_s=wall_s, until_s=wall_s + for_s))  # fmt: skip
    state = folded(tape)
    ends = "until 14:40:00: rule_a2, rule_a3; until 14:50:00: rule_a1 "
    assert line_of(state).startswith(f" ○ silenced {ends}")
    (fires,) = [row for row in shown(state) if row.startswith("Firing")]
    assert fires.split(maxsplit=1)[1] == "none but 3 silenced"


def test_a_look_at_a_part_is_named_one() -> None:
    """What is critical of all stays what is shown first."""
    whole = e.HealthChecked(state="critical", text="book critical", project="/p")
    part = e.HealthChecked(state="ok", text="1 of 1 checks ok", project="/p", partial=True)
    tape = recordings.joined().say(whole)
    said = "\n".join(shown(folded(tape.wait(1).say(part))))
    assert "critical  all checks" in said
    assert "of /p: book critical" in said
    assert "ok        part of the checks" in said


def test_a_silence_that_ends_another_day_says_which() -> None:
    """A time of day alone would be taken for today's."""
    tape = recordings.joined().say(firing("a1"))
    wall_s = tape.clock.wall_s()
    tape.say(e.SilenceChanged(silence="s", matchers={"rule": "rule_a1"}, starts_s=wall_s,
                              until_s=wall_s + 30 * 86_400))  # fmt: skip
    assert " ○ silenced until 2" in line_of(folded(tape))


def test_notices_can_be_read_where_the_line_has_no_room() -> None:
    """The screen lists each with its remedy, and what could not be read is no none."""
    key, text = "alerts.silences", "the silences can't be read: Not a directory"
    said = e.Notice(key=key, severity="warning", text=text, remedy="make it one")
    state = folded(recordings.joined().say(said))
    assert "Notices  1" in shown(state)
    (silenced,) = [row for row in shown(state) if row.startswith("Silenced")]
    assert silenced.split(maxsplit=1)[1] == f"unknown: {text}"
    opened = listed(sections(state, canvas(110)), canvas(110), 99, f"notice {key}", opened=True)
    assert "make it one" in "\n".join(plain(line) for line in opened.lines)


def test_calm_tells_how_queries_went_where_that_is_known() -> None:
    """Nothing is said of queries before one ended; then the share answered and the mean time."""
    assert "last hour" not in line_of(folded(recordings.idle_mac(5)))
    answered = line_of(folded(recordings.answered(recordings.idle_mac(5))))
    assert "● no alerts   last hour 100 % of 1 query answered, mean " in answered
    assert "no alerts" in line_of(folded(recordings.answered(recordings.idle_mac(5))), 60)


def test_a_message_that_did_not_arrive_is_a_warning_of_its_own() -> None:
    """With nothing else to say, the failing channel and its cause are said."""
    lost = e.AlertDelivered(message="m", alert="a", rule="r", channel="email", kind="resolved",
                            state="given_up", cause="the server refused the login")  # fmt: skip
    said = line_of(folded(recordings.joined().say(lost)))
    assert said.startswith(" ▲ WARNING  1 message about alerts not delivered over email: the serv")


def test_every_section_stands_with_its_state_in_words() -> None:
    """Firing, pending, silenced, health, readiness, resolved and sent: glyph, word, when, what."""
    text = "\n".join(shown(ALERTED))
    for said in (
        "✗ critical  low_success  14:30:50 Too few queries succeed",
        "◐ pending   circuit_open 14:30:50 fires at 14:45:50",
        "○ silenced  high_memory  14:05:30 until 15:05:30 by mb: a training run",
        "▲ warning   all checks   14:30:50 4 s ago: 1 of 14 checks is not ok",
        "▲ not ready phase 2      14:30:50 75 % ready, quick, 4 s ago: 2 proven, 1 failed, 1 unp",
        "✗ failed    success               62 % (> 80 %)",
        "○ unproven  crash_free            no week of history is on record",
        "✓ resolved  many_errors  14:30:30 after 1 h 30 m: it holds no longer",
        "✗ failed    low_success  14:30:50 slack, firing, attempt 3: hooks.slack.com refused",
        "✓ sent      low_success  14:30:50 email, firing",
    ):
        assert said in text


def test_nothing_known_is_said_to_be_unknown() -> None:
    """Without a check or a validation the sections say so, and how to get one."""
    text = "\n".join(shown(folded(recordings.idle_mac(5))))
    assert "not checked; ask :health" in text
    assert "not validated; run: bolt-tui validate --production" in text


def test_another_day_is_told_by_its_date() -> None:
    """What was over yesterday does not look as if it were of today."""
    tape = recordings.joined().say(
        e.AlertResolved(alert="a", rule="r", severity="info", why="it holds no longer")
    )
    tape.wait(86_400).say(e.Notice(key="n", severity="info", text="a day later"))
    assert "r 11-23 14:30 it holds no longer" in "\n".join(shown(folded(tape)))


@given(
    state=st.sampled_from([*STATES, ALERTED]),
    width=st.integers(1, 240),
    room=st.integers(0, 60),
    pick=st.integers(0, 20),
    opened=st.booleans(),
)
def test_every_list_survives_every_size(
    state: ConsoleState, width: int, room: int, pick: int, opened: bool
) -> None:
    """In any size each row has its own lines, and the chosen one its whole text."""
    found = sections(state, canvas(width))
    keys = [row.key for one in found for row in one.rows]
    assert len(set(keys)) == len(keys)
    chosen = keys[pick % len(keys)] if keys else ""
    lines, places = listed(found, canvas(width), room, chosen, opened=opened)
    assert list(places) == keys
    assert all("\n" not in text for line in lines for text, _ in line)
    spans = list(places.values())
    assert all(first < after for first, after in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    if opened and chosen:
        assert places[chosen][1] - places[chosen][0] > 1
