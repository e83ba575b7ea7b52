"""`bolt-tui validate` as its user runs it: what it says, what it leaves, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from engine.events import SessionJoined, SessionLeft, Validated
from engine.store.journals.journal import read_events
from tests.commands_of_processes import command_of
from tests.headless.conftest import Bolt


def recorded(home: Path) -> list[object]:
    journals = sorted((home / "state" / "bolt-tui" / "journals").glob("*.jsonl"))
    return [event for path in journals for event in read_events(path)]


def test_a_phase_is_measured_recorded_and_not_passed(bolt: Bolt, own_folders: Path) -> None:
    """Exit 1: a book is lacking. The store has the validation, as a session, and nothing else."""
    ran = bolt("validate", "--production", "--phase", "3", "-o", "json")
    assert ran.code == 1, ran.err
    assert ran.answer["type"] == "Validated"
    assert (ran.answer["phase"], ran.answer["full"]) == ("3", False)
    states = {one["name"]: one["state"] for one in ran.answer["criteria"]}
    assert states["trading_risk"] == "unproven"
    assert [states[name] for name in ("agents", "load", "health", "alerts_mechanism")] == (
        ["proven"] * 4
    ), ran.answer
    assert "nothing was said of it" not in ran.out
    assert "load: proven" in ran.err
    joined, found, left = recorded(own_folders)
    assert isinstance(joined, SessionJoined)
    assert isinstance(left, SessionLeft)
    assert isinstance(found, Validated)
    assert found.ready_pct == ran.answer["ready_pct"]
    store = own_folders / "state" / "bolt-tui"
    assert [path.name for path in store.iterdir()] == ["journals"]


def test_as_text_it_says_how_ready_and_what_is_lacking(bolt: Bolt) -> None:
    """On Linux Metal is lacking in phase 1, on a new store the hours; each with what to do."""
    ran = bolt("validate", "--phase", "1")
    assert ran.code == 1
    first, *_ = ran.out.splitlines()
    assert "criteria of phase 1 are proven" in first
    assert "zero crashes in a 48-hour test period" in ran.out
    assert "bolt-tui drill" in ran.out


def test_a_store_that_can_not_be_written_is_said(bolt: Bolt, tmp_path: Path) -> None:
    """What was found is printed all the same."""
    (tmp_path / "file").write_text("in the way")
    folder = f"store.folder={tmp_path / 'file' / 'store'}"
    ran = bolt("validate", "--phase", "2", "--set", folder, "-o", "json")
    assert ran.code == 1
    (database,) = (one for one in ran.answer["criteria"] if one["name"] == "database")
    assert database["state"] == "failed"
    assert "Not a directory" in database["proof"]
    assert "not recorded: " in ran.err


@pytest.mark.parametrize("words", [("--phase", "4"), ("--production", "now"), ("--fulll",)])
def test_bad_words_are_refused(bolt: Bolt, words: tuple[str, ...]) -> None:
    """Exit 2, nothing on stdout."""
    ran = bolt("validate", *words)
    assert (ran.code, ran.out) == (2, "")


def test_a_query_for_it_is_planned_as_the_check(bolt: Bolt) -> None:
    """In words and as a command, with its options."""
    for query in ("are we production ready", ":validate --phase 2 --full"):
        ran = bolt("--run", query, "--explain", "-o", "json")
        ((_, tool, arguments, *_),) = ran.answer["sections"][0]["rows"]
        assert tool == "checks.validate"
    assert arguments == "phase=2, full=True"


def children(pid: int) -> Iterator[psutil.Process]:
    yield from psutil.Process(pid).children(recursive=True)


def test_killed_it_leaves_no_session_running(project: Path, own_folders: Path) -> None:
    """Kill -9 in the middle of what the live session is asked: it and its children end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bolt_tui", "-C", str(project), "validate", "--phase", "3"],
        env={**os.environ, "TMPDIR": str(own_folders.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    while b"search" not in (said := process.stderr.readline()) and b"agents" not in said:
        assert said, "it ended without a word"
    started = [one for one in children(process.pid) if "session_child" in command_of(one)]
    process.kill()
    process.communicate(timeout=10)
    assert started
    _, alive = psutil.wait_procs(started, timeout=20)
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


def test_stopped_in_the_middle_it_leaves_nothing(project: Path, own_folders: Path) -> None:
    """Exit 143, no process, no folder, no record."""
    scratch = own_folders / "tmp"
    scratch.mkdir(parents=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "bolt_tui", "-C", str(project), "validate"],
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        while len(started := list(children(process.pid))) < 2:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out) == (143, b"")
    _, alive = psutil.wait_procs(started, timeout=10)
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]
    assert list(scratch.iterdir()) == []
    assert not recorded(own_folders)
