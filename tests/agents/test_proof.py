"""The sections of an answer in the order in which one reads them."""

import pytest

from engine.agents.proof import Found, in_order, shortened
from engine.evidence import Evidence, Finding, Findings, Section, Table, TaskRecord, Text


def found(tool: str, *titles: str, needs: tuple[str, ...] = (), weight: int = 2) -> Found:
    record = TaskRecord(tool, tool, None, "finished", needs, 0.0, 1.0, 1)
    sections = tuple(Text(title, "") for title in titles)
    return record, Evidence("x", sections, weight=weight)


def titles(*rows: Found) -> list[str]:
    return [section.title for section in in_order(rows)]


def test_without_a_review_the_heaviest_leads() -> None:
    """Equals keep their order, and nothing is cut or left out."""
    rows = found("search.text", "lines", weight=1), found("code.named", *"abcdefgh")
    assert titles(*rows) == [*"abcdefgh", "lines"]


def test_proofs_stand_after_their_review_by_what_they_prove() -> None:
    """What may be broken comes before what it is made of; a tool that nobody placed is last."""
    sides = [
        found("file.outline", "size"),
        found("new.tool", "new"),
        found("graph.imports", "imports"),
        found("graph.broken", "broken"),
        found("file.complexity", "heavy", weight=1),
    ]
    review = found("code.review", "ranked", needs=tuple(row.id for row, _ in sides), weight=5)
    assert titles(*sides, review) == ["ranked", "heavy", "broken", "imports", "size", "new"]


def test_what_other_tasks_need_is_no_proof() -> None:
    """Tasks that only wait for each other keep their places."""
    first = found("benchmark.bus", *"abcdefg")
    second = found("benchmark.store", "store", needs=("benchmark.bus",))
    assert titles(first, second) == [*"abcdefg", "store"]


def test_nothing_is_told_twice_and_no_tool_tells_everything() -> None:
    """Two sides with the same section give one; of one side five sections are kept."""
    sides = [found("graph.cycles", *"abcdefg"), found("graph.impact", "a", "z")]
    review = found("code.review", needs=("graph.cycles", "graph.impact"), weight=5)
    assert titles(*sides, review) == [*"abcde", "z"]


ROWS = tuple((number,) for number in range(12))
ITEMS = tuple(Finding("a.py", number, "x") for number in range(12))


@pytest.mark.parametrize(
    ("section", "short"),
    [
        (
            Table("Files", ("n",), ROWS),
            Table("Files (the first 10 of 12)", ("n",), ROWS[:10]),
        ),
        (
            Table("Files (the first 12 of 1,387)", ("n",), ROWS),
            Table("Files (the first 10 of 1,387)", ("n",), ROWS[:10]),
        ),
        (Findings("Uses", ITEMS, 99, True), Findings("Uses", ITEMS[:10], 99, True)),
        (Findings("Uses", ITEMS, 12), Findings("Uses", ITEMS[:10], 12, True)),
        (Findings("Uses", ITEMS[:10], 10), Findings("Uses", ITEMS[:10], 10)),
        (Table("Files", ("n",), ROWS[:10]), Table("Files", ("n",), ROWS[:10])),
    ],
)
def test_a_long_section_is_cut_with_its_total_told(section: Section, short: Section) -> None:
    """Ten rows are kept; how many there are stands in the title or beside it."""
    assert shortened(section) == short
