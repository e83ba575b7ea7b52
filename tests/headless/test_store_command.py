"""`bolt-tui store …` as its user runs it, on stores with a past."""

import json
import signal
import subprocess
import sys
import threading
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from engine.events import Event, HostSample
from engine.store.folding.fold_lock import fold_lock
from engine.store.folding.manifest import read as read_manifest
from engine.store.journals.journal import line
from engine.store.past.recording import read as read_recording
from tests.store.events import Session
from tests.store.stores import DAY_S, facts, folded, samples, write, write_raw

from .conftest import Bolt, Ran

# Noon of UTC, five days ago: on record, and before now.
NOON_S = (
    (datetime.now(UTC) - timedelta(days=5))
    .replace(hour=12, minute=0, second=0, microsecond=0)
    .timestamp()
)


@pytest.fixture
def store(own_folders: Path) -> Path:
    """Four days with a session of three queries each."""
    folder = own_folders / "state" / "bolt-tui"
    for day in range(4):
        write(folder, f"s{day}", facts(f"s{day}", ("a", "b", "c"), NOON_S + day * DAY_S))
    return folder


def figures(ran: Ran) -> dict[str, object]:
    return {one["name"]: one["value"] for one in ran.answer["sections"][0]["items"]}


def days(store: Path) -> int:
    return len({part.day for part in read_manifest(store).parts})


# ── status, fold, verify ─────────────────────────────────────────────────────────────────────


def test_without_a_store_nothing_is_found(bolt: Bolt, tmp_path: Path) -> None:
    """Neither a look nor a check makes one."""
    none = tmp_path / "none"
    for action in ("status", "verify"):
        ran = bolt("store", action, "--set", f"store.folder={none}")
        assert (ran.code, ran.err) == (3, "")
    assert bolt("store", "fold", "--set", f"store.folder={none}").code == 0
    assert not none.exists()


def test_status_tells_what_is_there(bolt: Bolt, store: Path) -> None:
    """Size, span, sessions, folds and limits; before and after folding it is the same past."""
    before = figures(bolt("store", "status", "-o", "json"))
    assert (before["sessions on record"], before["days folded"]) == (4, 0)
    assert before["last fold"] is None
    folded(store)
    after = figures(bolt("store", "status", "-o", "json", "--set", "store.keep_days=30"))
    assert (after["sessions on record"], after["days folded"], after["days kept"]) == (4, 4, 30)
    assert after["last fold"] is not None
    assert (before["first record"], before["last record"]) == (
        after["first record"],
        after["last record"],
    )


def test_status_tells_of_damage_and_of_unknown_kinds(bolt: Bolt, store: Path) -> None:
    """Both are counted; the rest is read."""
    one = Session("torn", wall_s=NOON_S)
    strange = one.fact()
    data = line(strange) + b"no record\n"
    write_raw(store, "torn", data)
    told = figures(bolt("store", "status", "-o", "json"))
    assert (told["damaged lines"], told["sessions on record"]) == (1, 5)


def test_fold_makes_parts_and_then_has_nothing_to_do(bolt: Bolt, store: Path) -> None:
    """It says how much it folded."""
    ran = bolt("store", "fold")
    assert ran.code == 0
    assert "4 journals with 24 records became 4 parts" in ran.out
    assert days(store) == 4
    assert "No finished journal was left to fold" in bolt("store", "fold").out


def test_a_fold_by_somebody_else_is_no_failure(bolt: Bolt, store: Path) -> None:
    """Who folds is named, and status shows it too; only a prune can't be done meanwhile."""
    with fold_lock(store, NOON_S):
        ran = bolt("store", "fold")
        told = figures(bolt("store", "status", "-o", "json"))
        pruned = bolt("store", "prune", "--keep-days", "1")
    assert ran.code == 0
    assert "folds this store" in ran.out
    assert str(told["folds now"]).startswith("process ")
    assert pruned.code == 1
    assert "Nothing was dropped" in pruned.out


def test_verify_finds_a_flipped_byte(bolt: Bolt, store: Path) -> None:
    """A sound store exits 0; a part and a journal that are not as written exit 1, each named."""
    folded(store)
    ran = bolt("store", "verify")
    assert (ran.code, ran.err) == (0, "")
    part = store / read_manifest(store).parts[0].path
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    write_raw(store, "later", b"no record\n")
    ran = bolt("store", "verify", "-o", "json")
    assert ran.code == 1
    said = [row[0] for row in ran.answer["sections"][0]["rows"]]
    assert len(said) == 2
    assert str(part) in said[0]
    assert "later.jsonl has 1 damaged line" in said[1]


