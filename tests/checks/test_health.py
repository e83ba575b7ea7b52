"""A look at everything: what is broken changes the verdict, with its cause, within the deadline."""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import anyio
import anyio.to_thread
import psutil  # type: ignore[import-untyped]
import pytest

from engine.breaker.degradation import Standing
from engine.checks.health import health as health_module
from engine.checks.health.health import summed_up
from engine.checks.health.parts.catalogue import CHECKS, GROUPS, UnknownCheck, chosen
from engine.checks.health.parts.opening import judged
from engine.checks.health.tool import evidence
from engine.checks.tools import tools
from engine.events import Check, HealthChecked, SessionJoined, SessionLeft
from engine.evidence import Answer, Level, Status, Table, Understanding
from engine.runtime import Engine
from engine.store.journals.journal import read_events
from tests.checks.health_ground import found, ground, looked
from tests.commands_of_processes import command_of
from tests.store.stores import NOON_S, facts, folded, parts, samples, write, write_raw

pytestmark = pytest.mark.anyio
_LOCKED = (
    "import sys, duckdb\n"
    "book = duckdb.connect(sys.argv[1])\n"
    "book.execute('CREATE TABLE p AS SELECT 1 AS quantity')\n"
    "print('locked', flush=True)\n"
    "sys.stdin.read()\n"
)
_READ_ONLY = (
    "import sys\n"
    "from pathlib import Path\n"
    "from engine.checks.drill.privilege import gives_up_writing_anywhere\n"
    "from tests.checks.health_ground import ground\n"
    "from engine.checks.health.parts.catalogue import look\n"
    "if why := gives_up_writing_anywhere():\n"
    "    sys.exit(why)\n"
    "seen = look('store_write', ground(Path(sys.argv[1])))\n"
    "print(seen.state, seen.text, seen.remedy)\n"
)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with two parts and a journal that is in none."""
    folder = tmp_path / "store"
    write(folder, "old", samples("old", 60))
    write(folder, "new", facts("new", ["a", "b"]))
    folded(folder)
    write(folder, "last", facts("last", ["c"]))
    return folder


async def test_where_all_is_well_only_nobody_watching_is_told(tmp_path: Path, store: Path) -> None:
    """Each check answers, in the order of the table, and none but the first finds anything."""
    outcome = await looked(ground(tmp_path))
    assert [check.name for check in outcome.event.checks] == list(CHECKS)
    wrong = {check.name: check.state for check in outcome.event.checks if check.state != "ok"}
    assert wrong == {"sessions": "warning"}
    assert outcome.event.state == "warning"
    assert "nobody watches" in outcome.event.text


async def test_it_is_recorded_as_a_session_of_its_own(tmp_path: Path) -> None:
    """It joined, found this and left; the journal's events are whole and in their order."""
    outcome = await looked(ground(tmp_path, "store_write"), keep=True)
    assert outcome.not_recorded == ""
    [journal] = (tmp_path / "store" / "journals").iterdir()
    joined, said, left = read_events(journal)
    assert isinstance(joined, SessionJoined)
    assert joined.project == str(tmp_path / "project")
    assert isinstance(said, HealthChecked)
    assert said == outcome.event
    assert isinstance(left, SessionLeft)
    assert [event.seq for event in (joined, said, left)] == [1, 2, 3]
    assert {event.session for event in (joined, said, left)} == {journal.stem}


async def test_it_says_whose_it_is_and_whether_it_is_all(tmp_path: Path) -> None:
    """Who asked for one check was told of one, and no face takes it for the whole."""
    whole = (await looked(ground(tmp_path))).event
    part = (await looked(ground(tmp_path, "settings"))).event
    assert (whole.project, whole.partial) == (str(tmp_path / "project"), False)
    assert (part.project, part.partial) == (str(tmp_path / "project"), True)
    assert part.text == f"1 of 1 checks ok; {len(CHECKS) - 1} not looked at"


