"""What the processor is, from recorded and real descriptions."""

import os
from pathlib import Path

import pytest

from engine.probes import processor, sysctl
from engine.probes.reading import Unknown

FIXTURES = Path(__file__).parents[2].parent / "shared" / "fixtures" / "probes"

FACTS = """machdep.cpu.brand_string: Apple M4 Pro
hw.perflevel0.logicalcpu: 8
hw.perflevel0.name: Performance
hw.perflevel1.logicalcpu: 4
hw.perflevel1.name: Efficiency
"""


def test_a_mac_has_fast_and_frugal_cores() -> None:
    """The facts of sysctl give the name and the number of P and E cores."""
    found = processor.from_facts(sysctl.parse_facts(FACTS))
    assert (found.name, found.cores) == ("Apple M4 Pro", 12)
    assert (found.performance_cores, found.efficiency_cores) == (8, 4)


def test_a_recorded_mac_without_its_name_says_so() -> None:
    """A recording that lacks the brand has cores, and a reason instead of a name."""
    path = FIXTURES / "sysctl-hw-m4pro-12core-24gb.txt"
    if not path.exists():
        pytest.skip(f"the recording {path.name} is not here")
    found = processor.from_facts(sysctl.parse_facts(path.read_text()))
    assert (found.performance_cores, found.efficiency_cores) == (8, 4)
    assert isinstance(found.name, Unknown)
    assert found.name_or_unknown == "unknown processor"


def test_no_facts_are_no_zeros() -> None:
    """Without facts every field is unknown with its reason."""
    found = processor.from_facts({})
    for value in (found.name, found.cores, found.performance_cores, found.efficiency_cores):
        assert isinstance(value, Unknown)
        assert value.reason


def test_cpuinfo_names_the_model() -> None:
    """The first model line is the name; cores of one kind are not counted as either."""
    found = processor.from_cpuinfo("processor\t: 0\nmodel name\t: AMD EPYC\n", "")
    assert found.name == "AMD EPYC"
    assert isinstance(found.performance_cores, Unknown)


def test_mixed_cores_of_linux_are_counted() -> None:
    """Letters of kinds become numbers."""
    found = processor.from_cpuinfo("model name: x\n", "PPPPEE")
    assert (found.performance_cores, found.efficiency_cores) == (4, 2)


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="there is no /proc here")
def test_this_machine_describes_itself() -> None:
    """The real description has as many cores as the system says."""
    assert processor.describe().cores == os.cpu_count()


def test_only_a_mac_counts_performance_cores_for_agents() -> None:
    """Elsewhere there is no number, so the default of agents holds."""
    assert processor.performance_cores("linux") is None
