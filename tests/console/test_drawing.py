"""The drawings: pure functions from a state and a canvas to lines."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bolt_tui.palette import Ink, read_theme, themes_folder
from bolt_tui.panes import bars, braille, units
from bolt_tui.panes.agents import draw_agents
from bolt_tui.panes.alerts import draw_alerts
from bolt_tui.panes.answer import draw_answer
from bolt_tui.panes.circuits import draw_circuits
from bolt_tui.panes.cpu import draw_cpu
from bolt_tui.panes.gpu import draw_gpu
from bolt_tui.panes.header import draw_header
from bolt_tui.panes.line import fit, pad, plain, spread, width_of, wrapped
from bolt_tui.panes.memory import draw_memory
from bolt_tui.panes.pane import Canvas, Draw, Look
from bolt_tui.panes.processes import draw_processes
from bolt_tui.panes.sections import section_lines
from bolt_tui.panes.why import draw_why
from bolt_tui.state import ConsoleState
from bolt_tui.views import MomentView
from engine import events as e
from engine.evidence import Curve, Figure, Figures, Place, Series, Table, counted

from . import recordings
from .machines import half_known_gpu, linux_host, no_gpu
from .tape import Tape
from .test_state import folded

INK = Ink(read_theme(themes_folder() / "dark.toml").variables)
DRAWINGS: list[Draw] = [
    draw_agents, draw_alerts, draw_answer, draw_circuits, draw_cpu, draw_gpu, draw_header,
    draw_memory, draw_processes, draw_why,
]  # fmt: skip
TAPES = [
    Tape(), recordings.joined(), recordings.idle_mac(20), recordings.idle_linux(20),
    recordings.running(recordings.idle_mac(5)), recordings.answered(recordings.idle_mac(5)),
    recordings.failed(), recordings.lowered(), recordings.troubled(), recordings.pinned(),
    recordings.alerted(),
]  # fmt: skip
STATES = [folded(tape) for tape in TAPES]


def canvas(
    width: int = 100, height: int = 30, *, query: str | None = None, zoomed: bool = False
) -> Canvas:
    return Canvas(width, height, Look(INK, query=query), zoomed)


def text_of(draw: Draw, state: ConsoleState, on: Canvas) -> str:
    return "\n".join(plain(line) for line in draw(state, on).lines)


@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)
@given(
    state=st.sampled_from(STATES),
    width=st.integers(1, 240),
    height=st.integers(1, 70),
    zoomed=st.booleans(),
)
def test_every_drawing_survives_every_size(
    draw: Draw, state: ConsoleState, width: int, height: int, zoomed: bool
) -> None:
    """No size and no session, not even an empty one, breaks a drawing."""
    lines = draw(state, canvas(width, height, query=recordings.QUERY, zoomed=zoomed)).lines
    assert all("\n" not in text for line in lines for text, _ in line)


@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)
def test_nothing_is_shown_that_was_not_measured(draw: Draw) -> None:
    """Samples in which all is unknown give dashes and words, and no digit for a reading."""
    state = folded(Tape().say(e.HostSample(), e.GpuSample(devices=(e.GpuDevice("G", "s"),))))
    text = text_of(draw, state, canvas())
    if draw in (draw_cpu, draw_gpu, draw_memory):
        assert "–" in text
        assert not any(character.isdigit() for character in text)


@pytest.mark.parametrize("width", range(40, 80))
def test_the_rates_and_their_traces_fit(width: int) -> None:
    """Disk and network have two rates with a history each, whole at every width."""
    lines = draw_memory(folded(recordings.idle_linux(20)), canvas(width)).lines
    traffic = [line for line in lines if plain(line).startswith(("disk", "net"))]
    assert len(traffic) == 2
    assert all(width_of(line) <= width for line in traffic)


def test_a_recording_names_the_session_it_shows() -> None:
    """The time stands in a badge, the session behind it, without a comma between nothing."""
    moment = MomentView(0.0, 60.0, 0.0, 60.0, 1.0, "20261123T150000-1-ffff", recording=True)
    shown = Canvas(120, 1, Look(INK, moment=moment))
    assert "RECORDING 00:00:00  session 1-ffff" in text_of(draw_header, ConsoleState(), shown)
    shown = Canvas(120, 1, Look(INK, moment=replace(moment, recording=False)))
    assert " 1 m ago, session 1-ffff" in text_of(draw_header, ConsoleState(), shown)


def test_a_missing_gpu_says_why() -> None:
    """No GPU is the word absent and the reason."""
    text = text_of(draw_gpu, folded(Tape().say(no_gpu(0))), canvas())
    assert "absent" in text
    assert "no NVIDIA driver" in text


def test_the_reason_of_a_dash_can_be_reached() -> None:
    """The reason of an unknown figure is in the tooltip, and in the zoomed pane."""
    state = folded(Tape().say(half_known_gpu(0), linux_host(0)))
    assert "permission denied" in draw_gpu(state, canvas()).why
    assert "permission denied" in text_of(draw_gpu, state, canvas(zoomed=True))
    assert "permission denied" not in text_of(draw_gpu, state, canvas())
    assert "nothing to compare with" in draw_memory(state, canvas()).why


def test_a_silent_agent_is_marked() -> None:
    """An agent without a sign for thirty seconds has another glyph and the word stuck."""
    text = text_of(draw_agents, folded(recordings.running()), canvas(46, 12))
    silent, _ = text.split("file.mentions")
    assert "▲ agent-2" in silent
    assert "stuck?" in silent


def test_the_queue_is_counted_apart() -> None:
    """Running and queued are two numbers."""
    note = draw_agents(folded(recordings.running()), canvas()).note
    assert note == "3 of 8, 1 queued"


def test_an_open_circuit_counts_down() -> None:
    """A circuit in trouble stands first, with its cause and the seconds to the next try."""
    state = folded(recordings.lowered())
    text = text_of(draw_circuits, state, canvas(60, 12))
    assert "the process of the text index ended" in text
    assert "next try in 19 s" in text
    assert text.index("open search.index") < text.index("closed")


def test_the_verdict_comes_first() -> None:
    """The first line of an answer is its verdict."""
    state = folded(recordings.answered())
    first = text_of(draw_answer, state, canvas(query="q1")).splitlines()[0]
    assert (
        first == "✓ engine/bus.py: 171 lines; heaviest is Subscription.take; imported by 14 files."
    )


def test_a_failure_gives_cause_and_remedy() -> None:
    """A failed task says why it failed and what would help."""
    text = text_of(draw_answer, folded(recordings.failed()), canvas(120, query="q1"))
    assert "no positions are configured; set [market] positions" in text


def test_what_was_not_searched_is_said() -> None:
    """An answer names what it did not look at."""
    text = text_of(draw_answer, folded(recordings.nothing_found()), canvas(query="q1"))
    assert "not searched  hidden 2, ignored 31, binary none" in text


def test_columns_align() -> None:
    """The texts of findings begin in one column."""
    state = folded(recordings.answered())
    lines = text_of(draw_answer, state, canvas(120, query="q1")).splitlines()
    starts = {line.index("from engine.bus") for line in lines if "from engine.bus" in line}
    assert len(starts) == 1


_WORD = st.text("abcdefghijk", min_size=1, max_size=11)
_ROWS = st.lists(
    st.tuples(_WORD, st.lists(_WORD, max_size=40).map(" ".join), st.integers(0, 10**9)),
    min_size=1, max_size=6,
)  # fmt: skip


@given(rows=_ROWS, width=st.integers(44, 160))
def test_a_table_loses_nothing(rows: list[tuple[str, str, int]], width: int) -> None:
    """However narrow it is, every word and every whole number stands there, and each row fits."""
    lines = section_lines(Table("T", ("check", "what there is", "ms"), tuple(rows)), canvas(width))
    assert all(width_of(line) <= width for line in lines)
    words = " ".join(plain(line) for line in lines).split()
    for name, said, number in rows:
        assert {name, *said.split(), f"{number:,}"} <= set(words)


def test_a_wide_table_becomes_names_and_values() -> None:
    """Where its numbers have no room side by side, each row is told in lines of its own."""
    names = tuple(f"column {place}" for place in range(9))
    table = Table("T", names, (("EXMPL", *range(1_000_001, 1_000_009)), ("B", *[None] * 8)))
    text = [plain(line) for line in section_lines(table, canvas(44))]
    assert text[:3] == ["T  2 rows", "  EXMPL", "    column 1  1,000,001"]
    assert text.count("    column 8  –") == 1


def test_a_column_that_is_empty_in_all_rows_is_not_drawn() -> None:
    """What nobody knows of any row is named once, below; empty texts go without a word."""
    rows = (("a", None, "", 0, None), ("b", 3, "", 0, None))
    table = Table("T", ("name", "calls", "note", "failures", "next try s"), rows)
    text = [plain(line) for line in section_lines(table, canvas(60))]
    assert text == [
        "T  2 rows", "  name  calls  failures", "  a         –         0",
        "  b         3         0", "  – in every row: next try s",
    ]  # fmt: skip


_FAULTS = st.lists(
    st.tuples(_WORD, _WORD, st.integers(0, 10**9), st.lists(_WORD, max_size=40).map(" ".join)),
    min_size=1, max_size=6,
)  # fmt: skip


@given(rows=_FAULTS, width=st.integers(44, 160))
def test_last_columns_go_below_where_there_is_no_room(
    rows: list[tuple[str, str, int, str]], width: int
) -> None:
    """However narrow it is, no word and no digit of a cause or of the figures before is lost."""
    names = ("capability", "state", "calls of the last hour", "cause")
    lines = section_lines(Table("T", names, tuple(rows)), canvas(width))
    assert all(width_of(line) <= width for line in lines)
    words = re.findall(r"[\w,]*\w", " ".join(plain(line) for line in lines))
    for name, state, calls, cause in rows:
        assert {name, state, f"{calls:,}"} <= set(words)
        assert set(cause.split()) <= set(words)


def test_a_row_keeps_its_columns_where_only_its_cause_has_no_room() -> None:
    """The columns that fit stand under each other; the others' figures and words are below."""
    rows = (
        ("graph", "open", 5, 12.5, ("no answer " * 9).strip()),
        ("memory", "closed", 0, None, ""),
    )
    table = Table("T", ("capability", "state", "failures", "failed %", "cause"), rows)
    text = [plain(line) for line in section_lines(table, canvas(36))]
    assert text == [
        "T  2 rows", "  capability  state   failures", "    failed %, cause",
        "  graph       open           5", "    failed % 12.5; no answer no",
        "    answer no answer no answer no", "    answer no answer no answer no",
        "    answer no answer",
        "  memory      closed         0",
    ]  # fmt: skip


