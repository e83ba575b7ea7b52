import ctypes
import os
import subprocess
from collections.abc import Sequence

from engine.clock import ManualClock
from engine.probes import libc, sysctl
from engine.probes.host import HostProbe
from engine.probes.machine import Memory
from engine.probes.macos import MacMachine
from engine.probes.reading import Unknown

from .conftest import Recorded
from .stand_ins import FakePsutil, MacTimes, Room

BROKEN = RuntimeError("host_statistics64 failed")


class Programs:
    """Stands for sysctl and vm_stat, and remembers what was asked."""

    def __init__(self, **outputs: str) -> None:
        self.outputs = outputs
        self.asked: list[Sequence[str]] = []

    def __call__(self, argv: Sequence[str]) -> str:
        self.asked.append(argv)
        words = " ".join(argv)
        for what, output in self.outputs.items():
            if what in words:
                return output
        raise subprocess.TimeoutExpired(list(argv), 2.0)


def mac(
    programs: Programs, psutil: FakePsutil | None = None, level: int | Unknown = 1
) -> MacMachine:
    return MacMachine(psutil or FakePsutil(), run_text=programs, sysctl_int=lambda _key: level)


def test_facts_are_read_in_one_process_and_once(recorded: Recorded) -> None:
    """Kinds of cores cost one process for the whole session."""
    programs = Programs(perflevel0=recorded("sysctl-hw-m4pro-12core-24gb.txt"))
    machine = mac(programs)
    assert [machine.core_kinds(12), machine.core_kinds(12)] == ["EEEEPPPPPPPP"] * 2
    assert len(programs.asked) == 1


def test_pressure_costs_no_process() -> None:
    """The pressure of a tick comes from the kernel directly."""
    programs = Programs()
    assert mac(programs, level=2).pressure().level == "warning"
    assert programs.asked == []


def test_pressure_falls_back_to_the_program() -> None:
    """Where libc does not answer, sysctl does."""
    machine = mac(Programs(vm_pressure="4\n"), level=Unknown("no such call"))
    assert machine.pressure().level == "critical"


def test_a_program_that_hangs_is_a_reason() -> None:
    """A sysctl that had to be ended makes the pressure unknown."""
    level = mac(Programs(), level=Unknown("no such call")).pressure().level
    assert isinstance(level, Unknown)
    assert "timed out" in level.reason


def test_memory_comes_from_psutil() -> None:
    """As long as psutil reads the memory, no program is asked."""
    programs = Programs()
    assert mac(programs).memory() == Memory(1000, 400, 50, 20)
    assert programs.asked == []


def test_memory_falls_back_to_vm_stat(recorded: Recorded) -> None:
    """Where psutil fails at memory and swap, the system's own tools are read."""
    programs = Programs(
        perflevel0=recorded("sysctl-hw-m4pro-12core-24gb.txt"),
        vm_stat=recorded("vm_stat-macos27-16k-mte.txt"),
        swapusage=recorded("sysctl-pressure-swap-m4pro.txt"),
    )
    memory = mac(programs, FakePsutil(room=BROKEN, swap=BROKEN)).memory()
    assert (memory.total, memory.swap_total) == (24 * 2**30, 4096 * 2**20)
    assert memory.available == 793447 * 16384


def test_a_mac_shows_no_table_entry_as_frequency() -> None:
    """Frequencies and temperatures that psutil can't measure on a Mac have reasons."""
    machine = mac(Programs())
    assert isinstance(machine.frequencies_mhz(8), Unknown)
    assert isinstance(machine.temperatures_c(), Unknown)


def test_only_real_interfaces_count() -> None:
    """Tunnels and bridges travel over en* and don't count again."""
    names = ["lo0", "en0", "en5", "utun3", "bridge100", "awdl0"]
    assert mac(Programs()).physical_nics(names) == {"en0", "en5"}


def test_a_whole_sample_of_a_mac(recorded: Recorded) -> None:
    """A Mac's sample has kinds, pressure and memory, and a reason for all else."""
    psutil = FakePsutil(cores=[MacTimes()] * 12, room=Room(total=100, available=40))
    machine = mac(Programs(perflevel0=recorded("sysctl-hw-m4pro-12core-24gb.txt")), psutil)
    sample = HostProbe(ManualClock(), machine=machine, psutil=psutil).sample()
    assert sample.core_kinds == "EEEEPPPPPPPP"
    assert (sample.memory_pressure, sample.memory_used_bytes) == ("normal", 60)
    assert sample.source == "psutil 7.0-fake, sysctl"
    assert {"cpu_freq_mhz", "temperatures_c", "memory_stall_pct"} <= sample.unknown.keys()


def kernel(value: int, size: int, status: int = 0) -> libc.SysctlByName:
    """Return a stand-in for libc's sysctlbyname that writes `value` in `size` bytes."""

    def call(
        name: bytes, buffer: "ctypes.Array[ctypes.c_char]", length: object, _new: None, _n: int
    ) -> int:
        assert name == sysctl.PRESSURE_KEY.encode()
        raw = value.to_bytes(size, "little")
        ctypes.memmove(buffer, raw, min(size, 8))
        pointer = ctypes.cast(length, ctypes.POINTER(ctypes.c_size_t))  # type: ignore[arg-type]
        pointer.contents.value = size
        ctypes.set_errno(2 if status else 0)
        return status

    return call


def test_the_kernel_gives_integers_of_two_sizes() -> None:
    """An int and an int64 are both read."""
    assert libc.read_int(sysctl.PRESSURE_KEY, kernel(2, 4)) == 2
    assert libc.read_int(sysctl.PRESSURE_KEY, kernel(4, 8)) == 4


def test_a_kernel_error_is_a_reason() -> None:
    """A key that the kernel lacks names itself and the error."""
    got = libc.read_int(sysctl.PRESSURE_KEY, kernel(0, 4, status=-1))
    assert got == Unknown(f"sysctlbyname {sysctl.PRESSURE_KEY}: {os.strerror(2)}")


def test_a_value_of_another_size_is_no_integer() -> None:
    """What is no integer is not read as one."""
    assert isinstance(libc.read_int(sysctl.PRESSURE_KEY, kernel(1, 16)), Unknown)
