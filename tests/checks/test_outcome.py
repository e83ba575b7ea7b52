"""What was seen held against what was expected: each way to be wrong is a problem of its own."""

from typing import Any

import pytest
from msgspec.structs import replace

from engine.checks.drill.catalogue import FAULTS
from engine.checks.drill.child_faults import nothing
from engine.checks.drill.fault import Expected, Fault
from engine.checks.drill.outcome import SLACK_MS, Seen, broken, judged, not_tried

FAULT = Fault(
    "broken",
    "something is broken",
    Expected("graph", "limited", "what?", frozenset({"degraded"}), "by their text", within_s=2.0),
    nothing,
)
GOOD = Seen(
    detect_s=1.0,
    recover_s=12.0,
    opened={"graph": "it died"},
    lowest="limited",
    status="degraded",
    verdict="found by their text",
    asked=20,
    unanswered=0,
    errors=2,
    causeless=0,
    slowest_s=0.1,
    lag_calm_ms=5.0,
    lag_ms=5.0 + SLACK_MS,
    reach_calm_ms=None,
    reach_ms=4.0,
)


def test_what_was_expected_has_no_problem() -> None:
    """Also right at the bounds."""
    assert judged(FAULT, GOOD).verdict == "as expected"
    assert judged(FAULT, replace(GOOD, detect_s=2.0)).problems == ()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"detect_s": None}, "it was not noticed within 25 s"),
        ({"detect_s": 2.1}, "noticed after 2.1 s, expected 2 s"),
        ({"lowest": "monitoring"}, "the level went to monitoring, expected limited"),
        ({"recover_s": None}, "it did not recover in time"),
        ({"status": "failed"}, '"what?" was failed: found by their text'),
        ({"status": None, "verdict": ""}, '"what?" was not answered: '),
        ({"verdict": "found"}, '"what?" doesn\'t say "by their text": found'),
        ({"unanswered": 1}, "1 of 20 queries got no answer"),
        ({"causeless": 1}, "1 of 2 failed queries don't say why"),
        ({"errors": 3}, "3 of 20 queries failed, expected at most 10 %"),
        ({"lag_ms": 56.0}, "the loop is late by 56 ms, 5 ms before"),
        ({"reach_calm_ms": 1.0, "reach_ms": 80.0}, "events reach a reader by 80 ms, 1 ms before"),
        ({"wrong": ("q3 is lost",)}, "q3 is lost"),
    ],
)
def test_each_deviation_is_told(change: dict[str, Any], problem: str) -> None:
    """One thing wrong is one problem, and says what was expected."""
    outcome = judged(FAULT, replace(GOOD, **change))
    assert outcome.problems == (problem,)
    assert outcome.verdict == "not as expected"


def test_where_nothing_may_open_an_open_circuit_is_told_with_its_cause() -> None:
    """The fault that isn't one has to leave all circuits closed."""
    calm = FAULTS["nothing"]
    seen = replace(GOOD, status="answered", lowest="full", errors=0, detect_s=None)
    assert judged(calm, seen).problems == ("graph opened: it died",)
    assert judged(calm, replace(seen, opened={})).problems == ()


def test_what_could_not_be_done_is_no_success() -> None:
    """Neither where the machine forbids it nor where the session was lost."""
    assert not_tried(FAULT, "no GPU").verdict == "not tried"
    assert broken(FAULT, "its session ended").verdict == "not as expected"
