import os
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from engine.events import Event, HostSample
from engine.store.folding.fold_client import fold as fold_elsewhere
from engine.store.folding.fold_lock import fold_lock
from engine.store.folding.fold_outcome import Busy, Failed, Folded, Limits
from engine.store.folding.fold_process import fold
from engine.store.folding.manifest import read
from engine.store.journals.journal import Journal, line
from engine.store.journals.records import sealed
from engine.store.leases.pool import Pool
from engine.store.past.past import Past

from .events import Session
from .stores import DAY_S, NOON_S, facts, folded, parts, samples, write, write_raw

pytestmark = pytest.mark.anyio
EVER = (0.0, 4e9)


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(2)
    yield pool
    await pool.close()


def in_order(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda one: (one.wall_s, one.session, one.seq))


def moved_to_the_past(store: Path) -> None:
    """Let the grace of all that is superfluous have passed, and all have been there for long."""
    from engine.store.folding.manifest import publish

    manifest = read(store)
    publish(
        store,
        replace(
            manifest,
            parts=tuple(replace(part, folded_s=0.0) for part in manifest.parts),
            consumed=dict.fromkeys(manifest.consumed, 0.0),
            retired=dict.fromkeys(manifest.retired, 0.0),
        ),
    )


async def test_what_is_folded_reads_as_it_was_recorded(pool: Pool, tmp_path: Path) -> None:
    """Every sample and fact comes back equal, before the fold, after it and without journals."""
    events = [*samples("a", 90), *facts("b", ["größe", 'quoted "\\" \n', "it's"])]
    write(tmp_path, "a", events[:-6])
    write(tmp_path, "b", events[-6:])
    past = Past(pool, tmp_path)
    assert await past.events(*EVER) == in_order(events)
    outcome = folded(tmp_path)
    assert (outcome.journals, outcome.records, outcome.damaged) == (2, len(events), 0)
    assert await past.events(*EVER) == in_order(events)
    moved_to_the_past(tmp_path)
    folded(tmp_path)
    assert not list((tmp_path / "journals").iterdir())
    assert await past.events(*EVER) == in_order(events)
    assert past.problems == ()


async def test_a_journal_that_is_being_written_is_left_alone(pool: Pool, tmp_path: Path) -> None:
    """Its records are readable all the same, and are folded once it is closed."""
    journal, session = Journal(tmp_path, "live"), Session("live")
    journal.record(session.asked("q1", "now"))
    await journal.flush()
    past = Past(pool, tmp_path)
    assert folded(tmp_path).journals == 0
    assert len(await past.events(*EVER)) == 1
    journal.record(session.asked("q2", "then"))
    await journal.flush()
    assert len(await past.events(*EVER)) == 2
    journal.close()
    assert folded(tmp_path).records == 2
    assert len(await past.events(*EVER)) == 2


def test_a_second_fold_finds_nothing_to_do(tmp_path: Path) -> None:
    """Nothing is published where nothing is new."""
    write(tmp_path, "a", facts("a", "xyz"))
    assert folded(tmp_path).records == 6
    before = read(tmp_path)
    assert folded(tmp_path).records == 0
    assert read(tmp_path) == before


def test_a_store_that_is_not_there_needs_no_fold(tmp_path: Path) -> None:
    """Nothing is made where nothing was recorded."""
    assert folded(tmp_path / "nowhere").journals == 0
    assert not (tmp_path / "nowhere").exists()


async def test_the_last_line_of_a_number_holds(pool: Pool, tmp_path: Path) -> None:
    """A batch that was written again counts once, in the journal as in the part."""
    events = facts("a", ["one", "two"])
    torn = line(events[2])[:40] + b"\n"
    again = [events[0], replace(events[1], query="q9"), *events[2:]]
    write_raw(tmp_path, "a", b"".join(map(line, events[:2])) + torn + b"".join(map(line, again)))
    past = Past(pool, tmp_path)
    assert await past.events(*EVER) == again
    outcome = folded(tmp_path)
    assert (outcome.records, outcome.damaged) == (4, 1)
    assert await past.events(*EVER) == again
    assert (tmp_path / "damaged" / "a.jsonl").read_bytes() == torn