def test_why_a_figure_is_unknown_is_said_in_full() -> None:
    """A reason that has no room beside its figure goes on below."""
    reason = "no cpufreq driver tells the cores' present frequency"
    section = Figures("Machine", (Figure("CPU frequency", None, reason=reason),))
    lines = [plain(line) for line in section_lines(section, canvas(40))]
    assert len(lines) > 2
    assert reason in " ".join(" ".join(lines).split())


@pytest.mark.parametrize(("count", "said"), [(0, "0 rows"), (1, "1 row"), (1234, "1,234 rows")])
def test_counts(count: int, said: str) -> None:
    """One thing is one."""
    assert counted(count, "row") == said


@given(width=st.integers(60, 160))
def test_a_series_is_drawn_in_the_ink_of_its_lines(width: int) -> None:
    """Lines have an ink each, axis and legend stay quiet or plain, and every row fits."""
    today = Curve("today", (-8.0, 0.5, 1.5))
    drawn = Series(
        "P", (10.0, 20.0, 30.0), (-9.0, 2.0, 2.0), "USD", "USD", "price", "at expiry", (today,),
        (Place(18.2, "breakeven"),),
    )  # fmt: skip
    head, legend, *rows = section_lines(drawn, canvas(width))
    assert plain(head) == "P  3 points, -9 to 2 USD"
    assert [style for text, style in legend if text.strip() in ("at expiry", "today")] == [
        INK.text, INK.text,
    ]  # fmt: skip
    assert all(width_of(row) <= width for row in (head, legend, *rows))
    lines = {
        style.color
        for row in rows
        for text, style in row
        if any("\u2800" < character <= "\u28ff" for character in text)
    }
    assert lines == {INK.graph.color, INK.second.color}


