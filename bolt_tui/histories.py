"""The last ten minutes of the machine's readings, one value a sample; None is a gap."""

from collections import deque
from typing import Literal

from engine.events import GpuSample, HostSample, Sample

SAMPLES_KEPT = 600
GAP_S = 3.0

Reading = Literal["cpu", "gpu", "memory", "disk_read", "disk_write", "net_recv", "net_sent"]
READINGS: tuple[Reading, ...] = (
    "cpu", "gpu", "memory", "disk_read", "disk_write", "net_recv", "net_sent",
)  # fmt: skip


class Histories:
    """Bounded series by reading; a pause between samples becomes a gap.

    A gap is two values wide, a whole cell of a graph, so that it moves no pair.
    """

    def __init__(self) -> None:
        self._values: dict[Reading, deque[float | None]] = {
            reading: deque(maxlen=SAMPLES_KEPT) for reading in READINGS
        }
        self._newest_tick = dict.fromkeys(READINGS, 0)
        self._newest_s: dict[type[Sample], float] = {}

    def copy(self) -> "Histories":
        twin = Histories.__new__(Histories)
        twin._values = {reading: values.copy() for reading, values in self._values.items()}
        twin._newest_tick = self._newest_tick.copy()
        twin._newest_s = self._newest_s.copy()
        return twin

    def of(self, reading: Reading) -> deque[float | None]:
        """Return the series, oldest first."""
        return self._values[reading]

    def paired(self, reading: Reading) -> list[float | None]:
        """Return the series filled up to an even count of samples since the session's first.

        A cell of a graph holds two values. So filled, a pair stays a pair while the graph moves on,
        and the graph moves by whole cells; else it would shimmer. By the samples' own numbers, so
        that the past is drawn as it was from wherever it is read.
        """
        values = list(self._values[reading])
        return [*values, None] if self._newest_tick[reading] % 2 else values

    def add_host(self, sample: HostSample) -> None:
        values: dict[Reading, float | None] = {
            "cpu": cpu_average_pct(sample),
            "memory": memory_used_pct(sample),
            "disk_read": sample.disk_read_bps,
            "disk_write": sample.disk_write_bps,
            "net_recv": sample.net_recv_bps,
            "net_sent": sample.net_sent_bps,
        }
        self._add(sample, values)

    def add_gpu(self, sample: GpuSample) -> None:
        """Keep the busiest device's figure."""
        busy = [device.busy_pct for device in sample.devices if device.busy_pct is not None]
        self._add(sample, {"gpu": max(busy, default=None)})

    def _add(self, sample: Sample, values: dict[Reading, float | None]) -> None:
        newest_s = self._newest_s.get(type(sample))
        gap = newest_s is not None and sample.mono_s - newest_s > GAP_S
        self._newest_s[type(sample)] = sample.mono_s
        for reading, value in values.items():
            series = self._values[reading]
            if gap:
                series += (None, None)
            series.append(value)
            self._newest_tick[reading] = sample.tick


def cpu_average_pct(sample: HostSample) -> float | None:
    """Return the mean over all cores, None where no core was read."""
    return sum(sample.cpu_pct) / len(sample.cpu_pct) if sample.cpu_pct else None


def memory_used_pct(sample: HostSample) -> float | None:
    """Return used memory as a share of all, None where either is unknown."""
    used, total = sample.memory_used_bytes, sample.memory_total_bytes
    return 100 * used / total if used is not None and total else None