async def test_a_live_journal_takes_a_late_line_in_place_of_the_first(
    pool: Pool, tmp_path: Path
) -> None:
    """Also when the first was read long before."""
    events = facts("a", ["one", "two"])
    path = write(tmp_path, "a", events)
    past = Past(pool, tmp_path)
    assert await past.events(*EVER) == events
    instead = replace(events[1], query="q9")
    path.write_bytes(path.read_bytes() + line(instead))
    assert await past.events(*EVER) == [events[0], instead, *events[2:]]


async def test_unknown_records_are_kept_and_counted(pool: Pool, tmp_path: Path) -> None:
    """A foreign type, a newer version and a sample of another shape leave as they came."""
    foreign = [
        sealed(
            b'{"type":"Weather","v":1,"session":"a","seq":1,"wall_s":1795132800.5,"sky":"\\u0444"}'
        ),
        sealed(b'{"type":"Notice","v":7,"session":"a","seq":2,"wall_s":1795132800.6,"new":[1,2]}'),
        sealed(
            b'{"type":"HostSample","session":"a","seq":3,"wall_s":1795132800.7,"cpu_pct":"many"}'
        ),
        sealed(
            b'{"type":"EngineSample","session":"a","seq":4,"wall_s":1795132800.8,"bus_depth":'
            b"99999999999999999999}"
        ),
    ]
    known = replace(facts("a", ["known"])[0], seq=5)
    write_raw(tmp_path, "a", b"".join(foreign) + line(known))
    past = Past(pool, tmp_path)
    before = await past.lines(*EVER)
    outcome = folded(tmp_path)
    assert (outcome.records, outcome.damaged) == (5, 0)
    assert outcome.foreign == 4
    after = await past.lines(*EVER)
    assert after == [*foreign, line(known)]
    assert before == after
    assert [one.seq for one in await past.events(*EVER)][-1] == 5
    assert (await past.size()).foreign == 4
    assert read(tmp_path).foreign["Weather"] == 1


async def test_a_clock_that_jumps_back_a_day_splits_the_days(pool: Pool, tmp_path: Path) -> None:
    """Each record lies on the day that its clock said, and all are there."""
    events = [*samples("a", 3), *samples("a", 6, NOON_S - DAY_S)[8:]]
    events = [replace(one, seq=number) for number, one in enumerate(events)]
    write(tmp_path, "a", events)
    folded(tmp_path)
    days = {path.parent.name for path in parts(tmp_path)}
    assert days == {"day=2026-11-19", "day=2026-11-20"}
    assert await Past(pool, tmp_path).events(*EVER) == in_order(events)


def test_times_that_no_calendar_has_are_kept(tmp_path: Path) -> None:
    """A clock of before 1970 or after 9999 does not stop a fold."""
    session = Session("a")
    odd = [replace(session.fact(), wall_s=time_s) for time_s in (-5.0, 1e300, 0.0)]
    write(tmp_path, "a", odd)
    assert folded(tmp_path).records == 3
    assert [path.parent.name for path in parts(tmp_path)] == ["day=1970-01-01"]


async def test_a_crowded_day_becomes_one_part_a_kind(pool: Pool, tmp_path: Path) -> None:
    """A day of ten folds is merged once it is over; what it replaced goes after the grace."""
    events, merged = list[Event](), list[str]()
    for number in range(10):
        name = f"s{number}"
        mine = [*samples(name, 3, NOON_S + number * 60)]
        mine += [replace(one, seq=100 + one.seq) for one in facts(name, ["x"], NOON_S)]
        write(tmp_path, name, mine)
        events += mine
        merged += folded(tmp_path).merged_days
    assert merged == ["2026-11-20"]
    assert len({part.fold for part in read(tmp_path).parts}) == 2
    past = Past(pool, tmp_path)
    assert await past.events(*EVER) == in_order(events)
    moved_to_the_past(tmp_path)
    folded(tmp_path)
    assert len(parts(tmp_path)) == len(read(tmp_path).parts)
    assert await past.events(*EVER) == in_order(events)