def test_a_part_that_no_rebuild_could_read_stays_named(bolt: Bolt, store: Path) -> None:
    """Fold tells of it, status and verify too, which exits 1 until it is deleted."""
    folded(store)
    part = store / read_manifest(store).parts[0].path
    part.write_bytes(part.read_bytes()[:-9] + b"\xff" * 9)
    (store / "manifest.json").write_bytes(b"garbage")
    ran = bolt("store", "verify")
    assert ran.code == 1
    assert str(part) in ran.out
    ran = bolt("store", "fold", "-o", "json")
    assert ran.answer["verdict"].endswith("; 1 part can't be read")
    assert str(part) in ran.answer["sections"][1]["text"]
    for action, code in (("status", 0), ("verify", 1)):
        ran = bolt("store", action)
        assert ran.code == code
        assert str(part) in ran.out
    part.unlink()
    assert bolt("store", "fold").code == 0
    assert bolt("store", "verify").code == 0


def test_kept_minutes_are_counted_and_looked_at(bolt: Bolt, store: Path) -> None:
    """Their bytes are a figure of their own and part of the sum; a damaged file is named."""
    folded(store)
    folder = store / "minutes"
    folder.mkdir()
    data = bytes(range(200)) * 10_000
    sound, damaged = (folder / f"HostSample.0.{zlib.crc32(data) + n:08x}.parquet" for n in (0, 1))
    sound.write_bytes(data)
    ran = bolt("store", "status", "-o", "json")
    assert figures(ran)["minutes"] == 2.0
    assert ran.answer["verdict"].startswith("2.0 MB")
    assert bolt("store", "verify").code == 0
    damaged.write_bytes(data)
    ran = bolt("store", "verify")
    assert ran.code == 1
    assert f"{damaged} is not as it was written" in ran.out
    assert str(sound) not in ran.out
    assert str(damaged) in bolt("store", "status").out


@pytest.mark.parametrize("action", ["status", "verify"])
def test_the_store_is_looked_at_without_a_screen(store: Path, action: str) -> None:
    """Neither textual nor NumPy is imported for it."""
    script = (
        "import sys; from bolt_tui.cli import main; code = main(['store', sys.argv[1]]); "
        "print(code, sorted({'textual', 'numpy', 'mlx'} & sys.modules.keys()))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, action], capture_output=True, timeout=60, check=True
    )
    assert ran.stdout.decode().splitlines()[-1] == "0 []"


def test_a_stopped_export_leaves_nothing(store: Path, tmp_path: Path) -> None:
    """SIGTERM while it writes: the right exit code, no file and no half of one."""
    out = tmp_path / "out"
    out.mkdir()
    for number in range(40):
        name = f"m{number:03}"
        events = samples(name, 600, NOON_S + number * DAY_S / 16)
        write(store, name, events)
    words = (sys.executable, "-m", "bolt_tui", "store", "export", str(out / "all.bolt"))
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        while running.poll() is None and not any(out.iterdir()):
            threading.Event().wait(0.005)
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)
    assert (running.returncode, list(out.iterdir())) == (143, [])


# ── export ───────────────────────────────────────────────────────────────────────────────────


def test_a_recording_holds_the_span(bolt: Bolt, store: Path, tmp_path: Path) -> None:
    """What a console replays is what was recorded, of that day only."""
    folded(store)
    file = tmp_path / "day.bolt"
    day = datetime.fromtimestamp(NOON_S + DAY_S)
    ran = bolt(
        *("store", "export", "--from", f"{day - timedelta(hours=1):%Y-%m-%d %H:%M}"),
        *("--to", f"{day + timedelta(hours=1):%Y-%m-%d %H:%M}", str(file)),
    )
    assert (ran.code, ran.err) == (0, "")
    assert "6 records" in ran.out
    recording = read_recording(file)
    assert list(recording.events) == facts("s1", ("a", "b", "c"), NOON_S + DAY_S)
    assert (recording.header.session, recording.cut, recording.damaged) == ("s1", False, 0)


def test_a_recording_begins_with_how_things_stood(
    bolt: Bolt, own_folders: Path, tmp_path: Path
) -> None:
    """The newest sample before the span is in it, or its screen would begin empty."""
    session, events = Session("long", wall_s=NOON_S), list[Event]()
    for number in range(60):
        session.clock.advance(59)
        events.append(session.stamped(HostSample(cpu_pct=(float(number),), source="x")))
    write(own_folders / "state" / "bolt-tui", "long", events)
    file = tmp_path / "half.bolt"
    begin = datetime.fromtimestamp(NOON_S + 30 * 60 + 30)
    ran = bolt("store", "export", "--from", f"{begin:%Y-%m-%d %H:%M:%S}", str(file))
    assert ran.code == 0
    assert list(read_recording(file).events) == events[29:]


