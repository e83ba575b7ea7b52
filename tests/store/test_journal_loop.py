import threading
from pathlib import Path

import anyio
import pytest

from engine.store.journals import journal as journal_module
from engine.store.journals.journal import Journal, line
from engine.store.journals.segment_file import Appended, SegmentFile

from .events import Session
from .faults import room_for

pytestmark = pytest.mark.anyio


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each write whether it was made in a thread."""
    seen: list[bool] = []
    real = SegmentFile.append

    def append(self: SegmentFile, lines: list[bytes]) -> Appended:
        seen.append(threading.current_thread() is not threading.main_thread())
        return real(self, lines)

    monkeypatch.setattr(SegmentFile, "append", append)
    return seen


async def test_a_commit_of_little_needs_no_thread(
    journal: Journal, session: Session, threads: list[bool]
) -> None:
    """The first one makes the file in a thread; then little is written at once, much is not."""
    for _ in range(3):
        await journal.commit(session.fact())
    for _ in range(20):
        journal.record(session.sample())
    await journal.commit(session.fact())
    await journal.commit(session.fact("long" * 20_000))
    assert threads == [True, False, False, True, True]
    journal.record(session.sample())
    await journal.flush()
    assert threads[5:] == [True]


async def test_a_slow_disk_is_written_from_a_thread(
    journal: Journal, session: Session, threads: list[bool]
) -> None:
    """After a write that took too long the loop makes none for a while."""
    await journal.commit(session.fact())
    now_s = journal._clock.monotonic_s()
    journal._pace.took(now_s - 1.0, now_s)
    await journal.commit(session.fact())
    assert threads == [True, True]


async def test_durability_disk_never_waits_on_the_loop(
    tmp_path: Path, session: Session, threads: list[bool]
) -> None:
    """A sync takes as long as it takes: in a thread."""
    journal = Journal(tmp_path, "s1", durability="disk")
    for _ in range(3):
        await journal.commit(session.fact())
    assert threads == [True] * 3
    journal.close()


async def test_a_commit_behind_a_slow_batch_keeps_the_order(
    tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a thread writes nobody writes beside it."""
    journal, begun, go_on = Journal(tmp_path, "s1"), threading.Event(), threading.Event()
    await journal.commit(session.fact())
    real = SegmentFile.append

    def append(self: SegmentFile, lines: list[bytes]) -> Appended:
        begun.set()
        assert go_on.wait(10)
        return real(self, lines)

    async with anyio.create_task_group() as group:
        with monkeypatch.context() as patch:
            patch.setattr(SegmentFile, "append", append)
            journal.record(session.fact())
            group.start_soon(journal.flush)
            await anyio.to_thread.run_sync(begun.wait)
        group.start_soon(journal.commit, session.fact())
        await anyio.wait_all_tasks_blocked()
        go_on.set()
    assert [event.seq for event in journal.events()] == [1, 2, 3]
    journal.close()


async def test_a_commit_whose_line_is_whole_has_succeeded(
    tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only what came behind it does not fit, the commit returns, and the rest waits."""
    journal = Journal(tmp_path, "s1")
    await journal.commit(session.fact())
    first, second = session.fact("a"), session.fact("b")
    outcome = []

    async def commit() -> None:
        await journal.commit(first)
        outcome.append("acknowledged")

    monkeypatch.setattr(Journal, "_written_here", lambda _: False)
    with room_for(len(line(first)) + 10):
        async with anyio.create_task_group() as group, journal._lock:
            group.start_soon(commit)
            await anyio.wait_all_tasks_blocked()
            journal.record(second)
    assert outcome == ["acknowledged"]
    assert journal.pending == 1
    await journal.flush()
    assert [event.seq for event in journal.events()] == [1, 2, 3]
    journal.close()


async def test_what_somebody_waits_for_is_never_dropped(
    tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the limit other facts go: a commit that returns has its event on disk."""
    monkeypatch.setattr(journal_module, "MAX_PENDING", 3)
    journal, awaited = Journal(tmp_path, "s1"), session.fact("awaited")
    async with anyio.create_task_group() as group, journal._lock:
        group.start_soon(journal.commit, awaited)
        await anyio.wait_all_tasks_blocked()
        for _ in range(5):
            journal.record(session.fact())
    assert journal.dropped == 3
    assert [event.seq for event in journal.events()] == [1, 5, 6]
    journal.close()


async def test_many_commits_in_a_row_let_others_have_their_turn(
    journal: Journal, session: Session
) -> None:
    """A task that does nothing but commit does not keep the loop to itself."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(count)
        await journal.commit(session.fact())
        before = turns
        for _ in range(1000):
            await journal.commit(session.fact())
        group.cancel_scope.cancel()
    assert turns - before >= 4
