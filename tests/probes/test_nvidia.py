# ruff: noqa: N802 - the names are NVML's
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from engine.clock import ManualClock
from engine.events import GpuDevice
from engine.probes import nvidia
from engine.probes.nvidia import RETRY_S, NvidiaGpus
from engine.probes.reading import Absent, Unknown


class NvmlError(Exception):
    """Stands for pynvml.NVMLError."""


@dataclass
class FakeNvml:
    """A driver with cards of plain values; `fails` names the calls that raise."""

    NVML_CLOCK_GRAPHICS = 0
    NVML_TEMPERATURE_GPU = 0
    cards: int = 1
    fails: set[str] = field(default_factory=set)
    opened: int = 0

    def _check(self, name: str) -> None:
        if name in self.fails:
            raise NvmlError("Not Supported")

    def nvmlInit(self) -> None:
        self._check("init")
        self.opened += 1

    def nvmlShutdown(self) -> None:
        return

    def nvmlDeviceGetCount(self) -> int:
        self._check("count")
        return self.cards

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        self._check(f"handle {index}")
        return index

    def nvmlDeviceGetName(self, handle: object) -> bytes:
        return f"NVIDIA H100 {handle}".encode()

    def nvmlDeviceGetUtilizationRates(self, handle: object) -> SimpleNamespace:
        self._check("busy")
        return SimpleNamespace(gpu=37, memory=3)

    def nvmlDeviceGetMemoryInfo(self, handle: object) -> SimpleNamespace:
        self._check("memory")
        return SimpleNamespace(used=10, total=100)

    def nvmlDeviceGetClockInfo(self, handle: object, kind: int) -> int:
        return 1980

    def nvmlDeviceGetPowerUsage(self, handle: object) -> int:
        self._check("power")
        return 70_500

    def nvmlDeviceGetTemperature(self, handle: object, sensor: int) -> int:
        return 34

    def nvmlDeviceGetNumGpuCores(self, handle: object) -> int:
        return 16896


def read(nvml: FakeNvml) -> tuple[GpuDevice, ...]:
    devices = NvidiaGpus(ManualClock(), lambda: nvml).read()
    assert not isinstance(devices, Unknown), devices.reason
    return devices


def test_every_card_is_read() -> None:
    """All handles are asked, and milliwatts become watts."""
    first, second = read(FakeNvml(cards=2))
    assert (first.name, second.name) == ("NVIDIA H100 0", "NVIDIA H100 1")
    assert (first.busy_pct, first.power_w, first.freq_mhz) == (37.0, 70.5, 1980.0)
    assert (first.memory_used_bytes, first.memory_total_bytes, first.cores) == (10, 100, 16896)
    assert (first.temperature_c, first.unknown) == (34.0, {})


@pytest.mark.parametrize(
    ("fails", "fields"),
    [
        ("busy", {"busy_pct"}),
        ("power", {"power_w"}),
        ("memory", {"memory_used_bytes", "memory_total_bytes"}),
    ],
)
def test_one_figure_that_fails_hides_no_other(fails: str, fields: set[str]) -> None:
    """A figure that the card does not support is unknown with NVML's reason; the rest is shown."""
    (device,) = read(FakeNvml(fails={fails}))
    assert device.unknown == dict.fromkeys(fields, "NvmlError: Not Supported")
    assert all(getattr(device, name) is None for name in fields)


def test_a_card_that_is_lost_keeps_its_place() -> None:
    """A card without a handle is shown with nothing but reasons, and the others go on."""
    lost, well = read(FakeNvml(cards=2, fails={"handle 0"}))
    assert (lost.name, lost.busy_pct) == ("NVIDIA GPU 0", None)
    assert lost.unknown["temperature_c"] == "NvmlError: Not Supported"
    assert well.busy_pct == 37.0


def test_no_driver_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without an NVIDIA driver lacks it, and says so without loading pynvml."""
    monkeypatch.setattr(nvidia, "LIBRARY", "libnvidia-ml-that-is-not-there.so.1")
    got = NvidiaGpus(ManualClock()).read()
    assert got == Absent("NVML found no NVIDIA driver")


def test_a_driver_that_fails_is_a_fault() -> None:
    """A driver that can't be opened is a reason, and not mere absence."""
    got = NvidiaGpus(ManualClock(), lambda: FakeNvml(fails={"init"})).read()
    assert got == Unknown("NVML: NvmlError: Not Supported")


def test_a_failed_driver_is_opened_again_after_a_minute() -> None:
    """The failure stands for a minute; then the driver is opened anew."""
    nvml, clock = FakeNvml(fails={"count"}), ManualClock()
    gpus = NvidiaGpus(clock, lambda: nvml)
    assert isinstance(gpus.read(), Unknown)
    nvml.fails.clear()
    assert isinstance(gpus.read(), Unknown)
    clock.advance(RETRY_S)
    assert not isinstance(gpus.read(), Unknown)
    assert nvml.opened == 2
