"""What a session that stays open does beside answering: a console's and a service's standing work.

It samples the machine and itself, keeps within its memory, looks after the agents, sees the other
sessions on the store, folds what they finished, and has the alerts evaluated.
"""

import os
from typing import Final

import anyio
from anyio.abc import TaskGroup

from engine.agents.executor import Executor
from engine.agents.services import Services
from engine.events import HostSample
from engine.runtime.agents_watch import AgentsWatch
from engine.runtime.alert_parts import alerting
from engine.runtime.company import Company
from engine.runtime.engine_sample import EngineProbe
from engine.runtime.memory_guard import MemoryGuard
from engine.runtime.sampling import Sampling
from engine.standing import Standing

STILL_S: Final = 60.0
_HOST: Final = "probes.host"


class LongSession:
    """Starts that work in the engine's task group; `live` is a console, which takes a seat."""

    def __init__(
        self,
        services: Services,
        *,
        live: bool,
        sampling: Sampling,
        memory: MemoryGuard,
        agents: AgentsWatch,
        executor: Executor,
        standing: Standing,
    ) -> None:
        self._services, self._live = services, live
        self._sampling, self._memory, self._agents = sampling, memory, agents
        self._executor = executor
        self._sampled = anyio.CancelScope()
        self.alerting = alerting(services, standing)
        self._begun_s = services.clock.monotonic_s()
        self._company = Company(
            services.store,
            services.settings.config.store,
            services.project,
            os.getpid(),
            services.bus,
            services.clock,
        )

    async def enter(self) -> None:
        """Take a seat, where it is one that sits.

        Raises:
            SeatsTaken: as many consoles as are allowed are open; it names them.
        """
        if self._live:
            await self._company.sit()

    def start(self, group: TaskGroup) -> None:
        """Begin all of it; it ends with the group."""
        group.start_soon(self._sample)
        group.start_soon(self._memory.run)
        group.start_soon(self._agents.run)
        group.start_soon(self._company.watch)
        group.start_soon(self._company.fold)
        group.start_soon(self.alerting.run)

    def trouble(self) -> str:
        """Return what stands still that should not; empty while all of it goes on.

        What failed and is known to have failed has a circuit, and is no standstill.
        """
        services = self._services
        now_s = services.clock.monotonic_s()
        sample = services.newest(HostSample)
        still_s = now_s - (self._begun_s if sample is None else sample.mono_s)
        usual_s = services.settings.config.probes.host_interval_s
        if still_s > max(STILL_S, 3 * usual_s) and services.board.states()[_HOST] == "closed":
            return f"the machine was not sampled for {still_s:.0f} s"
        if (unseen_s := now_s - self.alerting.looked_s) > STILL_S:
            return f"the alerts were not looked at for {unseen_s:.0f} s"
        return ""

    async def close(self) -> None:
        """Leave the alerts to the next session, while what is said of it is still recorded.

        Nothing is sampled any more either: it would come after the session's last word.
        """
        self._sampled.cancel()
        await self.alerting.close()

    def stand_up(self) -> None:
        """Give the seat back, at the very end."""
        self._company.stand_up()

    async def _sample(self) -> None:
        probe = await anyio.to_thread.run_sync(self._make_probe)  # it imports psutil
        await self._services.find_gpu()
        self._sampling.beside_host = probe.sample
        with self._sampled:
            async with self._sampling.hold():
                await anyio.sleep_forever()

    def _make_probe(self) -> EngineProbe:
        services = self._services
        return EngineProbe(
            bus=services.bus,
            journal=services.journal,
            pool=services.pool,
            agents=self._executor.agents,
            lag=self._sampling.lag,
            memory=self._memory,
            clock=services.clock,
        )
