from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bolt_tui.cli import main
from engine.alerts.durations import LONGEST_S, seconds, words
from engine.alerts.errors import BadDuration
from engine.alerts.known import CAPABILITIES, KNOWN
from engine.alerts.machine import Machine
from engine.alerts.rules import Rule, in_force, rules
from engine.alerts.standing import Standing
from engine.config import ConfigError, load
from engine.config.schema import Alerts
from engine.events import AlertFiring
from engine.metrics import Reading
from engine.runtime.engine import Engine

QUIET = {
    "memory_used_bytes": Reading(14e9, "bytes", "hand"),
    "memory_pressure": Reading("normal", "", "hand"),
    "own_memory_bytes": Reading(1e9, "bytes", "hand"),
    "memory_budget_bytes": Reading(12e9, "bytes", "hand"),
    "query_success_ratio": Reading(0.9, "ratio", "hand", events=40),
    "errors_last_hour": Reading(4, "", "hand", events=40),
    "response_mean_seconds": Reading(3.0, "seconds", "hand", events=40),
    "circuits_open": Reading(0, "", "hand"),
    "health": Reading("ok", "", "hand"),
    "deliveries_failing": Reading(0, "", "hand"),
}


def own(name: str, **table: object) -> tuple[Rule, ...]:
    return rules(Alerts(rules={name: {key.rstrip("_"): it for key, it in table.items()}}), KNOWN)


def by_name(found: tuple[Rule, ...], name: str) -> Rule:
    return next(rule for rule in found if rule.name == name)


def test_the_defaults_are_quiet_where_all_is_well() -> None:
    """No rule holds of a machine that works, and none of one of which nothing is known."""
    for rule in rules(Alerts(), KNOWN):
        assert rule.expr.evaluate(QUIET).holds is False, rule.name
        assert rule.expr.evaluate({}).holds is None, rule.name


@pytest.mark.parametrize(
    ("rule", "worse"),
    [
        ("high_memory", {"own_memory_bytes": Reading(12.1e9, "bytes", "hand")}),
        (
            "high_memory",
            {
                "memory_used_bytes": Reading(16.2e9, "bytes", "hand"),
                "memory_pressure": Reading("warning", "", "hand"),
            },
        ),
        ("low_success", {"query_success_ratio": Reading(0.79, "ratio", "hand", events=10)}),
        ("many_errors", {"errors_last_hour": Reading(11, "", "hand", events=11)}),
        ("slow_responses", {"response_mean_seconds": Reading(30.1, "seconds", "hand", events=5)}),
        ("circuit_open", {"circuits_open": Reading(1, "", "hand")}),
        ("health_failed", {"health": Reading("critical", "", "hand")}),
        ("delivery_failing", {"deliveries_failing": Reading(1, "", "hand")}),
    ],
)
def test_each_default_holds_of_what_it_is_for(rule: str, worse: dict[str, Reading]) -> None:
    """One bad figure makes its own rule hold and no other."""
    holding = [one.name for one in rules(Alerts(), KNOWN) if one.expr.evaluate(QUIET | worse).holds]
    assert holding == [rule]


def test_a_table_changes_a_default_key_by_key() -> None:
    """What it doesn't say stays as it was."""
    plain, found = by_name(rules(Alerts(), KNOWN), "low_success"), own("low_success", for_="5m")
    changed = by_name(found, "low_success")
    assert (changed.for_s, changed.default) == (300.0, True)
    assert (changed.expr, changed.minimum_events) == (plain.expr, plain.minimum_events)


