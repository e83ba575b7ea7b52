import os
import signal
import sys
from pathlib import Path

import anyio
import pytest

from engine.process import (
    OutputTooLarge,
    ProcessError,
    ProcessTimedOut,
    ProgramMissing,
    find_program,
    run,
    spawn,
)

pytestmark = pytest.mark.anyio

# A shell that starts a grandchild, says its pid in a file, and waits for it.
FAMILY = "sleep 600 & echo $! > {path}; echo $$ > {path}.child; wait"


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-E", "-c", code]


async def written(path: Path) -> int:
    """Return the number that a child writes to a file, once it has."""
    with anyio.fail_after(20):
        while True:
            if path.exists() and (text := path.read_text().strip()):
                return int(text)
            await anyio.sleep(0.005)


async def gone(pid: int) -> bool:
    """Return whether the process ends, or is a zombie that only its parent can remove."""
    with anyio.move_on_after(20):
        while True:
            try:
                os.kill(pid, 0)
                state = Path(f"/proc/{pid}/stat")
                if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
                    return True
            except (ProcessLookupError, FileNotFoundError):
                return True
            await anyio.sleep(0.01)
    return False


async def test_what_a_child_wrote_is_returned_with_its_status() -> None:
    """Both streams and the exit status come back as they were; a non-zero exit is no error."""
    code = "import sys; sys.stdout.write('out'); sys.stderr.write('err'); sys.exit(3)"
    finished = await run(python(code))
    assert (finished.returncode, finished.stdout, finished.stderr) == (3, b"out", b"err")


async def test_a_signal_is_a_negative_status() -> None:
    """A child that a signal ended has the signal's number, negative."""
    finished = await run(["sh", "-c", "kill -TERM $$"])
    assert finished.returncode == -signal.SIGTERM


async def test_a_timed_out_child_leaves_no_grandchild(tmp_path: Path) -> None:
    """Past its time a child is ended together with the processes that it started."""
    path = tmp_path / "pid"
    with pytest.raises(ProcessTimedOut, match=r"^sh did not finish within 0\.5 s and was ended$"):
        await run(["sh", "-c", FAMILY.format(path=path)], timeout_s=0.5)
    assert await gone(await written(path))


async def test_a_cancelled_child_leaves_no_grandchild(tmp_path: Path) -> None:
    """Cancelling the wait ends the child's whole group."""
    path = tmp_path / "pid"
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: run(["sh", "-c", FAMILY.format(path=path)]))
        grandchild = await written(path)
        group.cancel_scope.cancel()
    assert await gone(grandchild)
    assert await gone(await written(Path(f"{path}.child")))


async def test_an_error_in_the_block_ends_the_child(tmp_path: Path) -> None:
    """A spawned child doesn't outlive its block, by whatever way the block is left."""
    path = tmp_path / "pid"

    async def broken() -> None:
        async with spawn(["sh", "-c", FAMILY.format(path=path)]):
            await written(path)
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        await broken()
    assert await gone(int(path.read_text()))


async def test_a_child_that_ignores_sigterm_is_ended_too() -> None:
    """Nothing is asked politely: a child that ignores SIGTERM ends all the same."""
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    with pytest.raises(ProcessTimedOut):
        await run(python(code), timeout_s=0.5)


async def test_what_a_child_leaves_running_does_not_hold_the_answer_up(tmp_path: Path) -> None:
    """A child that ends leaves nothing: what it left running, with its pipes open, is ended."""
    path = tmp_path / "pid"
    finished = await run(["sh", "-c", f"sleep 600 & echo $! > {path}; echo done"])
    assert finished.stdout == b"done\n"
    assert await gone(int(path.read_text()))


async def test_too_much_output_ends_the_child(tmp_path: Path) -> None:
    """Past the limit the child is ended, also one that then says nothing more and stays."""
    code = "import sys, time; sys.stdout.write('x' * 2000); sys.stdout.flush(); time.sleep(600)"
    with pytest.raises(OutputTooLarge, match=r"wrote more than 1,000 bytes and was ended$"):
        await run(python(code), max_output_bytes=1000)


async def test_too_much_output_of_a_grandchild_ends_both(tmp_path: Path) -> None:
    """The limit holds for a child whose own child floods the pipe and keeps stderr open."""
    path = tmp_path / "pid"
    with pytest.raises(OutputTooLarge):
        await run(["sh", "-c", f"yes & echo $! > {path}; wait"], max_output_bytes=100_000)
    assert await gone(int(path.read_text()))


async def test_output_of_exactly_the_limit_is_taken() -> None:
    """The limit itself is still allowed."""
    finished = await run(python("print('x' * 999)"), max_output_bytes=1000)
    assert len(finished.stdout) == 1000


