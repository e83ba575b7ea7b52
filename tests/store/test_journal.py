import errno
import fcntl
import os
import shutil
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import HostSample, Notice
from engine.store.journals import journal as journal_module
from engine.store.journals.journal import Journal, JournalError

from .events import Session, recorded
from .faults import no_shortening, room_for, torn

pytestmark = pytest.mark.anyio


async def test_nothing_is_made_before_there_is_something_to_write(
    journal: Journal, tmp_path: Path
) -> None:
    """A session that records nothing leaves no file and no folder."""
    await journal.flush()
    assert list(tmp_path.iterdir()) == [] or not journal.path.exists()


async def test_what_is_recorded_is_written_in_order(journal: Journal, session: Session) -> None:
    """A flush writes all that is pending, once, and counts it."""
    events = [session.fact(str(n)) for n in range(5)]
    for event in events:
        journal.record(event)
    assert (journal.pending, journal.written) == (5, 0)
    await journal.flush()
    await journal.flush()
    assert recorded(journal) == events
    assert (journal.pending, journal.written) == (0, 5)


async def test_only_its_user_can_read_a_journal(journal: Journal, session: Session) -> None:
    """File and folder are private."""
    await journal.commit(session.fact())
    assert journal.path.stat().st_mode & 0o777 == 0o600
    assert journal.path.parent.stat().st_mode & 0o777 == 0o700


async def test_a_commit_writes_all_that_came_before_it(journal: Journal, session: Session) -> None:
    """When a commit returns, its event is on disk after everything recorded earlier."""
    first, second = session.fact("a"), session.fact("b")
    journal.record(first)
    await journal.commit(second)
    assert recorded(journal) == [first, second]


async def test_commits_at_the_same_time_lose_nothing(journal: Journal, session: Session) -> None:
    """Each event of many concurrent commits is written exactly once."""
    events = [session.fact(str(n)) for n in range(60)]
    async with anyio.create_task_group() as group:
        for event in events:
            group.start_soon(journal.commit, event)
    assert sorted(e.seq for e in recorded(journal)) == [e.seq for e in events]


async def test_a_cancelled_flush_neither_loses_nor_doubles(
    journal: Journal, session: Session
) -> None:
    """Wherever a flush is cancelled, the next one leaves each event in the file once."""
    for turn in range(30):
        journal.record(session.fact(str(turn)))
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(journal.flush)
                for _ in range(turn % 4):
                    await anyio.lowlevel.checkpoint()
                scope.cancel()
    await journal.flush()
    assert [e.seq for e in recorded(journal)] == list(range(1, 31))


async def test_a_live_journal_is_locked_and_a_finished_one_is_not(
    journal: Journal, session: Session
) -> None:
    """The lock can't be had while the session lives, and can be had after it closed."""
    await journal.commit(session.fact())
    with journal.path.open() as other:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        journal.close()
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


async def test_a_journal_is_nobody_elses(tmp_path: Path, session: Session) -> None:
    """A second session of the same name is refused; the first one's file stays as it was."""
    first, second = Journal(tmp_path, "s1"), Journal(tmp_path, "s1")
    await first.commit(session.fact("mine"))
    with pytest.raises(JournalError, match="File exists"):
        await second.commit(session.fact("theirs"))
    assert len(recorded(first)) == 1
    first.close()


async def test_a_deleted_folder_is_made_again(
    journal: Journal, session: Session, tmp_path: Path
) -> None:
    """When someone deletes the store, the next events go into a new file, with a lock."""
    await journal.commit(session.fact("before"))
    shutil.rmtree(tmp_path / "journals")
    after = [session.fact("after"), session.fact("later")]
    for event in after:
        await journal.commit(event)
    assert recorded(journal) == after
    with journal.path.open() as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


async def test_a_failed_flush_keeps_what_was_pending(tmp_path: Path, session: Session) -> None:
    """A store that can't be made is named with the cause; nothing is dropped."""
    (tmp_path / "store").write_text("a file where the folder should be")
    journal = Journal(tmp_path / "store", "s1")
    events = [session.fact("a"), session.fact("b")]
    for event in events:
        journal.record(event)
    with pytest.raises(JournalError, match=rf"^the journal {journal.path} can't be written: "):
        await journal.flush()
    assert (journal.pending, journal.written) == (2, 0)
    (tmp_path / "store").unlink()
    await journal.flush()
    assert recorded(journal) == events
    journal.close()


async def test_a_failed_commit_leaves_its_event_to_the_caller(
    tmp_path: Path, session: Session
) -> None:
    """After a failed commit the event is not pending, the others still are; it may come again."""
    (tmp_path / "store").write_text("")
    journal = Journal(tmp_path / "store", "s1")
    kept, answer = session.fact("kept"), session.fact("answer")
    journal.record(kept)
    with pytest.raises(JournalError):
        await journal.commit(answer)
    assert journal.pending == 1
    later = session.fact("later")
    journal.record(later)
    journal.record(answer)
    (tmp_path / "store").unlink()
    await journal.flush()
    await journal.flush()
    assert recorded(journal) == [kept, later, answer]
    journal.close()


