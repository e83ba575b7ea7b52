"""The drill as its user runs it, and what it says of a session that is lost."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bolt_tui.commands.drill import scorecard
from engine.checks.drill.catalogue import FAULTS, UnknownFault, faults
from engine.checks.drill.child_faults import nothing
from engine.checks.drill.drill import drill
from engine.checks.drill.fault import Expected, Fault
from engine.checks.drill.outcome import Outcome, not_tried


def bolt(*words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "bolt_tui", *words],
        capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def tables(out: str) -> dict[str, list[list[Any]]]:
    answer = json.loads(out)
    return {one["title"]: one["rows"] for one in answer["sections"] if one["kind"] == "table"}


def test_the_list_names_every_fault_and_does_none() -> None:
    """What is done and what has to follow."""
    code, out, err = bolt("drill", "--list", "-o", "json")
    assert (code, err) == (0, "")
    assert [row[0] for row in tables(out)["Faults"]] == list(FAULTS)


def test_an_unknown_fault_is_refused_with_the_nearest() -> None:
    """Before anything is done."""
    code, out, err = bolt("drill", "--only", "serch_killed")
    assert (code, out) == (2, "")
    assert 'no fault "serch_killed"' in err
    assert "search_killed" in err
    with pytest.raises(UnknownFault):
        faults(("nothing", "all"))


def test_a_real_fault_in_a_scratch_session(own_folders: Path) -> None:
    """A locked database: the circuit opens, old rows with their age, nothing unanswered.

    How long it took is the machine's business: here the exit code has to fit the scorecard.
    """
    code, out, err = bolt("drill", "--only", "database_locked", "-o", "json")
    ((name, noticed_s, limit_s, back_s, asked, failed, _, verdict),) = tables(out)["Scorecard"]
    assert (name, limit_s, failed) == ("database_locked", 2.0, 0)
    assert asked > 0
    assert noticed_s is not None
    assert back_s is not None
    late = noticed_s > limit_s
    if not late:
        assert (code, verdict) == (0, "as expected"), tables(out).get("Not as expected")
    else:
        assert (code, verdict) == (1, "not as expected")
    assert f"database_locked: {verdict}" in err
    # The user's own folders have seen nothing of it.
    assert not [path for path in own_folders.rglob("*") if path.is_file()]


@pytest.mark.anyio
async def test_a_session_that_dies_is_not_as_expected(tmp_path: Path) -> None:
    """Its last words are in the scorecard, and the command fails."""
    expected = Expected("graph", "full", "what?", frozenset())
    lost = Fault("no_such_fault", "nothing that exists", expected, nothing)
    heard: list[Outcome] = []
    (outcome,) = await drill((lost,), tmp_path, heard.append)
    assert heard == [outcome]
    (problem,) = outcome.problems
    assert problem.startswith("its session ended with status 1: ")
    assert "UnknownFault" in problem
    assert scorecard((outcome,)).status == "failed"


def test_what_was_not_tried_is_no_failure_and_is_told() -> None:
    """It counts neither as a success."""
    answer = scorecard((not_tried(FAULTS["gpu_gone"], "there is no way"),))
    assert answer.status == "answered"
    assert answer.verdict == "0 of 0 faults went as expected"
    assert "there is no way" in str(answer.sections)


@pytest.mark.skipif(sys.platform != "linux", reason="rights are given up one by one on Linux only")
def test_after_giving_up_the_right_a_read_only_folder_is_read_only(tmp_path: Path) -> None:
    """For the superuser, who could write there before; for anybody else nothing changes."""
    program = (
        "import sys, pathlib\n"
        "from engine.checks.drill.privilege import gives_up_writing_anywhere\n"
        "print(gives_up_writing_anywhere())\n"
        "pathlib.Path(sys.argv[1], 'new').mkdir()\n"
    )
    tmp_path.chmod(0o500)
    try:
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)],
            capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ),
        )  # fmt: skip
    finally:
        tmp_path.chmod(0o700)
    if done.stdout.strip():
        pytest.skip(done.stdout.strip())
    assert "PermissionError" in done.stderr
