"""An answer as text and Markdown: aligned, quiet, and never a zero for what is unknown."""

from bolt_tui.rendering import markdown, text
from bolt_tui.rendering.cells import bars, columns, numeric, shown
from engine.evidence import (
    Answer,
    Figure,
    Figures,
    Finding,
    Findings,
    Section,
    Series,
    Status,
    Table,
    Text,
    Understanding,
)


def answer(*sections: Section, status: Status = "answered") -> Answer:
    return Answer(
        status=status,
        level="full",
        query=Understanding("q", "a question", "system_status"),
        verdict="All is well.",
        sections=sections,
        elapsed_ms=1234.0,
    )


def test_the_verdict_comes_first_and_the_status_last() -> None:
    """Glyph and verdict open the text, status, level and time close it."""
    lines = text.render(answer(status="nothing_found")).splitlines()
    assert lines[0] == "○ All is well."
    assert lines[-1] == "nothing found, level full, 0 tasks, 1.23 s"


def test_an_unknown_figure_shows_its_reason() -> None:
    """No value is the word unknown and why, never a number."""
    section = Figures("GPU", (Figure("busy", None, "%", "", None, "no driver"),))
    assert "  busy  unknown    no driver" in text.render(answer(section))
    assert "| busy | unknown |  | no driver |" in markdown.render(answer(section))


def test_a_source_that_all_share_is_said_once() -> None:
    """The heading names the common source; a figure with another one names its own."""
    same = Figures("A", (Figure("x", 1, "s", "clock"), Figure("y", 22, "ms", "clock")))
    assert "A (clock)\n  x   1  s\n  y  22  ms\n" in text.render(answer(same))
    mixed = Figures("A", (Figure("x", 1, "s", "clock"), Figure("y", 2, "s", "dial", 3.0)))
    shown_text = text.render(answer(mixed))
    assert "A\n  x  1  s  clock\n  y  2  s  dial, 3 s old\n" in shown_text


def test_columns_stand_under_each_other_numbers_to_the_right() -> None:
    """A table's number column is aligned right, its text column left; none is a dash."""
    table = Table("T", ("name", "count"), (("a", 1), ("long name", 20_000), ("b", None)))
    assert numeric(table.rows) == [False, True]
    body = text.render(answer(table)).splitlines()[4:8]
    assert body == [
        "  name        count",
        "  a               1",
        "  long name  20,000",
        "  b               –",
    ]
    assert columns([]) == []


def test_a_cut_list_says_how_much_there_is() -> None:
    """The heading of findings names what is shown and what was counted."""
    items = (Finding("a.py", 3, "x = 1"), Finding("b.py", None, ""))
    section = Findings("Matches", items, 900, True)
    rendered = text.render(answer(section))
    assert "Matches (the first 2 of 900)\n  a.py:3: x = 1\n  b.py\n" in rendered
    assert "- … 898 more" in markdown.render(answer(section))


def test_a_series_is_bars_with_its_span() -> None:
    """Bars run from 0 to the largest value; a gap is a dot, and nothing known is said."""
    assert bars(Series("s", (0.0, 1.0, 2.0), (0.0, None, 8.0), "%")) == "▁·█"
    section = Series("CPU", (0.0, 1.0), (None, None), "%")
    assert "··  nothing known" in text.render(answer(section))


def test_no_escape_reaches_the_terminal() -> None:
    """Control characters in any part of an answer are replaced."""
    evil = "a\x1b[31m\x07b"
    section = Findings(evil, (Finding(evil, 1, evil),), 1)
    table = Table(evil, (evil,), ((evil,),))
    words = Text(evil, evil)
    figures = Figures(evil, (Figure(evil, evil, evil, evil, None, evil),))
    for rendered in (
        text.render(answer(section, table, words, figures)),
        markdown.render(answer(section, table, words, figures)),
    ):
        assert "\x1b" not in rendered
        assert "\x07" not in rendered


def test_values_are_shown_as_people_read_them() -> None:
    """Thousands are grouped from 10,000 on, floats keep eight digits, booleans are words."""
    assert [shown(v) for v in (1234, 12345, 0.614946681, True, None)] == [
        "1234",
        "12,345",
        "0.61494668",
        "yes",
        "–",
    ]


def test_a_guess_says_how_sure_it_is() -> None:
    """An unsure reading shows its confidence, a sure one doesn't."""
    from msgspec.structs import replace

    sure = answer()
    guess = replace(sure, query=Understanding("q", "a question", "text_search", {}, 0.3))
    assert "understood as: a question (30% sure)" in text.render(guess)
    assert "sure)" not in text.render(sure)
