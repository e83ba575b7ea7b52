"""Signals to real child processes, from outside."""

import sys
from pathlib import Path
from subprocess import DEVNULL, PIPE

import anyio
import psutil  # type: ignore[import-untyped]
import pytest

from engine.checks.drill import child_faults
from engine.checks.drill.child_faults import CODE, STOPPED, children, end_stopped, hung, killed
from engine.checks.drill.clocks import DrillClock
from engine.checks.drill.fault import Scene
from engine.process import spawn

pytestmark = pytest.mark.anyio


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path, DrillClock(), tmp_path / "project", tmp_path / "store")


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """Return a program of the code process's name that says a line and then waits."""
    path = tmp_path / CODE
    path.write_text("import sys\nprint('here', flush=True)\nsys.stdin.read()\n")
    return path


async def state(pid: int, wanted: str) -> None:
    with anyio.fail_after(10):
        while psutil.Process(pid).status() != wanted:  # noqa: ASYNC110 - it is not ours to tell
            await anyio.sleep(0.01)


async def test_a_hung_process_goes_on_after_the_fault(scene: Scene, script: Path) -> None:
    """Stopped while it lasts, running again behind it."""
    async with spawn([sys.executable, str(script)], stdin=PIPE, stderr=DEVNULL) as process:
        assert process.stdout is not None
        await process.stdout.receive()
        async with hung(CODE)(scene):
            await state(process.pid, psutil.STATUS_STOPPED)
        await state(process.pid, psutil.STATUS_SLEEPING)


async def test_a_process_is_killed_and_the_one_in_its_place_too(scene: Scene, script: Path) -> None:
    """As often as it is started, until the fault is over."""
    async with killed(CODE)(scene):
        for _ in range(2):
            async with spawn([sys.executable, str(script)], stdin=PIPE, stderr=DEVNULL) as process:
                with anyio.fail_after(20):
                    assert await process.wait() == -9
    async with spawn([sys.executable, str(script)], stdin=PIPE, stderr=DEVNULL) as process:
        assert process.stdout is not None
        await process.stdout.receive()
        assert children(CODE) == [process.pid]


async def test_what_a_lost_session_left_stopped_is_ended(scene: Scene, script: Path) -> None:
    """And a process that only has one of the numbers is left alone."""
    async with (
        spawn([sys.executable, str(script)], stdin=PIPE, stderr=DEVNULL) as left,
        spawn([sys.executable, "-c", "input()"], stdin=PIPE) as other,
    ):
        assert left.stdout is not None
        await left.stdout.receive()
        psutil.Process(left.pid).suspend()
        (scene.folder / STOPPED).write_text(f"{left.pid} {other.pid}")
        end_stopped(scene.folder)
        with anyio.fail_after(20):
            assert await left.wait() == -9
        assert other.returncode is None


async def test_without_such_a_file_nothing_is_ended(tmp_path: Path) -> None:
    """A folder of a fault that stops nothing."""
    end_stopped(tmp_path)
    assert child_faults.children("no such script.py") == []
