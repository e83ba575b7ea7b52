"""Apple GPUs as `ioreg -r -d 1 -w 0 -c IOAccelerator` tells them: a pure parser.

A number counts only when what follows it was read too: of an output that was cut off inside
"=15", the "=1" would be a false reading.

"Device Utilization %" is the busy share; under compute the Renderer stays near 0. The key
"In use system memory (driver)" stands before the one that is meant, "In use system memory".
"""

import re

from engine.events import GpuDevice
from engine.evidence import clean
from engine.probes.reading import Unknown, known

SOURCE = "ioreg"
ARGV = ("-r", "-d", "1", "-w", "0", "-c", "IOAccelerator")

_NODE = re.compile(r"^[ |]*\+-o ", re.MULTILINE)
_STATISTICS = re.compile(r'"PerformanceStatistics" = \{([^\n]*)')
_BUSY = re.compile(r'"Device Utilization %"=(\d{1,4})(?=[,}])')
_IN_USE = re.compile(r'"In use system memory"=(\d{1,18})(?=[,}])')
_MODEL = re.compile(r'"model" = <?"([^"\n]+)"')
_CORES = re.compile(r'"gpu-core-count" = (\d{1,5})(?=\r?\n)')
_UNTOLD = "ioreg does not tell it"


def parse(text: str) -> tuple[GpuDevice, ...] | Unknown:
    """Return a device for each accelerator in the text; what it lacks is unknown with a reason."""
    starts = [match.start() for match in _NODE.finditer(text)] or [0]
    parts = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    devices = tuple(_device(part) for part in parts if _STATISTICS.search(part))
    return devices or Unknown("ioreg names no accelerator with statistics")


def _device(text: str) -> GpuDevice:
    unknown = dict.fromkeys(("freq_mhz", "power_w", "temperature_c"), _UNTOLD)
    unknown["memory_total_bytes"] = "the memory is shared with the CPU"
    match = _STATISTICS.search(text)
    statistics = match[1] if match else ""
    model = _MODEL.search(text)
    return GpuDevice(
        name=clean(model[1]) if model else "GPU",
        source=SOURCE,
        busy_pct=known(unknown, "busy_pct", _busy(statistics)),
        memory_used_bytes=known(unknown, "memory_used_bytes", _whole(_IN_USE, statistics)),
        cores=known(unknown, "cores", _cores(text)),
        unknown=unknown,
    )


def _busy(statistics: str) -> float | Unknown:
    share = _whole(_BUSY, statistics)
    if isinstance(share, Unknown):
        return share
    return float(share) if share <= 100 else Unknown(f"ioreg gave {share} %")


def _cores(text: str) -> int | Unknown:
    count = _whole(_CORES, text)
    return Unknown("ioreg gave 0 cores") if count == 0 else count


def _whole(pattern: re.Pattern[str], text: str) -> int | Unknown:
    match = pattern.search(text)
    return int(match[1]) if match else Unknown("not in ioreg's output, or cut off there")
