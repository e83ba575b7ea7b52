import errno
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.journals.journal import Journal, JournalError, read_events

from .events import Session, recorded

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("a small file system can't be mounted by this user")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_full_disk_loses_nothing(small_disk: Path, session: Session) -> None:
    """What does not fit waits, and is all there once there is room; no line twice."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 48 * 1024)
    journal = Journal(small_disk, "s1")
    events = [session.fact("y" * 200) for _ in range(200)]
    causes: list[str] = []
    for event in events:
        journal.record(event)
        try:
            await journal.flush()
        except JournalError as error:
            causes.append(str(error))
    assert causes
    assert all("No space left on device" in cause for cause in causes)
    assert journal.pending >= len(causes)
    journal_size = journal.path.stat().st_size
    ballast.unlink()
    subprocess.run(
        ["mount", "-o", "remount,size=4m", str(small_disk)], check=True, capture_output=True
    )
    await journal.flush()
    assert journal.path.stat().st_size > journal_size
    assert recorded(journal) == events
    assert journal.pending == 0
    journal.close()


FULL = """
import resource, signal, sys, anyio
from pathlib import Path
from engine.events import Notice
from engine.store.journals.journal import Journal, JournalError, read_events

async def main():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    journal, failed = Journal(Path(sys.argv[1]), "s1"), 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, hard))
    for seq in range(1, 101):
        journal.record(Notice(seq=seq, key="k", severity="info", text="z" * 90))
        try:
            await journal.flush()
        except JournalError:
            failed += 1
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await journal.flush()
    numbers = list(dict.fromkeys(e.seq for e in read_events(journal.path)))
    print(failed > 0, numbers == list(range(1, 101)))

anyio.run(main)
"""


def test_a_limit_on_the_files_size_loses_nothing(tmp_path: Path) -> None:
    """The same holds where the file may grow no further: short writes, then none, then all."""
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.split() == ["True", "True"], done.stderr


FEW_FILES = """
import os, resource, sys, anyio
from pathlib import Path
from engine.events import Notice
from engine.store.journals.journal import Journal, JournalError

def notice(seq):
    return Notice(seq=seq, key="k", severity="info", text="x")

async def main():
    await anyio.to_thread.run_sync(int)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    taken = []
    try:
        while True:
            taken.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    journal = Journal(Path(sys.argv[1]), "s1", segment_bytes=100)
    journal.record(notice(1))
    try:
        await journal.commit(notice(2))
    except JournalError as error:
        print(error, "|", error.remedy)
    os.close(taken.pop())
    for seq in range(3, 20):  # no file is left for a next segment
        await journal.commit(notice(seq))
    for file in taken:
        os.close(file)
    print([e.seq for e in journal.events()] == [1, *range(3, 20)])

anyio.run(main)
"""


def test_without_a_file_handle_nothing_is_lost(tmp_path: Path) -> None:
    """With `ulimit -n 64` used up the cause is named; with one handle it goes on in one segment."""
    done = subprocess.run(
        [sys.executable, "-c", FEW_FILES, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    path = tmp_path / "journals" / "s1.jsonl"
    assert done.stdout.splitlines() == [
        f"the journal {path} can't be written: Too many open files"
        " | raise the limit on open files (ulimit -n)",
        "True",
    ], done.stderr


async def test_a_clock_that_is_set_back_moves_nothing(journal: Journal, session: Session) -> None:
    """Events of a session stand in the order of their numbers, whatever time they carry."""
    events = [session.fact("before")]
    session.clock.set_wall(session.clock.wall_s() - 86_400)
    events += [session.fact("a day earlier"), session.fact("later")]
    for event in events:
        await journal.commit(event)
    assert recorded(journal) == events
    assert events[1].wall_s < events[0].wall_s


async def test_a_torn_last_line_and_a_flipped_byte_cost_one_line_each(
    journal: Journal, session: Session
) -> None:
    """The rest of a damaged journal is read."""
    events = [session.fact(str(number)) for number in range(6)]
    for event in events:
        await journal.commit(event)
    journal.close()
    raw = bytearray(journal.path.read_bytes())
    raw[len(raw) // 2] ^= 0x10
    journal.path.write_bytes(raw[:-7])
    numbers = [event.seq for event in recorded(journal)]
    assert len(numbers) == 4
    assert set(numbers) < {event.seq for event in events[:-1]}


def test_every_cause_comes_with_something_to_do() -> None:
    """Whatever the system refuses, the error names the file, the reason and a remedy."""
    for code in errno.errorcode:
        error = JournalError(Path("/s/journals/a.jsonl"), OSError(code, os.strerror(code)))
        assert str(error).startswith("the journal /s/journals/a.jsonl can't be written: ")
        assert os.strerror(code) in str(error)
        assert error.remedy
    assert "free space" in JournalError(Path("a"), OSError(errno.ENOSPC, "full")).remedy


READ_ONLY = """
import os, sys, anyio
from pathlib import Path
from engine.events import Notice
from engine.store.journals.journal import Journal, JournalError

async def main():
    os.setgid(65534)
    os.setuid(65534)
    try:
        await Journal(Path(sys.argv[1]), "s1").commit(Notice(key="k", severity="info", text=""))
    except JournalError as error:
        print(error)

anyio.run(main)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without rights")
def test_a_folder_without_the_right_to_write_is_named(tmp_path: Path) -> None:
    """The error names the journal and the system's reason."""
    import tempfile

    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, name],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    path = folder / "journals" / "s1.jsonl"
    assert done.stdout.strip() == (f"the journal {path} can't be written: Permission denied"), (
        done.stderr
    )


WRITER = """
import sys, anyio
from pathlib import Path
from engine.events import Notice
from engine.store.journals.journal import Journal

async def main():
    journal = Journal(Path(sys.argv[1]), sys.argv[2])
    for seq in range(1, 1_000_000):
        journal.record(Notice(seq=2 * seq - 1, key="k", severity="info", text="before"))
        await journal.commit(Notice(seq=2 * seq, key="k", severity="info", text="x" * (seq % 300)))
        sys.stdout.write(f"{2 * seq}\\n")
        sys.stdout.flush()

anyio.run(main)
"""


def acknowledged_of_a_killed_writer(folder: Path, turn: int) -> tuple[int, Path]:
    """Kill a writer after some acknowledged commits; return the last number and its journal."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), f"s{turn}"], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    last = 0
    for _ in range(1 + 7 * turn):
        last = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    for rest in writer.stdout:
        if rest.endswith(b"\n"):
            last = int(rest)
    writer.stdout.close()
    assert writer.wait() == -signal.SIGKILL
    return last, folder / "journals" / f"s{turn}.jsonl"


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    """In 20 rounds of a writer killed at any moment every acknowledged event is on disk, in order,
    and the dead session's lock is free.
    """
    for turn in range(20):
        last, path = acknowledged_of_a_killed_writer(tmp_path, turn)
        numbers = [event.seq for event in read_events(path)]
        assert numbers[:last] == list(range(1, last + 1))
        with path.open() as other:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_child_does_not_keep_a_dead_sessions_lock(tmp_path: Path) -> None:
    """A program that a session started inherits no journal: the lock ends with the session."""
    code = WRITER.replace(
        'sys.stdout.write(f"{2 * seq}\\n")',
        "import subprocess as s; print(s.Popen(['sleep', '600'], stdout=s.DEVNULL).pid); return",
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), "s1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        timeout=60,
    )
    try:
        with (tmp_path / "journals" / "s1.jsonl").open() as other:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.kill(int(done.stdout), signal.SIGKILL)