def test_the_graph_keeps_its_bounds() -> None:
    """A full gauge fills all dots, an empty one shows the base line, a gap shows nothing."""
    assert braille.graph([100, 100], 1, 1, 0, 100) == ["⣿"]
    assert braille.graph([0, 0], 1, 1, 0, 100) == ["⣀"]
    assert braille.graph([None, None], 1, 1, 0, 100) == ["⠀"]
    assert braille.graph([50, 50], 1, 2, 0, 100) == ["⠀", "⣿"]


def test_the_newest_value_is_at_the_right_edge() -> None:
    """A short history leaves the left of the graph empty."""
    assert braille.graph([100], 2, 1, 0, 100) == ["⠀⢸"]


@given(st.lists(st.none() | st.floats(-50, 200)), st.integers(0, 40), st.integers(1, 9))
def test_a_graph_has_the_size_it_was_given(
    values: list[float | None], width: int, height: int
) -> None:
    """Rows and columns depend on no value."""
    rows = braille.graph(values, width, height, 0, 100)
    assert [len(row) for row in rows] == [width] * height


@given(st.floats(-1, 2), st.integers(0, 50))
def test_a_bar_has_the_width_it_was_given(share: float, width: int) -> None:
    """Filled and empty cells add up."""
    assert len("".join(bars.bar(share, width))) == width


