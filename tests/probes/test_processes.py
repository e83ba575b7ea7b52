import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import ManualClock, SystemClock
from engine.probes import psutil_port
from engine.probes.process_table import LinuxTable, PsutilTable, parse_stat, table_here
from engine.probes.processes import ProcessProbe
from engine.probes.reading import Unknown

from .stand_ins import FakeProcess, FakePsutil

STAT = (
    "7 (a) b (c) S 1 7 7 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 1 0 4200 999 25 18446744073709551615"
)


def fake(*processes: FakeProcess) -> tuple[ProcessProbe, FakePsutil, ManualClock]:
    psutil, clock = FakePsutil(processes={p.pid: p for p in processes}), ManualClock()
    return ProcessProbe(clock, table=PsutilTable(psutil)), psutil, clock


def test_the_first_sample_ranks_by_memory() -> None:
    """Without CPU shares, which need two readings, the largest come first."""
    sample = fake(FakeProcess(1, rss=5), FakeProcess(2, rss=9))[0].sample()
    assert [(row.pid, row.cpu_pct) for row in sample.rows] == [(2, None), (1, None)]
    assert sample.unknown == {"cpu_pct": "needs two readings"}


def test_the_busiest_come_first() -> None:
    """CPU since the last sample ranks before memory, and may pass 100 % of a core."""
    one, two, three = FakeProcess(1, rss=9), FakeProcess(2, rss=5), FakeProcess(3, rss=7)
    probe, _, clock = fake(one, two, three)
    probe.sample()
    clock.advance(2.0)
    two.cpu_s = 5.0
    sample = probe.sample(top_n=2)
    assert [(row.pid, row.cpu_pct) for row in sample.rows] == [(2, 250.0), (1, 0.0)]
    assert (sample.total, sample.unknown) == (3, {})


def test_a_pid_that_was_reused_is_another_process() -> None:
    """The time of a process that ended is not set against its successor's."""
    probe, psutil, clock = fake(FakeProcess(1, cpu_s=100.0, started_s=1.0))
    probe.sample()
    clock.advance(1.0)
    psutil.processes = {1: FakeProcess(1, cpu_s=0.5, started_s=2.0)}
    assert probe.sample().rows[0].cpu_pct == 50.0


def test_a_process_born_in_the_window_shows_its_share() -> None:
    """All the time of a process that was not there before belongs to this window."""
    probe, psutil, clock = fake()
    probe.sample()
    clock.advance(4.0)
    psutil.processes = {8: FakeProcess(8, cpu_s=2.0)}
    assert probe.sample().rows[0].cpu_pct == 50.0


def test_a_process_that_may_not_be_read_is_counted() -> None:
    """A denied process is in the total and in the reason, not in the rows."""
    probe, _, _ = fake(FakeProcess(1), FakeProcess(2, denied=True))
    sample = probe.sample()
    assert ([row.pid for row in sample.rows], sample.total) == ([1], 2)
    assert sample.unknown["rows"] == "1 of 2 processes ended or may not be read"


def test_a_process_that_was_denied_before_has_no_share() -> None:
    """Time that was used before the first look is in no share."""
    hidden = FakeProcess(1, cpu_s=1000.0, denied=True)
    probe, _, clock = fake(hidden)
    probe.sample()
    clock.advance(1.0)
    hidden.denied = False
    assert probe.sample().rows[0].cpu_pct is None


def test_names_reach_the_terminal_clean() -> None:
    """A process that calls itself by an escape sequence shows none."""
    sample = fake(FakeProcess(1, called="evil\x1b[2J\nname"))[0].sample()
    assert sample.rows[0].name == "evil\ufffd[2J\ufffdname"


def test_after_a_pause_shares_begin_anew() -> None:
    """A forgotten reading gives no share over the whole pause."""
    probe, _, clock = fake(FakeProcess(1))
    probe.sample()
    clock.advance(600)
    probe.forget()
    assert probe.sample().unknown == {"cpu_pct": "needs two readings"}


def test_a_name_may_hold_spaces_and_parentheses() -> None:
    """Fields are counted from the last parenthesis of /proc/PID/stat."""
    seen = parse_stat(7, STAT, 0.01, 4096)
    assert not isinstance(seen, Unknown)
    assert (seen.key, seen.cpu_s, seen.rss_bytes) == ((7, 42.0), 2.0, 25 * 4096)


@given(st.integers(0, len(STAT)), st.text(max_size=10))
def test_garbled_stat_never_raises(cut: int, junk: str) -> None:
    """A stat file that was cut off gives a process or a reason."""
    got = parse_stat(7, STAT[:cut] + junk, 0.01, 4096)
    assert isinstance(got, Unknown) or got.key[0] == 7


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_the_cheap_look_agrees_with_psutil() -> None:
    """On this machine, /proc/PID/stat and psutil tell the same of this process."""
    psutil, pid = psutil_port.load(), os.getpid()
    table = table_here(psutil)
    assert isinstance(table, LinuxTable)
    cheap, dear = table.look(pid), PsutilTable(psutil).look(pid)
    assert cheap is not None
    assert dear is not None
    assert cheap.cpu_s == pytest.approx(dear.cpu_s, abs=0.2)
    assert cheap.rss_bytes == pytest.approx(dear.rss_bytes, rel=0.2)


def test_a_busy_child_is_the_busiest() -> None:
    """On this machine, a child that spins is found with most of a core."""
    probe = ProcessProbe(SystemClock())
    spin = "import time\nend = time.monotonic() + 90\nwhile time.monotonic() < end: pass"
    with subprocess.Popen([sys.executable, "-c", spin]) as child:
        try:
            probe.sample()
            child_rows = []
            for _ in range(200):
                with pytest.raises(subprocess.TimeoutExpired):
                    child.wait(0.25)
                rows = probe.sample(top_n=1000).rows
                child_rows = [row for row in rows if row.pid == child.pid]
                if child_rows and (child_rows[0].cpu_pct or 0) > 20:
                    break
        finally:
            child.kill()
    assert child_rows
    assert (child_rows[0].cpu_pct or 0) > 20
