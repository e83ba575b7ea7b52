"""Apple's GPU without sudo: macmon-lib, else macmon, else ioreg, else unknown.

The first step that answers is taken; the figures that it can't tell say why each better step
could not. A step that failed is tried again after a minute. powermetrics is not used: it needs
root. Tested on recorded outputs and stand-in programs; no test of this file ran on a Mac.
"""

from collections.abc import Awaitable, Callable

import anyio
from msgspec import Struct
from msgspec.structs import replace

from engine.clock import Clock
from engine.events import GpuDevice
from engine.probes import ioreg
from engine.probes.macmon_lib import MacmonLib
from engine.probes.macmon_pipe import MacmonPipe
from engine.probes.probe_thread import ProbeThread
from engine.probes.reading import Unknown, reason_of
from engine.process import ProcessError, run

IOREG = "/usr/sbin/ioreg"
RETRY_S = 60.0
_LIB_TIMEOUT_S = 3.0
_IOREG_TIMEOUT_S = 3.0
_IOREG_MAX_BYTES = 4 << 20

Devices = tuple[GpuDevice, ...]
Read = Callable[[], Awaitable[Devices | Unknown]]


class _Step(Struct):
    """One source; `failure` stands until `retry_at_s`."""

    name: str
    read: Read
    failure: Unknown | None = None
    retry_at_s: float = 0.0


class AppleGpus:
    """Asks the steps in order. `aclose` ends macmon and lets the library go."""

    def __init__(
        self, clock: Clock, *, macmon: str | None, interval_s: float, ioreg_path: str = IOREG
    ) -> None:
        self._clock = clock
        self._ioreg_path = ioreg_path
        self._thread = ProbeThread("probe-macmon")
        self._lib = MacmonLib()
        self._pipe = MacmonPipe(macmon, interval_s)
        self._facts: GpuDevice | None = None
        self._asked_facts = False
        self._steps = (
            _Step("macmon-lib", self._read_lib),
            _Step("macmon", self._pipe.read),
            _Step("ioreg", self._read_ioreg),
        )

    async def read(self) -> Devices | Unknown:
        """Return the GPUs as the best step tells them, or the reason of each step."""
        reasons: list[str] = []
        for step in self._steps:
            devices = await self._ask(step)
            if not isinstance(devices, Unknown):
                return await self._completed(step, devices, reasons)
            reasons.append(f"{step.name}: {devices.reason}")
        return Unknown("; ".join(reasons))

    async def aclose(self) -> None:
        if not self._thread.busy:
            with anyio.move_on_after(_LIB_TIMEOUT_S):
                await self._thread.call(self._lib.close)
        self._thread.close()
        await self._pipe.aclose()

    async def _ask(self, step: _Step) -> Devices | Unknown:
        now_s = self._clock.monotonic_s()
        if step.failure is not None and now_s < step.retry_at_s:
            return step.failure
        try:
            devices = await step.read()
        except Exception as error:  # the boundary: the next source takes over
            devices = Unknown(reason_of(error))
        step.failure = devices if isinstance(devices, Unknown) else None
        step.retry_at_s = now_s + RETRY_S
        return devices

    async def _read_lib(self) -> Devices | Unknown:
        try:
            with anyio.fail_after(_LIB_TIMEOUT_S):
                return await self._thread.call(self._lib.read)
        except TimeoutError:
            return Unknown(f"did not answer within {_LIB_TIMEOUT_S:g} s")

    async def _read_ioreg(self) -> Devices | Unknown:
        try:
            done = await run(
                [self._ioreg_path, *ioreg.ARGV],
                timeout_s=_IOREG_TIMEOUT_S,
                max_output_bytes=_IOREG_MAX_BYTES,
            )
        except ProcessError as error:
            return Unknown(str(error))
        return ioreg.parse(done.stdout.decode("utf-8", "replace"))

    async def _completed(self, step: _Step, devices: Devices, reasons: list[str]) -> Devices:
        """Add what only another source knows: name and cores, and why a better one is missing."""
        if step.read == self._read_ioreg:
            return tuple(_with_reasons(device, reasons) for device in devices)
        if not self._asked_facts:  # they don't change, so one ioreg is enough
            self._asked_facts = True
            found = await self._ask(self._steps[-1])
            self._facts = None if isinstance(found, Unknown) else found[0]
        facts = self._facts
        return devices if facts is None else tuple(_with_facts(d, facts) for d in devices)


def _with_facts(device: GpuDevice, facts: GpuDevice) -> GpuDevice:
    if device.cores is not None or facts.cores is None:
        return device
    unknown = {field: why for field, why in device.unknown.items() if field != "cores"}
    return replace(device, name=facts.name, cores=facts.cores, unknown=unknown)


def _with_reasons(device: GpuDevice, reasons: list[str]) -> GpuDevice:
    told = ("freq_mhz", "power_w", "temperature_c")
    more = {field: "; ".join([device.unknown[field], *reasons]) for field in told}
    return replace(device, unknown=device.unknown | more)
