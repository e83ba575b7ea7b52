"""The newest sample of each kind, the figures in it, and when it is too old to be told."""

from collections import deque
from collections.abc import Callable, Iterable
from math import isfinite
from typing import Final, Generic, TypeVar

from engine.events import EngineSample, GpuDevice, GpuSample, HostSample, Sample
from engine.metrics.catalogue import CATALOGUE
from engine.metrics.reading import NO_REASON, MetricValue, Reading

S = TypeVar("S", bound=Sample)

_FRESH_S: Final = 15.0
_OLD_S: Final = 300.0
_USUAL: Final = 3  # times the usual distance between two samples
_DISTANCES: Final = 5


class Newest(Generic[S]):
    """The newest sample of a kind, and how often one comes."""

    def __init__(self) -> None:
        self.sample: S | None = None
        self.at_s = float("-inf")
        self._distances: deque[float] = deque(maxlen=_DISTANCES)

    def take(self, sample: S, at_s: float) -> None:
        """Keep it, unless a newer one is known."""
        if at_s < self.at_s:
            return
        if self.sample is not None:
            self._distances.append(at_s - self.at_s)
        self.sample, self.at_s = sample, at_s

    def too_old(self, now_s: float) -> str:
        """Return why the sample says nothing about now, or nothing where it does."""
        if self.sample is None:
            return "nothing was read yet"
        usual_s = sorted(self._distances)[len(self._distances) // 2] if self._distances else 0.0
        limit_s = min(max(_USUAL * usual_s, _FRESH_S), _OLD_S)
        age_s = now_s - self.at_s
        if age_s <= limit_s:
            return ""
        return f"last read {age_s:.0f} s ago, which is too old after {limit_s:.0f} s"

    def copy(self) -> "Newest[S]":
        """Return one that goes its own way from here."""
        other = Newest[S]()
        other.sample, other.at_s = self.sample, self.at_s
        other._distances = self._distances.copy()
        return other


def _mean_ratio(percentages: tuple[float, ...]) -> float | None:
    return sum(percentages) / len(percentages) / 100 if percentages else None


def _over(value: float | None, divisor: float) -> float | None:
    return None if value is None else value / divisor


# A field's name is where its reason stands.
_HOST: Final[dict[str, tuple[str, Callable[[HostSample], MetricValue]]]] = {
    "memory_used_bytes": ("memory_used_bytes", lambda s: s.memory_used_bytes),
    "memory_total_bytes": ("memory_total_bytes", lambda s: s.memory_total_bytes),
    "memory_available_bytes": ("memory_available_bytes", lambda s: s.memory_available_bytes),
    "memory_pressure": ("memory_pressure", lambda s: s.memory_pressure),
    "swap_used_bytes": ("swap_used_bytes", lambda s: s.swap_used_bytes),
    "cpu_ratio": ("cpu_pct", lambda s: _mean_ratio(s.cpu_pct)),
    "load_1m": ("load_avg", lambda s: s.load_avg[0] if s.load_avg else None),
}
_ENGINE: Final[dict[str, tuple[str, Callable[[EngineSample], MetricValue]]]] = {
    "own_memory_bytes": ("memory_used_bytes", lambda s: s.memory_used_bytes),
    "memory_budget_bytes": ("memory_budget_bytes", lambda s: s.memory_budget_bytes),
    "own_cpu_ratio": ("cpu_pct", lambda s: _over(s.cpu_pct, 100)),
    "loop_lag_p99_seconds": ("loop_lag_p99_ms", lambda s: _over(s.loop_lag_p99_ms, 1000)),
    "loop_lag_max_seconds": ("loop_lag_max_ms", lambda s: _over(s.loop_lag_max_ms, 1000)),
    "agents_running": ("agents_running", lambda s: s.agents_running),
    "agents_max": ("agents_max", lambda s: s.agents_max),
    "tasks_queued": ("tasks_queued", lambda s: s.tasks_queued),
    "leases_open": ("leases_open", lambda s: s.leases_open),
    "leases_waiting": ("leases_waiting", lambda s: s.leases_waiting),
    "journal_pending": ("journal_pending", lambda s: s.journal_pending),
    "journal_dropped": ("journal_dropped", lambda s: s.journal_dropped),
    "bus_lagged": ("bus_lagged", lambda s: s.bus_lagged),
}
_GPU: Final[dict[str, tuple[str, Callable[[Iterable[float]], float]]]] = {
    "gpu_ratio": ("busy_pct", lambda found: max(found) / 100),
    "gpu_memory_used_bytes": ("memory_used_bytes", sum),
}

_NOT_LOOKED: Final = {
    "memory_used_bytes": "the session has not looked at its memory yet",
    "memory_budget_bytes": "the session has not looked at its memory yet",
    "loop_lag_p99_ms": "the session has not measured it yet",
    "loop_lag_max_ms": "the session has not measured it yet",
}


def host_readings(newest: Newest[HostSample], now_s: float) -> dict[str, Reading]:
    """Return the figures of the machine."""
    sample, why = newest.sample, newest.too_old(now_s)
    if sample is None or why:
        return _unknown(_HOST, "the machine", why)
    age_s = now_s - newest.at_s
    return {
        name: _reading(name, value(sample), sample.source, sample.unknown.get(field), age_s)
        for name, (field, value) in _HOST.items()
    }


def engine_readings(newest: Newest[EngineSample], now_s: float) -> dict[str, Reading]:
    """Return the figures of the engine about itself."""
    sample, why = newest.sample, newest.too_old(now_s)
    if sample is None or why:
        return _unknown(_ENGINE, "the engine", why)
    age_s, source = now_s - newest.at_s, f"session {sample.session}"
    unknown = _NOT_LOOKED | sample.unknown
    return {
        name: _reading(name, value(sample), source, unknown.get(field), age_s)
        for name, (field, value) in _ENGINE.items()
    }


def gpu_readings(newest: Newest[GpuSample], now_s: float) -> dict[str, Reading]:
    """Return the busiest GPU's share and the memory of all, of those that tell."""
    sample, why = newest.sample, newest.too_old(now_s)
    if sample is None or why:
        return _unknown(_GPU, "the GPUs", why)
    age_s, found = now_s - newest.at_s, dict[str, Reading]()
    for name, (field, together) in _GPU.items():
        told = [device for device in sample.devices if _number(device, field) is not None]
        value = together(_number(device, field) or 0 for device in told) if told else None
        source = ", ".join(dict.fromkeys(one.source for one in told or sample.devices))
        reason = None if told else _why_none(sample, field)
        found[name] = _reading(name, value, source or "the GPUs", reason, age_s)
    return found


def _number(device: GpuDevice, field: str) -> float | None:
    return device.busy_pct if field == "busy_pct" else device.memory_used_bytes


def _why_none(sample: GpuSample, field: str) -> str | None:
    if not sample.devices:
        return sample.reason
    return next(filter(None, (device.unknown.get(field) for device in sample.devices)), None)


def _reading(
    name: str, value: MetricValue, source: str, reason: str | None, age_s: float
) -> Reading:
    if isinstance(value, float) and not isfinite(value):
        value, reason = None, f"the source gave {value}, which is no number"
    why = reason or NO_REASON if value is None else ""
    return Reading(value, CATALOGUE[name].unit, source, why, None, age_s)


def _unknown(names: Iterable[str], source: str, why: str) -> dict[str, Reading]:
    return {name: Reading(None, CATALOGUE[name].unit, source, why) for name in names}
