from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Pressure
from engine.probes.linux import (
    LinuxMachine,
    kinds_by_capacity,
    parse_cpu_list,
    parse_memory,
    parse_stall_pct,
    pressure_of,
)
from engine.probes.machine import Memory
from engine.probes.reading import Unknown

PSI = "some avg10=12.34 avg60=1.00 avg300=0.10 total=99\nfull avg10=1.00 avg60=0 avg300=0 total=1\n"
MEMINFO = """MemTotal:       16000 kB
MemFree:          100 kB
MemAvailable:    6000 kB
SwapTotal:       2000 kB
SwapFree:         500 kB
"""


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def machine(root: Path) -> LinuxMachine:
    return LinuxMachine("7.0", root)


def test_psi_gives_the_share_of_stalled_time() -> None:
    """The stall share is PSI's "some" over 10 s."""
    assert parse_stall_pct(PSI) == 12.34


@pytest.mark.parametrize(
    ("stall_pct", "level"),
    [(0.0, "normal"), (9.99, "normal"), (10.0, "warning"), (40.0, "critical")],
)
def test_stalls_map_to_levels(stall_pct: float, level: Pressure) -> None:
    """A tenth of the time stalled is a warning, four tenths are critical."""
    assert pressure_of(stall_pct) == level


@given(st.integers(0, len(PSI)), st.text(max_size=20))
def test_garbled_psi_is_unknown_not_zero(cut: int, junk: str) -> None:
    """A cut or garbled pressure file gives the true share or a reason, never 0."""
    got = parse_stall_pct(PSI[:cut] + junk)
    assert isinstance(got, Unknown) or got > 0


def test_meminfo_gives_bytes() -> None:
    """Memory comes in bytes, and swap used is total less free."""
    kib = 1024
    assert parse_memory(MEMINFO) == Memory(16000 * kib, 6000 * kib, 2000 * kib, 1500 * kib)


@given(st.integers(0, len(MEMINFO)))
def test_a_cut_meminfo_gives_true_figures_or_reasons(cut: int) -> None:
    """Each figure of a meminfo that was cut off is the true one or unknown."""
    whole, got = parse_memory(MEMINFO), parse_memory(MEMINFO[:cut])
    for field in ("total", "available", "swap_total", "swap_used"):
        figure = getattr(got, field)
        assert isinstance(figure, Unknown) or figure == getattr(whole, field)


@given(st.text(max_size=60))
def test_garbled_meminfo_never_raises(text: str) -> None:
    """Text that is no meminfo gives reasons."""
    assert isinstance(parse_memory(text).swap_used, Unknown) or "SwapTotal" in text


def test_a_list_of_cores_has_ranges_and_single_ones() -> None:
    """Core lists are ranges and ids, separated by commas."""
    assert parse_cpu_list("0-3,8,10-11\n") == (0, 1, 2, 3, 8, 10, 11)


@given(st.text(alphabet="0123456789-, x", max_size=20))
def test_garbled_core_lists_never_raise(text: str) -> None:
    """Whatever the list says, it becomes ids or a reason."""
    got = parse_cpu_list(text)
    assert isinstance(got, Unknown) or all(core >= 0 for core in got)


def test_the_lowest_capacity_is_efficient() -> None:
    """Of three kinds of cores the slowest is E and both others are P."""
    capacity = {0: 250, 1: 260, 2: 700, 3: 1024}
    assert kinds_by_capacity(range(4), capacity) == "EEPP"


def test_bins_of_one_core_are_one_kind() -> None:
    """Cores within a tenth of each other are not split into kinds."""
    assert isinstance(kinds_by_capacity(range(2), {0: 1000, 1: 1024}), Unknown)


def test_intel_names_its_efficient_cores(tmp_path: Path) -> None:
    """On an Intel hybrid, cpu_atom lists the E cores."""
    files = {"sys/devices/system/cpu/online": "0-3\n", "sys/devices/cpu_atom/cpus": "2-3\n"}
    write(tmp_path, files)
    assert machine(tmp_path).core_kinds(4) == "PPEE"


def test_an_offline_core_leaves_the_order_right(tmp_path: Path) -> None:
    """Kinds follow the cores that are online, which are the ones that tell their times."""
    files = {"sys/devices/system/cpu/online": "0,2-3\n", "sys/devices/cpu_atom/cpus": "2-3\n"}
    write(tmp_path, files)
    assert machine(tmp_path).core_kinds(3) == "PEE"


