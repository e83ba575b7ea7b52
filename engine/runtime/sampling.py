"""The probes of one engine: made when first asked for, sampling while anyone holds on to them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cached_property

import anyio
from anyio.abc import TaskGroup

from engine.bus import Bus
from engine.clock import Clock
from engine.config import Config
from engine.events import GpuSample, HostSample, ProcessSample
from engine.probes.gpu import GpuProbe
from engine.probes.host import HostProbe
from engine.probes.processes import ProcessProbe
from engine.probes.sampler import Sampler, read_once
from engine.runtime.loop_lag import LoopLag


class Sampling:
    """Owns the probes. The sampler runs in the engine's task group, once, for all who want it."""

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        config: Config,
        report: Callable[[str, Exception | None], None],
        mlx_memory: Callable[[], int | str],
    ) -> None:
        self.lag = LoopLag(clock)
        self.group: TaskGroup | None = None
        self._bus = bus
        self._clock = clock
        self._config = config
        self._report = report
        self._mlx_memory = mlx_memory
        self._holders = 0
        self._scope = anyio.CancelScope()

    @cached_property
    def gpu(self) -> GpuProbe:
        return GpuProbe(
            self._clock,
            macmon=self._config.probes.macmon or None,
            interval_s=self._config.probes.gpu_interval_s,
            mlx_memory=self._mlx_memory,
        )

    async def read_host(self, window_s: float) -> HostSample:
        """Read the machine once, its rates over `window_s`."""
        return await read_once(HostProbe(self._clock), window_s)

    async def read_gpu(self) -> GpuSample:
        return await self.gpu.sample()

    async def read_processes(self, window_s: float, top: int) -> ProcessSample:
        """Read the busiest processes, their CPU over `window_s`."""
        probe = ProcessProbe(self._clock)
        await anyio.to_thread.run_sync(probe.sample, top)
        await anyio.sleep(window_s)
        return await anyio.to_thread.run_sync(probe.sample, top)

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

    async def _run(self, scope: anyio.CancelScope) -> None:
        probes = self._config.probes
        sampler = Sampler(
            self._bus.publish,
            self._bus.wanted,
            self._clock,
            host=HostProbe(self._clock),
            gpu=self.gpu,
            processes=ProcessProbe(self._clock),
            host_interval_s=probes.host_interval_s,
            gpu_interval_s=probes.gpu_interval_s,
            process_interval_s=probes.process_interval_s,
            report=self._report,
        )
        with scope:
            async with anyio.create_task_group() as group:
                group.start_soon(self.lag.run)
                await sampler.run()
