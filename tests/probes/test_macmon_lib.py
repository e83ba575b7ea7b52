import sys
from importlib import metadata
from types import ModuleType, SimpleNamespace

import pytest

from engine.probes import macmon_lib
from engine.probes.macmon_lib import MacmonLib
from engine.probes.reading import NEEDS_TWO, Absent, Unknown


class FakeSampler:
    """Stands for macmon-lib's native sampler."""

    closed = False

    def metrics(self) -> SimpleNamespace:
        usage = SimpleNamespace(name="GPU", units=10, frequency_mhz=444, usage=0.5)
        return SimpleNamespace(
            gpu_usage=[usage],
            power=SimpleNamespace(gpu=1.5),
            temperature=SimpleNamespace(gpu_average=0.0),
        )

    def close(self) -> None:
        FakeSampler.closed = True


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Install a module `macmon`, owned by macmon-lib, without anything in it."""
    module = ModuleType("macmon")
    monkeypatch.setitem(sys.modules, "macmon", module)
    monkeypatch.setattr(metadata, "version", lambda _name: "0.7.2")
    return module


def fill(module: ModuleType) -> None:
    soc = SimpleNamespace(chip_name="Apple M4", gpu_cores=10)
    vars(module).update(Sampler=FakeSampler, soc_info=lambda: soc)


def test_a_module_of_another_distribution_is_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where macmon-lib is not installed, a module called macmon is left alone."""
    monkeypatch.setitem(sys.modules, "macmon", None)  # importing it would raise
    assert macmon_lib.load() == Absent("macmon-lib is not installed")


def test_a_module_that_was_overwritten_is_refused(installed: ModuleType) -> None:
    """Two distributions write to one folder; the module that lost its API is not used."""
    got = macmon_lib.load()
    assert got == Unknown("the module macmon is another package's: it has no Sampler")


def test_the_first_reading_has_no_rates(installed: ModuleType) -> None:
    """A first reading covers no time: its share, frequency and power are unknown."""
    fill(installed)
    devices = MacmonLib().read()
    assert not isinstance(devices, Unknown)
    device = devices[0]
    assert (device.name, device.cores, device.busy_pct) == ("Apple M4", 10, None)
    assert device.unknown["busy_pct"] == device.unknown["power_w"] == NEEDS_TWO


def test_the_second_reading_has_rates(installed: ModuleType) -> None:
    """From the second reading on, all that the library tells is shown; 0 degrees is unknown."""
    fill(installed)
    lib = MacmonLib()
    lib.read()
    devices = lib.read()
    assert not isinstance(devices, Unknown)
    device = devices[0]
    assert (device.busy_pct, device.freq_mhz, device.power_w) == (50.0, 444.0, 1.5)
    assert device.temperature_c is None
    lib.close()
    assert FakeSampler.closed