async def test_a_store_that_cannot_be_made_is_critical_and_not_recorded(tmp_path: Path) -> None:
    """Where a file stands in place of its folder, the check and the record both say so."""
    (tmp_path / "store").write_text("a file", encoding="utf-8")
    outcome = await looked(ground(tmp_path, "store_write"), keep=True)
    [check] = outcome.event.checks
    assert (check.state, check.remedy) == ("critical", "set store.folder to a folder")
    assert f"{tmp_path / 'store'} is no folder" in check.text
    assert str(tmp_path / "store") in outcome.not_recorded


def test_a_folder_that_may_not_be_written_is_critical(tmp_path: Path) -> None:
    """The cause is the system's own, and the remedy the setting."""
    folder = tmp_path / "store"
    folder.mkdir(mode=0o500)
    argv = [sys.executable, "-c", _READ_ONLY, str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        pytest.skip(done.stderr)
    assert done.stdout.startswith("critical")
    assert "Permission denied" in done.stdout
    assert "store.folder" in done.stdout


async def test_without_ripgrep_two_checks_say_what_is_missing(tmp_path: Path) -> None:
    """The program itself, and the engine, whose search is not answered."""
    given = ground(tmp_path, "ripgrep", "engine", search_ripgrep="/no/such/rg")
    seen = await found(given)
    assert {check.state for check in seen.values()} == {"critical"}
    assert all("/no/such/rg" in check.text for check in seen.values())
    assert all("ripgrep" in check.remedy + check.text for check in seen.values())


async def test_a_ripgrep_that_finds_nothing_is_found_out(tmp_path: Path) -> None:
    """A program that ends well and says nothing is not one that works."""
    liar = tmp_path / "rg"
    liar.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    liar.chmod(0o700)
    seen = await found(ground(tmp_path, "ripgrep", search_ripgrep=str(liar)))
    assert seen["ripgrep"].state == "critical"
    assert "does not find what is there" in seen["ripgrep"].text


@pytest.mark.parametrize("place", [0, 40, -1])
async def test_one_flipped_bit_of_a_part_is_critical(
    tmp_path: Path, store: Path, place: int
) -> None:
    """The file is named, wherever in it the bit is."""
    part = parts(store)[0]
    data = bytearray(part.read_bytes())
    data[place] ^= 1
    part.write_bytes(data)
    check = (await found(ground(tmp_path, "store_read")))["store_read"]
    assert check.state == "critical"
    assert str(part) in check.text
    assert "restore it" in check.remedy


async def test_a_part_that_was_cut_or_deleted_is_critical(tmp_path: Path, store: Path) -> None:
    """Both are told of: the first by its name, the second by its number."""
    first, second = parts(store)[:2]
    first.write_bytes(first.read_bytes()[:-9])
    second.unlink()
    check = (await found(ground(tmp_path, "store_read")))["store_read"]
    assert check.state == "critical"
    assert str(first) in check.text or str(second) in check.text
    assert "and 1 more" in check.text


@pytest.mark.parametrize("text", [b"{}", b'{"crc":"00000000","version":1}', b""])
async def test_a_manifest_that_is_not_as_written_is_critical(
    tmp_path: Path, store: Path, text: bytes
) -> None:
    """And what makes it anew is said."""
    (store / "manifest.json").write_bytes(text)
    check = (await found(ground(tmp_path, "store_read")))["store_read"]
    assert (check.state, check.remedy.split(" makes")[0]) == ("critical", "bolt-tui store fold")
    assert "manifest" in check.text


async def test_a_damaged_line_of_a_journal_is_a_warning(tmp_path: Path, store: Path) -> None:
    """The others are read, so it is no more than that."""
    path = write_raw(store, "torn", b'{"crc":"00000000","type":"Notice"}\n')
    check = (await found(ground(tmp_path, "store_read")))["store_read"]
    assert check.state == "warning"
    assert str(path) in check.text


async def test_a_book_that_was_cut_and_one_that_is_held_are_warnings(
    tmp_path: Path,
) -> None:
    """The user's database is told by name, and who holds it by number."""
    book = tmp_path / "project" / "book.duckdb"
    given = ground(tmp_path, "book", market_positions="book.duckdb:p")
    argv = [sys.executable, "-c", _LOCKED, str(book)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        await anyio.to_thread.run_sync(holder.stdout.readline)
        held = (await found(given))["book"]
        holder.communicate()
    assert held.state == "warning"
    assert f"(pid {holder.pid}" in held.text
    book.write_bytes(book.read_bytes()[:5000])
    cut = (await found(given))["book"]
    assert cut.state == "warning"
    assert "book.duckdb" in cut.text
    book.unlink()
    assert (await found(given))["book"].state == "critical"
    assert (await found(ground(tmp_path, "book")))["book"].state == "ok"


async def test_what_hangs_is_critical_at_the_deadline_and_holds_up_nothing_else(
    tmp_path: Path, store: Path
) -> None:
    """A manifest that nobody ever writes to hangs its readers; the others answer all the same."""
    (store / "manifest.json").unlink()
    os.mkfifo(store / "manifest.json")
    given = ground(tmp_path, "store_read", "store_clock", "store_write", "disk", "kernels")
    outcome = await looked(given, deadline_s=4.0, keep=True)
    states = {check.name: check.state for check in outcome.event.checks}
    assert states.pop("store_read") == states.pop("store_clock") == "critical"
    assert set(states.values()) == {"ok"}
    assert "store_read, store_clock critical (did not answer within 4 s)" in outcome.event.text
    assert outcome.not_recorded == ""


async def test_a_look_that_is_cancelled_leaves_no_process(tmp_path: Path, store: Path) -> None:
    """Also one whose checks hang."""
    (store / "manifest.json").unlink()
    os.mkfifo(store / "manifest.json")
    with anyio.move_on_after(1.5):
        await looked(ground(tmp_path, "store_read"))
    running = [command_of(child) for child in psutil.Process().children(recursive=True)]
    assert not [line for line in running if "engine.checks.health.child" in line]


async def test_a_process_that_cannot_look_makes_all_critical(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it said last is the cause; a cause of many checks is told once."""
    monkeypatch.setattr(health_module, "_MODULE", "engine.checks.no_such_module")
    outcome = await looked(ground(tmp_path), keep=True)
    assert {check.state for check in outcome.event.checks} == {"critical"}
    assert outcome.event.text.count("No module named") == 1
    assert "No module named" in outcome.not_recorded


async def test_a_process_that_cannot_be_started_makes_all_critical(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the system allows no more of them."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    outcome = await looked(ground(tmp_path), keep=True)
    assert {check.state for check in outcome.event.checks} == {"critical"}
    assert "can't be started: No such file" in outcome.event.text
    assert "can't be started" in outcome.not_recorded


def test_its_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    """Killed, that one can't clean up: the child finds its stdin closed, and does."""
    (tmp_path / "store").mkdir()
    os.mkfifo(tmp_path / "store" / "manifest.json")
    program = (
        "import sys, anyio\nfrom pathlib import Path\n"
        "from tests.checks.health_ground import ground, looked\n"
        "anyio.run(looked, ground(Path(sys.argv[1]), 'store_read'))\n"
    )
    places = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], env=places) as parent:
        child = _child_of(parent.pid)
        parent.send_signal(signal.SIGKILL)
    with suppress(psutil.NoSuchProcess):
        child.wait(timeout=30)
    assert not child.is_running()
    assert not list(tmp_path.glob("bolt-tui-health-*"))


def _child_of(pid: int) -> psutil.Process:
    for _ in range(600):
        for child in psutil.Process(pid).children():
            if "engine.checks.health.child" in command_of(child):
                return child
        psutil.Process().cpu_percent(interval=0.05)
    raise AssertionError("it started no process")


async def test_a_session_answers_it_and_hears_of_it(tmp_path: Path) -> None:
    """As a query it goes over the bus, and the answer has a table for each group of checks."""
    given = ground(tmp_path, store_folder=str(tmp_path / "store"))
    async with Engine.open(given.project, settings=given.settings, tools=tools()) as engine:
        with engine.bus.subscribe() as events:
            answer = await engine.ask("is everything all right?")
            heard = [one for one in events.take() if isinstance(one, HealthChecked)]
    assert answer.status == "answered"
    assert answer.verdict.startswith(f"{heard[0].state}: ")
    assert [one.title for one in answer.sections] == ["Liveness", "Readiness", "Dependencies"]
    assert len(heard) == 1
    assert [check.name for check in heard[0].checks] == list(CHECKS)


def test_what_is_not_well_stands_first_with_its_remedy() -> None:
    """A short screen shows the beginning of a table."""
    checks = (
        Check("disk", "dependency", "ok", "there is room"),
        Check("git", "dependency", "warning", "there is none", "install it"),
        Check("duckdb", "dependency", "critical", "it is broken"),
    )
    [table] = evidence(HealthChecked(state="critical", text="", checks=checks)).sections
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["duckdb", "git", "disk"]
    assert table.rows[1][2] == "there is none; install it"
    assert table.rows[0][3] is None  # nobody knows how long it would have taken


def test_checks_are_chosen_by_name_and_group() -> None:
    """Each once, in the table's order; what does not exist is told with the nearest."""
    assert chosen(()) == tuple(CHECKS)
    assert chosen(("disk", "liveness", "disk")) == ("sessions", "disk")
    assert chosen(("disk,git", "liveness, gpu")) == ("sessions", "disk", "gpu", "git")
    assert {group for name in chosen(GROUPS) for group in [CHECKS[name][0]]} == set(GROUPS)
    with pytest.raises(UnknownCheck, match=re.escape('no check "ripgrip"; did you mean "ripgrep"')):
        chosen(("ripgrip",))


def test_the_worst_state_leads() -> None:
    """Critical before warning before unknown; causes in that order, and no more than three."""

    def check(name: str, state: str) -> Check:
        return Check(name, "dependency", state, f"because of {name}")  # type: ignore[arg-type]

    assert summed_up([check("a", "ok")]).state == "ok"
    assert summed_up([check("a", "ok")]).text == "1 of 1 checks ok"
    some = [check("a", "unknown"), check("b", "warning"), check("c", "ok")]
    assert summed_up(some).state == "warning"
    assert summed_up(some[:1]).state == "unknown"
    many = [check(name, state) for name, state in zip("abcd", ["warning"] * 4, strict=True)]
    said = summed_up([*many, check("e", "critical")])
    assert said.state == "critical"
    assert said.text.startswith("0 of 5 checks ok; e critical (because of e); a warning")
    assert said.text.endswith("; and 2 more")


@pytest.mark.parametrize(
    ("status", "level", "cap", "state"),
    [
        ("answered", "full", "full", "ok"),
        ("nothing_found", "full", "full", "ok"),
        ("degraded", "full", "full", "warning"),
        ("failed", "full", "full", "critical"),
        ("timed_out", "full", "full", "critical"),
        ("answered", "limited", "full", "warning"),
        ("answered", "monitoring", "full", "critical"),
        ("answered", "limited", "limited", "ok"),
        ("answered", "monitoring", "monitoring", "ok"),
    ],
)
def test_an_engine_is_judged_by_its_answers_and_its_level(
    status: Status, level: Level, cap: Level, state: str
) -> None:
    """A level that the rollout caps is as it should be; one below is not."""
    said = Understanding(":status", ":status", "system_status")
    answer = Answer(status=status, level=level, query=said, verdict="so it is")
    assert judged([answer], Standing(level, "why", "lift", cap)).state == state


async def test_a_record_from_the_future_is_told(tmp_path: Path) -> None:
    """By a journal and by a part; what was recorded in the past is not."""
    given = ground(tmp_path, "store_clock")
    store = tmp_path / "store"
    write(store, "past", facts("past", ["a"], NOON_S - 86_400 * 300))
    assert (await found(given))["store_clock"].state == "ok"
    write(store, "future", facts("future", ["a"], NOON_S * 2))
    by_journal = (await found(given))["store_clock"]
    folded(store)
    by_part = (await found(given))["store_clock"]
    assert by_journal.state == by_part.state == "warning"
    assert "in the future" in by_part.text