@given(st.text(alphabet=st.characters(blacklist_categories=["Cc", "Cs"])), st.integers(1, 40))
def test_lines_fit(text: str, width: int) -> None:
    """Cutting, padding and spreading never pass the width, wide characters included."""
    assert width_of(fit([(text, INK.text)], width)) <= width
    assert width_of([(pad(text, width), INK.text)]) == width
    assert width_of(spread([(text, INK.text)], [("x", INK.text)], width)) <= max(width, 1)


@given(st.text(alphabet="ab c\n"), st.integers(1, 20))
def test_wrapping_loses_no_letter(text: str, width: int) -> None:
    """Wrapped rows fit, and hold every letter in its order."""
    rows = wrapped(text, width)
    assert all(width_of([(row, INK.text)]) <= width for row in rows)
    letters = "".join(rows).replace(" ", "")
    assert letters == text.replace(" ", "").replace("\n", "")


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (48 * 1024**3, "48.0 GiB"),
     (211 * 1024**2, "211 MiB")],
)  # fmt: skip
def test_sizes(value: int | None, text: str) -> None:
    """Bytes are told in binary units with at most one decimal, unknown ones as a dash."""
    assert units.size(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0 ms"), (0.0004, "0.4 ms"), (0.412, "412 ms"), (1.26, "1.3 s"), (59.4, "59 s"),
     (61, "1 m 01 s"), (7200, "2 h 00 m"), (200_000, "2 d 7 h")],
)  # fmt: skip
def test_spans(seconds: float, text: str) -> None:
    """Durations show their two largest units."""
    assert units.span(seconds) == text
