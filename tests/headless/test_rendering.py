"""An answer as text and Markdown: aligned, quiet, and never a zero for what is unknown."""

import re

import msgspec
from msgspec.structs import replace

from bolt_tui.rendering import markdown, text
from bolt_tui.rendering.cells import columns, in_step, numeric, shown, table_texts
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
    assert lines[-1] == "nothing found, level full, 1.23 s"


def test_what_nobody_measured_is_left_out() -> None:
    """Without a time taken and without tasks, none is told."""
    unmeasured = replace(answer(), elapsed_ms=0.0)
    assert text.render(unmeasured).splitlines()[-1] == "answered, level full"
    assert markdown.render(unmeasured).splitlines()[-1] == "Status answered, level full."


def test_an_unknown_figure_shows_its_reason() -> None:
    """No value is the word unknown and why, never a number."""
    section = Figures("GPU", (Figure("busy", None, "%", "", None, "no driver"),))
    assert "  busy  unknown    no driver" in text.render(answer(section))
    assert "| busy | unknown |  | no driver |" in markdown.render(answer(section))


def test_a_source_that_most_share_is_said_once() -> None:
    """The heading names the common source; a figure with another one names its own."""
    same = Figures("A", (Figure("x", 1, "s", "clock"), Figure("y", 22, "ms", "clock")))
    assert "A (clock)\n  x   1  s\n  y  22  ms\n" in text.render(answer(same))
    mixed = Figures("A", (Figure("x", 1, "s", "clock"), Figure("y", 2, "s", "dial", 3.0)))
    shown_text = text.render(answer(mixed))
    assert "A\n  x  1  s  clock\n  y  2  s  dial, 3.0 s old\n" in shown_text
    most = Figures("A", (*same.items, Figure("z", 3, "s", "dial")))
    assert "A (clock)\n  x   1  s\n  y  22  ms\n  z   3  s   dial\n" in text.render(answer(most))
    unsaid = Figures("A", (*same.items, Figure("z", 3, "s")))  # it would seem to be of the clock
    assert "A\n  x   1  s   clock\n" in text.render(answer(unsaid))


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


def test_a_column_that_is_empty_in_all_rows_is_data_only() -> None:
    """Text and Markdown leave it out and name it where its values are unknown; JSON has it."""
    rows = (("a", None, "", 0, None), ("b", None, "", 0, "late"))
    table = Table("T", ("name", "next try s", "note", "calls", "cause"), rows)
    body = text.render(answer(table)).splitlines()[4:8]
    assert body == [
        "  name  calls  cause",
        "  a         0  –",
        "  b         0  late",
        "  – in every row: next try s",
    ]
    assert "| name | calls | cause |" in markdown.render(answer(table))
    assert "\n– in every row: next try s\n" in markdown.render(answer(table))
    kept = msgspec.json.decode(msgspec.json.encode(answer(table)))["sections"][0]
    assert kept["columns"] == list(table.columns)
    assert kept["rows"] == [list(row) for row in rows]
    lone = Table("T", ("name", "calls"), ((None, None),))
    assert "  name\n  –\n  – in every row: calls\n" in text.render(answer(lone))


def test_a_long_cell_does_not_push_the_other_rows_apart() -> None:
    """One sentence in a column of words is shown whole, and only its own line is out of step."""
    rows = [["a", "", "1"], ["b", "why " * 40, "2"], ["c", "", "3"], ["d", "short", "4"]]
    lines = columns(rows)
    assert [lines[0], lines[2], lines[3]] == ["a         1", "c         3", "d  short  4"]
    assert lines[1] == f"b  {'why ' * 40}  2"
    paths = [["p" * 90, "x"], ["p" * 100, "y"], ["p" * 95, "z"]]
    assert {line[102] for line in columns(paths)} == {"x", "y", "z"}


def test_the_points_of_a_column_stand_under_each_other() -> None:
    """Fractions of a column are equally long; counts, words and tiny numbers stay as they are."""
    assert in_step([1234.5, 0.0, 7.25, None, 3], ["1,234.5", "0", "7.25", "–", "3"]) == [
        "1,234.50", "0.00", "7.25", "–", "3",
    ]  # fmt: skip
    assert in_step([1e-9, 2.5], ["1e-09", "2.5"]) == ["1e-09", "2.5"]
    assert in_step([0.1234567, 2.5], ["0.1234567", "2.5"]) == ["0.1234567", "2.5"]
    money = Table("T", ("name", "gain"), (("a", 2.5), ("b", -10.25)))
    assert table_texts(money) == [["a", "2.50"], ["b", "-10.25"]]
    assert table_texts(Table("T", ("name",), ())) == []
    assert "| --- | ---: |\n| a | 2.50 |" in markdown.render(answer(money))


def test_a_cut_list_says_how_much_there_is() -> None:
    """The heading of findings names what is shown and what was counted."""
    items = (Finding("a.py", 3, "x = 1"), Finding("b.py", None, ""))
    section = Findings("Matches", items, 900, True)
    rendered = text.render(answer(section))
    assert "Matches (the first 2 of 900)\n  a.py:3: x = 1\n  b.py\n" in rendered
    assert "- … 898 more" in markdown.render(answer(section))


def test_a_series_is_a_chart_with_its_span() -> None:
    """The heading has count, extremes and unit; the rows their axis; nothing known is said."""
    section = Series("CPU", (0.0, 60.0, 120.0), (10.0, None, 90.0), "%")
    lines = text.render(answer(section), width=60).splitlines()
    heading = lines.index("CPU (2 points, 10 to 90 %)")
    assert lines[heading + 1].startswith("     90 ")
    assert re.fullmatch(r" +0 s +2 m 00 s", lines[heading + 7])
    assert max(map(len, lines)) <= 60
    unknown = Series("CPU", (0.0, 1.0), (None, None), "%")
    assert "CPU (no value is known)\n\n" in text.render(answer(unknown))


def test_a_series_in_markdown_keeps_its_pitch() -> None:
    """The chart stands in a block of code, what it spans below it; a backtick can't end it."""
    section = Series("P", (1.0, 2.0), (-1.0, 1.0), "USD", "USD", label="```", x_label="price")
    rendered = markdown.render(answer(section))
    block = rendered.split("```text\n")[1].split("\n```\n")[0]
    assert "─" in block
    assert "price" in block
    assert "2 points, -1 to 1 USD" in rendered


def test_a_series_of_an_older_session_is_still_read() -> None:
    """What was kept before other axes and further lines came is a line over seconds."""
    kept = b'{"kind":"series","title":"CPU","x":[0.0,60.0],"y":[1.0,null],"unit":"%"}'
    read = msgspec.json.decode(kept, type=Section)
    assert read == Series("CPU", (0.0, 60.0), (1.0, None), "%", "s", "", "", (), ())


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
