import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import anyio
import pytest

from engine.bus import Bus
from engine.clock import SystemClock
from engine.events import Event, GpuDevice, GpuSample, HostSample, ProcessSample
from engine.probes.gpu import GpuProbe
from engine.probes.host import HostProbe
from engine.probes.processes import ProcessProbe
from engine.probes.sampler import ABSENT_INTERVAL_S, Sampler

from .stand_ins import Timeline

pytestmark = pytest.mark.anyio

CARD = GpuDevice(name="a card", source="a test")
HOST, GPU = "probes.host", "probes.gpu"

# Host and GPU hang for a minute each; the program is stopped after a moment and has to end.
HANGING = """
import threading, anyio
from engine.clock import SystemClock
from engine.probes.probe_thread import ProbeThread
from engine.probes.sampler import Sampler

class Hanging:
    thread = ProbeThread("hanging-driver")
    def sample(self, top_n=0): threading.Event().wait(60)
    def forget(self): pass

class HangingGpu(Hanging):
    async def sample(self): return await self.thread.call(super().sample)
    async def aclose(self): self.thread.close()

async def main():
    missed = set()
    sampler = Sampler(
        lambda event: None, lambda kind: True, SystemClock(),
        host=Hanging(), gpu=HangingGpu(), processes=Hanging(),
        host_interval_s=0.02, gpu_interval_s=0.02,
        report=lambda capability, error: missed.add(capability),
    )
    with anyio.move_on_after(0.5):
        await sampler.run()
    print(*sorted(missed))

anyio.run(main)
"""


class FakeHost:
    """A host probe that can be made to hang or to fail."""

    def __init__(self) -> None:
        self.calls = 0
        self.hanging = False
        self.go = threading.Event()
        self.go.set()
        self.error: Exception | None = None

    def sample(self) -> HostSample:
        self.calls += 1
        call = self.calls
        self.hanging = not self.go.is_set()
        self.go.wait(30)
        self.hanging = False
        if self.error is not None:
            raise self.error
        return HostSample(source=f"call {call}")


@dataclass
class FakeGpu:
    """A GPU probe with one card, or none."""

    devices: tuple[GpuDevice, ...] = (CARD,)
    calls: int = 0
    closed: bool = False

    async def sample(self) -> GpuSample:
        self.calls += 1
        return GpuSample(devices=self.devices)

    async def aclose(self) -> None:
        self.closed = True


@dataclass
class FakeProcesses:
    """A process probe that remembers when it was asked."""

    clock: Callable[[], float]
    at_s: list[float] = field(default_factory=list)
    forgotten: int = 0

    def sample(self, top_n: int) -> ProcessSample:
        self.at_s.append(self.clock())
        return ProcessSample(total=top_n)

    def forget(self) -> None:
        self.forgotten += 1


class Bench:
    """A sampler over stand-ins on a timeline, and all that it published and reported."""

    def __init__(self) -> None:
        self.time = Timeline()
        self.host, self.gpu = FakeHost(), FakeGpu()
        self.processes = FakeProcesses(self.time.clock.monotonic_s)
        self.wanted = False
        self.events: list[Event] = []
        self.reports: list[tuple[str, str | None]] = []
        self.sampler = Sampler(
            self.events.append,
            lambda kind: self.wanted and kind is ProcessSample,
            self.time.clock,
            host=self.host,
            gpu=self.gpu,
            processes=self.processes,
            report=lambda c, error: self.reports.append((c, str(error) if error else None)),
            top_n=7,
            sleep=self.time.sleep,
        )

    async def run(self, seconds: float) -> None:
        """Let time pass; a host that hangs is not waited for."""
        await self.time.run(seconds, self.settled)

    def settled(self) -> bool:
        hangs = self.host.hanging and not self.host.go.is_set()
        return self.sampler.in_flight in ((), ("the host probe",) if hangs else ())

    def count(self, kind: type[Event]) -> int:
        return sum(isinstance(event, kind) for event in self.events)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """A sampler that is running and has taken its first samples."""
    bench = Bench()
    async with anyio.create_task_group() as group:
        group.start_soon(bench.sampler.run)
        await bench.time.settle(bench.settled)
        yield bench
        bench.host.go.set()
        group.cancel_scope.cancel()


async def test_each_probe_has_its_own_pace(bench: Bench) -> None:
    """In ten seconds the host is sampled at each second and the GPU at every other."""
    await bench.run(10)
    assert (bench.count(HostSample), bench.count(GpuSample)) == (11, 6)
    assert bench.reports == []


async def test_processes_are_sampled_only_while_wanted(bench: Bench) -> None:
    """Nobody looks, nobody reads; who looks gets two readings soon and then one every 4 s."""
    await bench.run(5)
    assert bench.processes.at_s == []
    bench.wanted = True
    await bench.run(11)
    assert bench.processes.at_s == [6, 7, 11, 15]
    assert bench.count(ProcessSample) == 4
    bench.wanted = False
    await bench.run(20)
    assert len(bench.processes.at_s) == 4


async def test_whoever_looks_again_gets_fresh_shares(bench: Bench) -> None:
    """After a pause the previous reading is forgotten."""
    bench.wanted = True
    await bench.run(2)
    bench.wanted = False
    await bench.run(60)
    bench.wanted = True
    await bench.run(2)
    assert bench.processes.forgotten == 2


