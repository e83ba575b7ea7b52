from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.alerts.errors import BadExpression
from engine.alerts.expression import CONSTANTS, parse
from engine.alerts.known import KNOWN
from engine.metrics import CATALOGUE, Reading, spec

NUMBERS = ("memory_used_bytes", "load_1m", "tasks_queued")
ODD = "circuit.search.scan"


def numbers(**values: float | None) -> dict[str, Reading]:
    return {
        name: Reading(value, "", "hand", "" if value is not None else "no sensor")
        for name, value in values.items()
    }


amounts = st.recursive(
    st.sampled_from([*NUMBERS, *CONSTANTS]) | st.integers(0, 99).map(str) | st.just("0.5"),
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(" ".join).map(lambda it: f"({it})")
        | inner.map(lambda it: f"-{it}")
    ),
    max_leaves=5,
)
comparisons = st.lists(
    st.tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), amounts).map(" ".join),
    min_size=1,
    max_size=2,
)
claims = st.recursive(
    st.tuples(amounts, comparisons).map(lambda it: " ".join([it[0], *it[1]])),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join)
        | inner.map(lambda it: f"not ({it})")
        | inner.map(lambda it: f"({it})")
    ),
    max_leaves=5,
).map(lambda it: it if any(map(it.__contains__, NUMBERS)) else f"({it}) or load_1m > 0")
values = st.sampled_from([0.0, 0.5, 1.0, 2.0, 50.0])


@given(claims, values, values, values)
def test_a_condition_says_what_python_says(text: str, used: float, load: float, tasks: int) -> None:
    """Where all figures are known the answer is that of Python itself."""
    assume(len(text) <= 500)
    given = {"memory_used_bytes": used, "load_1m": load, "tasks_queued": float(tasks)}
    try:
        expected: bool | None = eval(text, {"__builtins__": {}}, {**CONSTANTS, **given})
    except ZeroDivisionError:
        return  # Python stops there, we may know better from the rest
    found = parse(text, KNOWN).evaluate(numbers(**given)).holds
    assert found is expected or "/" in text  # 0 * (1 / tiny): beyond what a float holds


@given(claims, st.lists(values, min_size=3, max_size=3), st.sets(st.integers(0, 2), min_size=1))
def test_unknown_is_never_wrong(text: str, figures: list[float], hidden: set[int]) -> None:
    """Where an answer is given although figures are unknown, no figure would change it."""
    assume(len(text) <= 500)
    condition = parse(text, KNOWN)
    known = numbers(**dict(zip(NUMBERS, figures, strict=True)))
    some = {
        name: replace(reading, value=None) if number in hidden else reading
        for number, (name, reading) in enumerate(known.items())
    }
    with_gaps, whole = condition.evaluate(some), condition.evaluate(known)
    assert with_gaps.holds is None or with_gaps.holds is whole.holds
    assert (with_gaps.holds is None) is bool(with_gaps.unknown)


