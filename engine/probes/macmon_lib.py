"""Apple's GPU through the macmon-lib package, in process.

Three distributions own the module name `macmon`: macmon-lib, macmon-python (which unpacks and runs
a program) and macmon (a web dashboard). So the distribution is looked up before anything is
imported, and what was imported is looked at before it is used.
"""

from importlib import import_module
from typing import Protocol, cast

from engine.events import GpuDevice
from engine.probes import macmon_sample
from engine.probes.reading import NEEDS_TWO, Absent, Unknown

DISTRIBUTION = "macmon-lib"
SOURCE = "macmon-lib"


class _Usage(Protocol):
    frequency_mhz: int
    usage: float


class _Power(Protocol):
    gpu: float


class _Temperature(Protocol):
    gpu_average: float


class _Metrics(Protocol):
    gpu_usage: list[_Usage]
    power: _Power
    temperature: _Temperature


class _Sampler(Protocol):
    def metrics(self) -> _Metrics: ...
    def close(self) -> None: ...


class _Soc(Protocol):
    chip_name: str
    gpu_cores: int


class _Macmon(Protocol):
    def Sampler(self) -> _Sampler: ...  # noqa: N802 - macmon's name
    def soc_info(self) -> _Soc: ...


def load() -> _Macmon | Unknown:
    """Import macmon-lib's module, and no other that bears its name."""
    from importlib import metadata  # 12 ms that only a Mac's first reading pays

    try:
        metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return Absent(f"{DISTRIBUTION} is not installed")
    module = import_module("macmon")
    lacking = [name for name in ("Sampler", "soc_info") if not callable(getattr(module, name, 0))]
    if lacking:
        return Unknown(f"the module macmon is another package's: it has no {lacking[0]}")
    return cast(_Macmon, module)


class MacmonLib:
    """Keeps one native sampler; make and use it in one thread, where its handles belong.

    Each reading covers the time since the one before.
    """

    def __init__(self) -> None:
        self._sampler: _Sampler | None = None
        self._soc: _Soc | None = None

    def read(self) -> tuple[GpuDevice, ...] | Unknown:
        """Return the GPUs; the first reading has no window, so rates are unknown in it."""
        if self._sampler is None:
            return self._open()
        return self._devices(self._sampler.metrics(), first=False)

    def close(self) -> None:
        if self._sampler is not None:
            self._sampler.close()
            self._sampler = None

    def _open(self) -> tuple[GpuDevice, ...] | Unknown:
        module = load()
        if isinstance(module, Unknown):
            return module
        self._soc = module.soc_info()
        self._sampler = module.Sampler()
        return self._devices(self._sampler.metrics(), first=True)

    def _devices(self, metrics: _Metrics, *, first: bool) -> tuple[GpuDevice, ...] | Unknown:
        devices = tuple(self._device(metrics, usage, first) for usage in metrics.gpu_usage)
        return devices or Unknown("macmon-lib names no GPU")

    def _device(self, metrics: _Metrics, usage: _Usage, first: bool) -> GpuDevice:
        device = macmon_sample.device(
            source=SOURCE,
            name=self._soc.chip_name if self._soc else None,
            cores=self._soc.gpu_cores if self._soc else None,
            ratio=None if first else usage.usage,
            mhz=None if first else usage.frequency_mhz,
            watts=None if first else metrics.power.gpu,
            celsius=metrics.temperature.gpu_average,
        )
        if first:
            device.unknown.update(dict.fromkeys(("busy_pct", "freq_mhz", "power_w"), NEEDS_TWO))
        return device
