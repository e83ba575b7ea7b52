"""What becomes of a verdict when a part is really broken: it changes, and the cause is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.checks.validation.criteria import (
    acceleration,
    alerting,
    commands,
    database,
    fallback,
    health,
    importing,
    integration,
    searching,
    session,
)
from engine.checks.validation.criteria.sample import Sample
from engine.config.loading import user_file
from engine.evidence import Answer, Finding, Findings, Understanding
from tests.sample_project import make
from tests.store.stores import folded, parts

from .validate_ground import NOW_S, ground
from .validate_ground import session as written

pytestmark = pytest.mark.anyio
FUTURE_S = 4e9  # nothing has changed since


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A project whose modules import each other by their whole path."""
    project = make(tmp_path / "desk")
    (project / "tests" / "test_book.py").write_text("from src.desk import book\n")
    (project / "tests" / "test_again.py").write_text("import src.desk.book\n")
    return project


async def test_the_commands_work_and_take_little(tmp_path: Path, desk: Path) -> None:
    """Real processes, with a scratch store: the user's own stays as it is."""
    given = ground(tmp_path, desk)
    shown = await commands.measured(given)
    assert {name: one.state for name, one in shown.items()} == dict.fromkeys(
        ("status", "monitor", "status_memory"), "proven"
    ), shown
    assert not given.store.exists()


async def test_an_engine_that_can_not_be_opened_fails_status(tmp_path: Path, desk: Path) -> None:
    """What the existing tools say instead is no status of this program."""
    (tmp_path / "sitecustomize.py").write_text(fallback._BROKEN)
    given = ground(tmp_path, desk)
    broken = {**given.environ, "PYTHONPATH": str(tmp_path)}
    object.__setattr__(given, "environ", broken)
    shown = await commands.measured(given)
    assert (shown["status"].state, shown["monitor"].state) == ("failed", "failed")
    assert "broken on purpose" in shown["status"].proof


async def test_a_wrong_rule_is_the_cause_that_is_named(tmp_path: Path, desk: Path) -> None:
    """No monitor and no session starts with it: file and line, and no name of a Python class."""
    settings = user_file()
    settings.parent.mkdir(parents=True)
    settings.write_text("[alerts.rules.bad]\nexpr = 'memory >'\n", encoding="utf-8")
    given = ground(tmp_path, desk)
    monitor = (await commands.measured(given))["monitor"]
    memory = (await session.measured(given, {"memory"}))["memory"]
    wrong = f"ended with status 2: {settings}:2: alerts.rules.bad.expr: "
    assert (monitor.state, monitor.figure) == ("failed", "ended with status 2")
    assert monitor.proof.startswith(f"`bolt-tui monitor --duration 2` {wrong}")
    assert memory.state == "failed"
    assert f": {settings}:2: alerts.rules.bad.expr: " in memory.proof
    assert "ConfigError" not in memory.proof


async def test_the_fallback_is_seen_with_real_faults(tmp_path: Path, desk: Path) -> None:
    """No ripgrep, no store, no engine: what is left answers as it is documented."""
    shown = (await fallback.measured(ground(tmp_path, desk)))["fallback"]
    assert (shown.state, shown.figure) == ("proven", "3 of 3 faults as documented"), shown


async def test_many_processes_on_one_store(tmp_path: Path) -> None:
    """800 records by eight writers, none lost and none twice; nothing stays behind.

    That of one that was killed the day before yesterday goes as well.
    """
    given = ground(tmp_path)
    left = given.store / "validate-killed"
    left.mkdir(parents=True)
    os.utime(left, (0, 0))
    shown = (await database.measured(given))["database"]
    assert shown.state == "proven", shown
    assert shown.figure.startswith("800 of 800, 0 doubled")
    assert list(given.store.iterdir()) == []


