"""NVIDIA GPUs through NVML (the nvidia-ml-py package, imported as pynvml).

Every figure is asked for by itself: a laptop tells no power, a card in MIG mode no utilisation,
and one that fell off the bus nothing. Calls may hang in the driver, so they belong in a thread
that nobody has to wait for.
"""

# ruff: noqa: N802 - the names are NVML's
from collections.abc import Callable
from importlib import import_module
from typing import Protocol, TypeVar, cast

from engine.clock import Clock
from engine.events import GpuDevice
from engine.evidence import clean
from engine.probes.reading import Absent, Unknown, attempt, known, reason_of

SOURCE = "NVML"
RETRY_S = 60.0
LIBRARY = "libnvidia-ml.so.1"

T = TypeVar("T")


class _Handle(Protocol):
    """Opaque: only NVML reads it."""


class _Utilization(Protocol):
    gpu: int


class _MemoryInfo(Protocol):
    used: int
    total: int


class Nvml(Protocol):
    """The part of pynvml that is used."""

    NVML_CLOCK_GRAPHICS: int
    NVML_TEMPERATURE_GPU: int

    def nvmlInit(self) -> None: ...
    def nvmlShutdown(self) -> None: ...
    def nvmlDeviceGetCount(self) -> int: ...
    def nvmlDeviceGetHandleByIndex(self, index: int) -> _Handle: ...
    def nvmlDeviceGetName(self, handle: _Handle) -> str | bytes: ...
    def nvmlDeviceGetUtilizationRates(self, handle: _Handle) -> _Utilization: ...
    def nvmlDeviceGetMemoryInfo(self, handle: _Handle) -> _MemoryInfo: ...
    def nvmlDeviceGetClockInfo(self, handle: _Handle, kind: int) -> int: ...
    def nvmlDeviceGetPowerUsage(self, handle: _Handle) -> int: ...
    def nvmlDeviceGetTemperature(self, handle: _Handle, sensor: int) -> int: ...
    def nvmlDeviceGetNumGpuCores(self, handle: _Handle) -> int: ...


def load() -> Nvml | Unknown:
    """Import pynvml if there is a driver; without one its import (60 ms) is saved."""
    try:
        import_module("ctypes").CDLL(LIBRARY)
    except OSError:
        return Absent("NVML found no NVIDIA driver")
    return cast(Nvml, import_module("pynvml"))


class NvidiaGpus:
    """Keeps NVML open. What failed as a whole is tried again after a minute."""

    def __init__(self, clock: Clock, load_nvml: Callable[[], Nvml | Unknown] = load) -> None:
        self._clock = clock
        self._load = load_nvml
        self._nvml: Nvml | None = None
        self._failure: Unknown | None = None
        self._retry_at_s = 0.0

    def read(self) -> tuple[GpuDevice, ...] | Unknown:
        """Return every GPU that NVML names, or why there is none."""
        now_s = self._clock.monotonic_s()
        if self._failure is not None and now_s < self._retry_at_s:
            return self._failure
        try:
            devices = self._read()
        except Exception as error:  # the boundary: NVML as a whole failed
            self._nvml = None
            devices = Unknown(f"NVML: {reason_of(error)}")
        self._failure = devices if isinstance(devices, Unknown) else None
        self._retry_at_s = now_s + RETRY_S
        return devices

    def _read(self) -> tuple[GpuDevice, ...] | Unknown:
        if self._nvml is None:
            nvml = self._load()
            if isinstance(nvml, Unknown):
                return nvml
            nvml.nvmlInit()
            self._nvml = nvml
        nvml = self._nvml
        devices = tuple(_device(nvml, index) for index in range(nvml.nvmlDeviceGetCount()))
        return devices or Absent("NVML found an NVIDIA driver but no GPU")


def _device(nvml: Nvml, index: int) -> GpuDevice:
    handle = attempt(lambda: nvml.nvmlDeviceGetHandleByIndex(index))
    unknown: dict[str, str] = {}

    def ask(field: str, call: Callable[[_Handle], T]) -> T | None:
        if isinstance(handle, Unknown):
            return known(unknown, field, handle)
        return known(unknown, field, attempt(lambda: call(handle)))

    memory = ask("memory_used_bytes", nvml.nvmlDeviceGetMemoryInfo)
    if memory is None:
        unknown["memory_total_bytes"] = unknown["memory_used_bytes"]
    use = ask("busy_pct", nvml.nvmlDeviceGetUtilizationRates)
    clock = ask("freq_mhz", lambda h: nvml.nvmlDeviceGetClockInfo(h, nvml.NVML_CLOCK_GRAPHICS))
    power_mw = ask("power_w", nvml.nvmlDeviceGetPowerUsage)
    heat = ask(
        "temperature_c", lambda h: nvml.nvmlDeviceGetTemperature(h, nvml.NVML_TEMPERATURE_GPU)
    )
    return GpuDevice(
        name=_text(ask("name", nvml.nvmlDeviceGetName)) or f"NVIDIA GPU {index}",
        source=SOURCE,
        busy_pct=None if use is None else float(use.gpu),
        memory_used_bytes=None if memory is None else int(memory.used),
        memory_total_bytes=None if memory is None else int(memory.total),
        freq_mhz=None if clock is None else float(clock),
        power_w=None if power_mw is None else power_mw / 1000,
        temperature_c=None if heat is None else float(heat),
        cores=ask("cores", nvml.nvmlDeviceGetNumGpuCores),
        unknown=unknown,
    )


def _text(name: str | bytes | None) -> str:
    """Older NVML bindings give bytes."""
    return clean(name.decode("utf-8", "replace") if isinstance(name, bytes) else name or "")