def test_a_rule_of_ones_own_has_every_key() -> None:
    """All that a table can say arrives."""
    rule = by_name(
        own(
            "hot",
            expr="cpu_ratio > 0.9",
            for_="1h30m",
            keep_firing_for="90s",
            minimum_events=3,
            severity="info",
            summary="Hot: {value}",
            remedy="open\na window",
            labels={"room": "attic\x1b[1m"},
            channels=["email", "email"],
            repeat="1d",
            enabled=False,
        ),
        "hot",
    )
    assert (rule.for_s, rule.keep_firing_for_s, rule.repeat_s) == (5400.0, 90.0, 86_400.0)
    assert (rule.minimum_events, rule.severity, rule.enabled) == (3, "info", False)
    assert (rule.told("cpu_ratio = 0.95"), rule.remedy) == (
        "Hot: cpu_ratio = 0.95",
        "open a window",
    )
    assert (rule.labels, rule.channels) == ({"room": "attic\ufffd[1m"}, ("email",))
    assert not rule.default


def test_failed_health_names_the_project_and_what_is_wrong() -> None:
    """Sessions of several projects share one store: the text and the remedy name whose it is."""
    rule = next(one for one in rules(Alerts(), KNOWN) if one.name == "health_failed")
    about = "of /a b: 17 of 18 checks ok; book critical (no positions.csv)"
    seen = {"health": Reading("critical", "", "hand", about=about, project="/a b")}
    found = Machine([rule], Standing()).evaluate(seen, 1.0, 1000.0)
    told = [one for one in found if isinstance(one, AlertFiring)]
    assert [(one.text, one.remedy) for one in told] == [
        (
            f"The last health check failed: health = critical {about}",
            "see what: bolt-tui -C '/a b' health",
        )
    ]
    assert rule.advised("") == "see what: bolt-tui -C PROJECT health"


def test_the_usual_repeat_is_that_of_the_settings() -> None:
    """A rule that says nothing repeats as [alerts] says."""
    assert {rule.repeat_s for rule in rules(Alerts(repeat_s=120.0), KNOWN)} == {120.0}


def test_the_fingerprint_tells_alerts_apart_and_lasts() -> None:
    """Name and labels make it, in any order; it is the same in every session."""
    made = [
        by_name(own("hot", expr="cpu_ratio > 0.5", labels=labels), "hot").fingerprint
        for labels in ({"a": "1", "b": "2"}, {"b": "2", "a": "1"}, {"a": "2", "b": "1"})
    ]
    assert made[0] == made[1] != made[2]
    assert made[0] == "20290dcaf51dd985"  # printf '["hot", [["a", "1"], …]]' | sha256sum


EXPR = "cpu_ratio > 0.9"


@pytest.mark.parametrize(
    ("name", "table", "said"),
    [
        ("low_succes", {}, "expected an expr, as there is no default rule of this name; did you"),
        ("a b", {"expr": EXPR}, "alerts.rules.a b: expected a name of at most 64 letters"),
        ("hot", {"exp": EXPR}, 'alerts.rules.hot: unknown key "exp"; did you mean "expr"?'),
        ("hot", {"expr": 5}, "alerts.rules.hot.expr: expected a text of at most 500"),
        (
            "hot",
            {"expr": "cpu > 1"},
            'alerts.rules.hot.expr: at column 1: there is no metric "cpu"',
        ),
        ("hot", {"for": 5}, 'hot.for: expected a duration such as "5m" or "1h30m", found 5'),
        (
            "hot",
            {"for": "5x"},
            'hot.for: expected a duration such as "90s", "5m" or "1h30m", found',
        ),
        ("hot", {"keep_firing_for": "31d"}, "expected a duration from 0s to 30d, found"),
        ("hot", {"repeat": "5s"}, "hot.repeat: expected a duration from 1m to 30d, found"),
        ("hot", {"minimum_events": True}, "expected a whole number from 0 to 1000000, found true"),
        ("hot", {"minimum_events": 2.5}, "hot.minimum_events: expected a whole number"),
        ("hot", {"severity": "warn"}, 'found "warn"; did you mean "warning"?'),
        ("hot", {"summary": "{cpu}"}, "hot.summary: expected no placeholder but {value}, found"),
        ("hot", {"labels": {"rule": "x"}}, 'hot.labels: expected other names than "rule", "sev'),
        ("hot", {"labels": {"Desk": "x"}}, "hot.labels: expected names of at most 64 letters a-z"),
        ("hot", {"labels": {"desk": 5}}, "hot.labels.desk: expected a text of 1 to 200 characters"),
        ("hot", {"labels": {"desk": " "}}, "hot.labels.desk: expected a text of 1 to 200"),
        ("hot", {"labels": "desk"}, "hot.labels: expected a table of at most 20 texts, found"),
        ("hot", {"channels": "slack"}, 'hot.channels: expected a list of "slack", "email", found'),
        ("hot", {"channels": ["mail"]}, 'found "mail"; did you mean "email"?'),
        ("hot", {"enabled": "no"}, 'hot.enabled: expected true or false, found "no"'),
    ],
)
def test_a_wrong_rule_says_which_key_and_what_is_wrong(
    name: str, table: dict[str, object], said: str
) -> None:
    """Rule, key, expected, found, and the nearest valid thing."""
    expr = {} if name == "low_succes" or "exp" in table else {"expr": EXPR}
    with pytest.raises(ConfigError) as caught:
        rules(Alerts(rules={name: expr | table}), KNOWN)
    assert said in str(caught.value)


