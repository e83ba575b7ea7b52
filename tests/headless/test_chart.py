"""A series as a chart: its lines, its axis, its marks; within the width whatever it holds."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bolt_tui.rendering.chart import amount, chart, position
from bolt_tui.rendering.raster import Frame, drawn, sample
from engine.evidence import Curve, Place, Series, clean

VALUES = st.none() | st.floats(-1e9, 1e9)


@st.composite
def series(draw: st.DrawFn) -> Series:
    """Any series that the contract allows."""
    x = sorted(draw(st.lists(st.floats(0, 50_000), max_size=40)))
    lines = [
        tuple(draw(st.lists(VALUES, min_size=len(x), max_size=len(x))))
        for _ in range(draw(st.integers(1, 4)))
    ]
    marks = draw(st.lists(st.builds(Place, st.floats(-10, 60_000), st.text(max_size=12))))
    return Series(
        "any",
        tuple(x),
        lines[0],
        draw(st.text(max_size=5)),
        draw(st.sampled_from(["s", "date", "USD"])),
        draw(st.text(max_size=30)),
        draw(st.text(max_size=30)),
        tuple(Curve(f"line {at}", y) for at, y in enumerate(lines[1:])),
        tuple(marks),
    )


def text_of(drawing: Series, width: int = 60) -> list[str]:
    return ["".join(text for text, _ in row) for row in chart(drawing, width)]


@given(series(), st.integers(0, 200))
def test_any_series_fits_any_width(drawing: Series, width: int) -> None:
    """No row is wider than the room, and none holds what would move a terminal."""
    for row in text_of(drawing, width):
        assert len(row) <= width
        assert clean(row) == row


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_extremes_stand_at_the_first_and_the_last_row(values: list[float]) -> None:
    """Whatever lies between, the largest value reaches the top and the smallest the bottom."""
    frame = Frame(20, 5, 0.0, float(len(values)), min(values), max(values))
    rows = drawn([float(at) for at in range(len(values))], [values], frame)
    shown = [any(line is not None for _, line in row) for row in rows]
    if frame.low < frame.high:
        assert shown[0]
        assert shown[-1]
    else:
        assert sum(shown) == 1


def test_a_line_has_no_hole_and_a_gap_stays_open() -> None:
    """Neighbours are joined over every column; beside a missing value nothing is."""
    frame = Frame(20, 4, 0.0, 3.0, 0.0, 8.0)
    whole = drawn((0.0, 1.0, 2.0, 3.0), [(0.0, 8.0, 1.0, 7.0)], frame)
    assert all(any(row[at][1] is not None for row in whole) for at in range(20))
    cut = drawn((0.0, 1.0, 2.0, 3.0), [(0.0, 8.0, None, 7.0)], frame)
    assert not any(row[at][1] is not None for row in cut for at in range(8, 19))


def test_two_lines_are_told_apart_without_colour() -> None:
    """Each line has a pattern of its own, which the legend shows beside its name."""
    drawing = Series(
        "P", (0.0, 1.0), (4.0, 4.0), "USD", "USD", "", "at expiry", (Curve("today", (-4.0, -4.0)),)
    )
    rows = text_of(drawing)
    assert rows[0].split() == [sample(0), "at", "expiry", sample(1), "today"]
    assert len({sample(0)[0], sample(1)[0], sample(2)}) == 3
    assert set(rows[1].split()[1]) == {"⠉"}
    assert set(rows[-2].split()[1]) == {"⡀"}
    assert {role for row in chart(drawing, 60) for _, role in row} >= {"first", "second", "axis"}


def test_zero_is_a_line_where_values_pass_it() -> None:
    """The row of 0 is named and drawn through; without a change of sign there is none."""
    passing = text_of(Series("P", (0.0, 1.0), (-10.0, 10.0), "USD", "USD"))
    (zero,) = [row for row in passing if "─" in row]
    assert zero.strip().startswith("0 ")
    assert not any("─" in row for row in text_of(Series("P", (0.0, 1.0), (1.0, 9.0), "%")))


def test_marks_stand_below_their_place_and_never_on_each_other() -> None:
    """Two names that would overlap take two rows; a place off the axis is not drawn."""
    places = (Place(50.0, "spot"), Place(52.0, "breakeven"), Place(400.0, "far"))
    rows = text_of(Series("P", (0.0, 100.0), (1.0, 2.0), "USD", "USD", marks=places), 66)
    marks = [row for row in rows if "▲" in row]
    assert [row.split() for row in marks] == [["▲", "spot", "50"], ["▲", "breakeven", "52"]]
    start = rows[0].index("2") + 2
    assert abs(marks[0].index("▲") - start - 30) <= 3
    assert not any("far" in row for row in rows)
    (left,) = [
        row for row in text_of(
            Series("P", (0.0, 100.0), (1.0, 2.0), "USD", "USD", marks=(Place(99.0, "breakeven"),))
        ) if "▲" in row
    ]  # fmt: skip
    assert left.rstrip().endswith("breakeven 99 ▲")


@pytest.mark.parametrize(
    ("x", "unit", "said"),
    [
        (0.0, "s", "0 s"),
        (3600.0, "s", "1 h 00 m"),
        (float((date(2024, 2, 29) - date(1970, 1, 1)).days), "date", "2024-02-29"),
        (21.456, "USD", "21.46"),
        (-1234.5, "USD", "-1,234"),
    ],
)
def test_the_x_axis_is_said_in_its_unit(x: float, unit: str, said: str) -> None:
    """Seconds are a span, days since 1970 a date, anything else an amount."""
    assert position(x, unit) == said


def test_amounts_on_an_axis_are_short() -> None:
    """Four digits, or all before the point; zero has no sign."""
    assert [amount(v) for v in (0.123456, 999.96, 1234567.8, -0.0, 3e15)] == [
        "0.1235", "1000", "1,234,568", "0", "3e+15",
    ]  # fmt: skip
