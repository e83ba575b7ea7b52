from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from engine.events import AnyEvent, Event, HostSample, Notice, QueryAsked, TaskFailed
from engine.evidence import Finding, Findings, Table, TaskError
from engine.store.journals.journal import line, parse

from .events import Session

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
STAMP = {
    "session": TEXT,
    "seq": st.integers(0, 2**53),
    "mono_s": FINITE,
    "wall_s": FINITE,
}
EVENTS = st.one_of(
    st.builds(Notice, key=TEXT, severity=st.just("info"), text=TEXT, **STAMP),
    st.builds(QueryAsked, query=TEXT, text=TEXT, **STAMP),
    st.builds(
        HostSample,
        cpu_pct=st.lists(FINITE, max_size=4).map(tuple),
        memory_used_bytes=st.none() | st.integers(0, 2**50),
        unknown=st.dictionaries(TEXT, TEXT, max_size=3),
        **STAMP,
    ),
    st.builds(
        TaskFailed,
        query=TEXT,
        task=TEXT,
        tool=TEXT,
        agent=TEXT,
        attempt=st.integers(1, 9),
        elapsed_ms=FINITE,
        error=st.builds(TaskError, st.just("failed"), TEXT, TEXT),
        **STAMP,
    ),
)


@given(EVENTS)
def test_what_is_written_is_read_back(event: Event) -> None:
    """A line is one line, and gives the event again, whatever its texts hold."""
    raw = line(event)
    assert raw.endswith(b"\n")
    assert raw.count(b"\n") == 1
    assert parse(raw) == event
    assert parse(raw[:-1]) == event


@given(EVENTS, st.data())
def test_a_flipped_byte_is_noticed(event: Event, data: st.DataObject) -> None:
    """A line in which any one bit was changed gives nothing."""
    raw = bytearray(line(event)[:-1])
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    assert parse(bytes(raw)) is None


@given(EVENTS, st.data())
def test_a_torn_line_gives_nothing(event: Event, data: st.DataObject) -> None:
    """A line that was cut anywhere gives nothing, at either end."""
    raw = line(event)[:-1]
    cut = data.draw(st.integers(0, len(raw) - 1))
    assert parse(raw[:cut]) is None
    if cut:
        assert parse(raw[cut:]) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(raw: bytes) -> None:
    """What is no line of a journal gives nothing."""
    assert parse(raw) is None


def reframed(body: bytes) -> bytes:
    """Return a line whose checksum is right."""
    import zlib

    return b'{"crc":"%08x",%b\n' % (zlib.crc32(body), body)


def test_an_event_of_another_version_gives_nothing_or_what_is_known() -> None:
    """An unknown kind is passed over; an unknown field of a known kind is ignored."""
    assert parse(reframed(b'"type":"Teleported","seq":1}')) is None
    assert parse(reframed(b'"type":"QueryAsked","query":"q","text":"t","mood":3}')) == QueryAsked(
        query="q", text="t"
    )
    assert parse(reframed(b'"type":"QueryAsked","query":5}')) is None
    assert parse(reframed(b"not json at all")) is None
    assert parse(reframed(b'"type":"QueryAsked","text":"\xff"}')) is None


def test_the_kind_stands_first_in_every_line() -> None:
    """History finds lines by `crc` and `type` at their beginning, so no kind may change that."""
    raw = line(Session().asked("q1", "hello"))
    assert raw.startswith(b'{"crc":"')
    assert raw[16:].startswith(b'","type":"QueryAsked","v":1,"session":"s1","seq":1,')
    for kind in get_args(AnyEvent):
        assert kind.__struct_config__.tag_field == "type"


def test_half_a_surrogate_pair_does_not_hold_up_the_journal() -> None:
    """A text that JSON can't carry is kept with a replacement character in its place."""
    event = Session().fact("file \udcff name")
    read = parse(line(event))
    assert isinstance(read, Notice)
    assert (read.text, read.seq) == ("file \ufffd name", 1)


def test_answers_with_every_kind_of_section_come_back() -> None:
    """An answer's sections keep their kinds and cells."""
    event = Session().answered("q1", "fine")
    sections = (
        Table("t", ("a", "b"), ((1, None), (2.5, True), ("x", "ü"))),
        Findings("f", (Finding("a.py", None, "text"),), 1),
    )
    from msgspec.structs import replace

    whole = replace(event, answer=replace(event.answer, sections=sections))  # type: ignore[attr-defined]
    assert parse(line(whole)) == whole
