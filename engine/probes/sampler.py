"""Takes the samples: each probe at its own pace, none in the way of another.

A probe has one reading under way at most. When it hangs, its ticks are missed and nothing more is
started for it; the others go on. From the third missed tick on, every one is reported under the
probe's capability, and one empty sample says so to those who look, so that the last good reading is
not taken for the present. What comes back after that is thrown away: nobody knows when it was read.
The next tick then reads anew, and its success is reported. Every tick is accounted for (ticks.py).
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import anyio
from anyio.abc import TaskGroup
from msgspec import Struct, field

from engine.clock import Clock
from engine.events import Event, GpuSample, HostSample, ProcessSample, Sample
from engine.probes.pace import next_tick
from engine.probes.probe_thread import ProbeSilent, ProbeThread
from engine.probes.ticks import Ticks

HOST_CAPABILITY = "probes.host"
GPU_CAPABILITY = "probes.gpu"
MISSES_ALLOWED = 2
ABSENT_INTERVAL_S = 30.0  # a machine without a GPU is asked again, but not at every tick
_CLOSE_S = 1.0

Publish = Callable[[Event], None]
Wanted = Callable[[type[Event]], bool]
Report = Callable[[str, Exception | None], None]
Sleep = Callable[[float], Awaitable[None]]


class Host(Protocol):
    def sample(self) -> HostSample: ...


class Gpu(Protocol):
    async def sample(self) -> GpuSample: ...
    async def aclose(self) -> None: ...


class Processes(Protocol):
    def sample(self, top_n: int) -> ProcessSample: ...
    def forget(self) -> None: ...


class _Line(Struct):
    """One probe's pace and how it does."""

    name: str
    capability: str | None
    interval_s: float
    read: Callable[[], Awaitable[Sample | None]]
    silent: Callable[[str], Sample]
    in_flight: bool = False
    given_up: bool = False
    misses: int = 0
    ticks: Ticks = field(default_factory=Ticks)


