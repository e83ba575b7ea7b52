"""Samples that are taken when a question needs them."""

from pathlib import Path

import anyio
import pytest
from anyio import from_thread

from engine.clock import Clock, SystemClock
from engine.events import GpuSample, HostSample
from engine.probes.gpu import GpuProbe
from engine.probes.host import HostProbe
from engine.runtime import Engine, sampling

pytestmark = pytest.mark.anyio

_TURNS = 20  # of the loop: more than a GPU takes that nothing keeps from being asked


async def test_the_gpu_is_asked_once_the_host_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks for both has the GPU looked for in the window of the host, not before it begins."""
    order: list[str] = []

    class Host(HostProbe):
        def __init__(self, clock: Clock) -> None:
            for _ in range(_TURNS):
                from_thread.run(anyio.sleep, 0)
            order.append("host is there")
            super().__init__(clock)

    class Gpu(GpuProbe):
        async def sample(self) -> GpuSample:
            order.append("GPU is asked")
            return GpuSample(reason="none")

    monkeypatch.setattr(sampling, "HostProbe", Host)
    monkeypatch.setattr(sampling, "GpuProbe", Gpu)
    async with Engine.open(tmp_path) as engine:
        answer = await engine.ask("system status")
    assert answer.status == "answered"
    assert order == ["host is there", "GPU is asked"]


async def test_a_sample_covers_its_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two readings of one sample lie no less than the window apart, whatever else is done."""
    clock, read_s = SystemClock(), list[float]()

    class Host(HostProbe):
        def sample(self) -> HostSample:
            read_s.append(clock.monotonic_s())
            return super().sample()

    monkeypatch.setattr(sampling, "HostProbe", Host)
    async with Engine.open(tmp_path) as engine:
        await engine.ask("system status")
    first, second = read_s
    assert second - first >= sampling.HOST_WINDOW_S
