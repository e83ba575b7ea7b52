"""The wheel's parameters from YAML: values with their lines, precise errors, nothing executed."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.market.parameters import Limits, ParameterError, Parameters, RollTriggers, build
from engine.market.parameters_file import load
from engine.market.parameters_yaml import read

CONFIG = """\
# a wheel
strategy:
  delta_target: 0.30
  days_to_expiry_target: 35
  max_delta_short_put: 0.45
  min_premium_yield: 0.005
  strike_intervals: [5.0, 1.0, 2.5]
  strike_range: {min_moneyness: 0.70, max_moneyness: 1.10}
  roll_triggers:
    profit_target_percent: 0.25
    delta_breach_threshold: 0.70
    dte_threshold: null
    profit_threshold_2: 0.5
risk:
  kelly_fraction: 0.50
  limits: {max_var_95: 0.15, max_cvar_95: 0.25, max_kelly_fraction: 0.75}
  greeks:
    max_delta_exposure: 200.0
unity:
  ticker: u
ml: {enabled: false, models: [a, b]}
"""


def refusal(text: str) -> str:
    """The sentence with which a text is refused; "c" if it is read."""
    try:
        read(text, "c")
    except ParameterError as error:
        return str(error)
    return "c"


def test_the_users_names_are_read_with_their_lines() -> None:
    """Every known key sets its parameter, unknown ones are counted, an empty trigger is off."""
    found = read(CONFIG, "config.yaml")
    own = found.parameters
    assert own.delta_target == 0.30
    assert own.strike_intervals == (1.0, 2.5, 5.0)
    assert own.roll_triggers == RollTriggers(0.25, 0.70, None)
    assert own.limits == Limits(0.15, 0.25, 0.75, max_delta_exposure=200)
    assert own.ticker == "U"
    assert found.origin("delta_breach_threshold") == "config.yaml:11"
    assert found.origin("max_cvar_95") == "config.yaml:16"
    assert found.origin("slippage") == "default"
    assert found.unused_keys == 3
    assert found.notes == ()


def test_a_variable_overrides_the_file() -> None:
    """`WHEEL_STRATEGY__DELTA_TARGET` counts more than the file, and is named as the origin."""
    found = read(CONFIG, "config.yaml", {"WHEEL_STRATEGY__DELTA_TARGET": "0.2", "WHEEL_X": "1"})
    assert found.parameters.delta_target == 0.2
    assert found.origin("delta_target") == "WHEEL_STRATEGY__DELTA_TARGET"
    with pytest.raises(ParameterError, match=r"WHEEL_STRATEGY__DELTA_TARGET: .* is 'x'"):
        read("", "config.yaml", {"WHEEL_STRATEGY__DELTA_TARGET": "x"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("strategy:\n  delta_target: 3", r"c:2: strategy\.delta_target is 3; .* 0\.01 to 0\.99"),
        ("strategy:\n  delta_target: yes", "c:2: .* is True"),
        ("strategy: {delta_target: .nan}", "c:1: .* is nan"),
        ("strategy: {days_to_expiry_target: 3.5}", "whole number"),
        ("strategy: {strike_intervals: 5}", "a list of steps"),
        ("strategy: {strike_intervals: [0]}", "strike_intervals is 0"),
        ("unity: {ticker: 5}", "a stock's symbol"),
        ("risk: {kelly_fraction: [1]}", r"is \[1\]"),
        ("strategy: [1", "c:1: the file is no YAML"),
        ("a: 1\n\tb: 2", "c:2: the file is no YAML"),
        ("- 1", "no table of keys"),
        ("\x00", "c: the file is"),
        ("strategy: {delta_target: !!python/name:os.system ''}", "no YAML"),
        ("a: &a\n  b: *a\n  <<: *a", "c: the file is nested"),
    ],
)
def test_what_cannot_be_right_is_refused_precisely(text: str, said: str) -> None:
    """The error names file, line, key, value and what is expected; no tag is ever executed."""
    with pytest.raises(ParameterError, match=said):
        read(text, "c")


def test_misspelt_double_and_contradicting_keys_are_noted() -> None:
    """Keys that nearly are known ones, stand twice or exclude each other become sentences."""
    text = (
        "strategy:\n  delta_traget: 0.3\n  max_delta_short_put: 0.2\n  max_delta_short_put: 0.25\n"
        "  roll_triggers: {dte_threshold: 40, delta_breach_threshold: 0.2}\n"
        "risk: {limits: {max_var_95: 0.3, max_cvar_95: 0.2}}\n"
    )
    notes = " | ".join(read(text, "c").notes)
    for part in (
        "c:2: strategy.delta_traget means nothing here (nearest: delta_target)",
        "c:4: strategy.max_delta_short_put stands twice, first in line 3",
        "above max_delta_short_put 0.25",
        "max_cvar_95 0.2 is below max_var_95 0.3",
        "dte_threshold 40",
        "delta_breach_threshold 0.2",
    ):
        assert part in notes


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the file holds, there are parameters or a ParameterError, nothing else."""
    assert refusal(text).startswith("c")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(
    inner) | st.dictionaries(st.sampled_from(["strategy", "risk", "limits", "delta_target", "x"]),
    inner), max_leaves=20))  # fmt: skip
def test_any_document_is_read_or_refused(document: object) -> None:
    """The same for well-formed YAML of any shape."""
    assert refusal(yaml.safe_dump(document)).startswith("c")


def test_a_project_without_a_file_has_defaults_and_says_so(tmp_path: Path) -> None:
    """The defaults are those of the wheel's own configuration; limits are not invented."""
    found = load(tmp_path)
    assert found.parameters == Parameters()
    assert found.parameters.limits == Limits()
    assert "defaults" in found.notes[0]
    (tmp_path / "config.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ParameterError, match="not UTF-8"):
        load(tmp_path)


def test_building_of_nothing_is_the_default() -> None:
    """Values are put where they belong, the rest stays."""
    assert build({}) == Parameters()
    assert build({"dte_threshold": 9.0}).roll_triggers.dte_threshold == 9.0
