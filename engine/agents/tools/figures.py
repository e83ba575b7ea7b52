"""Samples as figures with unit, source and reason: shared by the tools that read the machine."""

from collections.abc import Iterator, Mapping

from engine.events import GpuDevice, GpuSample, HostSample
from engine.evidence import Cell, Figure

GIB = 1024**3
NO_REASON = "the source gave no value and no reason"


class Reader:
    """Turns a sample's fields into figures that share its source, age and reasons."""

    def __init__(self, source: str, unknown: Mapping[str, str], age_s: float | None) -> None:
        self._source = source
        self._unknown = unknown
        self._age_s = age_s

    def figure(self, name: str, value: Cell, unit: str, field: str) -> Figure:
        """Return a figure; without a value it has the reason that `field` is unknown for."""
        reason = self._unknown.get(field, NO_REASON) if value is None else None
        return Figure(name, value, unit, self._source, self._age_s, reason)


def gib(value: int | None) -> float | None:
    return None if value is None else round(value / GIB, 2)


def rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)


def mean(values: tuple[float, ...]) -> float | None:
    return sum(values) / len(values) if values else None


def cpu(sample: HostSample, age_s: float | None) -> Iterator[Figure]:
    read = Reader(sample.source, sample.unknown, age_s)
    yield read.figure("CPU", rounded(mean(sample.cpu_pct)), "%", "cpu_pct")
    for kind in sorted(set(sample.core_kinds), reverse=True):
        cores = [p for p, k in zip(sample.cpu_pct, sample.core_kinds, strict=False) if k == kind]
        yield read.figure(
            f"CPU, {len(cores)} {kind} cores", rounded(mean(tuple(cores))), "%", "cpu_pct"
        )
    load = None if sample.load_avg is None else round(sample.load_avg[0], 2)
    yield read.figure("load, 1 minute", load, "", "load_avg")
    frequency = rounded(mean(sample.cpu_freq_mhz), 0)
    yield read.figure("CPU frequency", frequency, "MHz", "cpu_freq_mhz")


def memory(sample: HostSample, age_s: float | None) -> Iterator[Figure]:
    read = Reader(sample.source, sample.unknown, age_s)
    yield read.figure("memory used", gib(sample.memory_used_bytes), "GiB", "memory_used_bytes")
    yield read.figure("memory total", gib(sample.memory_total_bytes), "GiB", "memory_total_bytes")
    yield read.figure(
        "memory available", gib(sample.memory_available_bytes), "GiB", "memory_available_bytes"
    )
    yield read.figure("memory pressure", sample.memory_pressure, "", "memory_pressure")
    yield read.figure("swap used", gib(sample.swap_used_bytes), "GiB", "swap_used_bytes")
    yield read.figure("swap total", gib(sample.swap_total_bytes), "GiB", "swap_total_bytes")


def traffic(sample: HostSample, age_s: float | None) -> Iterator[Figure]:
    read = Reader(sample.source, sample.unknown, age_s)
    for name, field in (
        ("disk read", "disk_read_bps"),
        ("disk written", "disk_write_bps"),
        ("network received", "net_recv_bps"),
        ("network sent", "net_sent_bps"),
    ):
        value: float | None = getattr(sample, field)
        yield read.figure(name, None if value is None else round(value / 1e6, 3), "MB/s", field)
    for sensor, celsius in sample.temperatures_c.items():
        yield read.figure(f"temperature, {sensor}", round(celsius, 1), "°C", "temperatures_c")


def gpu(sample: GpuSample, age_s: float | None) -> Iterator[Figure]:
    """Yield the figures of each GPU, or one that says why there is none."""
    if not sample.devices:
        yield Figure("GPU", None, "", "", age_s, sample.reason or NO_REASON)
    for device in sample.devices:
        yield from _device(device, age_s)
    if sample.mlx_memory_bytes is not None:
        yield Figure("MLX memory, this process", gib(sample.mlx_memory_bytes), "GiB", "mlx", age_s)


def _device(device: GpuDevice, age_s: float | None) -> Iterator[Figure]:
    read = Reader(device.source, device.unknown, age_s)
    yield read.figure(f"{device.name} busy", rounded(device.busy_pct), "%", "busy_pct")
    yield read.figure(
        f"{device.name} memory used", gib(device.memory_used_bytes), "GiB", "memory_used_bytes"
    )
    if device.memory_total_bytes is not None:
        total = gib(device.memory_total_bytes)
        yield read.figure(f"{device.name} memory total", total, "GiB", "memory_total_bytes")
    yield read.figure(f"{device.name} frequency", rounded(device.freq_mhz, 0), "MHz", "freq_mhz")
    yield read.figure(f"{device.name} power", rounded(device.power_w), "W", "power_w")
    celsius = rounded(device.temperature_c)
    yield read.figure(f"{device.name} temperature", celsius, "°C", "temperature_c")
