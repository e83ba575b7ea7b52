"""The engine about itself, once a second while a console is open."""

from engine.agents.executor import Agents
from engine.bus import Bus
from engine.clock import Clock
from engine.events import EngineSample
from engine.runtime.loop_lag import LoopLag
from engine.runtime.memory_guard import MemoryGuard
from engine.store.journals.journal import Journal
from engine.store.leases.pool import Pool


class EngineProbe:
    """Reads memory and CPU of this process, the queues, and how late the loop is."""

    def __init__(
        self,
        *,
        bus: Bus,
        journal: Journal,
        pool: Pool,
        agents: Agents,
        lag: LoopLag,
        memory: MemoryGuard,
        clock: Clock,
    ) -> None:
        import psutil  # type: ignore[import-untyped]  # 25 ms: only a console asks

        self._process = psutil.Process()
        self._bus, self._journal, self._pool = bus, journal, pool
        self._agents, self._lag, self._clock = agents, lag, clock
        self._memory = memory
        self._before: tuple[float, float] | None = None

    def sample(self) -> EngineSample:
        """Return one sample; CPU is over the time since the one before."""
        cpu_pct = self._cpu_pct()
        unknown = {} if cpu_pct is not None else {"cpu_pct": "needs two readings"}
        if self._memory.unknown:
            unknown["memory_used_bytes"] = self._memory.unknown
        counters = self._bus.counters
        return EngineSample(
            rss_bytes=self._process.memory_info().rss,
            memory_used_bytes=self._memory.used_bytes,
            memory_budget_bytes=self._memory.budget_bytes,
            cpu_pct=cpu_pct,
            loop_lag_p99_ms=self._lag.p99_ms,
            loop_lag_max_ms=self._lag.max_ms,
            agents_max=self._agents.limit,
            agents_running=self._agents.running,
            tasks_queued=self._agents.waiting,
            subscribers=self._bus.subscribers,
            bus_depth=self._bus.depth,
            bus_published=counters.published,
            bus_conflated=counters.conflated,
            bus_lagged=counters.lagged,
            journal_pending=self._journal.pending,
            journal_written=self._journal.written,
            journal_dropped=self._journal.dropped,
            leases_open=self._pool.open,
            leases_max=self._pool.limit,
            leases_waiting=self._pool.waiting,
            leases_waited_p50_ms=self._pool.waited.p50_ms,
            leases_waited_max_ms=self._pool.waited.max_ms,
            leases_held_p50_ms=self._pool.held.p50_ms,
            leases_held_max_ms=self._pool.held.max_ms,
            leases_reconnects=self._pool.reconnects,
            unknown=unknown,
        )

    def _cpu_pct(self) -> float | None:
        times = self._process.cpu_times()
        now, used = self._clock.monotonic_s(), times.user + times.system
        before, self._before = self._before, (now, used)
        if before is None or now <= before[0]:
            return None
        return float((used - before[1]) / (now - before[0]) * 100)
