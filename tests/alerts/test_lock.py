"""The lock of the alerts, between real processes."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.alerts.lock import LOCK, AlertLock, evaluator
from engine.file_lock import Owner

_HOLDS = """
import sys
from pathlib import Path
from engine.alerts.lock import AlertLock
from engine.file_lock import Owner
lock = AlertLock(Path(sys.argv[1]), Owner("other", 77, "/there"))
print(lock.take(1_790_000_000.0), flush=True)
sys.stdin.read()
"""


@contextmanager
def another(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run a process that takes the lock and keeps it until it is ended."""
    argv = [sys.executable, "-c", _HOLDS, str(folder)]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        try:
            yield process
        finally:
            process.kill()


def lock(folder: Path, session: str = "one") -> AlertLock:
    return AlertLock(folder, Owner(session, 1, "/here"))


def test_one_at_a_time(tmp_path: Path) -> None:
    """While another process has the lock it can't be had, and who has it is known by name."""
    with another(tmp_path) as process:
        mine = lock(tmp_path)
        assert not mine.take(0.0)
        assert not mine.held
        assert mine.said() == Owner("other", 77, "/there", 1_790_000_000.0)
        assert evaluator(tmp_path) == mine.said()
        process.kill()
        process.wait()
        assert evaluator(tmp_path) is None
        assert mine.take(5.0)
        assert mine.said() == Owner("one", 1, "/here", 5.0)
        mine.release()


def test_stopped_holder_keeps_it(tmp_path: Path) -> None:
    """A process that is stopped keeps the lock, and its beat stands still."""
    with another(tmp_path) as process:
        process.send_signal(signal.SIGSTOP)
        mine = lock(tmp_path)
        before = mine.last_beat()
        assert not mine.take(0.0)
        assert mine.last_beat() == before


def test_beat_moves_on(tmp_path: Path) -> None:
    """Whoever holds the lock moves its file's time on with each beat."""
    mine = lock(tmp_path)
    assert mine.last_beat() is None
    assert mine.take(0.0)
    (tmp_path / LOCK).touch()
    before = mine.last_beat()
    assert mine.beat()
    assert mine.last_beat() != before
    mine.release()


def test_removed_file_is_no_lock(tmp_path: Path) -> None:
    """A holder whose file was removed lets go at its next beat, as another may hold a new one."""
    mine, other = lock(tmp_path), lock(tmp_path, "two")
    assert mine.take(0.0)
    (tmp_path / LOCK).unlink()
    assert other.take(0.0)
    assert not mine.beat()
    assert not mine.held
    assert other.beat()
    other.release()


def test_damaged_text(tmp_path: Path) -> None:
    """The lock counts, not its text: a holder that can't be read is one that has not said."""
    mine = lock(tmp_path)
    assert mine.take(0.0)
    (tmp_path / LOCK).write_bytes(b"\xff{")
    assert str(evaluator(tmp_path)) == "a process that has not said who it is"
    mine.release()
