from dataclasses import replace
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.machine import Machine
from engine.alerts.rules import Rule
from engine.alerts.standing import Standing, decode
from engine.events import AlertEvent, AlertFiring, AlertPending, AlertResolved
from tests.alerts.alert_scene import Scene, a_rule, readings, told

WORDS = st.sampled_from(["true", "true", "false", "unknown"])
ROUNDS = st.lists(st.tuples(st.integers(1, 200), WORDS), max_size=60)
FOR_S, KEEP_S = st.sampled_from([0.0, 60.0, 300.0]), st.sampled_from([0.0, 120.0])


def played(scene: Scene, rounds: list[tuple[int, str]]) -> list[tuple[list[str], list[str]]]:
    """Return what each round told: events and kinds of messages."""
    said = []
    for wait_s, word in rounds:
        scene.clock.advance(wait_s)
        events, sent = scene.look(word)
        said.append(([told(event) for event in events], sent))
    return said


def by_definition(rounds: list[tuple[int, str]], for_s: float, keep_s: float) -> list[bool]:
    """Say after each round whether it fires, from the whole past and by the definition alone.

    It begins to fire where the condition held at every round of a span of at least `for_s`, and
    stops where it held at none of a span of at least `keep_s`. No round is unknown.
    """
    times = [sum(wait for wait, _ in rounds[: end + 1]) for end in range(len(rounds))]
    fires, firing = list[bool](), False
    for now, (_, word) in enumerate(rounds):
        alike = now
        while alike > 0 and rounds[alike - 1][1] == word:
            alike -= 1
        lasted = times[now] - times[alike]
        if word == "true":
            firing = firing or lasted >= for_s
        elif lasted >= keep_s:
            firing = False
        fires.append(firing)
    return fires


def test_what_ends_for_want_of_events_says_so() -> None:
    """The figure may be as bad as before: it just rests upon too little."""
    machine = Machine((replace(a_rule(), minimum_events=3),), Standing())
    machine.evaluate(readings("true/3"), 0.0, 0.0)
    (over,) = machine.evaluate(readings("true/2"), 15.0, 15.0)
    assert isinstance(over, AlertResolved)
    assert over.why == "fewer than 3 events: cpu_ratio = 0.95 of 2 events"


@given(
    st.lists(st.tuples(st.integers(1, 200), st.sampled_from(["true", "false"])), max_size=60),
    FOR_S,
    KEEP_S,
)
def test_it_fires_exactly_when_the_definition_says(
    rounds: list[tuple[int, str]], for_s: float, keep_s: float
) -> None:
    """Round by round the machine agrees with a reading of the whole past."""
    scene = Scene((a_rule(for_s=for_s, keep_s=keep_s),))
    fires = []
    for wait_s, word in rounds:
        scene.clock.advance(wait_s)
        scene.look(word)
        fires.append(any(one.phase != "pending" for one in scene.machine.standing.alerts.values()))
    assert fires == by_definition(rounds, for_s, keep_s)


@given(ROUNDS, FOR_S, KEEP_S, st.lists(st.floats(-3, 3), max_size=60))
def test_a_clock_that_is_set_changes_nothing(
    rounds: list[tuple[int, str]], for_s: float, keep_s: float, days: list[float]
) -> None:
    """Whatever the wall clock shows in between, the same is told at the same rounds."""
    rules = (a_rule(for_s=for_s, keep_s=keep_s),)
    moved, steady = Scene(rules), Scene(rules)
    said = []
    for number, one in enumerate(rounds):
        if number < len(days):
            moved.act(f"clock {days[number]}")
        said += played(moved, [one])
    assert said == played(steady, rounds)


@given(ROUNDS, FOR_S, KEEP_S, st.sets(st.integers(0, 59)))
def test_a_death_after_sending_changes_nothing_that_is_told(
    rounds: list[tuple[int, str]], for_s: float, keep_s: float, deaths: set[int]
) -> None:
    """Who takes over at once sends nothing twice, and leaves nothing out."""
    rules = (a_rule(for_s=for_s, keep_s=keep_s),)
    scene, steady = Scene(rules), Scene(rules)
    for number, (wait_s, word) in enumerate(rounds):
        scene.clock.advance(wait_s)
        scene.look(word, dies=number in deaths)
        if number in deaths:
            scene.look(word)
    played(steady, rounds)
    assert scene.outbox == steady.outbox


@given(ROUNDS, FOR_S, KEEP_S, st.sets(st.integers(0, 59)))
def test_rules_that_are_read_again_change_nothing(
    rounds: list[tuple[int, str]], for_s: float, keep_s: float, read: set[int]
) -> None:
    """Rules that are swapped for equal ones tell the same at the same rounds."""

    def rules() -> tuple[Rule, ...]:
        return (a_rule(for_s=for_s, keep_s=keep_s),)

    scene, steady = Scene(rules()), Scene(rules())
    said = []
    for number, one in enumerate(rounds):
        if number in read:
            scene.change(rules())
        said += played(scene, [one])
    assert said == played(steady, rounds)
    assert scene.outbox == steady.outbox
    assert scene.machine.standing == steady.machine.standing


OTHERS = st.sampled_from(
    [(), ("cpu_ratio > 0.9",), ("cpu_ratio > 0.5", "cpu_ratio < 0.1"), ("cpu_ratio < 0.9",)]
)


