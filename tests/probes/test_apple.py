from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from engine.clock import ManualClock
from engine.events import GpuDevice
from engine.probes.apple import RETRY_S, AppleGpus
from engine.probes.reading import Unknown

from .test_ioreg import M4

pytestmark = pytest.mark.anyio

MACMON = """while :; do
  echo '{"gpu_usage":[338,0.25],"gpu_power":0.5,"temp":{"gpu_temp_avg":44.8}}'; sleep 0.05
done"""

Chain = Callable[[str | None, str | None], AppleGpus]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def chain(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Chain]:
    """Return a maker of chains over shell scripts that stand for macmon and ioreg."""
    made: list[AppleGpus] = []
    (tmp_path / "output").write_text(M4)

    def make(macmon: str | None, ioreg: str | None) -> AppleGpus:
        paths = [write(tmp_path / "macmon-here", macmon), write(tmp_path / "ioreg", ioreg)]
        gpus = AppleGpus(clock, macmon=paths[0], interval_s=0.1, ioreg_path=paths[1])
        made.append(gpus)
        return gpus

    yield make
    for gpus in made:
        await gpus.aclose()


def write(path: Path, body: str | None) -> str:
    if body is not None:
        path.write_text(f"#!/bin/sh\ncd {path.parent}\n{body}\n")
        path.chmod(0o755)
    return str(path)


def only(devices: tuple[GpuDevice, ...] | Unknown) -> GpuDevice:
    assert not isinstance(devices, Unknown), devices.reason
    assert len(devices) == 1
    return devices[0]


async def test_macmon_is_taken_before_ioreg(chain: Chain) -> None:
    """macmon tells the figures; name and cores, which it lacks, come from one ioreg."""
    gpus = chain(MACMON, "echo asked >> asked; cat output")
    device = only(await gpus.read())
    assert (device.source, device.busy_pct, device.power_w) == ("macmon", 25.0, 0.5)
    assert (device.name, device.cores) == ("Apple M4 Pro", 20)
    assert "cores" not in device.unknown
    await gpus.read()


async def test_facts_are_asked_for_once(chain: Chain, tmp_path: Path) -> None:
    """Name and cores don't change, so ioreg is not run for each of macmon's samples."""
    gpus = chain(MACMON, "echo asked >> asked; cat output")
    for _ in range(3):
        only(await gpus.read())
    assert (tmp_path / "asked").read_text() == "asked\n"


async def test_ioreg_stands_in_and_says_for_whom(chain: Chain) -> None:
    """Without macmon, ioreg's share is shown, and what it can't tell names the better sources."""
    device = only(await chain(None, "cat output").read())
    assert (device.source, device.busy_pct) == ("ioreg", 95.0)
    assert device.power_w is None
    why = device.unknown["power_w"]
    assert "macmon-lib is not installed" in why
    assert "macmon: the configured program" in why


async def test_without_any_source_each_says_why(chain: Chain, tmp_path: Path) -> None:
    """When nothing answers, the reason names every step."""
    got = await chain(None, None).read()
    assert isinstance(got, Unknown)
    assert "macmon-lib is not installed" in got.reason
    assert f"ioreg: {tmp_path}/ioreg was not found or can't be executed" in got.reason


async def test_a_failed_step_is_tried_again_after_a_minute(
    chain: Chain, clock: ManualClock, tmp_path: Path
) -> None:
    """A macmon that was installed meanwhile is taken after a minute, and not asked for before."""
    gpus = chain(None, "cat output")
    assert only(await gpus.read()).source == "ioreg"
    write(tmp_path / "macmon-here", MACMON)
    assert only(await gpus.read()).source == "ioreg"
    clock.advance(RETRY_S)
    assert only(await gpus.read()).source == "macmon"


async def test_closing_ends_macmon(chain: Chain, tmp_path: Path) -> None:
    """No child of macmon outlives the probe."""
    gpus = chain(f"echo $$ > pid\n{MACMON}", "cat output")
    await gpus.read()
    await gpus.aclose()
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()
