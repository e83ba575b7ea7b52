"""Child processes that never outlive the question they were started for.

A child runs in a session of its own; leaving the block, by whatever way, kills its whole group, so
a cancelled query leaves no process and no grandchild behind.

    ProcessError
    ├── ProgramMissing    the program isn't there or can't be executed
    ├── ProcessTimedOut   it ran longer than it was given
    └── OutputTooLarge    it wrote more than it was allowed
"""

import os
import shutil
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from subprocess import DEVNULL, PIPE

import anyio
from anyio.abc import ByteReceiveStream, Process

MAX_OUTPUT_BYTES = 256 * 1024 * 1024
_CHUNK_BYTES = 1 << 18
_KEPT_STDERR_BYTES = 1 << 16


class ProcessError(Exception):
    """A child process could not do its work."""


class ProgramMissing(ProcessError):
    def __init__(self, program: str) -> None:
        super().__init__(f"{program} was not found or can't be executed")
        self.program = program


class ProcessTimedOut(ProcessError):
    def __init__(self, program: str, timeout_s: float) -> None:
        super().__init__(f"{program} did not finish within {timeout_s:g} s and was ended")


class OutputTooLarge(ProcessError):
    def __init__(self, program: str, limit_bytes: int) -> None:
        super().__init__(f"{program} wrote more than {limit_bytes:,} bytes and was ended")


@dataclass(frozen=True, slots=True)
class Finished:
    """A child that ended: its exit status (negative: the signal) and what it wrote."""

    returncode: int
    stdout: bytes
    stderr: bytes


@asynccontextmanager
async def spawn(
    argv: Sequence[str],
    *,
    cwd: str | os.PathLike[str] | None = None,
    env: Mapping[str, str] | None = None,
    stdin: int = DEVNULL,
    stderr: int = PIPE,
) -> AsyncIterator[Process]:
    """Run `argv` (no shell) for the length of the block; its process group dies with the block."""
    try:
        process = await anyio.open_process(
            argv,
            stdin=stdin,
            stdout=PIPE,
            stderr=stderr,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )
    except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
        if cwd is not None and not os.path.isdir(cwd):
            raise ProcessError(f"the folder {os.fspath(cwd)} can't be entered") from error
        raise ProgramMissing(argv[0]) from error
    except OSError as error:
        raise ProcessError(f"{argv[0]} can't be started: {error.strerror or error}") from error
    try:
        yield process
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with anyio.CancelScope(shield=True):
            await process.aclose()


async def run(
    argv: Sequence[str],
    *,
    cwd: str | os.PathLike[str] | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    timeout_s: float = 60.0,
    max_output_bytes: int = MAX_OUTPUT_BYTES,
) -> Finished:
    """Run `argv` to its end and return what it wrote.

    A non-zero exit is not an error here: its meaning belongs to the program.

    Raises:
        ProgramMissing, ProcessTimedOut, OutputTooLarge, ProcessError.
    """
    out, err = bytearray(), bytearray()
    try:
        with anyio.fail_after(timeout_s):
            async with spawn(argv, cwd=cwd, env=env, stdin=DEVNULL if stdin is None else PIPE) as p:
                async with anyio.create_task_group() as group:
                    if stdin is not None:
                        group.start_soon(_feed, p, stdin)
                    group.start_soon(_drain, p, p.stderr, err, None)
                    group.start_soon(_drain, p, p.stdout, out, max_output_bytes)
                returncode = await p.wait()
    except TimeoutError as error:
        raise ProcessTimedOut(argv[0], timeout_s) from error
    if len(out) > max_output_bytes:
        raise OutputTooLarge(argv[0], max_output_bytes)
    return Finished(returncode, bytes(out), bytes(err[:_KEPT_STDERR_BYTES]))


async def _feed(process: Process, data: bytes) -> None:
    """Write all of `data`, then close; a child that stops reading early is its own business."""
    assert process.stdin is not None
    with suppress(anyio.BrokenResourceError, BrokenPipeError, ConnectionResetError):
        await process.stdin.send(data)
    with suppress(anyio.BrokenResourceError, BrokenPipeError, ConnectionResetError):
        await process.stdin.aclose()


async def _drain(
    process: Process, stream: ByteReceiveStream | None, into: bytearray, limit_bytes: int | None
) -> None:
    """Read to the end of the stream; past the limit the child is killed, without one the rest is
    read and thrown away.
    """
    assert stream is not None
    while True:
        try:
            chunk = await stream.receive(_CHUNK_BYTES)
        except anyio.EndOfStream:
            return
        if limit_bytes is not None and len(into) > limit_bytes:
            with suppress(ProcessLookupError):
                process.kill()
            return
        if limit_bytes is not None or len(into) < _KEPT_STDERR_BYTES:
            into += chunk


def find_program(name: str, *, folder: str | None = None) -> str | None:
    """Return the full path of an executable: in `folder` first, then on PATH; None where neither."""
    if folder is not None and (found := shutil.which(name, path=folder)):
        return found
    return shutil.which(name)
