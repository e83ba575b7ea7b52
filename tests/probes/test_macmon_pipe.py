from collections.abc import AsyncIterator, Callable
from pathlib import Path

import anyio
import pytest

from engine.events import GpuDevice
from engine.probes import macmon_pipe
from engine.probes.macmon_pipe import MacmonPipe
from engine.probes.reading import Absent, Unknown

from .stand_ins import until

pytestmark = pytest.mark.anyio

LINE = '{{"gpu_usage":[338,{ratio}],"gpu_power":0.5}}'
Program = Callable[[str], Path]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Return a maker of a shell script that stands for macmon."""

    def make(body: str) -> Path:
        path = tmp_path / "macmon"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
async def pipe_to() -> AsyncIterator[Callable[[Path], MacmonPipe]]:
    """Return a maker of pipes that are closed at the end."""
    pipes: list[MacmonPipe] = []

    def make(path: Path) -> MacmonPipe:
        pipes.append(MacmonPipe(str(path), interval_s=0.1))
        return pipes[-1]

    yield make
    for pipe in pipes:
        await pipe.aclose()


def busy(devices: tuple[GpuDevice, ...] | Unknown) -> float | None:
    assert not isinstance(devices, Unknown), devices.reason
    return devices[0].busy_pct


def lines(*ratios: float) -> str:
    return "\n".join(f"echo '{LINE.format(ratio=ratio)}'" for ratio in ratios)


async def test_the_newest_line_counts(
    program: Program, pipe_to: Callable[[Path], MacmonPipe], tmp_path: Path
) -> None:
    """Of several lines that wait, the last is the reading, and older ones are passed over."""
    ready = tmp_path / "ready"
    script = f"{lines(0.1)}\nread -r _ < {tmp_path}/go\n{lines(0.2, 0.3)}\ntouch {ready}\nsleep 60"
    fifo = tmp_path / "go"
    await anyio.run_process(["mkfifo", str(fifo)])
    pipe = pipe_to(program(script))
    assert busy(await pipe.read()) == 10.0
    await anyio.Path(fifo).write_text("go\n")
    await until(ready.exists)
    await anyio.sleep(0.05)  # until the loop has taken in what the child wrote
    assert busy(await pipe.read()) == pytest.approx(30.0)


async def test_one_child_serves_many_readings(
    program: Program, pipe_to: Callable[[Path], MacmonPipe], tmp_path: Path
) -> None:
    """The program is started once, with the interval in milliseconds."""
    said = LINE.format(ratio=0.5)
    body = f"echo \"$@\" >> {tmp_path}/starts\nwhile :; do echo '{said}'; sleep 0.05; done"
    pipe = pipe_to(program(body))
    assert [busy(await pipe.read()) for _ in range(3)] == [50.0] * 3
    assert (tmp_path / "starts").read_text() == "pipe -i 100\n"


async def test_a_silent_child_is_ended(
    program: Program,
    pipe_to: Callable[[Path], MacmonPipe],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A program that writes nothing is a reason, and it does not live on."""
    monkeypatch.setattr(macmon_pipe, "_GRACE_S", 0.2)
    pipe = pipe_to(program(f"echo $$ > {tmp_path}/pid; sleep 60"))
    assert await pipe.read() == Unknown("macmon wrote nothing for 0.3 s")
    pid = int((tmp_path / "pid").read_text())
    assert not await anyio.Path(f"/proc/{pid}").exists()


async def test_a_child_that_ends_says_why(
    program: Program, pipe_to: Callable[[Path], MacmonPipe]
) -> None:
    """The first line of what a failing program said is the reason, without escapes."""
    body = "printf 'Error: \\033[31mfailed to create subscription\\n' >&2; exit 1"
    got = await pipe_to(program(body)).read()
    assert got == Unknown("macmon ended: Error: \ufffd[31mfailed to create subscription")


async def test_a_program_that_floods_is_ended(
    program: Program, pipe_to: Callable[[Path], MacmonPipe]
) -> None:
    """Output without an end of line does not fill the memory."""
    got = await pipe_to(program("yes x | tr -d '\\n'")).read()
    assert got == Unknown("macmon wrote no line, but something else")


async def test_lines_that_waited_too_long_are_not_shown(
    program: Program, pipe_to: Callable[[Path], MacmonPipe], tmp_path: Path
) -> None:
    """When more waits than a pipe holds, the child stood still, and what it wrote is old."""
    flood = f"yes '{LINE.format(ratio=0.9)}' | head -c 200000 & sleep 0.2; touch {tmp_path}/full"
    pipe = pipe_to(program(f"{lines(0.5)}\nread -r _ < {tmp_path}/go\n{flood}\nsleep 60"))
    await anyio.run_process(["mkfifo", f"{tmp_path}/go"])
    assert busy(await pipe.read()) == 50.0
    await anyio.Path(tmp_path / "go").write_text("go\n")
    await until((tmp_path / "full").exists)
    assert await pipe.read() == Unknown("macmon's lines had gone old unread, so it was ended")


async def test_another_program_of_that_name_is_no_macmon(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script called macmon on the PATH is not started: it may be a web server."""
    folder = program("echo never").parent
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
    got = macmon_pipe.find(None)
    assert got == Unknown(f"{folder}/macmon is a script, not macmon's program")


async def test_no_macmon_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without macmon lacks it; a configured path that is wrong is named."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert macmon_pipe.find(None) == Absent("the program macmon is not installed")
    got = macmon_pipe.find("/nowhere/macmon")
    assert got == Unknown("the configured program /nowhere/macmon can't be executed")
