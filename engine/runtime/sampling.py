"""The probes of one engine: made when first asked for, sampling while anyone holds on to them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import anyio
from anyio.abc import TaskGroup
from msgspec.structs import replace

from engine.bus import Bus
from engine.clock import Clock
from engine.config import Config
from engine.events import Event, GpuSample, HostSample, ProcessSample, Sample
from engine.probes.gpu import GpuProbe
from engine.probes.host import HostProbe
from engine.probes.sampler import Sampler, read_once
from engine.probes.ticks import Ticks
from engine.runtime.loop_lag import LoopLag

if TYPE_CHECKING:
    from engine.probes.processes import ProcessProbe

# Ten ticks of the kernel's clock: long enough for a figure, short enough not to be felt.
HOST_WINDOW_S = 0.1
PROCESS_WINDOW_S = 0.3
FRESH_S = 3.0
ALL_PROCESSES = 100_000

S = TypeVar("S", bound=Sample)


class Newest(Protocol):
    """The newest published sample of a kind, if there is one."""

    def __call__(self, kind: type[S], /) -> S | None: ...


class _Shared(Generic[S]):
    """One reading for all who ask within a moment of each other."""

    def __init__(
        self,
        clock: Clock,
        fresh_s: float,
        take: Callable[[], Awaitable[S]],
        newest: Callable[[], S | None],
    ) -> None:
        self._clock, self._fresh_s, self._take, self._newest = clock, fresh_s, take, newest
        self._lock = anyio.Lock()

    async def read(self) -> S:
        async with self._lock:
            newest = self._newest()
            if newest is not None and self._clock.monotonic_s() - newest.mono_s < self._fresh_s:
                return newest
            return await self._take()


class Sampling:
    """Owns the probes. The sampler runs in the engine's task group, once, for all who want it."""

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        config: Config,
        report: Callable[[str, Exception | None], None],
        mlx_memory: Callable[[], int | str],
        newest: Newest,
    ) -> None:
        self.lag = LoopLag(clock)
        self.group: TaskGroup | None = None
        self.beside_host: Callable[[], Event] | None = None
        self._bus = bus
        self._clock = clock
        self._config = config
        self._report = report
        self._mlx_memory = mlx_memory
        self._host = _Shared(clock, FRESH_S, self._take_host, lambda: newest(HostSample))
        self._gpus = _Shared(clock, FRESH_S, self._take_gpus, lambda: newest(GpuSample))
        self._all_processes: ProcessSample | None = None
        self._processes = _Shared(clock, FRESH_S, self._take_processes, lambda: self._all_processes)
        self._loading = anyio.Lock()  # threads that import at once only hold each other up
        self._holders = 0
        self._scope = anyio.CancelScope()
        self._sampler: Sampler | None = None

    @cached_property
    def gpu(self) -> GpuProbe:
        return GpuProbe(
            self._clock,
            macmon=self._config.probes.macmon or None,
            interval_s=self._config.probes.gpu_interval_s,
            mlx_memory=self._mlx_memory,
        )

    async def read_host(self) -> HostSample:
        """Return a sample taken now, or a moment ago for somebody else."""
        return await self._host.read()

    async def read_gpu(self) -> GpuSample:
        return await self._gpus.read()

    async def read_processes(self) -> ProcessSample:
        """Return all processes, their CPU over a short window."""
        return await self._processes.read()

    async def _take_host(self) -> HostSample:
        # Made in a thread: the first probe imports psutil, which takes longer than a frame.
        async with self._loading:
            probe = await anyio.to_thread.run_sync(HostProbe, self._clock)
        sample = await read_once(probe, HOST_WINDOW_S)
        self._bus.publish(sample)
        return sample

    async def _take_gpus(self) -> GpuSample:
        # Asked in the host's window, not before it. This program's own work counts there, too: it
        # takes 4 ms, less than half the tick in which the time of a core is counted.
        async with self._loading:
            gpu = self.gpu
        sample = await gpu.sample()
        if not self._holders:  # it keeps a thread or a child, which nobody else would close
            await gpu.aclose()
        self._bus.publish(sample)
        return sample

    async def _take_processes(self) -> ProcessSample:
        probe = await anyio.to_thread.run_sync(_process_probe, self._clock)
        await anyio.to_thread.run_sync(probe.sample, 0)
        await anyio.sleep(PROCESS_WINDOW_S)
        sample = await anyio.to_thread.run_sync(probe.sample, ALL_PROCESSES)
        # Not published: it is the whole list. It is stamped here all the same, for its age.
        self._all_processes = replace(sample, mono_s=self._clock.monotonic_s())
        return self._all_processes

    @property
    def ticks(self) -> Mapping[str, Ticks]:
        """What became of the ticks of each probe, by its name, since sampling last began."""
        return {} if self._sampler is None else self._sampler.ticks

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[None]:
        """Have samples published for the length of the block."""
        self._holders += 1
        if self._holders == 1 and self.group is not None:
            self._scope = anyio.CancelScope()
            self.group.start_soon(self._run, self._scope)
        try:
            yield
        finally:
            self._holders -= 1
            if self._holders == 0:
                self._scope.cancel()

    def _publish(self, event: Event) -> None:
        # Both at once: what reads them draws once.
        if isinstance(event, HostSample) and self.beside_host is not None:
            self._bus.publish(self.beside_host())
        self._bus.publish(event)

    async def _run(self, scope: anyio.CancelScope) -> None:
        probes = self._config.probes
        # Made in threads, as the first probe imports psutil.
        host = await anyio.to_thread.run_sync(HostProbe, self._clock)
        processes = await anyio.to_thread.run_sync(_process_probe, self._clock)
        sampler = self._sampler = Sampler(
            self._publish,
            self._bus.wanted,
            self._clock,
            host=host,
            gpu=self.gpu,
            processes=processes,
            host_interval_s=probes.host_interval_s,
            gpu_interval_s=probes.gpu_interval_s,
            process_interval_s=probes.process_interval_s,
            report=self._report,
        )
        with scope:
            async with anyio.create_task_group() as group:
                group.start_soon(self.lag.run)
                await sampler.run()


def _process_probe(clock: Clock) -> "ProcessProbe":
    from engine.probes.processes import ProcessProbe  # start-up: a single run seldom asks for them

    return ProcessProbe(clock)
