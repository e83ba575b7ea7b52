"""Orders as they are typed, and what is said of them before they are given."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bolt_tui.by_hand import (
    BadOrder,
    Force,
    Pin,
    Release,
    Silence,
    Unsilence,
    completions,
    is_order,
    order_of,
)
from bolt_tui.consequences import consequences, title_of
from bolt_tui.state import ConsoleState
from engine import events as e
from engine.evidence import clean

from . import recordings
from .test_state import folded

IDLE = folded(recordings.joined())
TROUBLED = folded(recordings.troubled())
PINNED = folded(recordings.pinned())
ALERTED = folded(recordings.alerted())


@pytest.mark.parametrize(
    ("text", "order"),
    [
        (":force graph open", Force("graph", "open", None, "")),
        (":force graph open 10m because it lies", Force("graph", "open", 600.0, "it lies")),
        (":force graph disabled for 2 h", Force("graph", "disabled", 7200.0, "")),
        (":force graph closed because  we  must", Force("graph", "closed", None, "we must")),
        (":pin existing-tools 90s because drill", Pin("existing_tools", 90.0, "drill")),
        ("  :pin limited  ", Pin("limited", None, "")),
        (":silence disk", Silence((("rule", "disk"),), 3600.0, "")),
        (":silence disk 2h because we deploy", Silence((("rule", "disk"),), 7200.0, "we deploy")),
        (
            ":silence rule=disk host=mini for 90 m",
            Silence((("rule", "disk"), ("host", "mini")), 5400.0, ""),
        ),
        (":silence severity=info because noise", Silence((("severity", "info"),), 3600.0, "noise")),
    ],
)
def test_an_order_is_read(text: str, order: Force | Pin | Silence) -> None:
    """Name, way, time and reason may each be written in the ways that people write them."""
    assert order_of(text, IDLE) == order


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (":force", ":force: expected a name, found none; type :force CAPABILITY open|"),
        (":force grap open", 'there is no capability "grap"; did you mean "graph"?'),
        (":force graph", "expected one of open, closed, disabled, found nothing more"),
        (":force graph opn", 'there is no way "opn"; did you mean "open"?'),
        (":force notify open", "notify is absent: no channel is configured in [alerts]"),
        (":force graph open soon", "expected a time like 10m or 1h, or because and a reason"),
        (":force graph open 0m", 'found "0m"'),
        (":force graph open -5m", 'found "-5m"'),
        (":force graph open 1m 2m", 'found "1m 2m"'),
        (":pin limitd", 'there is no level "limitd"; did you mean "limited"?'),
        (":pin", ":pin: expected a name, found none"),
        (":release graph", "graph is not forced; there is nothing to release"),
        (":release level", "the level is not pinned"),
        (":release grph", 'did you mean "graph"?'),
        (":silence", ":silence: expected a name, found none; type :silence NAME [2h]"),
        (":silence disk soon", 'expected a time like 10m or 1h, or because and a reason, found "s'),
        (":unsilence disk", "there is no silence"),
    ],
)
def test_a_bad_order_is_told_precisely(text: str, sentence: str) -> None:
    """What is wrong is one sentence: what was expected, what was found, the nearest name."""
    with pytest.raises(BadOrder) as caught:
        order_of(text, IDLE)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_pin_above_the_rollouts_cap_is_refused() -> None:
    """No hand lifts the level above what the rollout allows."""
    with pytest.raises(BadOrder, match=r"allows no more than limited"):
        order_of(":pin full", PINNED)


def test_a_silence_is_ended_by_its_name_or_its_id() -> None:
    """Both lead to the id and are told by name; of a wrong name the nearest is offered."""
    ended = Unsilence("high_memory", ("5112ce00",))
    assert order_of(":unsilence high_memory", ALERTED) == ended
    assert order_of(":unsilence 5112ce00", ALERTED) == ended
    with pytest.raises(BadOrder, match='did you mean "high_memory"'):
        order_of(":unsilence high_memry", ALERTED)


def test_one_of_two_silences_is_ended_by_its_id() -> None:
    """What goes on to be silenced by another is told with the id."""
    state = ALERTED.copy()
    (one,) = state.alerts.in_force(state.wall_s or 0.0)
    state.alerts.apply(replace(one, silence="77aa"))
    ended = order_of(":unsilence 77aa", state)
    assert ended == Unsilence("high_memory (77aa)", ("77aa",))
    both = order_of(":unsilence high_memory", state)
    assert isinstance(both, Unsilence)
    assert set(both.silences) == {"5112ce00", "77aa"}


def test_alerts_are_offered_by_name() -> None:
    """What was heard of can be silenced, what is silenced can be ended."""
    assert ":silence low_success" in completions(":silence l", ALERTED)
    assert completions(":unsilence ", ALERTED) == [":unsilence high_memory"]
    assert completions(":silence low_success ", ALERTED)[0] == ":silence low_success 10m"


def test_silencing_says_what_it_mutes_and_until_when() -> None:
    """What fires, that nobody is told, when that ends, and how to end it sooner."""
    said = _said(":silence low_success 2h", ALERTED)
    assert said["now"].startswith("✗ low_success fires since 14:30:50: Too few queries")
    assert "nobody is told of it over a channel" in said["then"]
    assert said["ends"].startswith("at 16:30:54, in 2 h 00 m; :unsilence low_success ends it")
    assert "mind" not in said
    said = _said(":silence severity=critical", ALERTED)
    assert "high_memory" in said["now"]
    assert "low_success" in said["now"]


def test_silencing_an_unknown_rule_minds_it() -> None:
    """A rule of the user's may not have been heard of; a wrong letter is worth a hint."""
    said = _said(":silence low_sucess", ALERTED)
    assert said["now"] == "nothing that it fits fires or is pending"
    assert said["mind"] == 'no rule "low_sucess" was heard of so far; did you mean "low_success"?'