@given(
    st.text(max_size=80) | st.text(alphabet="()<>=+-*/.'\" andornotcpu_ratio019[]{}:,", max_size=60)
)
def test_any_text_is_a_condition_or_a_precise_error(text: str) -> None:
    """The parser never fails in another way, and the column lies in the text or right behind."""
    column, names = 1, set[str]()
    try:
        names = set(parse(text, KNOWN).names)
    except BadExpression as error:
        column = error.column
    assert 1 <= column <= len(text) + 1
    assert names <= set(KNOWN)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at column 1: expected a condition, found nothing"),
        ("cpu_ration > 1", 'column 1: there is no metric "cpu_ration"; did you mean "cpu_ratio"?'),
        ("load_1m > 1 and é > 2", 'column 17: there is no metric "é"; see: bolt-tui metrics'),
        ("1 > 'é' or cpuratio > 1", "column 5: expected a number, found 'é'; only states are"),
        ("ｃpu_ratio > 1 and cpux > 2", 'column 19: there is no metric "cpux"'),
        ("1if 1else 2", "column 1: expected a comparison"),
        ("cpu_ratio", 'column 1: expected a comparison, found "cpu_ratio"'),
        ("cpu_ratio >", 'column 12: "cpu_ratio >" is no condition yet, something is missing'),
        ("  (cpu_ratio > 1", "column 3: this can't be read as a condition, from \"(cpu_ratio"),
        ("cpu_ratio > True", 'column 13: expected a number, found "True"'),
        ("cpu_ratio > 1e999", 'column 13: the number "1e999" is too large'),
        ("cpu_ratio in (1, 2)", "column 1: expected < <= > >= == or !=, found"),
        ("cpu_ratio ** 9 > 1", "column 1: expected and, or, not, a comparison, + - * /, a number"),
        ("__import__('os') > 1", "column 1: expected and, or, not, a comparison, + - * /"),
        ("().__class__ > 1", 'column 1: expected the name of a metric, found "()"'),
        ("cpu_ratio > 1 # hot", 'column 15: a condition has no comments, found "#"'),
        ("health == 'critcal'", "found 'critcal'; did you mean \"critical\"?"),
        ("health > 1", "health is one of ok, warning, critical, unknown; expected == or !=, found"),
        ("health == ok", "expected a quoted text"),
        ("health", 'expected a comparison, found "health"'),
        ("1 > health + 1", "column 5: health is no number but one of ok, warning, critical"),
        ("circuit.grahp == 'open'", 'metric "circuit.grahp"; did you mean "circuit.graph"?'),
        ("not " * 100 + "1 > 2", "column 101: it is nested deeper than 24 times"),
        ("1 > 2 or " * 60 + "1 > 2", "column 501: expected at most 500 characters, found 545"),
        ("-" * 400 + "1 > 2", "it is nested deeper than 24 times"),
        ("(" * 300, "this can't be read as a condition"),
        ("1 > 0", "column 1: it names no metric, so it always or never holds"),
        ("cpu_ratio > 90", 'column 1: cpu_ratio is a ratio from 0 to 1, found "cpu_ratio > 90"'),
        ("5 < gpu_ratio", "gpu_ratio is a ratio from 0 to 1"),
        ("bolt_memory_usd_bytes > 1", 'did you mean "memory_used_bytes"?'),
        ("1 > 2\0", "condition"),
    ],
)
def test_a_condition_that_cannot_be_read_says_where_and_why(text: str, said: str) -> None:
    """Column, what was expected, what was found, and the nearest name."""
    with pytest.raises(BadExpression) as caught:
        parse(text, KNOWN)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "cpu", "holds"),
    [
        ("0.1 < cpu_ratio < 0.9", 0.5, True),
        ("0.1 < cpu_ratio < 0.9", 0.9, False),
        ("cpu_ratio * 2 * GiB >= 1 * GiB", 0.5, True),
        ("cpu_ratio / 0 > 1", 0.5, None),
        ("1e308 * 10 > cpu_ratio", 0.5, None),
        ("cpu_ratio > 0 and 1 > 2", None, False),
        ("cpu_ratio > 0 or 2 > 1", None, True),
        ("not cpu_ratio > 0", None, None),
        ("cpu_ratio / 0 > 1 or 2 > 1", 0.5, True),
        ("cpu_ratio > 0", float("nan"), None),
        ("cpu_ratio > 0", float("inf"), None),
        ("cpu_ratio\n  > 0.4", 0.5, True),
        ("-cpu_ratio < 0 < 1 * day", 0.5, True),
    ],
)
def test_figures_are_compared(text: str, cpu: float | None, holds: bool | None) -> None:
    """Chains, units, and what can't be computed is unknown."""
    assert parse(text, KNOWN).evaluate(numbers(cpu_ratio=cpu)).holds is holds


@pytest.mark.parametrize(
    ("text", "state", "holds"),
    [
        (f"{ODD} == 'open'", "open", True),
        (f"{ODD} != 'open'", "open", False),
        (f"'open' == {ODD}", "closed", False),
        (f"{ODD} == 'open'", None, None),
    ],
)
def test_states_are_compared(text: str, state: str | None, holds: bool | None) -> None:
    """A state equals its name, and an unknown one is neither equal nor not."""
    seen = {ODD: Reading(state, "", "hand", "" if state else "not entered yet")}
    assert parse(text, KNOWN).evaluate(seen).holds is holds


def test_what_was_seen_is_said_in_words() -> None:
    """Each metric once, with its unit and what it rests upon; the unknown one with its reason."""
    condition = parse(
        "query_success_ratio < 0.8 and memory_used_bytes > 15 * GiB and response_mean_seconds > 30"
        " and level == 'full' and gpu_ratio > 0.5 and query_success_ratio > 0",
        KNOWN,
    )
    seen = condition.evaluate(
        {
            "query_success_ratio": Reading(0.619, "ratio", "queries", events=21),
            "memory_used_bytes": Reading(16.5 * 2**30, "bytes", "psutil"),
            "response_mean_seconds": Reading(31.44, "seconds", "queries", events=19),
            "level": Reading("full", "", "engine"),
            "gpu_ratio": Reading(None, "ratio", "drm", "there is no GPU"),
        }
    )
    assert seen.seen == (
        "query_success_ratio = 0.62 of 21 queries, memory_used_bytes = 16.5 GiB, "
        "response_mean_seconds = 31.4 s of 19 queries, level = full, gpu_ratio unknown"
    )
    assert (seen.holds, seen.unknown) == (None, "gpu_ratio is unknown: there is no GPU")
    assert seen.events == 19


def test_a_metric_that_was_never_read_is_unknown() -> None:
    """A reading that is missing altogether is said to be."""
    seen = parse("cpu_ratio > 0.5", KNOWN).evaluate({})
    assert (seen.holds, seen.unknown) == (None, "cpu_ratio was never read")


def test_every_metric_can_stand_in_a_condition() -> None:
    """The catalogue has no name that the parser can't take."""
    for name in KNOWN:
        states = spec(name).states
        text = f"{name} == '{states[0]}'" if states else f"{name} > 1"
        assert parse(text, KNOWN).names == (name,)
    assert set(CATALOGUE) <= set(KNOWN)
