from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.events import (
    CircuitChanged,
    EngineSample,
    Event,
    GpuSample,
    HostSample,
    IndexProgressed,
    LevelChanged,
    Notice,
    QueryAsked,
    SessionJoined,
    SessionLeft,
)
from engine.standing import Standing
from engine.store.folding.columns import columns
from engine.store.journals.journal import Journal
from engine.store.journals.records import KINDS
from engine.store.leases.pool import Pool, StoreReadError
from engine.store.past.metrics import METRICS
from engine.store.past.past import Past

from .events import Session
from .stores import DAY_S, NOON_S, facts, folded, samples, write

pytestmark = pytest.mark.anyio
EVER = (0.0, 4e9)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@pytest.fixture
async def past(tmp_path: Path) -> AsyncIterator[Past]:
    pool = Pool(4)
    yield Past(pool, tmp_path)
    await pool.close()


@pytest.fixture(params=["journals", "parts", "both"])
def kept(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def keep(store: Path, how: str, session: str, events: list[Event]) -> None:
    """Have a session's events in journals, in parts, or the first half in parts."""
    half = len(events) // 2 if how == "both" else len(events)
    write(store, session, events[:half])
    if how != "journals":
        folded(store)
    if events[half:]:
        write(store, session, events[half:], number=1)


async def test_events_of_a_span(past: Past, tmp_path: Path, kept: str) -> None:
    """Span, session, types and limit choose as one would by hand."""
    events = [*samples("a", 40), *facts("b", "xyz", NOON_S + 10)]
    keep(tmp_path, kept, "a", [one for one in events if one.session == "a"])
    write(tmp_path, "b", [one for one in events if one.session == "b"])
    start_s, end_s = NOON_S + 5, NOON_S + 20.5
    ordered = sorted(events, key=lambda one: (one.wall_s, one.session, one.seq))
    inside = [one for one in ordered if start_s <= one.wall_s <= end_s]
    assert await past.events(start_s, end_s) == inside
    assert await past.events(start_s, end_s, limit=7) == inside[:7]
    mine = [one for one in inside if one.session == "b"]
    assert await past.events(start_s, end_s, session="b") == mine
    assert mine
    kinds: list[list[type[Event]]] = [[GpuSample], [QueryAsked, HostSample]]
    for types in kinds:
        chosen = [one for one in inside if isinstance(one, tuple(types))]
        assert await past.events(start_s, end_s, types=types) == chosen
        assert chosen
    assert await past.events(*EVER, types=[]) == []


@pytest.mark.parametrize(("name", "points"), [("cpu", 7), ("gpu", 60), ("engine.rss_bytes", 1)])
async def test_a_metric_is_what_its_readings_say(
    past: Past, tmp_path: Path, kept: str, name: str, points: int
) -> None:
    """Lowest, mean, highest and count of each step, computed once more by hand."""
    events = samples("a", 90)
    keep(tmp_path, kept, "a", events)
    start_s, end_s = NOON_S + 10, NOON_S + 130
    steps: list[list[float]] = [[] for _ in range(points)]
    for one in events:
        if (value := _value(one, name)) is not None and start_s <= one.wall_s <= end_s:
            step = int((one.wall_s - start_s) / ((end_s - start_s) / points))
            steps[min(step, points - 1)].append(value)
    span = await past.metric(name, start_s, end_s, points)
    assert span.count == tuple(map(len, steps))
    # Approximately: from Python 3.12 on sum() rounds otherwise than DuckDB does.
    assert span.low == pytest.approx([min(step, default=None) for step in steps])
    assert span.high == pytest.approx([max(step, default=None) for step in steps])
    means = [sum(step) / len(step) if step else None for step in steps]
    assert span.mean == pytest.approx(means)
    assert span.t[0] == start_s + (end_s - start_s) / points / 2
    assert span.unit == ("B" if name == "engine.rss_bytes" else "%")
    assert span.source


def _value(one: Event, name: str) -> float | None:
    if name == "cpu" and isinstance(one, HostSample):
        return sum(one.cpu_pct) / len(one.cpu_pct)
    if name == "gpu" and isinstance(one, GpuSample):
        return one.devices[0].busy_pct
    if name == "engine.rss_bytes" and isinstance(one, EngineSample):
        return one.rss_bytes
    return None


async def test_every_metric_can_be_read(past: Past, tmp_path: Path) -> None:
    """Each name's SQL fits the columns, with parts and journals, with readings and without."""
    keep(tmp_path, "both", "a", samples("a", 20))
    read = {name for name in METRICS if (await past.metric(name, NOON_S, NOON_S + 30, 3)).count[0]}
    assert {"cpu", "gpu_power", "temperature", "swap", "loop_lag_p99_ms"} <= read
    without = {f"leases_{what}_ms" for what in
               ("waited_p50", "waited_max", "held_p50", "held_max")} | {
                   "memory_used_bytes", "memory_budget_bytes"}  # fmt: skip
    without |= {f"engine.{name}" for name in without}
    assert METRICS.keys() - read == {"memory_stall", "processes", *without}


async def test_a_metric_without_readings_is_unknown(past: Past, tmp_path: Path) -> None:
    """No reading is None with a count of 0, never a number."""
    write(tmp_path, "a", samples("a", 5))
    span = await past.metric("memory_stall", NOON_S, NOON_S + 5, 3)
    assert (span.mean, span.count, span.source) == ((None,) * 3, (0,) * 3, "")


async def test_an_unknown_metric_is_named(past: Past) -> None:
    """With the nearest that there is; a span of nothing is refused too."""
    with pytest.raises(ValueError, match="'memroy'; do you mean 'memory'"):
        await past.metric("memroy", 0, 1, 1)
    with pytest.raises(ValueError, match="needs a span"):
        await past.metric("cpu", 1, 1, 1)


async def test_standing_is_what_a_listener_would_have_kept(
    past: Past, tmp_path: Path, kept: str
) -> None:
    """At any moment of the past, the same events that the running engine keeps for late readers."""
    session = Session("a", wall_s=NOON_S)
    told: list[Event] = [
        SessionJoined(project="/src", pid=7, version="1"),
        LevelChanged(level="full"),
        CircuitChanged(capability="store.read", state="closed"),
        CircuitChanged(capability="graph", state="closed"),
        HostSample(cpu_pct=(1.0, 2.0)),
        IndexProgressed(index="text", state="building"),
        Notice(key="disk", severity="warning", text="nearly full"),
        CircuitChanged(capability="graph", state="open", was="closed", cause="it broke"),
        EngineSample(bus_depth=3),
        IndexProgressed(index="text", state="ready"),
        IndexProgressed(index="code", state="off"),
        LevelChanged(level="limited", was="full"),
        HostSample(cpu_pct=(9.0,)),
        Notice(key="disk", severity="info", text="there is room", resolved=True),
        Notice(key="other", severity="info", text="x"),
    ]
    events = [session.stamped(one) for one in told]
    keep(tmp_path, kept, "a", events)
    write(tmp_path, "b", [*samples("b", 20), *facts("b", "x")])
    for number in range(len(events) + 1):
        standing = Standing()
        for one in events[:number]:
            standing.take(one)
        at_s = NOON_S + number + 0.5
        assert await past.standing(at_s, "a") == standing.events(), number


async def test_sessions_of_a_span(past: Past, tmp_path: Path) -> None:
    """Who came and went: closed, died, and still here by the lock of its journal."""

    def life(name: str, start_s: float, *, closed: bool) -> list[Event]:
        one = Session(name, wall_s=start_s)
        joined = SessionJoined(project=f"/{name}", pid=5, version="1", interactive=closed)
        events = [one.stamped(joined), one.fact(), one.fact()]
        return [*events, one.stamped(SessionLeft(reason="quit"))] if closed else events

    write(tmp_path, "closed", life("closed", NOON_S, closed=True))
    write(tmp_path, "dead", life("dead", NOON_S + 100, closed=False))
    folded(tmp_path)
    journal = Journal(tmp_path, "here")
    for one in life("here", NOON_S + 200, closed=False):
        journal.record(one)
    await journal.flush()
    found = await past.sessions(NOON_S, NOON_S + 300)
    assert [(one.session, one.left) for one in found] == [
        ("closed", "closed"),
        ("dead", "died"),
        ("here", "here"),
    ]
    first = found[0]
    assert (first.project, first.pid, first.interactive) == ("/closed", 5, True)
    assert (first.joined_s, first.last_s) == (NOON_S + 1, NOON_S + 4)
    assert [one.session for one in await past.sessions(NOON_S + 102, NOON_S + 150)] == ["dead"]
    assert await past.sessions(0, 10) == []
    journal.close()
    assert (await past.sessions(*EVER))[-1].left == "died"


async def test_marks_say_what_stood_out(past: Past, tmp_path: Path, kept: str) -> None:
    """Queries, changes of circuits and levels, sessions and notices; not how things began."""
    session = Session("a", wall_s=NOON_S)
    told: list[Event] = [
        SessionJoined(project="/src", pid=7, version="1"),
        LevelChanged(level="full"),
        QueryAsked(query="q1", text="find lag"),
        CircuitChanged(capability="graph", state="open", was="closed", cause="it broke"),
        LevelChanged(level="limited", was="full", why="graph is open"),
        Notice(key="disk", severity="critical", text="full"),
        HostSample(),
        SessionLeft(reason="quit"),
    ]
    keep(tmp_path, kept, "a", [session.stamped(one) for one in told])
    marks = await past.marks(*EVER)
    assert [(one.kind, one.text, one.severity) for one in marks] == [
        ("session", "a joined, /src", "info"),
        ("query", "find lag", "info"),
        ("circuit", "graph closed → open: it broke", "warning"),
        ("level", "full → limited: graph is open", "warning"),
        ("notice", "full", "critical"),
        ("session", "a left: quit", "info"),
    ]


async def test_extent_and_size(past: Past, tmp_path: Path) -> None:
    """Nothing of an empty store; then the oldest and newest record, and what lies there."""
    assert await past.extent() is None
    assert (await past.size()).segments == 0
    write(tmp_path, "a", old := samples("a", 4, NOON_S - DAY_S))
    folded(tmp_path)
    write(tmp_path, "b", new := facts("b", "x"))
    assert await past.extent() == (old[0].wall_s, new[-1].wall_s)
    size = await past.size()
    assert (size.segments, size.parts, size.live, size.days) == (2, 3, 0, 1)
    assert size.part_bytes == sum(path.stat().st_size for path in tmp_path.glob("parts/*/*/*"))
    assert (size.damaged, size.foreign, size.problems) == (0, 0, ())


async def test_older_parts_have_fewer_columns(past: Past, tmp_path: Path) -> None:
    """A column that a part does not have yet is unknown in a metric and default in an event."""
    import duckdb

    from engine.store.folding.manifest import publish, read
    from engine.store.folding.parts import checksum

    events = samples("a", 10)
    write(tmp_path, "a", events)
    folded(tmp_path)
    manifest = read(tmp_path)
    (part,) = (one for one in manifest.parts if one.kind == "HostSample")
    path = tmp_path / part.path
    with duckdb.connect() as plain:
        plain.execute(f"CREATE TABLE t AS SELECT * EXCLUDE (temperatures_c) FROM '{path}'")
        plain.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    older = replace(part, bytes=path.stat().st_size, crc=checksum(path), schema=1)
    kept = [older if one is part else one for one in manifest.parts]
    publish(tmp_path, replace(manifest, parts=tuple(kept)))
    found = await past.events(*EVER, types=[HostSample])
    hosts = [one for one in events if isinstance(one, HostSample)]
    assert found == [replace(one, temperatures_c={}) for one in hosts]
    assert (await past.metric("temperature", NOON_S, NOON_S + 10, 1)).count == (0,)
    assert (await past.metric("cpu", NOON_S, NOON_S + 11, 1)).count == (10,)


async def test_many_readers_at_once_see_complete_snapshots(past: Past, tmp_path: Path) -> None:
    """Eight readers, a writer and folds in one process: nobody sees less than was there before."""
    journal, session, wrong = Journal(tmp_path, "w"), Session("w", wall_s=NOON_S), list[str]()
    done = anyio.Event()

    async def reading() -> None:
        while not done.is_set():
            before = journal.written
            found = await past.events(*EVER, session="w")
            numbers = [one.seq for one in found]
            if len(found) < before or numbers != list(range(1, len(numbers) + 1)):
                wrong.append(f"{len(found)} of {before}")

    async def writing() -> None:
        for turn in range(12):
            for _ in range(10):
                journal.record(session.fact())
                await journal.flush()
            write(tmp_path, f"other{turn}", samples(f"other{turn}", 3))
            await anyio.to_thread.run_sync(folded, tmp_path)
        done.set()

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(reading)
        group.start_soon(writing)
    assert wrong == []
    journal.close()


async def test_a_cancelled_reader_leaves_the_others_whole(past: Past, tmp_path: Path) -> None:
    """A query that is cancelled anywhere, also while journals are read, spoils no later one."""
    events = samples("a", 1500)
    write(tmp_path, "a", events)
    for number in range(12):
        with anyio.move_on_after(0.004 * number * number):
            await past.events(*EVER)
    assert len(await past.events(*EVER)) == len(events)


async def test_a_store_that_is_a_file_is_told(tmp_path: Path) -> None:
    """What is no folder holds no records; nothing breaks."""
    (tmp_path / "store").write_text("x")
    pool = Pool(1)
    assert await Past(pool, tmp_path / "store").extent() is None
    await pool.close()


async def test_journals_that_may_not_be_listed_are_told(tmp_path: Path) -> None:
    """A folder that the system refuses to list is an error with its reason, not an empty past."""
    (tmp_path / "journals").symlink_to("journals")
    pool = Pool(1)
    with pytest.raises(StoreReadError, match="symbolic links"):
        await Past(pool, tmp_path).extent()
    await pool.close()


def test_the_schema_has_a_column_type_for_each_field() -> None:
    """Whatever is added to a sample must be something that a part can hold."""
    assert all(columns(kind) for kind in KINDS)


@given(
    st.lists(
        st.builds(
            HostSample,
            cpu_pct=st.lists(st.floats(allow_nan=False, allow_infinity=False)).map(tuple),
            memory_used_bytes=st.none() | st.integers(-(2**63), 2**63 - 1),
            disk_read_bps=st.none() | st.floats(allow_nan=False, allow_infinity=False),
            temperatures_c=st.dictionaries(_TEXT, st.floats(-1e9, 1e9)),
            source=_TEXT,
            unknown=st.dictionaries(_TEXT, _TEXT),
        ),
        max_size=20,
    ),
    st.booleans(),
)
@settings(max_examples=15, deadline=None)
def test_any_sample_comes_back_to_the_last_bit(samples_: list[HostSample], fold_it: bool) -> None:
    """Whatever numbers and texts a sample holds, its columns give back the same."""

    async def read(store: Path) -> list[Event]:
        pool = Pool(1)
        try:
            return list(await Past(pool, store).events(-1e300, 1e300))
        finally:
            await pool.close()

    session = Session("a")
    events = [session.stamped(one) for one in samples_]
    with TemporaryDirectory() as folder:
        write(Path(folder), "a", events)
        if fold_it:
            folded(Path(folder))
        assert anyio.run(read, Path(folder)) == events
