"""One scale for what stands out, whichever tool saw it."""

from hypothesis import given
from hypothesis import strategies as st

from engine.agents.tools import marks, names
from engine.agents.tools.code_review import level
from engine.evidence import Mark

COUNTS = st.integers(0, 1000)


def every(number: int) -> list[Mark]:
    found = [
        marks.heavy_function("a.py", 1, "f", number, "file.complexity"),
        marks.hot_spot("a.py", 1, "f", number, 5),
        marks.untested("a.py", None, number, 1000),
        marks.duplicate("a.py", 1, number, "b.py:1"),
        marks.copied("a", "b", number),
        marks.unparsed("a.py", 1, "x", "file.outline"),
        marks.dead("a.py", 1, "f", is_certain=True),
    ]
    return [mark for mark in found if mark is not None]


@given(COUNTS, COUNTS)
def test_more_of_it_is_never_less_severe(one: int, other: int) -> None:
    """Severities stay in 0..1 and grow with what is counted; sources are tools that exist."""
    few, many = every(min(one, other)), every(max(one, other))
    assert all(0.0 <= mark.severity <= 1.0 for mark in (*few, *many))
    worst = {mark.source: mark.severity for mark in many}
    assert all(worst[mark.source] >= mark.severity for mark in few)
    assert {mark.source for mark in many} <= set(names())


def test_what_breaks_is_high_and_what_is_untidy_is_low() -> None:
    """The words that a reader sees fit what the finding means."""
    said = {
        "unparsed": marks.unparsed("a.py", 3, "x", "file.outline"),
        "dead": marks.dead("a.py", 1, "f", is_certain=True),
        "heavy": marks.heavy_function("a.py", 1, "f", 15, "file.complexity"),
        "too heavy": marks.heavy_function("a.py", 1, "f", 25, "file.complexity"),
    }
    assert {name: level(mark.severity) for name, mark in said.items() if mark} == {
        "unparsed": "high",
        "dead": "low",
        "heavy": "medium",
        "too heavy": "high",
    }


def test_what_fails_is_worse_than_what_is_hard() -> None:
    """No function, however heavy and often changed, comes before a file that can't be imported."""
    worst = marks.unparsed("a.py", 1, "x", "file.outline").severity
    hard = [
        marks.heavy_function("a.py", 1, "f", 500, "file.complexity"),
        marks.hot_spot("a.py", 1, "f", 500, 500),
    ]
    assert all(mark is not None and mark.severity < 0.9 <= worst for mark in hard)


def test_what_is_as_it_should_be_is_no_finding() -> None:
    """Simple functions, quiet files and tested code are not marked."""
    assert marks.heavy_function("a.py", 1, "f", 10, "file.complexity") is None
    assert marks.hot_spot("a.py", 1, "f", 30, 1) is None
    assert marks.untested("a.py", None, 0, 7) is None