async def test_a_short_write_is_followed_by_a_new_line(
    journal: Journal, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of half a batch the whole lines count; the rest comes on a line of its own."""
    events = [session.fact(str(n)) for n in range(4)]
    for event in events:
        journal.record(event)
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[: len(data) // 2]))
    with pytest.raises(JournalError, match="No space left on device"):
        await journal.flush()
    assert (journal.pending, journal.written) == (1, 3)
    monkeypatch.setattr(os, "write", real)
    await journal.flush()
    read = {event.seq: event for event in recorded(journal)}
    assert list(read.values()) == events


@pytest.mark.parametrize("size", [1, 5, 80])
async def test_a_piece_that_found_no_room_is_taken_away(
    journal: Journal, session: Session, size: int
) -> None:
    """A full disk leaves no half line behind: once there is room again nothing is damaged."""
    kept, refused, later = (session.fact(text) for text in "abc")
    await journal.commit(kept)
    before = journal.path.read_bytes()
    with room_for(size), pytest.raises(JournalError):
        await journal.commit(refused)
    assert journal.path.read_bytes() == before
    await journal.commit(later)
    assert len(journal.path.read_bytes().splitlines()) == 2
    assert recorded(journal) == [kept, later]


async def test_a_piece_that_can_not_be_taken_away_costs_nothing_else(
    journal: Journal, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the file can't be shortened either, what comes next begins on a line of its own."""
    events = [session.fact(text) for text in "ab"]
    no_shortening(monkeypatch)
    await torn(journal, events[0])
    await journal.commit(events[1])
    assert recorded(journal) == events[1:]


async def test_a_new_file_after_a_torn_one_begins_with_a_whole_line(
    journal: Journal, session: Session, tmp_path: Path
) -> None:
    """What was torn in a deleted file is no concern of the next one."""
    await torn(journal, session.fact())
    shutil.rmtree(tmp_path / "journals")
    await journal.commit(session.fact("whole"))
    assert journal.path.read_bytes().startswith(b'{"crc"')


async def test_a_file_system_without_locks_is_an_error_each_time(
    journal: Journal, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that can't be locked is taken away, so that the next try meets the true cause."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", refuse)
        for _ in range(2):
            journal.record(session.fact())
            with pytest.raises(
                JournalError, match="No locks available: its file system has no file locks"
            ):
                await journal.flush()
    await journal.flush()
    assert len(recorded(journal)) == 2


# ── over the limit ───────────────────────────────────────────────────────────────────────────────


async def test_over_the_limit_samples_go_before_facts(
    journal: Journal, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journal that can't be written gives up its samples first, and counts them."""
    monkeypatch.setattr(journal_module, "MAX_PENDING", 6)
    for _ in range(3):
        journal.record(session.fact())
        journal.record(session.sample())
    journal.record(session.fact("new"))
    journal.record(session.sample())
    assert (journal.pending, journal.dropped) == (5, 3)
    await journal.flush()
    assert [e.seq for e in recorded(journal)] == [1, 3, 5, 7, 8]


async def test_memory_stays_bounded_by_facts_alone(
    journal: Journal, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing but facts is left the oldest go, and the newest stay."""
    monkeypatch.setattr(journal_module, "MAX_PENDING", 6)
    for _ in range(10):
        journal.record(session.fact())
    assert (journal.pending, journal.dropped) == (6, 4)
    journal.record(session.sample())
    assert (journal.pending, journal.dropped) == (6, 5)
    await journal.flush()
    assert [e.seq for e in recorded(journal)] == [5, 6, 7, 8, 9, 10]


@given(st.integers(1, 8), st.lists(st.booleans(), max_size=40))
def test_the_limit_holds_in_any_order(limit: int, are_facts: list[bool]) -> None:
    """Pending never passes the limit, no fact goes while a sample is there, and all is counted."""
    session, journal = Session(), Journal(Path("/nonexistent"), "s1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_module, "MAX_PENDING", limit)
        for is_fact in are_facts:
            journal.record(session.fact() if is_fact else session.sample())
            assert journal.pending <= limit
    kept = [e.seq for e in journal._pending]
    assert kept == sorted(kept)
    assert len(kept) + journal.dropped == len(are_facts)
    facts = [n for n, is_fact in enumerate(are_facts, 1) if is_fact]
    kept_facts = [e.seq for e in journal._pending if isinstance(e, Notice)]
    assert kept_facts == facts[len(facts) - min(limit, len(facts)) :]
    assert all(isinstance(e, Notice | HostSample) for e in journal._pending)
