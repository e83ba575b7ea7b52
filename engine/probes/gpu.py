"""The GPUs in one sample, from whatever this platform has to tell of them."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import anyio
from msgspec import Struct

from engine.clock import Clock
from engine.events import GpuDevice, GpuSample
from engine.probes.drm import DrmGpus
from engine.probes.nvidia import NvidiaGpus
from engine.probes.probe_thread import ProbeThread
from engine.probes.reading import Absent, Unknown, attempt, known

if TYPE_CHECKING:  # start-up: five modules that only a Mac needs
    from engine.probes.apple import AppleGpus

MlxMemory = Callable[[], int | str]
NOT_LOOKED = "not looked for yet"


class Found(Struct, frozen=True):
    """The devices of all sources, and what the sources without any said."""

    devices: tuple[GpuDevice, ...] = ()
    without: tuple[Unknown, ...] = ()


class GpuSource(Protocol):
    """One platform's way to its GPUs."""

    async def read(self) -> Found: ...
    async def aclose(self) -> None: ...


class GpuProbe:
    """Samples all GPUs. Close it: on a Mac it may keep a child process; sampling opens it again.

    `mlx_memory` returns the bytes that this process's MLX holds, or the reason why they are not
    known; it is a plain callable, because probes know nothing of kernels. `macmon` is the
    configured path of that program; None looks for it.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        macmon: str | None = None,
        platform: str = sys.platform,
        interval_s: float = 2.0,
        mlx_memory: MlxMemory | None = None,
        source: GpuSource | None = None,
    ) -> None:
        self._source = source or source_here(clock, macmon, platform, interval_s)
        self._mlx_memory = mlx_memory
        self._one_at_a_time = anyio.Lock()
        self._present = False
        self._reason: str | None = NOT_LOOKED

    def present(self) -> bool:
        """Whether the last sample had a GPU; False before the first."""
        return self._present

    @property
    def reason(self) -> str | None:
        """Why there is no GPU; None when there is one."""
        return self._reason

    async def sample(self) -> GpuSample:
        """Read every GPU once; what a source fails at is a reason in the sample.

        A question may be asked while the sampler reads: it waits for its turn.
        """
        async with self._one_at_a_time:
            found = await self._source.read()
        unknown: dict[str, str] = {}
        broken = [u.reason for u in found.without if not isinstance(u, Absent)]
        self._present = bool(found.devices)
        self._reason = None if found.devices else _no_gpu(found.without)
        if found.devices and broken:
            unknown["devices"] = "; ".join(broken)
        return GpuSample(
            devices=found.devices,
            mlx_memory_bytes=known(unknown, "mlx_memory_bytes", self._read_mlx()),
            reason=self._reason,
            unknown=unknown,
        )

    async def aclose(self) -> None:
        await self._source.aclose()

    def _read_mlx(self) -> int | Unknown:
        if self._mlx_memory is None:
            return Absent("MLX is not in use")
        memory: int | str | Unknown = attempt(self._mlx_memory)
        return Unknown(memory) if isinstance(memory, str) else memory


class LinuxGpus:
    """NVML and /sys/class/drm, read one after the other in a thread of their own."""

    def __init__(self, nvidia: NvidiaGpus, drm: DrmGpus) -> None:
        self._readers = (nvidia.read, drm.read)
        self._thread = ProbeThread("probe-gpu")

    async def read(self) -> Found:
        return await self._thread.call(self._read)

    def _read(self) -> Found:
        answers = [attempt(read) for read in self._readers]
        devices = tuple(d for got in answers if not isinstance(got, Unknown) for d in got)
        return Found(devices, tuple(got for got in answers if isinstance(got, Unknown)))

    async def aclose(self) -> None:
        self._thread.close()


class MacGpus:
    """Apple's chain of sources."""

    def __init__(self, apple: "AppleGpus") -> None:
        self._apple = apple

    async def read(self) -> Found:
        devices = await self._apple.read()
        return Found(without=(devices,)) if isinstance(devices, Unknown) else Found(devices)

    async def aclose(self) -> None:
        await self._apple.aclose()


class NoGpus:
    """A platform of whose GPUs nothing is known here."""

    def __init__(self, platform: str) -> None:
        self._found = Found(without=(Absent(f"GPUs are not read on {platform}"),))

    async def read(self) -> Found:
        return self._found

    async def aclose(self) -> None:
        return


def source_here(clock: Clock, macmon: str | None, platform: str, interval_s: float) -> GpuSource:
    """Return the sources of a platform; nothing is loaded or started before the first reading."""
    if platform == "darwin":
        from engine.probes.apple import AppleGpus

        return MacGpus(AppleGpus(clock, macmon=macmon, interval_s=interval_s))
    if platform == "linux":
        return LinuxGpus(NvidiaGpus(clock), DrmGpus(Path("/")))
    return NoGpus(platform)


def _no_gpu(without: tuple[Unknown, ...]) -> str:
    every = all(isinstance(why, Absent) for why in without)
    start = "no GPU" if every else "no GPU can be read"
    return f"{start}: " + "; ".join(why.reason for why in without)
