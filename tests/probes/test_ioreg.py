import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import GpuDevice
from engine.probes import ioreg
from engine.probes.reading import Unknown

from .conftest import Recorded

M4 = """+-o AGXAcceleratorG16X  <class AGXAcceleratorG16X, id 0x1000003ac>
    {
      "PerformanceStatistics" = {"In use system memory (driver)"=0,"Renderer Utilization %"=1,\
"Device Utilization %"=95,"In use system memory"=1341079552}
      "model" = "Apple M4 Pro"
      "gpu-core-count" = 20
    }
"""


def only(text: str) -> GpuDevice:
    devices = ioreg.parse(text)
    assert not isinstance(devices, Unknown)
    assert len(devices) == 1
    return devices[0]


def test_device_not_renderer_is_busy() -> None:
    """The busy share is the Device's: the Renderer idles while the GPU computes."""
    assert only(M4).busy_pct == 95.0


def test_the_memory_in_use_is_not_the_drivers() -> None:
    """The key "(driver)" that stands first is not taken for the memory in use."""
    assert only(M4).memory_used_bytes == 1341079552


def test_what_ioreg_does_not_tell_has_a_reason() -> None:
    """Power, frequency, temperature and total memory are unknown with reasons."""
    device = only(M4)
    untold = {"freq_mhz", "power_w", "temperature_c", "memory_total_bytes"}
    assert device.unknown.keys() == untold
    assert device.power_w is None


@pytest.mark.parametrize(
    ("name", "busy_pct", "used_bytes", "cores", "model"),
    [
        ("ioreg-m4pro-20core-macos15.8.txt", 15.0, 1341079552, 20, "Apple M4 Pro"),
        ("ioreg-m4pro-perfstats-27pct.txt", 27.0, 650788864, 20, "Apple M4 Pro"),
        ("ioreg-m4-perfstats-3pct.txt", 3.0, 550649856, None, "Apple M4"),
    ],
)
def test_recorded_outputs(
    recorded: Recorded,
    name: str,
    *,
    busy_pct: float,
    used_bytes: int,
    cores: int | None,
    model: str,
) -> None:
    """Three recorded Macs show their share, memory, cores and model."""
    device = only(recorded(name))
    assert (device.busy_pct, device.memory_used_bytes) == (busy_pct, used_bytes)
    assert (device.cores, device.name) == (cores, model)
    assert ("cores" in device.unknown) == (cores is None)


def test_a_recorded_cut_gives_no_smaller_number(recorded: Recorded) -> None:
    """An output that ends inside "=15" has no busy share, rather than 1 %."""
    device = only(recorded("ioreg-truncated-synthetic.txt"))
    assert device.busy_pct is None
    assert device.unknown["busy_pct"] == "not in ioreg's output, or cut off there"
    assert device.name == "GPU"


def test_two_accelerators_are_two_devices() -> None:
    """A Mac with two GPUs shows both."""
    other = M4.replace("Apple M4 Pro", "AMD Radeon").replace("=95", "=5")
    devices = ioreg.parse(M4 + other)
    assert not isinstance(devices, Unknown)
    assert [(d.name, d.busy_pct) for d in devices] == [("Apple M4 Pro", 95), ("AMD Radeon", 5)]


def test_an_impossible_share_is_unknown() -> None:
    """A share over 100 % is no reading."""
    assert only(M4.replace("=95", "=950")).busy_pct is None


@given(st.integers(0, len(M4)))
def test_a_cut_output_is_unknown_or_true(cut: int) -> None:
    """Wherever the output is cut off, each figure is the true one or has a reason."""
    whole, devices = only(M4), ioreg.parse(M4[:cut])
    for device in () if isinstance(devices, Unknown) else devices:
        for field in ("busy_pct", "memory_used_bytes", "cores"):
            figure = getattr(device, field)
            assert figure == getattr(whole, field) or (figure is None and device.unknown[field])


@given(st.text(max_size=80))
def test_garbled_text_never_raises(text: str) -> None:
    """Text that is no ioreg output gives a reason."""
    assert isinstance(ioreg.parse(text), Unknown)