def test_ending_a_silence_says_what_is_told_again() -> None:
    """Until when it would last, by whom and why, and what fires meanwhile."""
    said = _said(":unsilence high_memory", ALERTED)
    assert said["now"] == "silenced until 15:05:30 by mb: a training run holds it until three"
    assert said["then"] == "high_memory fires, and is told of again"


def test_what_is_held_can_be_released() -> None:
    """A forced circuit by its name, the pinned level by the word level."""
    assert order_of(":release graph", TROUBLED) == Release("graph")
    assert order_of(":release level", PINNED) == Release("level")


@given(
    st.text(max_size=60),
    st.sampled_from(
        ["", ":force ", ":pin ", ":release ", ":force graph ", ":silence ", ":unsilence "]
    ),
)
def test_no_text_breaks_the_reading(text: str, head: str) -> None:
    """Whatever is typed is an order, no order, or refused with a sentence."""
    order, said = None, ""
    try:
        order = order_of(head + text, TROUBLED)
    except BadOrder as error:
        said = str(error)
    assert (order is not None or bool(said)) == is_order(head + text)
    assert said == clean(said)


@given(st.lists(st.integers(0, 50), max_size=4), st.sampled_from([":force ", ":pin ", ":release "]))
def test_what_is_offered_leads_to_an_order(picks: list[int], text: str) -> None:
    """Taking any offer again and again ends in a text that is an order, without a detour."""
    state = TROUBLED if text != ":pin " else IDLE
    for pick in picks:
        offers = completions(text, state)
        assert all(offer.startswith(text) for offer in offers)
        if offers:
            text = offers[pick % len(offers)] + " "
    words = text.split()
    if len(words) > 2 or words[0] != ":force":
        ends = {":pin": 2, ":release": 2, ":force": 3}[words[0]]
        if len(words) >= ends:
            assert order_of(text, state) is not None


def _said(text: str, state: ConsoleState) -> dict[str, str]:
    order = order_of(text, state)
    assert order is not None
    assert title_of(order)
    return dict(consequences(order, state, UTC))


def test_forcing_open_says_what_becomes_of_the_level() -> None:
    """The level that follows is computed as the engine computes it."""
    assert _said(":force graph open", IDLE)["level"] == "falls from full to limited at once"
    assert _said(":force market open", IDLE)["level"] == "stays full"
    assert _said(":force store.write open", IDLE)["level"].startswith("falls from full to monit")
    assert _said(":force graph open", PINNED)["level"] == "stays monitoring: it is pinned"


def test_a_force_names_its_end() -> None:
    """With a time the moment, without one the order that ends it."""
    assert _said(":force graph open 10m", IDLE)["ends"].startswith("at 14:40:00, in 10 m 00 s")
    assert ":release graph" in _said(":force graph open", IDLE)["ends"]
    assert ":release level" in _said(":pin limited", IDLE)["ends"]


def test_a_pin_says_what_is_not_used() -> None:
    """What lies above the pinned level is named, and only what this machine has."""
    then = _said(":pin limited 10m", IDLE)["then"]
    assert "not used: graph, search.index, symbols" in then
    state = folded(recordings.joined().say(e.CircuitChanged(capability="graph", state="absent")))
    assert "not used: search.index, symbols" in _said(":pin limited", state)["then"]


def test_a_pin_does_not_mend() -> None:
    """Pinning above what failed says that this stays failed."""
    assert "search.index" in _said(":pin full", TROUBLED)["mind"]
    assert "mind" not in _said(":pin full", IDLE)