@given(ROUNDS, FOR_S, KEEP_S, st.dictionaries(st.integers(0, 59), OTHERS))
def test_a_rule_does_not_hear_of_changes_of_others(
    rounds: list[tuple[int, str]],
    for_s: float,
    keep_s: float,
    changes: dict[int, tuple[str, ...]],
) -> None:
    """Whatever rules come, change and go beside it, its own events come at the same rounds."""
    rule = a_rule(for_s=for_s, keep_s=keep_s)
    scene, steady = Scene((rule,)), Scene((rule,))
    for number, (wait_s, word) in enumerate(rounds):
        if number in changes:
            beside = [a_rule(expr, f"beside{n}") for n, expr in enumerate(changes[number])]
            scene.change((*beside, rule))
        for one in (scene, steady):
            one.clock.advance(wait_s)
        events, _ = scene.look(word)
        expected, _ = steady.look(word)
        mine = [told(event) for event in events if event.rule == "hot"]
        assert mine == [told(event) for event in expected]


@given(ROUNDS, FOR_S, KEEP_S, st.dictionaries(st.integers(0, 59), OTHERS))
def test_nothing_stands_whose_rule_is_gone(
    rounds: list[tuple[int, str]],
    for_s: float,
    keep_s: float,
    changes: dict[int, tuple[str, ...]],
) -> None:
    """After each round what stands is of a rule that there is, with the condition that it has."""
    scene = Scene((a_rule(for_s=for_s, keep_s=keep_s),))
    for number, one in enumerate(rounds):
        if number in changes:
            scene.change(tuple(a_rule(e, f"r{n}") for n, e in enumerate(changes[number])))
        played(scene, [one])
        there = {rule.name: rule.expr.text for rule in scene.rules}
        assert all(there[at.rule] == at.expr for at in scene.machine.standing.alerts.values())


@given(ROUNDS, FOR_S, KEEP_S)
def test_resolved_is_told_once_and_only_after_firing(
    rounds: list[tuple[int, str]], for_s: float, keep_s: float
) -> None:
    """The messages are firing, then repeated ones, then resolved, over and over."""
    scene = Scene((a_rule(for_s=for_s, keep_s=keep_s),))
    kinds = [kind for _, sent in played(scene, rounds) for kind in sent]
    follows = {"firing": {"repeated", "resolved"}, "repeated": {"repeated", "resolved"}}
    assert not kinds or kinds[0] == "firing"
    assert all(then in follows.get(kind, {"firing"}) for kind, then in pairwise(kinds))


def looked(machine: Machine, word: str, at_s: float) -> list[AlertEvent]:
    return list(machine.evaluate(readings(word), at_s, 1_750_000_000.0 + at_s))


def fired(word: str = "true") -> Standing:
    machine = Machine((a_rule(),), Standing())
    looked(machine, word, 0.0)
    (alert,) = machine.standing.alerts.values()
    told_of = msgspec.structs.replace(alert, sent=1)
    return msgspec.structs.replace(machine.standing, alerts={alert.alert: told_of})


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ((), "the rule was removed"),
        ((replace(a_rule(), enabled=False),), "the rule was turned off"),
        ((replace(a_rule(), labels={"desk": "b"}),), "the labels of the rule were changed"),
        ((a_rule("cpu_ratio > 0.5"),), "the condition of the rule was changed"),
    ],
)
def test_what_fires_for_a_rule_that_is_no_more_is_resolved(
    rules: tuple[Rule, ...], why: str
) -> None:
    """The next evaluator says why, and the rule as it is now begins anew."""
    events = looked(Machine(rules, decode(fired().encode())), "false", 9.0)
    assert isinstance(events[0], AlertResolved)
    assert (events[0].rule, events[0].why) == ("hot", why)
    assert len(events) == 1


def test_a_changed_condition_that_holds_fires_as_another_incident() -> None:
    """The old incident is resolved and the new one told in the same round."""
    machine = Machine((a_rule("cpu_ratio > 0.5"),), fired())
    assert [told(event) for event in looked(machine, "true", 9.0)] == ["resolved", "firing"]
    assert [one.incident for one in machine.standing.alerts.values()] == [2]


def test_a_rule_that_changes_its_words_keeps_its_incident() -> None:
    """Another severity is said at once, and nothing is resolved."""
    machine = Machine((replace(a_rule(), severity="critical"),), fired())
    (event,) = looked(machine, "true", 9.0)
    assert isinstance(event, AlertFiring)
    assert event.severity == "critical"


def test_a_pending_alert_of_a_removed_rule_is_over() -> None:
    """It did not fire, so there is nothing to resolve."""
    machine = Machine((a_rule(for_s=60.0),), Standing())
    looked(machine, "true", 0.0)
    (event,) = looked(Machine((), machine.standing), "true", 9.0)
    assert isinstance(event, AlertPending)
    assert event.over


def test_a_figure_that_moves_is_said_again_only_each_minute() -> None:
    """Every evaluation sees another figure; the journal hears of one a minute."""
    machine = Machine((a_rule(),), Standing())
    said = []
    for round_ in range(20):
        figures = {"cpu_ratio": replace(readings("true")["cpu_ratio"], value=0.91 + round_ / 100)}
        said.append(len(machine.evaluate(figures, round_ * 15.0, 1e9)))
    assert said == [1, 0, 0, 0] * 5


def test_who_takes_over_can_say_what_fires() -> None:
    """The events carry what the last evaluator saw."""
    (event,) = Machine((a_rule(),), decode(fired().encode())).firing()
    assert (event.rule, event.text) == ("hot", "It is hot: cpu_ratio = 0.95")
    assert event.value == "cpu_ratio = 0.95"