class Sampler:
    """Publishes samples until it is cancelled, and then closes the GPU probe.

    `report(capability, error)` is called from the third missed tick in a row on, and once with
    None when the probe has recovered. Blocking probes run in daemon threads (probe_thread), so
    that one that hangs holds up neither the tick nor the exit.
    """

    def __init__(
        self,
        publish: Publish,
        wanted: Wanted,
        clock: Clock,
        *,
        host: Host,
        gpu: Gpu,
        processes: Processes,
        host_interval_s: float = 1.0,
        gpu_interval_s: float = 2.0,
        process_interval_s: float = 4.0,
        report: Report,
        top_n: int = 20,
        sleep: Sleep = anyio.sleep,
    ) -> None:
        self._publish, self._wanted, self._clock, self._report = publish, wanted, clock, report
        self._host, self._gpu, self._processes = host, gpu, processes
        self._process_interval_s, self._top_n, self._sleep = process_interval_s, top_n, sleep
        self._host_thread = ProbeThread("probe-host")
        self._process_thread = ProbeThread("probe-processes")
        self._gpu_not_before_s = self._processes_not_before_s = float("-inf")
        self._watching = False
        self._lines = (
            _Line("the host probe", HOST_CAPABILITY, host_interval_s, self._read_host, _no_host),
            _Line("the GPU probe", GPU_CAPABILITY, gpu_interval_s, self._read_gpu, _no_gpu),
            # Looked at each second, so that whoever opens the pane soon sees something.
            _Line(
                "the process probe",
                None,
                min(1.0, process_interval_s),
                self._read_processes,
                _no_processes,
            ),
        )

    @property
    def in_flight(self) -> tuple[str, ...]:
        """The probes that have a reading under way."""
        return tuple(line.name for line in self._lines if line.in_flight)

    @property
    def ticks(self) -> Mapping[str, Ticks]:
        """What became of each probe's ticks, by its name."""
        return {line.name: line.ticks for line in self._lines}

    async def run(self) -> None:
        """Tick until cancelled."""
        try:
            async with anyio.create_task_group() as group:
                for line in self._lines:
                    group.start_soon(self._keep, line, group)
        finally:
            self._host_thread.close()
            self._process_thread.close()
            with anyio.move_on_after(_CLOSE_S, shield=True):
                await self._gpu.aclose()

    async def _keep(self, line: _Line, group: TaskGroup) -> None:
        start_s = line.ticks.since_s = self._clock.monotonic_s()
        tick = 0
        while True:
            line.ticks.due += 1
            if line.in_flight:
                line.ticks.busy += 1
                self._missed(line, ProbeSilent(line.name, (line.misses + 1) * line.interval_s))
            else:
                line.in_flight = True
                group.start_soon(self._take, line)
            now_s = self._clock.monotonic_s()
            before, tick = tick, next_tick(tick, start_s, line.interval_s, now_s)
            line.ticks.due += tick - before - 1
            line.ticks.late += tick - before - 1
            await self._sleep(max(0.0, start_s + tick * line.interval_s - now_s))

    async def _take(self, line: _Line) -> None:
        try:
            sample = await line.read()
        except Exception as error:  # the boundary: a failing probe misses its tick
            line.ticks.failed += 1
            self._missed(line, error)
        else:
            if line.given_up:
                line.ticks.dropped += 1
            else:
                self._answered(line, sample)
        finally:
            line.in_flight = line.given_up = False

    def _missed(self, line: _Line, error: Exception) -> None:
        line.misses += 1
        if line.misses <= MISSES_ALLOWED:
            return
        line.given_up = line.in_flight
        if line.misses == MISSES_ALLOWED + 1:
            self._publish(line.silent(str(error)))
        if line.capability is not None:
            self._report(line.capability, error)

    def _answered(self, line: _Line, sample: Sample | None) -> None:
        recovered, line.misses = line.misses > MISSES_ALLOWED, 0
        if sample is None:
            line.ticks.idle += 1
        else:
            line.ticks.taken += 1
            self._publish(sample)
        if recovered and line.capability is not None:
            self._report(line.capability, None)

    async def _read_host(self) -> HostSample:
        return await self._host_thread.call(self._host.sample)

    async def _read_gpu(self) -> GpuSample | None:
        now_s = self._clock.monotonic_s()
        if now_s < self._gpu_not_before_s:
            return None
        sample = await self._gpu.sample()
        absent = not sample.devices and sample.mlx_memory_bytes is None
        self._gpu_not_before_s = now_s + ABSENT_INTERVAL_S if absent else now_s
        return sample

    async def _read_processes(self) -> ProcessSample | None:
        if not self._wanted(ProcessSample):
            self._watching = False
            return None
        now_s = self._clock.monotonic_s()
        if self._watching and now_s < self._processes_not_before_s:
            return None
        first, self._watching = not self._watching, True
        if first:
            self._processes.forget()
        sample = await self._process_thread.call(lambda: self._processes.sample(self._top_n))
        # The second reading follows at the next look: the first has no CPU shares.
        self._processes_not_before_s = now_s if first else now_s + self._process_interval_s
        return sample


async def read_once(host: Host, window_s: float = 0.1) -> HostSample:
    """Return one sample whose rates cover `window_s`; for a command that runs once.

    Cores are counted in ticks of 10 ms, so shares over 0.1 s come in steps of 10 %.
    """
    thread = ProbeThread("probe-host-once")
    try:
        await thread.call(host.sample)
        await anyio.sleep(window_s)
        return await thread.call(host.sample)
    finally:
        thread.close()


def _no_host(reason: str) -> HostSample:
    return HostSample(unknown=_all_unknown(HostSample, reason))


def _no_gpu(reason: str) -> GpuSample:
    return GpuSample(reason=reason, unknown=_all_unknown(GpuSample, reason))


def _no_processes(reason: str) -> ProcessSample:
    return ProcessSample(unknown=_all_unknown(ProcessSample, reason))


def _all_unknown(kind: type[Sample], reason: str) -> dict[str, str]:
    """Give the reason for every field that a reading would have filled."""
    bookkeeping = {*Sample.__struct_fields__, "source", "unknown", "reason"}
    return {f: reason for f in kind.__struct_fields__ if f not in bookkeeping}
