"""AMD and Intel GPUs on Linux, from the kernel's files under /sys/class/drm.

NVIDIA's cards are NVML's. Virtual cards and management chips are no GPUs and are skipped. A card
that sleeps is left asleep: reading its sensors would wake it at every tick.
"""

import re
from collections.abc import Callable
from pathlib import Path

from engine.events import GpuDevice
from engine.evidence import clean
from engine.probes.linux import read_text
from engine.probes.reading import Absent, Unknown, attempt, known

SOURCE = "/sys/class/drm"
_VENDORS = {"0x1002": "AMD", "0x8086": "Intel"}
_CARD = re.compile(r"card\d+")
_INTEL_BUSY = "Intel's driver tells no busy share without root"
_FREQUENCIES = ("gt_act_freq_mhz", "gt/gt0/rps_act_freq_mhz", "device/tile0/gt0/freq0/act_freq")
_FIGURES = ("busy_pct", "memory_used_bytes", "memory_total_bytes", "freq_mhz", "power_w")


class DrmGpus:
    """Reads the cards anew each time: one may come or go, as with a dock."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._folder = root / "sys/class/drm"

    def read(self) -> tuple[GpuDevice, ...] | Unknown:
        """Return the AMD and Intel cards in the order of their numbers."""
        try:
            entries = sorted(self._folder.iterdir())
        except OSError:
            entries = []
        cards = [card for card in entries if _CARD.fullmatch(card.name)]
        devices = [device for card in cards if (device := _device(card)) is not None]
        return tuple(devices) or Absent("/sys/class/drm has no AMD or Intel card")


def _device(card: Path) -> GpuDevice | None:
    at = card / "device"
    vendor = _VENDORS.get(_text_or_nothing(at / "vendor"))
    if vendor is None:
        return None
    name = _name(at, vendor)
    if _text_or_nothing(at / "power/runtime_status") == "suspended":
        asleep = dict.fromkeys((*_FIGURES, "temperature_c"), "the card sleeps")
        return GpuDevice(name=name, source=SOURCE, unknown=asleep | {"cores": _cores(vendor)})
    unknown = {"cores": _cores(vendor)}
    busy = Unknown(_INTEL_BUSY) if vendor == "Intel" else _busy(at / "gpu_busy_percent")
    return GpuDevice(
        name=name,
        source=SOURCE,
        busy_pct=known(unknown, "busy_pct", busy),
        memory_used_bytes=known(unknown, "memory_used_bytes", _number(at / "mem_info_vram_used")),
        memory_total_bytes=known(
            unknown, "memory_total_bytes", _number(at / "mem_info_vram_total")
        ),
        freq_mhz=known(unknown, "freq_mhz", _frequency(card)),
        power_w=known(unknown, "power_w", _power(at)),
        temperature_c=known(unknown, "temperature_c", _temperature(at)),
        unknown=unknown,
    )


def _busy(path: Path) -> float | Unknown:
    share = _number(path)
    if isinstance(share, Unknown):
        return share
    return float(share) if share <= 100 else Unknown(f"the driver gave {share} %")


def _frequency(card: Path) -> float | Unknown:
    """AMD's hwmon gives Hz, Intel's files MHz; Intel's 0 means that the GPU is powered down."""
    hertz = _first_number(card / "device", "hwmon/hwmon*/freq1_input")
    if not isinstance(hertz, Unknown):
        return hertz / 1e6
    numbers = (_number(card / path) for path in _FREQUENCIES)
    found = next((n for n in numbers if not isinstance(n, Unknown)), None)
    return Unknown("the driver tells no frequency") if found is None else float(found)


def _power(at: Path) -> float | Unknown:
    microwatts = _first_number(at, "hwmon/hwmon*/power1_average", "hwmon/hwmon*/power1_input")
    return Unknown("no power sensor") if isinstance(microwatts, Unknown) else microwatts / 1e6


def _temperature(at: Path) -> float | Unknown:
    """temp1 is AMD's edge sensor; Intel's newer driver begins with temp2, the package."""
    milli = _first_number(at, "hwmon/hwmon*/temp1_input", "hwmon/hwmon*/temp2_input")
    return Unknown("no temperature sensor") if isinstance(milli, Unknown) else milli / 1000


def _cores(vendor: str) -> str:
    return f"{vendor}'s driver does not tell the number of cores"


def _name(at: Path, vendor: str) -> str:
    product = _text_or_nothing(at / "product_name")
    return clean(product) if product else f"{vendor} GPU {clean(_text_or_nothing(at / 'device'))}"


def _first_number(at: Path, *patterns: str) -> int | Unknown:
    paths = (path for pattern in patterns for path in sorted(at.glob(pattern)))
    numbers = (_number(path) for path in paths)
    return next((n for n in numbers if not isinstance(n, Unknown)), Unknown("no such sensor"))


def _number(path: Path) -> int | Unknown:
    """Return a file's whole number; the reason names only the file, which says enough."""
    read: Callable[[], int] = lambda: int(read_text(str(path)))  # noqa: E731
    number = attempt(read)
    if isinstance(number, Unknown):
        return Unknown(f"the driver does not tell {path.name}")
    return number if number >= 0 else Unknown(f"the driver gave {path.name} as {number}")


def _text_or_nothing(path: Path) -> str:
    try:
        return read_text(str(path)).strip()
    except OSError:
        return ""
