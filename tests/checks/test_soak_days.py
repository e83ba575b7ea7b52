"""Two days of a real session in a minute: nothing is lost, nothing grows, nothing stands still."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from engine.checks.soak.report import FLAPS
from tests.checks.two_days import DAYS_S, Days

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(620)
def test_two_days_of_a_session(tmp_path: Path, own_folders: Path) -> None:
    """Every tick is accounted for, every event is in the store, and no gate sees growth."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.checks.two_days", str(tmp_path)],
        cwd=ROOT, capture_output=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    days = msgspec.json.decode(done.stdout, type=Days)
    seen = days.seen
    assert seen.done
    assert seen.wrong == ()
    assert seen.own_s >= DAYS_S
    host = next(one for one in seen.ticks if one.probe == "the host probe")
    assert host.due == host.expected >= DAYS_S / 20
    assert host.taken + sum(host.missed.values()) + host.under_way == host.due
    assert seen.recorded == seen.published
    assert seen.alerts.fired == {FLAPS: seen.alerts.expected}
    assert seen.alerts.expected >= 1
    assert days.folded_journals > 40  # a segment an hour, and what visitors left
    assert max(mark.journals for mark in seen.marks) < 20  # of more than 60 that there were
    assert seen.faults["index_process.py killed"] >= 1
    assert seen.visits >= 3
