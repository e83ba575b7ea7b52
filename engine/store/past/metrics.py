"""The metrics that are kept, by the name under which one asks for them."""

import typing
from dataclasses import dataclass

from engine.events import EngineSample
from engine.store.journals.records import SampleKind

_UNITS = {"bytes": "B", "bps": "B/s", "pct": "%", "ms": "ms", "mhz": "MHz", "c": "°C", "w": "W"}


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that can be computed from each sample of a kind; `value` is SQL.

    `source` is SQL for where the reading is from.
    """

    kind: SampleKind
    value: str
    unit: str
    source: str = "source"


def _host(value: str, unit: str) -> Metric:
    return Metric("HostSample", value, unit)


def _gpu(field: str, unit: str) -> Metric:
    return Metric("GpuSample", f"devices[1].{field}", unit, "devices[1].source")


def _engine() -> dict[str, Metric]:
    """Return each number of EngineSample."""
    own = [name for name in EngineSample.__struct_fields__ if name not in _NOT_NUMBERS]
    found = {name: Metric("EngineSample", f'"{name}"', _unit(name), "'the engine'") for name in own}
    return found | {f"engine.{name}": metric for name, metric in found.items()}


def _unit(name: str) -> str:
    return _UNITS.get(name.rpartition("_")[2], "")


_NOT_NUMBERS = ("v", "session", "seq", "mono_s", "wall_s", "unknown")
METRICS: typing.Final[dict[str, Metric]] = {
    **_engine(),
    "cpu": _host("list_avg(cpu_pct)", "%"),
    "cpu_max": _host("list_max(cpu_pct)", "%"),
    "cpu_freq": _host("list_avg(cpu_freq_mhz)", "MHz"),
    "load": _host("load_avg[1]", ""),
    "memory": _host("100.0 * memory_used_bytes / memory_total_bytes", "%"),
    "memory_used": _host("memory_used_bytes", "B"),
    "memory_available": _host("memory_available_bytes", "B"),
    "memory_stall": _host("memory_stall_pct", "%"),
    "swap": _host("swap_used_bytes", "B"),
    "disk_read": _host("disk_read_bps", "B/s"),
    "disk_write": _host("disk_write_bps", "B/s"),
    "net_recv": _host("net_recv_bps", "B/s"),
    "net_sent": _host("net_sent_bps", "B/s"),
    "temperature": _host("list_max(map_values(temperatures_c))", "°C"),
    "gpu": _gpu("busy_pct", "%"),
    "gpu_memory": _gpu("memory_used_bytes", "B"),
    "gpu_freq": _gpu("freq_mhz", "MHz"),
    "gpu_power": _gpu("power_w", "W"),
    "gpu_temperature": _gpu("temperature_c", "°C"),
    "mlx_memory": Metric("GpuSample", "mlx_memory_bytes", "B", "'mlx'"),
    "processes": Metric("ProcessSample", "total", "", "'psutil'"),
}