def test_a_count_that_does_not_fit_is_unknown(tmp_path: Path) -> None:
    """Where fewer cores tell their times than are online, no kinds are guessed."""
    write(tmp_path, {"sys/devices/system/cpu/online": "0-7\n"})
    assert machine(tmp_path).core_kinds(4) == Unknown("8 cores are online, but 4 tell their times")


def test_frequencies_are_in_mhz(tmp_path: Path) -> None:
    """The kernel's kHz become MHz, one a core."""
    cpu = "sys/devices/system/cpu"
    write(
        tmp_path,
        {
            f"{cpu}/online": "0-1\n",
            f"{cpu}/cpu0/cpufreq/scaling_cur_freq": "2400000\n",
            f"{cpu}/cpu1/cpufreq/scaling_cur_freq": "800000\n",
        },
    )
    assert machine(tmp_path).frequencies_mhz(2) == (2400.0, 800.0)


def test_no_cpufreq_is_a_reason(tmp_path: Path) -> None:
    """A virtual machine without a cpufreq driver has no frequency, rather than its nominal one."""
    write(tmp_path, {"sys/devices/system/cpu/online": "0\n"})
    got = machine(tmp_path).frequencies_mhz(1)
    assert got == Unknown("no cpufreq driver tells the cores' present frequency")


def test_temperatures_are_named_by_chip_and_label(tmp_path: Path) -> None:
    """A sensor is called by its chip and label, and one that fails hides no other."""
    hwmon = "sys/class/hwmon"
    write(
        tmp_path,
        {
            f"{hwmon}/hwmon0/name": "coretemp\n",
            f"{hwmon}/hwmon0/temp1_input": "45500\n",
            f"{hwmon}/hwmon0/temp1_label": "Package id 0\n",
            f"{hwmon}/hwmon1/name": "nvme\n",
            f"{hwmon}/hwmon1/temp1_input": "",
        },
    )
    assert machine(tmp_path).temperatures_c() == {"coretemp Package id 0": 45.5}


def test_sleeping_disks_are_left_alone(tmp_path: Path) -> None:
    """The sensor of a spinning disk is not read, and alone it is no sensor."""
    hwmon = "sys/class/hwmon/hwmon0"
    write(tmp_path, {f"{hwmon}/name": "drivetemp\n", f"{hwmon}/temp1_input": "30000\n"})
    assert isinstance(machine(tmp_path).temperatures_c(), Unknown)


def test_thermal_zones_stand_in_for_hwmon(tmp_path: Path) -> None:
    """A board without hwmon tells its thermal zones, two of the same name apart."""
    zone = "sys/class/thermal/thermal_zone"
    write(
        tmp_path,
        {
            f"{zone}0/type": "cpu\n",
            f"{zone}0/temp": "40000\n",
            f"{zone}1/type": "cpu\n",
            f"{zone}1/temp": "42000\n",
        },
    )
    assert machine(tmp_path).temperatures_c() == {"cpu": 40.0, "cpu #2": 42.0}


def test_only_whole_real_disks_count(tmp_path: Path) -> None:
    """Partitions, loops and device-mapper would count the same bytes twice."""
    for folder in ("sda/device", "dm-0/dm", "loop0/loop", "sda/sda1"):
        (tmp_path / "sys/block" / folder).mkdir(parents=True)
    disks = machine(tmp_path).physical_disks(["sda", "sda1", "dm-0", "loop0"])
    assert disks == {"sda"}


def test_tunnels_and_bridges_do_not_count(tmp_path: Path) -> None:
    """Only an interface with a device counts; what travels over it would count twice."""
    for folder in ("eth0/device", "docker0", "tun0", "lo"):
        (tmp_path / "sys/class/net" / folder).mkdir(parents=True)
    assert machine(tmp_path).physical_nics(["lo", "eth0", "docker0", "tun0"]) == {"eth0"}


def test_in_a_container_the_virtual_interface_counts(tmp_path: Path) -> None:
    """Where no interface has a device, all but loopback count."""
    assert machine(tmp_path).physical_nics(["lo", "eth0"]) == {"eth0"}


def test_a_kernel_without_psi_says_so(tmp_path: Path) -> None:
    """Without /proc/pressure, both level and share are unknown and name the file."""
    pressure = machine(tmp_path).pressure()
    assert isinstance(pressure.level, Unknown)
    assert "proc/pressure/memory" in pressure.level.reason
