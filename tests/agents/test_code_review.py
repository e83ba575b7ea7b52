"""What a review makes of its sides: findings in an order that can be explained."""

from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.services import Services
from engine.agents.tool import Call
from engine.agents.tools.code_review import folded, in_turns, level, ranked, review
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
        "b.py: 3 findings (1 high, 1 medium, 1 low), above all: a → b → a (a.py:3); 40 lines as in "
        "a.py (line 1). Short"
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
    assert found.verdict == "The project: nothing stands out in what was looked at. 3 files"
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
    marks = tuple(Mark(f"{n}.py", n, "x", 0.5, "y", "code.dead") for n in range(1, 61))
    (section,) = (await review(call("review", Evidence("x", marks=marks)))).sections
    assert isinstance(section, Findings)
    assert (len(section.items), section.total, section.truncated) == (50, 60, True)


async def test_what_the_thing_is_comes_second_in_the_words_of_its_sides() -> None:
    """Size, heaviest function, importers and history make the second sentence; others none."""
    sides = {
        "1.graph.importers": Evidence("a.py is imported by 3 files; 1 import takes its names"),
        "1.code.dead": Evidence("1 of 9 definitions is named nowhere else", marks=(UNUSED,)),
        "1.file.outline": Evidence("24 lines, 1 class"),
        "1.file.history": Evidence("a.py is not committed", found=False),
    }
    arguments = {"focus": "review", "file": "a.py"}
    found = await review(Call(arguments, cast("Services", SimpleNamespace()), sides))
    assert found.verdict == (
        "a.py: 1 finding (1 low), above all: g is never named (b.py:7). 24 lines, 1 class; "
        "imported by 3 files"
    )


def of(source: str, number: int, severity: float, path: str = "") -> Mark:
    return Mark(path or f"{source}{number}.py", number, f"{source} {number}", severity, "y", source)


def test_no_kind_hides_the_others() -> None:
    """After five findings of one kind those of the others have their turn, however mild."""
    broken = [of("graph.broken", number, 0.9) for number in range(1, 13)]
    order = in_turns(ranked([*broken, of("code.dead", 1, 0.1), of("code.tests", 1, 0.5)], "review"))
    assert [mark.source for mark in order] == (
        ["graph.broken"] * 5 + ["code.tests", "code.dead"] + ["graph.broken"] * 7
    )


async def test_turns_are_told_of() -> None:
    """Where the order is not that of severity alone, the answer says why."""
    many = tuple(of("graph.broken", number, 0.9) for number in range(1, 8))
    alone = await review(call("review", Evidence("x", marks=many)))
    mixed = await review(call("review", Evidence("x", marks=(*many, UNUSED))))
    in_file = await review(call("review", Evidence("x", marks=(*many, UNUSED)), file="a.py"))
    assert alone.assumptions == in_file.assumptions == ()
    assert in_file.marks == (*many, UNUSED)
    assert mixed.assumptions == (
        "of findings of one kind, five are told before those of other kinds have their turn",
    )


def test_findings_of_one_kind_in_one_file_are_one_row() -> None:
    """The worst stands for them and says how many more there are; other files and kinds stay."""
    marks = [
        of("graph.broken", 1, 0.6, "a.py"),
        of("graph.broken", 2, 0.9, "a.py"),
        of("graph.broken", 3, 0.9, "a.py"),
        of("graph.broken", 4, 0.9, "b.py"),
        of("code.dead", 5, 0.1, "a.py"),
    ]
    assert {(mark.path, mark.line, mark.text) for mark in folded(marks)} == {
        ("a.py", 2, "graph.broken 2 (and 2 more of its kind in the file)"),
        ("b.py", 4, "graph.broken 4"),
        ("a.py", 5, "code.dead 5"),
    }


async def test_only_reviews_of_more_than_a_file_fold() -> None:
    """In the review of a file each of its findings is a row."""
    side = Evidence("x", marks=tuple(of("graph.broken", number, 0.9, "a.py") for number in (1, 2)))
    assert len((await review(call("review", side, file="a.py"))).marks) == 2
    assert len((await review(call("review", side, folder="src"))).marks) == 1


def test_a_hot_spot_is_not_told_again_as_heavy() -> None:
    """The same function at the same place is one finding."""
    heavy, hot = of("code.overview", 9, 0.8, "a.py"), of("code.hotspots", 9, 0.7, "a.py")
    other = of("code.overview", 10, 0.4, "a.py")
    assert ranked([heavy, hot, other], "review") == (hot, other)


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