async def test_a_probe_that_hangs_stops_no_other(bench: Bench) -> None:
    """While the host probe hangs, it is not started again, and the GPU goes on."""
    bench.host.go.clear()
    await bench.run(10)
    assert bench.host.calls == 2
    assert bench.count(GpuSample) == 6


async def test_the_third_missed_tick_is_reported(bench: Bench) -> None:
    """Two missed ticks are borne; from the third on each is reported."""
    bench.host.go.clear()
    await bench.run(3)
    assert bench.reports == []
    await bench.run(2)
    assert bench.reports == [
        (HOST, "the host probe has not answered for 3 s"),
        (HOST, "the host probe has not answered for 4 s"),
    ]


async def test_a_silent_probe_is_seen_as_unknown(bench: Bench) -> None:
    """Once, an empty sample takes the place of the last good one and gives the reason."""
    bench.host.go.clear()
    await bench.run(10)
    samples = [event for event in bench.events if isinstance(event, HostSample)]
    assert len(samples) == 2
    assert samples[-1].cpu_pct == ()
    reason = "the host probe has not answered for 3 s"
    assert samples[-1].unknown["cpu_pct"] == samples[-1].unknown["load_avg"] == reason
    assert "session" not in samples[-1].unknown


async def test_what_comes_back_late_is_thrown_away(bench: Bench) -> None:
    """A reading that was given up is not published as new; the next one is, and is reported."""
    bench.host.go.clear()
    await bench.run(6)
    bench.host.go.set()
    await bench.time.settle(bench.settled)
    assert [e.source for e in bench.events if isinstance(e, HostSample)] == ["call 1", ""]
    await bench.run(2)
    sources = [e.source for e in bench.events if isinstance(e, HostSample)]
    assert sources == ["call 1", "", "call 3", "call 4"]
    assert bench.reports[-1] == (HOST, None)
    assert bench.reports.count((HOST, None)) == 1


async def test_one_slow_reading_is_no_failure(bench: Bench) -> None:
    """A reading that takes a tick too long is published when it comes, and nothing is reported."""
    bench.host.go.clear()
    await bench.run(2)
    bench.host.go.set()
    await bench.time.settle(bench.settled)
    await bench.run(5)
    sources = [e.source for e in bench.events if isinstance(e, HostSample)]
    assert sources[:3] == ["call 1", "call 2", "call 3"]
    assert bench.reports == []


async def test_a_probe_that_raises_misses_its_ticks(bench: Bench) -> None:
    """A failing probe is reported with its own error from the third time on, then recovers."""
    bench.host.error = ValueError("a bug")
    await bench.run(4)
    assert bench.reports == [(HOST, "a bug")] * 2
    bench.host.error = None
    await bench.run(1)
    assert bench.reports[-1] == (HOST, None)
    last = bench.events[-1]
    assert isinstance(last, HostSample)
    assert last.unknown == {}


async def test_an_absent_gpu_is_asked_for_rarely(bench: Bench) -> None:
    """A machine without a GPU does not fill the journal with that."""
    bench.gpu.devices = ()
    await bench.run(2)
    before = bench.gpu.calls
    await bench.run(ABSENT_INTERVAL_S)
    assert bench.gpu.calls == before + 1
    assert GPU not in [capability for capability, _ in bench.reports]


async def test_stopping_closes_the_gpu_and_ends_the_threads() -> None:
    """After cancellation, the GPU probe is closed and no thread of the sampler is left."""
    others = set(threading.enumerate())
    bench = Bench()
    async with anyio.create_task_group() as group:
        group.start_soon(bench.sampler.run)
        await bench.time.settle(bench.settled)
        group.cancel_scope.cancel()
    assert bench.gpu.closed
    for _ in range(1000):
        own = set(threading.enumerate()) - others
        if not any(thread.name.startswith("probe-") for thread in own):
            return
        await anyio.sleep(0.005)
    pytest.fail("a probe's thread is left")


def test_probes_that_hang_do_not_hold_up_the_exit() -> None:
    """With every probe hanging for a minute, ticks are missed, reported, and the program ends."""
    done = subprocess.run(
        [sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "probes.gpu probes.host\n", "")


async def test_real_probes_reach_a_real_bus() -> None:
    """On this machine, samples of all three kinds arrive on the bus, stamped and filled."""
    clock = SystemClock()
    bus = Bus("a-session", clock)
    sampler = Sampler(
        bus.publish,
        bus.wanted,
        clock,
        host=HostProbe(clock),
        gpu=GpuProbe(clock),
        processes=ProcessProbe(clock),
        host_interval_s=0.1,
        gpu_interval_s=0.1,
        process_interval_s=0.1,
        report=lambda capability, error: None,
    )
    with bus.subscribe(wants=[ProcessSample]) as subscription, anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(sampler.run)
            seen: dict[type[Event], Event] = {}
            async for event in subscription:
                seen[type(event)] = event
                host = seen.get(HostSample)
                if len(seen) == 3 and isinstance(host, HostSample) and host.cpu_pct:
                    break
            group.cancel_scope.cancel()
    assert all(event.session == "a-session" and event.seq > 0 for event in seen.values())