def test_too_many_rules_are_refused() -> None:
    """A file with thousands of rules is a mistake."""
    with pytest.raises(ConfigError, match="expected at most 200 rules, found 20"):
        rules(Alerts(rules={f"r{number}": {"expr": EXPR} for number in range(199)}), KNOWN)


def test_a_wrong_rule_names_its_file(tmp_path: Path) -> None:
    """The sentence begins with the place where the rules stand."""
    file = tmp_path / "mine.toml"
    file.write_text('[alerts]\ninterval_s = 5\n[alerts.rules.hot]\nexpr = "cpu > 1"\n')
    with pytest.raises(ConfigError, match=r"mine\.toml:4: alerts\.rules\.hot\.expr: at column 1"):
        in_force(load(tmp_path, config_file=file, environ={}))


def test_the_settings_are_checked_with_their_rules(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`config validate` refuses a wrong rule, `config show` shows a right one as TOML."""
    file = tmp_path / "mine.toml"
    given = ["--config", str(file)]
    file.write_text('[alerts.rules.low_success]\nfor = "5x"\n')
    assert main(["config", "validate", *given]) == 2
    assert "mine.toml:2: alerts.rules.low_success.for: expected a" in capsys.readouterr().err
    file.write_text('[alerts.rules.low_success]\nfor = "5m"\nlabels = { desk = "a" }\n')
    assert main(["config", "validate", *given]) == 0
    assert main(["config", "show", *given]) == 0
    assert '{ low_success = { for = "5m", labels = { desk = "a" } } }' in capsys.readouterr().out


@pytest.mark.anyio
async def test_every_circuit_of_the_engine_can_stand_in_a_condition(tmp_path: Path) -> None:
    """No capability is entered on the board that a rule could not name."""
    async with Engine.open(tmp_path) as engine:
        assert set(engine.board.states()) <= set(CAPABILITIES)


@given(st.integers(0, int(LONGEST_S)))
def test_a_duration_is_read_as_it_is_said(span_s: int) -> None:
    """What `words` writes `seconds` reads."""
    assert seconds(words(span_s)) == span_s


@given(st.text(max_size=12) | st.text(alphabet="0123456789dhms ", max_size=12))
def test_any_text_is_a_duration_or_a_precise_error(text: str) -> None:
    """Nothing else comes of it, and a duration lies within its bounds."""
    try:
        found_s = seconds(text)
    except BadDuration:
        return
    assert 0 <= found_s <= LONGEST_S


@pytest.mark.parametrize(
    "text", ["", " ", "5", "m5", "5m5m", "1m1h", "-5m", "1.5h", "٣m", "9" * 40 + "s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """Each unit once, the biggest first, whole numbers."""
    with pytest.raises(BadDuration):
        seconds(text)