async def test_a_store_that_can_not_be_written_fails(tmp_path: Path) -> None:
    """The path and the reason are named."""
    (tmp_path / "file").write_text("in the way")
    given = ground(tmp_path, store_folder=str(tmp_path / "file" / "store"))
    shown = (await database.measured(given))["database"]
    assert shown.state == "failed"
    assert f"{tmp_path / 'file' / 'store'}: Not a directory" in shown.proof


async def test_a_flipped_byte_in_the_own_store_fails(tmp_path: Path) -> None:
    """The damaged part is named."""
    given = ground(tmp_path)
    written(given.store, "s", NOW_S - 3600, 1)
    folded(given.store)
    damaged = parts(given.store)[0]
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    shown = (await database.measured(given))["database"]
    assert shown.state == "failed"
    assert str(damaged) in shown.proof


async def test_no_ripgrep_fails_the_search(tmp_path: Path, desk: Path) -> None:
    """So it does the comparison with existing tools; the program is named."""
    given = ground(tmp_path, desk, search_ripgrep="/nowhere/rg")
    shown = await session.measured(given, {"search", "existing_tools"})
    assert [one.state for one in shown.values()] == ["failed", "failed"]
    assert all("/nowhere/rg" in one.proof for one in shown.values())


async def test_a_session_on_a_small_project(tmp_path: Path, desk: Path) -> None:
    """Search and imports are as ripgrep and Python's parser have them; no book is no failure."""
    names = {"search", "graph", "load", "trading_risk", "trading", "memory", "success_90"}
    shown = await session.measured(ground(tmp_path, desk), names)
    states = {name: one.state for name, one in shown.items()}
    assert {name: states[name] for name in names - {"trading_risk", "trading"}} == dict.fromkeys(
        ("search", "graph", "load", "memory", "success_90"), "proven"
    ), shown
    assert (states["trading_risk"], states["trading"]) == ("unproven", "unproven")
    risk = shown["trading_risk"]
    assert all(one in risk.proof for one in ("positions.csv", "[market] positions", "bolt.toml"))
    assert risk.figure == "no positions"
    assert "5 importers of 2 modules" in shown["graph"].figure


async def test_a_dead_database_fails_the_risk(tmp_path: Path, desk: Path) -> None:
    """A book that is there and can't be read is not a book that is missing; its file is named."""
    (desk / "book.duckdb").write_bytes(bytes(range(256)) * 16)
    given = ground(tmp_path, desk, market_positions="book.duckdb:positions")
    shown = await session.measured(given, {"trading_risk"})
    assert shown["trading_risk"].state == "failed"
    assert "book.duckdb" in shown["trading_risk"].proof


async def test_scenarios_without_data_say_what_to_bring(tmp_path: Path) -> None:
    """A folder with an empty book and no code says which file or table is to be filled, or where
    else to ask; none of them is told as a failure.
    """
    project = tmp_path / "new"
    project.mkdir()
    (project / "positions.csv").write_text("symbol,quantity,price\n")
    names = {"trading_wheel", "trading_pricing", "trading_risk", "trading"}
    shown = await session.measured(ground(tmp_path, project), names)
    assert {one.state for one in shown.values()} == {"unproven"}
    assert not any("failed" in one.figure or "0 sections" in one.figure for one in shown.values())
    assert "open positions" in shown["trading_risk"].proof
    assert all("bolt-tui -C" in shown[one].proof for one in ("trading_wheel", "trading_pricing"))
    whole = shown["trading"]
    assert whole.figure == "0 of 3 scenarios"
    assert "open positions" in whole.proof
    assert "bolt-tui -C" in whole.proof


async def test_an_example_book_does_not_count(tmp_path: Path) -> None:
    """The answer is shown, and the scenario stays unproven."""
    project = tmp_path / "example"
    command = [sys.executable, "-m", "bolt_tui", "example", str(project)]
    subprocess.run(command, check=True, capture_output=True)
    shown = await session.measured(ground(tmp_path, project), {"trading_risk"})
    assert shown["trading_risk"].state == "unproven"
    assert "EXAMPLE" in shown["trading_risk"].figure
    assert "example" in shown["trading_risk"].proof