def test_the_oldest_days_are_dropped(tmp_path: Path) -> None:
    """Older than the limit, or over the size; the newest day stays whatever its size."""
    for day in range(5):
        write(tmp_path, f"s{day}", facts(f"s{day}", "x", NOON_S - day * DAY_S))
    folded(tmp_path)
    assert folded(tmp_path, Limits(keep_days=3)).dropped_days == ()
    moved_to_the_past(tmp_path)
    assert folded(tmp_path, Limits(keep_days=3)).dropped_days == ("2026-11-16",)
    assert folded(tmp_path, Limits(max_bytes=1)).dropped_days == (
        "2026-11-17",
        "2026-11-18",
        "2026-11-19",
    )
    assert {part.day for part in read(tmp_path).parts} == {"2026-11-20"}


async def test_a_fold_of_its_own_process_says_what_it_did(tmp_path: Path) -> None:
    """The client reads the process's one line."""
    write(tmp_path, "a", facts("a", "xy"))
    outcome = await fold_elsewhere(tmp_path)
    assert isinstance(outcome, Folded)
    assert (outcome.journals, outcome.records) == (1, 4)


async def test_who_comes_second_hears_who_folds(tmp_path: Path) -> None:
    """While the lock is held another fold ends at once and names the holder."""
    write(tmp_path, "a", facts("a", "xy"))
    with fold_lock(tmp_path, NOON_S):
        outcome = await fold_elsewhere(tmp_path)
    assert isinstance(outcome, Busy)
    assert str(os.getpid()) in outcome.who
    assert not parts(tmp_path)


def test_a_newer_manifest_is_not_touched(tmp_path: Path) -> None:
    """A program that does not know its version refuses to fold, in a sentence."""
    write(tmp_path, "a", facts("a", "xy"))
    folded(tmp_path)
    write(tmp_path, "b", facts("b", "xy"))
    newer = sealed(b'{"version":2,"parts":"elsewhere"}')
    (tmp_path / "manifest.json").write_bytes(newer)
    outcome = fold(tmp_path, Limits())
    assert isinstance(outcome, Failed)
    assert "version 2" in outcome.why
    assert (tmp_path / "manifest.json").read_bytes() == newer
    assert len(parts(tmp_path)) == 1


def test_a_full_disk_leaves_nothing_half_made(tmp_path: Path) -> None:
    """A write that the system refuses is told, and the journals stay as they are."""
    import subprocess
    import sys

    program = (
        "import resource, sys\n"
        "from engine.store.folding.fold_process import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    path = write(tmp_path, "a", samples("a", 300))
    size = path.stat().st_size
    ended = subprocess.run(
        [sys.executable, "-c", program, tmp_path], capture_output=True, check=False, text=True
    )
    assert ended.returncode == 1, ended.stderr
    why = msgspec.json.decode(ended.stdout, type=Failed).why
    assert str(tmp_path) in why
    assert "File too large" in why
    assert not list((tmp_path / "parts").iterdir())
    assert path.stat().st_size == size
    assert folded(tmp_path).records == 750


def test_samples_lie_in_columns_that_any_duckdb_reads(tmp_path: Path) -> None:
    """Plain DuckDB finds the parts by the manifest and numbers by their columns' names."""
    import duckdb

    events = samples("a", 20)
    write(tmp_path, "a", events)
    folded(tmp_path)
    with duckdb.connect() as plain:
        plain.execute(f"SET VARIABLE store = '{tmp_path}'")
        plain.execute(
            "SET VARIABLE parts = (SELECT list(getvariable('store') || '/' || part.path) FROM "
            "(SELECT unnest(parts) AS part FROM read_json(getvariable('store') || "
            "'/manifest.json')) WHERE part.kind = 'HostSample')"
        )
        rows = plain.execute(
            "SELECT cpu_pct, temperatures_c['NAND'] FROM read_parquet(getvariable('parts')) "
            "ORDER BY wall_s"
        ).fetchall()
    hosts = [one for one in events if isinstance(one, HostSample)]
    assert rows == [(list(one.cpu_pct), one.temperatures_c["NAND"]) for one in hosts]
