import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Pressure
from engine.probes import sysctl
from engine.probes.reading import Unknown

from .conftest import Recorded

M4_PRO = """hw.perflevel0.logicalcpu: 8
hw.perflevel0.name: Performance
hw.perflevel1.logicalcpu: 4
hw.perflevel1.name: Efficiency
"""
SWAP = "total = 4096.00M  used = 2452.50M  free = 1643.50M  (encrypted)\n"
VM_STAT = """Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                                   100.
Pages active:                                   5.
Pages inactive:                               200.
Pages speculative:                             30.
Pages wired down:                               7.
"""


def test_core_ids_begin_with_the_efficient_ones() -> None:
    """perflevel0 is the fastest level, but its cores come last."""
    assert sysctl.core_kinds(sysctl.parse_facts(M4_PRO), 12) == "EEEEPPPPPPPP"


def test_a_recorded_m4_pro_has_4_e_and_8_p_cores(recorded: Recorded) -> None:
    """The recorded kinds are those that the same chip's registry gives for ids 0-3 and 4-11."""
    facts = sysctl.parse_facts(recorded("sysctl-hw-m4pro-12core-24gb.txt"))
    kinds = sysctl.core_kinds(facts, 12)
    assert isinstance(kinds, str)
    for line in recorded("ioreg-cluster-type-m4pro-12core.txt").splitlines():
        ids, kind = line.split()[1], line.split()[-1].strip('"')
        first, last = map(int, ids.split(".."))
        assert set(kinds[first : last + 1]) == {kind}
    assert sysctl.whole(facts, "hw.memsize") == 24 * 2**30


def test_three_levels_are_laid_out_from_the_slowest() -> None:
    """With three levels, only the one that Apple calls Efficiency is E."""
    facts = {
        "hw.perflevel0.logicalcpu": "2",
        "hw.perflevel0.name": "Super",
        "hw.perflevel1.logicalcpu": "3",
        "hw.perflevel1.name": "Performance",
        "hw.perflevel2.logicalcpu": "1",
        "hw.perflevel2.name": "Efficiency",
    }
    assert sysctl.core_kinds(facts, 6) == "EPPPPP"


def test_levels_without_names_are_guessed_only_when_there_are_two() -> None:
    """Two nameless levels are P and E; of three nothing is guessed."""
    two = {"hw.perflevel0.logicalcpu": "2", "hw.perflevel1.logicalcpu": "1"}
    assert sysctl.core_kinds(two, 3) == "EPP"
    three = two | {"hw.perflevel2.logicalcpu": "1"}
    assert isinstance(sysctl.core_kinds(three, 4), Unknown)


@pytest.mark.parametrize(
    ("change", "cores"),
    [
        ({}, 11),
        ({"machdep.cpu.brand_string": "Apple M4 Ultra"}, 12),
        ({"hw.perflevel1.logicalcpu": "0"}, 12),
        ({"hw.perflevel0.logicalcpu": "eight"}, 12),
    ],
)
def test_what_does_not_fit_is_unknown(change: dict[str, str], cores: int) -> None:
    """Kinds that don't add up, or whose order nobody recorded, are unknown."""
    assert isinstance(sysctl.core_kinds(sysctl.parse_facts(M4_PRO) | change, cores), Unknown)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("1\n", "normal"),
        ("2\n", "warning"),
        ("kern.memorystatus_vm_pressure_level: 4\n", "critical"),
        ("kern.memorystatus_level: 31\nkern.memorystatus_vm_pressure_level: 2\n", "warning"),
    ],
)
def test_pressure_is_read_from_both_shapes(text: str, level: Pressure) -> None:
    """The level comes with its key or bare, and a key that looks alike is not taken for it."""
    assert sysctl.parse_pressure(text) == level


@pytest.mark.parametrize("text", ["", "3\n", "kern.memorystatus_level: 2\n", "level 1\n"])
def test_no_pressure_is_unknown(text: str) -> None:
    """A level without a meaning, or none, is unknown rather than normal."""
    assert isinstance(sysctl.parse_pressure(text), Unknown)


def test_recorded_pressure_and_swap(recorded: Recorded) -> None:
    """A Mac at rest and a recorded warning are read as such, with their swap."""
    rest = recorded("sysctl-pressure-swap-m4pro.txt")
    assert sysctl.parse_pressure(rest) == "normal"
    assert sysctl.parse_swap(rest) == sysctl.Swap(4096 << 20, int(2452.94 * 2**20))
    warned = recorded("sysctl-pressure-warn-synthetic.txt")
    assert sysctl.parse_pressure(warned) == "warning"
    assert sysctl.parse_swap(warned) == sysctl.Swap(4096 << 20, int(3017.25 * 2**20))


def test_swap_has_units() -> None:
    """Swap sizes are binary multiples."""
    assert sysctl.parse_swap(SWAP) == sysctl.Swap(4096 << 20, int(2452.5 * 2**20))
    assert sysctl.parse_swap("total = 1.50G  used = 512.00K") == sysctl.Swap(3 << 29, 512 << 10)


def test_available_memory_counts_free_speculative_and_inactive_pages() -> None:
    """vm_stat's pages are multiplied by the page size that it names."""
    assert sysctl.parse_available(VM_STAT) == 330 * 16384


def test_recorded_vm_stat(recorded: Recorded) -> None:
    """The recorded layout of macOS 27 is read."""
    pages = 182344 + 598233 + 12870
    assert sysctl.parse_available(recorded("vm_stat-macos27-16k-mte.txt")) == pages * 16384


@given(st.integers(0, len(VM_STAT)))
def test_a_cut_vm_stat_is_unknown_or_true(cut: int) -> None:
    """An output that was cut off gives the true figure or a reason."""
    got = sysctl.parse_available(VM_STAT[:cut])
    assert isinstance(got, Unknown) or got == 330 * 16384


@given(st.integers(0, len(SWAP)))
def test_a_cut_swapusage_is_unknown_or_true(cut: int) -> None:
    """A size that was cut off is not taken for a smaller one."""
    got = sysctl.parse_swap(SWAP[:cut])
    assert isinstance(got, Unknown) or got == sysctl.parse_swap(SWAP)


@given(st.text(max_size=80))
def test_garbled_text_never_raises(text: str) -> None:
    """Whatever a program printed, each parser gives a reason or a value."""
    facts = sysctl.parse_facts(text)
    assert isinstance(sysctl.core_kinds(facts, 8), Unknown)
    assert isinstance(sysctl.parse_available(text), Unknown)
    sysctl.parse_pressure(text)
    sysctl.parse_swap(text)