async def test_a_flood_on_stderr_is_read_and_cut() -> None:
    """Endless complaints fill neither the memory nor the pipe."""
    finished = await run(python("import sys; sys.stderr.write('e' * 3_000_000); print('ok')"))
    assert finished.stdout == b"ok\n"
    assert len(finished.stderr) == 1 << 16


async def test_a_missing_program_is_named() -> None:
    """A program that isn't there is an error of its own."""
    with pytest.raises(ProgramMissing, match=r"^no-such-program was not found") as caught:
        await run(["no-such-program", "x"])
    assert caught.value.program == "no-such-program"


async def test_a_file_that_is_no_program_is_named(tmp_path: Path) -> None:
    """A file without the permission to run is reported as such."""
    path = tmp_path / "data"
    path.write_text("hello")
    with pytest.raises(ProgramMissing):
        await run([str(path)])


async def test_a_program_of_a_strange_format_is_an_error_in_words(tmp_path: Path) -> None:
    """A file that the system can't execute is a ProcessError with the system's reason."""
    path = tmp_path / "odd"
    path.write_bytes(b"\x00\x01\x02not a program")
    path.chmod(0o755)
    with pytest.raises(ProcessError, match="can't be started: Exec format error"):
        await run([str(path)])


async def test_an_argument_with_a_null_is_an_error_in_words() -> None:
    """What no system call can take is a ProcessError too."""
    with pytest.raises(ProcessError, match="can't be started: embedded null byte"):
        await run(["echo", "a\0b"])


async def test_a_bad_folder_is_named(tmp_path: Path) -> None:
    """A missing working folder, or a file in its place, is told apart from a missing program."""
    file = tmp_path / "file"
    file.touch()
    for cwd in (tmp_path / "gone", str(tmp_path / "gone"), file):
        with pytest.raises(ProcessError, match=f"^the folder {cwd} can't be entered$"):
            await run(["true"], cwd=cwd)
    with pytest.raises(ProgramMissing):
        await run(["no-such-program"], cwd=tmp_path)


async def test_stdin_larger_than_any_pipe_goes_through() -> None:
    """A child that answers while it reads gets all of its input, and all of its answer is read."""
    data = os.urandom(1 << 20) * 3
    assert (await run(["cat"], stdin=data)).stdout == data


async def test_a_child_that_ignores_its_stdin_is_no_error() -> None:
    """A child may end without having read what it was given."""
    finished = await run(["sh", "-c", "exec <&-; echo fine"], stdin=b"x" * 5_000_000)
    assert (finished.returncode, finished.stdout) == (0, b"fine\n")


async def test_without_stdin_a_child_reads_nothing() -> None:
    """A child that reads gets the end of its input at once, never the terminal."""
    assert (await run(["cat"])).stdout == b""
    assert (await run(["cat"], stdin=b"")).stdout == b""


async def test_bytes_come_back_as_they_are() -> None:
    """Output is not decoded: invalid UTF-8, nulls and other scripts survive."""
    code = "import sys; sys.stdout.buffer.write(sys.argv[1].encode() + bytes(range(256)))"
    finished = await run([*python(code), "größe 取引"])
    assert finished.stdout == "größe 取引".encode() + bytes(range(256))


async def test_a_child_gets_the_environment_that_it_is_given(tmp_path: Path) -> None:
    """Environment and working folder are the caller's."""
    finished = await run(
        ["sh", "-c", 'echo "$COLOUR"; pwd'],
        cwd=tmp_path,
        env={"COLOUR": "blue", "PATH": os.environ["PATH"]},
    )
    assert finished.stdout.decode().splitlines() == ["blue", str(tmp_path)]


async def test_many_children_at_once_keep_apart() -> None:
    """Children that run at the same time each get their own output."""
    got: dict[int, bytes] = {}

    async def one(number: int) -> None:
        got[number] = (await run(["echo", str(number)])).stdout

    async with anyio.create_task_group() as group:
        for number in range(30):
            group.start_soon(one, number)
    assert got == {number: f"{number}\n".encode() for number in range(30)}


async def test_cancelling_at_any_moment_leaves_no_child(tmp_path: Path) -> None:
    """Wherever the cancellation falls, also while the child is being started, none stays."""
    for turn in range(25):
        with anyio.move_on_after(turn * 0.002):
            await run(["sh", "-c", f"echo $$ > {tmp_path / str(turn)}; sleep 600"])
    for path in tmp_path.iterdir():
        if text := path.read_text().strip():
            assert await gone(int(text))


def test_a_program_is_looked_for_in_its_folder_first(tmp_path: Path) -> None:
    """A program in the named folder wins over PATH's; without one PATH's is taken."""
    mine = tmp_path / "sh"
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    assert find_program("sh", folder=str(tmp_path)) == str(mine)
    assert find_program("cat", folder=str(tmp_path)) == find_program("cat")
    assert find_program("no-such-program") is None
