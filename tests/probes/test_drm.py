from pathlib import Path

from engine.events import GpuDevice
from engine.probes.drm import DrmGpus
from engine.probes.reading import Absent, Unknown

from .test_linux import write

AMD = {
    "vendor": "0x1002\n",
    "device": "0x744c\n",
    "gpu_busy_percent": "42\n",
    "mem_info_vram_used": "1000\n",
    "mem_info_vram_total": "24000\n",
    "power/runtime_status": "active\n",
    "hwmon/hwmon3/temp1_input": "51000\n",
    "hwmon/hwmon3/power1_average": "98500000\n",
    "hwmon/hwmon3/freq1_input": "2304000000\n",
}


def card(root: Path, name: str, files: dict[str, str]) -> None:
    write(root / "sys/class/drm" / name / "device", files)


def read(root: Path) -> tuple[GpuDevice, ...]:
    devices = DrmGpus(root).read()
    assert not isinstance(devices, Unknown), devices.reason
    return devices


def test_an_amd_card_is_read_from_its_files(tmp_path: Path) -> None:
    """Share, memory, temperature, power and frequency come in the units of the event."""
    card(tmp_path, "card0", AMD)
    (device,) = read(tmp_path)
    assert (device.name, device.source) == ("AMD GPU 0x744c", "/sys/class/drm")
    assert (device.busy_pct, device.memory_used_bytes, device.memory_total_bytes) == (
        42.0,
        1000,
        24000,
    )
    assert (device.temperature_c, device.power_w, device.freq_mhz) == (51.0, 98.5, 2304.0)
    assert device.unknown == {"cores": "AMD's driver does not tell the number of cores"}


def test_an_intel_card_has_no_busy_share(tmp_path: Path) -> None:
    """Intel's driver keeps the share for root; the frequency is shown."""
    card(tmp_path, "card1", {"vendor": "0x8086\n", "device": "0x46a6\n"})
    write(tmp_path / "sys/class/drm/card1", {"gt_act_freq_mhz": "300\n"})
    (device,) = read(tmp_path)
    assert (device.name, device.freq_mhz, device.busy_pct) == ("Intel GPU 0x46a6", 300.0, None)
    assert device.unknown["busy_pct"] == "Intel's driver tells no busy share without root"
    assert device.unknown["power_w"] == "no power sensor"


def test_a_sleeping_card_is_not_woken(tmp_path: Path) -> None:
    """Of a suspended card no sensor is read."""
    card(tmp_path, "card0", AMD | {"power/runtime_status": "suspended\n"})
    (device,) = read(tmp_path)
    assert device.busy_pct is None
    assert device.unknown["busy_pct"] == device.unknown["temperature_c"] == "the card sleeps"


def test_only_amd_and_intel_cards_count(tmp_path: Path) -> None:
    """NVIDIA's cards are NVML's, virtual ones are no GPUs, and connectors are no cards."""
    card(tmp_path, "card0", {"vendor": "0x10de\n"})
    card(tmp_path, "card1", {"vendor": "0x1af4\n"})
    card(tmp_path, "card2-DP-1", AMD)
    card(tmp_path, "renderD128", AMD)
    assert DrmGpus(tmp_path).read() == Absent("/sys/class/drm has no AMD or Intel card")


def test_no_folder_is_no_fault(tmp_path: Path) -> None:
    """A machine without /sys/class/drm simply has no card there."""
    assert isinstance(DrmGpus(tmp_path).read(), Absent)


def test_garbled_files_are_reasons(tmp_path: Path) -> None:
    """A file that holds no number makes its field unknown, never 0."""
    garbled = {"gpu_busy_percent": "busy\n", "mem_info_vram_used": "", "mem_info_vram_total": "-1"}
    card(tmp_path, "card0", AMD | garbled)
    (device,) = read(tmp_path)
    assert (device.busy_pct, device.memory_used_bytes, device.memory_total_bytes) == (None,) * 3
    assert device.unknown["busy_pct"] == "the driver does not tell gpu_busy_percent"


def test_an_impossible_share_is_unknown(tmp_path: Path) -> None:
    """A share over 100 % is no reading."""
    card(tmp_path, "card0", AMD | {"gpu_busy_percent": "65535\n"})
    assert read(tmp_path)[0].unknown["busy_pct"] == "the driver gave 65535 %"
