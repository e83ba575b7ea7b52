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
_LOOK_S = 0.05


class ProcessError(Exception):
    """A child process could not do its work."""


class ProgramMissing(ProcessError):
    def __init__(self, program: str) -> None:
        super().__init__(f"{program} was not found or can't be executed")
        self.program = program


class ProcessTimedOut(ProcessError):
    def __init__(self, program: str, timeout_s: float, written: bytes = b"") -> None:
        super().__init__(f"{program} did not finish within {timeout_s:g} s and was ended")
        self.written = written  # until then, on stdout


class OutputTooLarge(ProcessError):
    def __init__(self, program: str, limit_bytes: int, written: bytes = b"") -> None:
        super().__init__(f"{program} wrote more than {limit_bytes:,} bytes and was ended")
        self.written = written  # of it so many bytes


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
        # Cancelled halfway, asyncio would leave the child's pipes open.
        with anyio.CancelScope(shield=True):
            process = await anyio.open_process(
                argv,
                stdin=stdin,
                stdout=PIPE,
                stderr=stderr,
                cwd=cwd,
                env=env,
                start_new_session=True,
            )
    except OSError as error:
        if cwd is not None and error.filename == cwd:
            raise ProcessError(f"the folder {os.fspath(cwd)} can't be entered") from error
        if isinstance(error, FileNotFoundError | PermissionError | NotADirectoryError):
            raise ProgramMissing(argv[0]) from error
        raise ProcessError(f"{argv[0]} can't be started: {error.strerror or error}") from error
    except ValueError as error:
        raise ProcessError(f"{argv[0]!r} can't be started: {error}") from error
    try:
        yield process
    finally:
        _end_group(process)
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
    """Run `argv` to its end and return what it wrote; what it leaves running is ended with it.

    A non-zero exit is not an error here: its meaning belongs to the program.

    Raises:
        ProgramMissing, ProcessTimedOut, OutputTooLarge, ProcessError.
    """
    out, err = bytearray(), bytearray()
    try:
        with anyio.fail_after(timeout_s):
            async with spawn(argv, cwd=cwd, env=env, stdin=DEVNULL if stdin is None else PIPE) as p:
                async with anyio.create_task_group() as watch:
                    watch.start_soon(_end_what_it_leaves, p)
                    async with anyio.create_task_group() as group:
                        if stdin is not None:
                            group.start_soon(_feed, p, stdin)
                        group.start_soon(_drain, p, p.stderr, err, None)
                        group.start_soon(_drain, p, p.stdout, out, max_output_bytes)
                    watch.cancel_scope.cancel()
                returncode = await p.wait()
    except TimeoutError as error:
        written = bytes(out[:max_output_bytes])
        raise ProcessTimedOut(argv[0], timeout_s, written) from error
    if len(out) > max_output_bytes:
        raise OutputTooLarge(argv[0], max_output_bytes, bytes(out[:max_output_bytes]))
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
        if limit_bytes is not None or len(into) < _KEPT_STDERR_BYTES:
            into += chunk
        if limit_bytes is not None and len(into) > limit_bytes:
            _end_group(process)
            return


async def _end_what_it_leaves(process: Process) -> None:
    """Kill what a child leaves behind, which holds the pipes open, and so `wait` too."""
    while process.returncode is None:  # noqa: ASYNC110 - asyncio tells of it only by `wait`
        await anyio.sleep(_LOOK_S)
    _end_group(process)


def _end_group(process: Process) -> None:
    """Kill the child and all that it started.

    The number of a child that was reaped stays its group's while anyone is left in it; once it is
    some other process's number, nobody is.
    """
    if process.returncode is not None and _exists(process.pid):
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def find_program(name: str, *, folder: str | None = None) -> str | None:
    """Return the path of an executable: in `folder` first, then on PATH; None where neither."""
    if folder is not None and (found := shutil.which(name, path=folder)):
        return found
    return shutil.which(name)
