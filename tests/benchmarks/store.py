"""What a commit and a look at the other sessions cost: `python -m tests.benchmarks.store [FOLDER]`.

Bars: acknowledgement p99 at most 5 × the p99 of `os.write` of the same line, in the same run; a
commit is made on the loop, so its longest must stay under 8 ms, also while others commit, one of
them is stopped, or a program fills the disk. A look at 50 sessions under 5 ms. FOLDER is on the
disk to measure; without it the system's folder for temporary files is taken.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from engine.events import Event, Notice, SessionJoined
from engine.runtime.responsiveness import favoured_loop
from engine.store.journals.journal import Journal, line
from engine.store.journals.segment_file import Durability
from engine.store.sessions.sessions import Peers
from tests.store.events import Session

COMMITS = 3000
TURN = 10  # commits before the loop has a turn: answers come in bursts
ROOT = Path(__file__).parents[2]
Commit = Callable[[Event], Awaitable[None]]


def event(number: int) -> Event:
    return Notice(
        session="20261122T162629-1234-abcd",
        seq=number,
        mono_s=123.456789,
        wall_s=1.8e9 + number,
        key="benchmark",
        severity="info",
        text="x" * 200,
    )


def bare(folder: Path) -> tuple[Commit, Callable[[], None]]:
    """Return a commit that is one `os.write` of a line made before, and nothing else."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    file, ready = os.open(folder / "bare", flags, 0o600), line(event(COMMITS))

    async def write(_: Event) -> None:
        os.write(file, ready)

    return write, lambda: os.close(file)


def journal(
    folder: Path, session: str, durability: Durability
) -> tuple[Commit, Callable[[], None]]:
    made = Journal(folder, session, durability=durability)
    return made.commit, made.close


async def times_us(commits: Sequence[Commit], count: int) -> list[list[float]]:
    """Return what each of many commits took, sorted; the ways of committing take turns."""
    taken: list[list[float]] = [[] for _ in commits]
    for number in range(count + 1):
        this = event(number)
        for commit, times in zip(commits, taken, strict=True):
            before = time.perf_counter()
            await commit(this)
            if number:  # the first one makes the file
                times.append((time.perf_counter() - before) * 1e6)
        if number % TURN == 0:
            await anyio.sleep(0.001)
    return [sorted(times) for times in taken]


@contextmanager
def programs(argvs: Sequence[Sequence[str]], *, stop_one: bool = False) -> Iterator[None]:
    """Run programs beside the block; the first of them may be stopped in the middle of its work."""
    with ExitStack() as stack:
        children = [
            stack.enter_context(subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.DEVNULL))
            for argv in argvs
        ]
        for child in children:
            stack.callback(child.kill)
        if argvs:
            time.sleep(1.0)  # until they have started
        if stop_one:
            children[0].send_signal(signal.SIGSTOP)
        yield


def writers(folder: Path) -> list[list[str]]:
    """Eight sessions that commit 250 times a second each."""
    program = [sys.executable, "-m", "tests.store.writer", str(folder)]
    return [[*program, f"w{number}", "1000000", "0.004"] for number in range(8)]


HOG = """
import os, sys
file, block = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT), bytes(1 << 20)
while True:
    os.lseek(file, 0, os.SEEK_SET)
    for _ in range(1000):
        os.write(file, block)
    os.fsync(file)
"""


def hog(folder: Path) -> list[list[str]]:
    """A program that writes 1 GB over and over and has it synced."""
    return [[sys.executable, "-c", HOG, str(folder / "hog")]]


async def compared(
    folder: Path, title: str, argvs: Sequence[Sequence[str]], *, stop_one: bool = False
) -> None:
    """Print the percentiles of a bare write and of a commit, taken in turns."""
    with programs(argvs, stop_one=stop_one):
        print(f"{title}:")
        for turn in range(3):
            write, shut = bare(folder)
            commit, close = journal(folder, f"{title.split(maxsplit=1)[0]}{turn}", "os")
            floor, taken = await times_us((write, commit), COMMITS)
            shut()
            close()
            ratio = _at(taken, 0.99) / _at(floor, 0.99)
            print(f"  write  {_row(floor)}\n  commit {_row(taken)}   p99 {ratio:.1f} × a write")


async def looked(folder: Path) -> None:
    """Print what a look at 50 sessions costs, ten of them asking, beside 200 dead ones."""
    for number in range(200):
        dead = Journal(folder, f"dead{number}")
        await dead.commit(event(0))
        dead.close()
    sessions = [Session(f"live{number}") for number in range(50)]
    journals = [Journal(folder, session.bus.session) for session in sessions]
    for made, session in zip(journals, sessions, strict=True):
        joined = SessionJoined(project="/p", pid=1, version="1", interactive=True)
        await made.commit(session.stamped(joined))
        for _ in range(1000):
            made.record(session.sample())
        await made.flush()
    watch, taken = Peers(folder), []
    for turn in range(60):
        for made, session in islice(zip(journals, sessions, strict=True), 10):
            await made.commit(session.asked(f"q{turn}", "status"))
        before = time.perf_counter()
        seen = len(watch.look())
        taken.append((time.perf_counter() - before) * 1e3)
    first, *later = taken
    later.sort()
    print(f"a look at {seen} sessions: first {first:.1f} ms, then p50 {later[30]:.1f} ms")
    for made in journals:
        made.close()


async def synced(folder: Path) -> None:
    commit, close = journal(folder, "disk", "disk")
    (taken,) = await times_us((commit,), 300)
    close()
    print(f"durability disk, 300 commits:\n  commit {_row(taken)}")


def _at(taken: Sequence[float], share: float) -> float:
    return taken[min(len(taken) - 1, int(len(taken) * share))]


def _row(taken: Sequence[float]) -> str:
    p50, p99, p999 = (_at(taken, share) for share in (0.5, 0.99, 0.999))
    return f"p50 {p50:7.1f}  p99 {p99:7.1f}  p99.9 {p999:8.1f}  longest {taken[-1]:9.1f} µs"


async def main() -> None:
    with (
        TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name,
        favoured_loop(),
    ):
        folder = Path(name)
        await compared(folder, "alone", [])
        await compared(folder, "eight sessions commit beside it", writers(folder))
        title = "one of eight is stopped with SIGSTOP"
        await compared(folder, title, writers(folder / "other"), stop_one=True)
        await compared(folder, "a program fills the disk beside it", hog(folder))
        await synced(folder)
        await looked(folder / "fifty")


if __name__ == "__main__":
    anyio.run(main)
