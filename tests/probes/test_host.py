import os
import re
from pathlib import Path

import pytest

from engine.clock import ManualClock, SystemClock
from engine.probes.host import HostProbe, machine_here
from engine.probes.linux import LinuxMachine
from engine.probes.machine import PsutilMachine
from engine.probes.macos import MacMachine
from engine.probes.sampler import read_once

from .stand_ins import Bytes, FakeMachine, FakePsutil, Times

on_linux = pytest.mark.skipif(not Path("/proc/stat").exists(), reason="needs /proc")


def fake_probe(psutil: FakePsutil) -> tuple[HostProbe, ManualClock]:
    clock = ManualClock()
    return HostProbe(clock, machine=FakeMachine(), psutil=psutil), clock


def kib_of(name: str) -> int:
    match = re.search(rf"^{name}:\s+(\d+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE)
    assert match is not None
    return int(match[1]) * 1024


def test_the_first_sample_has_no_rates() -> None:
    """Rates need two readings, and the first sample says so instead of showing 0."""
    psutil = FakePsutil(cores=[Times(user=5)], disks={"sda": Bytes()}, nics={"eth0": Bytes()})
    sample = fake_probe(psutil)[0].sample()
    rates = ("cpu_pct", "disk_read_bps", "disk_write_bps", "net_recv_bps", "net_sent_bps")
    assert [sample.unknown[field] for field in rates] == ["needs two readings"] * 5
    assert (sample.cpu_pct, sample.disk_read_bps, sample.net_sent_bps) == ((), None, None)


def test_rates_cover_the_time_between_two_samples() -> None:
    """Each rate is what the counters gained over the window of the injected clock."""
    psutil = FakePsutil(cores=[Times()], disks={"sda": Bytes()}, nics={"eth0": Bytes()})
    probe, clock = fake_probe(psutil)
    probe.sample()
    clock.advance(2.0)
    psutil.cores = [Times(user=0.5, idle=1.5)]
    psutil.disks = {"sda": Bytes(read_bytes=200, write_bytes=100)}
    psutil.nics = {"eth0": Bytes(bytes_recv=20, bytes_sent=10)}
    sample = probe.sample()
    assert sample.cpu_pct == (25.0,)
    assert (sample.disk_read_bps, sample.disk_write_bps) == (100.0, 50.0)
    assert (sample.net_recv_bps, sample.net_sent_bps) == (10.0, 5.0)
    assert not {"cpu_pct", "disk_read_bps", "net_recv_bps"} & sample.unknown.keys()


def test_what_a_machine_lacks_has_a_reason() -> None:
    """Every field that could not be read is None or empty and names its reason."""
    sample = fake_probe(FakePsutil())[0].sample()
    assert sample.unknown["temperatures_c"] == "a fake has none"
    assert sample.unknown["memory_used_bytes"] == "needs the total and the available memory"
    assert sample.unknown["disk_read_bps"] == "the machine names no physical disk"
    assert sample.memory_total_bytes is None


def test_an_edge_that_raises_is_a_reason() -> None:
    """A machine whose reading raises gives a sample all the same."""

    class Broken(FakeMachine):
        def temperatures_c(self) -> dict[str, float]:
            raise OSError(5, "Input/output error", "/sys/class/hwmon/hwmon0/temp1_input")

    sample = HostProbe(ManualClock(), machine=Broken(), psutil=FakePsutil()).sample()
    expected = "/sys/class/hwmon/hwmon0/temp1_input: Input/output error"
    assert sample.unknown["temperatures_c"] == expected


def test_each_platform_has_its_machine() -> None:
    """Linux and macOS are read in their own ways, anything else through psutil alone."""
    psutil = FakePsutil()
    assert isinstance(machine_here(psutil, "linux"), LinuxMachine)
    assert isinstance(machine_here(psutil, "darwin"), MacMachine)
    other = machine_here(psutil, "freebsd14")
    assert isinstance(other, PsutilMachine)
    assert HostProbe(ManualClock(), machine=other, psutil=psutil).sample().memory_used_bytes == 600


@on_linux
def test_memory_agrees_with_proc() -> None:
    """On this machine, total memory and swap are /proc's, and used is total less available."""
    sample = HostProbe(SystemClock()).sample()
    assert sample.memory_total_bytes == kib_of("MemTotal")
    assert sample.swap_total_bytes == kib_of("SwapTotal")
    assert sample.memory_used_bytes is not None
    assert sample.memory_available_bytes is not None
    used = sample.memory_total_bytes - sample.memory_available_bytes
    assert sample.memory_used_bytes == used
    assert abs(sample.memory_available_bytes - kib_of("MemAvailable")) < 0.1 * kib_of("MemTotal")


@on_linux
@pytest.mark.anyio
async def test_busy_cores_agree_with_proc_stat() -> None:
    """On this machine, the mean share lies within what /proc/stat says around the same window."""
    before = proc_stat()
    sample = await read_once(HostProbe(SystemClock()), window_s=0.5)
    after = proc_stat()
    assert len(sample.cpu_pct) == len(after)
    busy = sum(b - a for (a, _), (b, _) in zip(before, after, strict=True))
    total = sum(b - a for (_, a), (_, b) in zip(before, after, strict=True))
    # The test's window holds the probe's and some ticks more at each end.
    assert abs(sum(sample.cpu_pct) / len(sample.cpu_pct) - 100 * busy / total) < 20


@on_linux
@pytest.mark.anyio
async def test_a_single_command_gets_rates_from_a_short_window() -> None:
    """One call with a window gives shares and rates at once."""
    sample = await read_once(HostProbe(SystemClock()), window_s=0.1)
    assert len(sample.cpu_pct) == len(proc_stat())
    assert "net_recv_bps" not in sample.unknown
    assert sample.load_avg is not None
    assert abs(sample.load_avg[0] - os.getloadavg()[0]) < 1
    assert sample.source.startswith("psutil 7")


def proc_stat() -> list[tuple[int, int]]:
    """Return busy and total ticks of each core, read from /proc/stat by this test itself."""
    cores = []
    for line in Path("/proc/stat").read_text().splitlines():
        if re.match(r"cpu\d", line):
            user, nice, system, idle, iowait, irq, softirq, steal = map(int, line.split()[1:9])
            busy = user + nice + system + irq + softirq + steal
            cores.append((busy, busy + idle + iowait))
    return cores
