"""Apple's GPU through the macmon program: one long-running child, its newest line.

The child writes a line of NDJSON an interval, each the mean of that interval. It is ended as a
group by `aclose`.
"""

import math
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
from anyio.abc import Process

from engine.events import GpuDevice
from engine.evidence import clean
from engine.probes import macmon_sample
from engine.probes.reading import Absent, Unknown, attempt
from engine.process import ProcessError, find_program, spawn

SOURCE = "macmon"
FOLDERS = ("/opt/homebrew/bin", "/opt/local/bin")  # not on the PATH of every way to start
_BACKLOG_BYTES = 1 << 16  # a pipe's capacity: past it the child stood still, and its lines are old
_GRACE_S = 2.0


class MacmonPipe:
    """Starts `macmon pipe` at the first reading and keeps it."""

    def __init__(self, configured: str | None, interval_s: float) -> None:
        self._configured = configured
        self._interval_s = max(0.1, interval_s)  # macmon itself goes no faster
        self._stack = AsyncExitStack()
        self._process: Process | None = None
        self._rest = b""

    async def read(self) -> tuple[GpuDevice, ...] | Unknown:
        """Return the GPU of the newest line; waits for the first one."""
        program = attempt(lambda: find(self._configured)) if self._process is None else ""
        if isinstance(program, Unknown):
            return program
        try:
            line = await self._newest_line(self._process or await self._start(program))
        except ProcessError as error:
            await self.aclose()
            return Unknown(str(error))
        except TimeoutError:
            await self.aclose()
            return Unknown(f"macmon wrote nothing for {self._interval_s + _GRACE_S:.3g} s")
        except anyio.EndOfStream:
            return Unknown(await self._why_it_ended())
        device = macmon_sample.parse_line(line, SOURCE)
        return device if isinstance(device, Unknown) else (device,)

    async def aclose(self) -> None:
        """End the child, if there is one."""
        self._process, self._rest = None, b""
        await self._stack.aclose()

    async def _start(self, program: str) -> Process:
        interval = str(math.ceil(self._interval_s * 1000))
        child = spawn([program, "pipe", "-i", interval])
        self._process = await self._stack.enter_async_context(child)
        return self._process

    async def _newest_line(self, process: Process) -> bytes:
        assert process.stdout is not None
        before = len(self._rest)
        with anyio.move_on_after(0):  # take what is there, without waiting
            while True:
                self._rest += await process.stdout.receive()
        if b"\n" in self._rest and len(self._rest) - before > _BACKLOG_BYTES:
            raise ProcessError("macmon's lines had gone old unread, so it was ended")
        with anyio.fail_after(self._interval_s + _GRACE_S):
            while b"\n" not in self._rest:
                if len(self._rest) > _BACKLOG_BYTES:
                    raise ProcessError("macmon wrote no line, but something else")
                self._rest += await process.stdout.receive()
        *lines, self._rest = self._rest.split(b"\n")
        return lines[-1]

    async def _why_it_ended(self) -> str:
        process, said = self._process, b""
        if process is not None and process.stderr is not None:
            with anyio.move_on_after(0.5):
                said = await process.stderr.receive(4096)
        await self.aclose()
        text = clean(said.decode("utf-8", "replace").strip().partition("\n")[0])
        return f"macmon ended: {text}" if text else "macmon ended without a word"


def find(configured: str | None) -> str | Unknown:
    """Return the path of macmon: the configured one, or the one that is installed.

    A script of that name is not it: the PyPI package `macmon` installs one, which starts a web
    server. A configured path is its user's own choice and taken as it is.
    """
    if configured is not None:
        path = find_program(configured)
        return path or Unknown(f"the configured program {clean(configured)} can't be executed")
    found = find_program("macmon") or next(
        (path for folder in FOLDERS if (path := find_program("macmon", folder=folder))), None
    )
    if found is None:
        return Absent("the program macmon is not installed")
    with Path(found).open("rb") as file:
        is_script = file.read(2) == b"#!"
    return Unknown(f"{clean(found)} is a script, not macmon's program") if is_script else found
