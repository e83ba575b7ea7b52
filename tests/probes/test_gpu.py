from pathlib import Path

import anyio
import pytest

from engine.clock import ManualClock
from engine.events import GpuDevice
from engine.probes.drm import DrmGpus
from engine.probes.gpu import Found, GpuProbe, LinuxGpus, MacGpus, NoGpus, source_here
from engine.probes.nvidia import NvidiaGpus
from engine.probes.reading import Absent, Unknown

from .test_drm import AMD, card
from .test_nvidia import FakeNvml

pytestmark = pytest.mark.anyio

CARD = GpuDevice(name="a card", source="a test")


class FixedSource:
    """A source that always finds the same."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.closed = False

    async def read(self) -> Found:
        return self.found

    async def aclose(self) -> None:
        self.closed = True


def probe(found: Found) -> GpuProbe:
    return GpuProbe(ManualClock(), source=FixedSource(found))


def linux(nvml: FakeNvml | Unknown, root: Path) -> GpuProbe:
    nvidia = NvidiaGpus(ManualClock(), lambda: nvml)
    return GpuProbe(ManualClock(), source=LinuxGpus(nvidia, DrmGpus(root)))


async def test_no_gpu_names_every_place_that_was_looked_at(tmp_path: Path) -> None:
    """A machine without a GPU says where none was found."""
    gpus = linux(Absent("NVML found no NVIDIA driver"), tmp_path)
    sample = await gpus.sample()
    expected = "no GPU: NVML found no NVIDIA driver; /sys/class/drm has no AMD or Intel card"
    assert (sample.devices, sample.reason, gpus.reason) == ((), expected, expected)
    assert not gpus.present()
    await gpus.aclose()


async def test_cards_of_all_makers_are_shown(tmp_path: Path) -> None:
    """NVIDIA's and AMD's cards stand side by side."""
    card(tmp_path, "card1", AMD)
    gpus = linux(FakeNvml(cards=1), tmp_path)
    sample = await gpus.sample()
    assert [d.source for d in sample.devices] == ["NVML", "/sys/class/drm"]
    assert (sample.reason, gpus.present(), gpus.reason) == (None, True, None)
    await gpus.aclose()


async def test_a_broken_driver_beside_a_card_is_said(tmp_path: Path) -> None:
    """When one source fails and another has a card, the sample has both the card and the reason."""
    card(tmp_path, "card0", AMD)
    gpus = linux(FakeNvml(fails={"init"}), tmp_path)
    sample = await gpus.sample()
    assert len(sample.devices) == 1
    assert sample.unknown["devices"] == "NVML: NvmlError: Not Supported"
    await gpus.aclose()


async def test_a_missing_driver_beside_a_card_is_no_news(tmp_path: Path) -> None:
    """What the machine simply lacks is not reported while there is a card."""
    card(tmp_path, "card0", AMD)
    gpus = linux(Absent("no driver"), tmp_path)
    assert "devices" not in (await gpus.sample()).unknown
    await gpus.aclose()


async def test_a_gpu_that_can_not_be_read_is_not_called_absent() -> None:
    """A failing driver is told apart from a machine without a GPU."""
    sample = await probe(Found(without=(Unknown("NVML: version mismatch"),))).sample()
    assert sample.reason == "no GPU can be read: NVML: version mismatch"


async def test_before_the_first_sample_nothing_is_claimed() -> None:
    """A probe that has not looked claims no GPU and no absence."""
    gpus = probe(Found((CARD,)))
    assert (gpus.present(), gpus.reason) == (False, "not looked for yet")
    await gpus.sample()
    assert (gpus.present(), gpus.reason) == (True, None)


async def test_mlx_memory_is_what_it_is_told() -> None:
    """MLX's own memory comes through a callable: bytes, or the reason why not."""
    source = FixedSource(Found((CARD,)))
    known = GpuProbe(ManualClock(), source=source, mlx_memory=lambda: 4096)
    assert (await known.sample()).mlx_memory_bytes == 4096
    told = GpuProbe(ManualClock(), source=source, mlx_memory=lambda: "MLX is not loaded")
    assert (await told.sample()).unknown["mlx_memory_bytes"] == "MLX is not loaded"
    without = await GpuProbe(ManualClock(), source=source).sample()
    assert without.mlx_memory_bytes is None
    assert without.unknown["mlx_memory_bytes"] == "MLX is not in use"


async def test_mlx_that_raises_is_a_reason() -> None:
    """An MLX that fails takes no GPU sample with it."""

    def fail() -> int:
        raise RuntimeError("no Metal device")

    gpus = GpuProbe(ManualClock(), source=FixedSource(Found((CARD,))), mlx_memory=fail)
    sample = await gpus.sample()
    assert sample.devices == (CARD,)
    assert sample.unknown["mlx_memory_bytes"] == "RuntimeError: no Metal device"


async def test_two_who_ask_at_once_are_both_answered(tmp_path: Path) -> None:
    """A question beside the sampler's reading waits its turn instead of failing."""
    gpus = linux(FakeNvml(cards=1), tmp_path)
    answers: list[int] = []

    async def ask() -> None:
        answers.append(len((await gpus.sample()).devices))

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(ask)
    assert answers == [1, 1, 1]
    await gpus.aclose()


async def test_closing_reaches_the_source() -> None:
    """Closing the probe closes what it keeps."""
    source = FixedSource(Found())
    await GpuProbe(ManualClock(), source=source).aclose()
    assert source.closed


async def test_each_platform_has_its_sources() -> None:
    """Linux, macOS and anything else are told apart; nothing is started by that."""
    kinds = {"linux": LinuxGpus, "darwin": MacGpus, "freebsd14": NoGpus}
    for platform, kind in kinds.items():
        source = source_here(ManualClock(), None, platform, 1.0)
        assert isinstance(source, kind)
    other = await GpuProbe(ManualClock(), platform="freebsd14").sample()
    assert other.reason == "no GPU: GPUs are not read on freebsd14"


async def test_this_machine_has_devices_or_a_reason() -> None:
    """On this machine, there is a GPU or a reason, and every empty figure has one."""
    gpus = GpuProbe(ManualClock())
    sample = await gpus.sample()
    assert bool(sample.devices) != bool(sample.reason)
    for device in sample.devices:
        empty = {f for f in device.__struct_fields__ if getattr(device, f) is None}
        assert empty == device.unknown.keys()
    await gpus.aclose()