def test_lines_and_parquet_hold_every_record(bolt: Bolt, store: Path, tmp_path: Path) -> None:
    """Journals and parts together, each record once, and DuckDB reads both files as they are."""
    folded(store)
    events = facts("new", ("d",), NOON_S + 4 * DAY_S)
    write(store, "new", [*events, events[-1]])
    lines, parquet = tmp_path / "all.jsonl", tmp_path / "all.parquet"
    assert "26 records" in bolt("store", "export", str(lines)).out
    assert "26 records" in bolt("store", "export", str(parquet)).out
    asked = "SELECT session, seq, type FROM '{}' ORDER BY wall_s, session, seq"
    with duckdb.connect() as reader:
        rows = reader.execute(asked.format(parquet)).fetchall()
        assert rows == reader.execute(asked.format(lines)).fetchall()
    assert len(rows) == len(set(rows)) == 26
    assert lines.read_bytes().splitlines(keepends=True)[-2:] == [line(one) for one in events]


def test_one_session_only(bolt: Bolt, store: Path, tmp_path: Path) -> None:
    """The others are not in the file."""
    file = tmp_path / "one.jsonl"
    bolt("store", "export", "--session", "s2", str(file))
    assert {json.loads(text)["session"] for text in file.read_text().splitlines()} == {"s2"}


def test_a_file_that_is_there_stays_what_it_is(bolt: Bolt, store: Path, tmp_path: Path) -> None:
    """Refused, and nothing else is left behind."""
    file = tmp_path / "kept.jsonl"
    file.write_text("mine")
    ran = bolt("store", "export", str(file))
    assert ran.code == 2
    assert "kept.jsonl is there already; name another file" in ran.err
    assert file.read_text() == "mine"
    assert not list(tmp_path.glob(".kept*"))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("x.txt",), 2, "x.txt must end in one of .bolt, .jsonl, .parquet"),
        ((), 2, "required: FILE"),
        (("nowhere/x.bolt",), 1, "nowhere/x.bolt can't be written: No such file or directory"),
        (("nowhere/x.jsonl",), 1, "nowhere/x.jsonl can't be written"),
        (("--from", "25:00", "x.bolt"), 2, "--from: there is no time 25:00"),
        (("--from", "-2m", "x.bolt"), 2, "--from"),
        (("--from=-2m", "--to=-3m", "x.bolt"), 2, "--from -2m is after --to -3m"),
        (("--from", "2001-01-01", "--to", "2001-01-02", "x.bolt"), 3, ""),
    ],
)
def test_what_can_t_be_exported_is_said(
    bolt: Bolt,
    store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    """One sentence on stderr, an exit code, and no file."""
    monkeypatch.chdir(tmp_path)
    ran = bolt("store", "export", *words)
    assert (ran.code, said in ran.err) == (code, True)
    assert not list(tmp_path.glob("*x.*"))


# ── prune ────────────────────────────────────────────────────────────────────────────────────


def test_prune_drops_the_days_before(bolt: Bolt, store: Path) -> None:
    """A dry run names them and drops none."""
    folded(store)
    keep = f"{datetime.fromtimestamp(NOON_S + 2 * DAY_S, UTC):%Y-%m-%d}"
    dry = bolt("store", "prune", "--before", keep, "--dry-run", "-o", "json")
    assert (dry.code, days(store)) == (0, 4)
    wet = bolt("store", "prune", "--before", keep, "-o", "json")
    assert (wet.code, days(store)) == (0, 2)
    gone = [row[0] for row in wet.answer["sections"][0]["rows"]]
    assert gone == [row[0] for row in dry.answer["sections"][0]["rows"]]
    assert len(gone) == 2
    assert max(gone) < keep


def test_prune_keeps_so_many_days_and_always_the_newest(bolt: Bolt, store: Path) -> None:
    """Days count back from the newest that is on record."""
    folded(store)
    assert bolt("store", "prune", "--keep-days", "2").code == 0
    assert days(store) == 3
    assert bolt("store", "prune", "--before", "2100-01-01").code == 0
    assert days(store) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("prune",), "--before --keep-days is required"),
        (("prune", "--before", "x"), "expects a day like 2026-11-21, found 'x'"),
        (("prune", "--before", "2026-01-01", "--keep-days", "3"), "not allowed with"),
        (("prune", "--dry-rum", "--keep-days", "3"), "did you mean --dry-run?"),
        (("fold", "--session", "x"), "unrecognized arguments: --session x"),
        ((), "required: ACTION"),
        (("statu",), "'status'"),
    ],
)
def test_a_mistake_is_named(bolt: Bolt, words: tuple[str, ...], said: str) -> None:
    """One sentence and exit code 2."""
    ran = bolt("store", *words)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert said in ran.err