async def test_a_session_that_dies_fails_what_it_did_not_say(tmp_path: Path) -> None:
    """Its last words are the proof, also for its memory."""
    given = ground(tmp_path)
    given.project.rmdir()
    shown = await session.measured(given, {"search", "memory"})
    assert {one.state for one in shown.values()} == {"failed"}
    assert all(str(given.project) in one.proof for one in shown.values())


async def test_metal_is_not_proven_where_there_is_none(tmp_path: Path) -> None:
    """With the reason; elsewhere it is measured."""
    shown = (await acceleration.measured(ground(tmp_path)))["acceleration"]
    if shown.figure == "no Metal":
        assert shown.state == "unproven"
        assert "needs a Mac" in shown.proof
    else:
        assert "error" in shown.figure


async def test_a_message_arrives_though_it_was_refused_once(tmp_path: Path) -> None:
    """Through the real outbox to a receiver on loopback."""
    shown = (await alerting.measured(ground(tmp_path)))["alerts_mechanism"]
    assert shown.state == "proven", shown
    assert shown.figure.startswith("2 attempts")


async def test_critical_health_fails(tmp_path: Path) -> None:
    """A store that can't be written is critical, and named; nothing is recorded of the look."""
    (tmp_path / "file").write_text("in the way")
    given = ground(tmp_path, store_folder=str(tmp_path / "file" / "store"))
    shown = (await health.measured(given))["health"]
    assert shown.state == "failed"
    assert str(tmp_path / "file") in shown.proof


async def test_integration_is_unproven_before_a_full_run(tmp_path: Path) -> None:
    """It says how to have one."""
    shown = (await integration.measured(ground(tmp_path)))["integration"]
    assert shown.state == "unproven"
    assert "validate --full" in shown.proof


def found(*items: tuple[str, int], title: str = "Matches") -> Answer:
    """Return an answer that lists these lines."""
    rows = tuple(Finding(path, line, "") for path, line in items)
    return Answer(
        status="answered",
        level="full",
        query=Understanding("find x", "find", "text_search"),
        verdict="so",
        sections=(Findings(title, rows, len(rows)),),
    )


def test_a_line_missed_or_made_up_is_named() -> None:
    """One of each is enough for the search to fail."""
    answer = found(("a.py", 1), ("b.py", 2))
    assert searching.difference(answer, {("a.py", 1)}, {("a.py", 1)}) == ""
    said = searching.difference(answer, {("a.py", 1)}, {("b.py", 2)})
    assert "it misses a.py:1" in said
    assert "only it has b.py:2" in said


def test_an_importer_missed_or_made_up_is_named(desk: Path) -> None:
    """Where the file was written after the look, two looks may differ."""
    sample = Sample(desk, FUTURE_S)
    known = importing.Importers("src/desk/book.py", frozenset({"tests/test_book.py"}), frozenset())
    answer = found(("src/desk/report.py", 1), title="Imported by")
    said = importing.differences(known, answer, sample)
    assert said == [
        "only it says that src/desk/report.py imports src/desk/book.py",
        "tests/test_book.py imports src/desk/book.py, which it misses",
    ]
    assert importing.differences(known, answer, Sample(desk, 0.0)) == []


def test_importers_are_found_by_pythons_parser(desk: Path) -> None:
    """Whole paths count for sure, the end of a path perhaps, relative ones by their folder."""
    files = [str(path.relative_to(desk)) for path in desk.rglob("*.py")]
    by_target = {one.target: one for one in importing.targets(desk, sorted(files))}
    book, pricing = by_target["src/desk/book.py"], by_target["src/desk/pricing.py"]
    assert book.sure == {"tests/test_book.py", "tests/test_again.py"}
    assert pricing.sure == {"src/desk/book.py", "src/desk/report.py", "tests/test_pricing.py"}
    assert not book.perhaps | pricing.perhaps
