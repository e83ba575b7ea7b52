"""What a review makes of its sides: findings in an order that can be explained."""

from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.services import Services
from engine.agents.tool import Call
from engine.agents.tools.code_review import level, ranked, review
from engine.evidence import Evidence, Finding, Findings, Mark

pytestmark = pytest.mark.anyio

CYCLE = Mark("a.py", 3, "a → b → a", 0.8, "whoever imports b first fails", "graph.cycles")
HEAVY = Mark("a.py", 9, "f: complexity 31", 0.7, "hard to test", "file.complexity")
COPIED = Mark("b.py", 1, "40 lines as in a.py", 0.4, "fixed in one place only", "code.duplicates")
UNUSED = Mark("b.py", 7, "g is never named", 0.1, "it can go", "code.dead")


def call(focus: str, *sides: Evidence, **about: str) -> Call:
    inputs = {f"1.side{number}": side for number, side in enumerate(sides)}
    services = cast("Services", SimpleNamespace())
    return Call({"focus": focus, **about}, services, inputs)


async def test_findings_are_ranked_with_place_reason_and_source() -> None:
    """Each finding says how bad it is, where, what, why it matters and who saw it."""
    sides = (
        Evidence("b.py is short", marks=(UNUSED, COPIED)),
        Evidence("2 cycles.", marks=(CYCLE,)),
    )
    found = await review(call("review", *sides, file="b.py"))
    assert found.verdict == (
        "b.py: 1 high, 1 medium, 1 low findings, first a.py:3: a → b → a; short; 2 cycles"
    )
    assert found.sections == (
        Findings(
            "Ranked findings",
            (
                Finding(
                    "a.py",
                    3,
                    "high: a → b → a — whoever imports b first fails (graph.cycles)",
                ),
                Finding(
                    "b.py",
                    1,
                    "medium: 40 lines as in a.py — fixed in one place only (code.duplicates)",
                ),
                Finding("b.py", 7, "low: g is never named — it can go (code.dead)"),
            ),
            3,
        ),
    )
    assert found.marks == (CYCLE, COPIED, UNUSED)


@pytest.mark.parametrize(
    ("focus", "first"),
    [
        ("review", CYCLE),
        ("debug", CYCLE),
        ("optimize", HEAVY),
        ("refactor", CYCLE),
    ],
)
async def test_what_the_verb_asks_for_counts_more(focus: str, first: Mark) -> None:
    """A finding of the asked-for kind passes one that is slightly worse, and the answer says so."""
    found = await review(call(focus, Evidence("x", marks=(CYCLE, HEAVY, COPIED, UNUSED))))
    assert found.marks[0] is first
    assert bool(found.assumptions) is (focus != "review")


async def test_without_marks_the_sides_speak_for_themselves() -> None:
    """Nothing is said of findings that nobody marked."""
    found = await review(call("debug", Evidence("3 files"), Evidence("no cycle")))
    assert found.verdict == "The project: 3 files; no cycle"
    assert (found.sections, found.assumptions) == ((), ())


async def test_where_no_side_found_anything_neither_did_the_review() -> None:
    """An empty project is nothing found."""
    nothing = Evidence("there is no file", found=False)
    assert not (await review(call("review", nothing, nothing))).found
    assert (await review(call("review", nothing, Evidence("3 files")))).found


async def test_names_from_a_repository_reach_no_terminal_as_they_are() -> None:
    """Control characters in a path or a text are replaced."""
    mark = Mark("a\x1b[31m.py", None, "b\x07", 0.5, "c\n", "graph.cycles")
    found = await review(call("review", Evidence("x", marks=(mark,))))
    (section,) = found.sections
    assert isinstance(section, Findings)
    assert section.items == (
        Finding("a\ufffd[31m.py", None, "medium: b\ufffd — c\ufffd (graph.cycles)"),
    )
    assert "\x1b" not in found.verdict


async def test_many_findings_are_counted_and_cut() -> None:
    """Fifty rows are shown, all are counted."""
    marks = tuple(Mark("a.py", n, "x", 0.5, "y", "code.dead") for n in range(1, 61))
    (section,) = (await review(call("review", Evidence("x", marks=marks)))).sections
    assert isinstance(section, Findings)
    assert (len(section.items), section.total, section.truncated) == (50, 60, True)


@pytest.mark.parametrize(
    ("severity", "word"),
    [(1.0, "high"), (0.67, "high"), (0.66, "medium"), (0.34, "medium"), (0.33, "low"), (0, "low")],
)
def test_a_severity_has_a_word(severity: float, word: str) -> None:
    """Thirds of the scale."""
    assert level(severity) == word


MARKS = st.builds(
    Mark,
    st.sampled_from(["a.py", "b.py"]),
    st.sampled_from([None, 1, 2]),
    st.sampled_from(["x", "y"]),
    st.integers(0, 10).map(lambda tenths: tenths / 10),
    st.just("why"),
    st.sampled_from(["graph.cycles", "file.complexity", "code.dead"]),
)


@given(st.lists(MARKS), st.sampled_from(["review", "debug", "optimize", "refactor"]))
def test_each_thing_is_told_once_at_its_worst(marks: list[Mark], focus: str) -> None:
    """Nothing is lost or told twice, and equals of a source are in order of severity."""
    order = ranked(marks, focus)
    keys = [(mark.path, mark.line, mark.text) for mark in order]
    assert sorted(set(keys), key=repr) == sorted(keys, key=repr)
    for key in {(mark.path, mark.line, mark.text) for mark in marks}:
        worst = max(m.severity for m in marks if (m.path, m.line, m.text) == key)
        assert [m.severity for m, k in zip(order, keys, strict=True) if k == key] == [worst]
    for source in {mark.source for mark in order}:
        severities = [mark.severity for mark in order if mark.source == source]
        assert severities == sorted(severities, reverse=True)
