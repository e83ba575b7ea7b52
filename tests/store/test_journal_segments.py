import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.clock import ManualClock
from engine.durable import sync, sync_folder
from engine.store.journals import segment_file
from engine.store.journals.journal import Journal, JournalError
from engine.store.journals.segments import is_live, segment, segments

from .events import Session
from .faults import no_shortening, torn

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]


async def test_a_full_segment_is_followed_by_the_next(tmp_path: Path, session: Session) -> None:
    """Past its size a new one begins; every event is in exactly one, in order."""
    journal = Journal(tmp_path, "s1", segment_bytes=1000)
    events = [session.fact("x" * 200) for _ in range(10)]
    for event in events:
        await journal.commit(event)
    found = segments(tmp_path)
    assert [part.number for part in found] == [0, 1, 2, 3]
    assert journal.path == found[-1].path
    assert list(journal.events()) == events
    assert [is_live(part.path) for part in found] == [False, False, False, True]
    journal.close()
    assert not is_live(journal.path)


async def test_an_old_segment_is_followed_by_the_next(tmp_path: Path, session: Session) -> None:
    """After an hour of the monotonic clock, whatever the wall clock says."""
    clock = ManualClock()
    journal = Journal(tmp_path, "s1", clock=clock)
    await journal.commit(session.fact())
    clock.set_wall(clock.wall_s() + 86_400)
    clock.advance(3599.0)
    await journal.commit(session.fact())
    assert len(segments(tmp_path)) == 1
    clock.set_wall(0.0)
    clock.advance(1.0)
    await journal.commit(session.fact())
    assert len(segments(tmp_path)) == 2
    assert len(list(journal.events())) == 3
    journal.close()


async def test_where_no_next_segment_can_be_made_the_last_one_goes_on(
    tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing fails, nothing is lost, and the next one is tried again after ten seconds."""
    clock = ManualClock()
    journal = Journal(tmp_path, "s1", segment_bytes=10, clock=clock)
    events = [session.fact() for _ in range(4)]
    await journal.commit(events[0])

    def refuse(*_: object) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        await journal.commit(events[1])
    await journal.commit(events[2])
    assert len(segments(tmp_path)) == 1
    clock.advance(10.0)
    await journal.commit(events[3])
    assert len(segments(tmp_path)) == 2
    assert list(journal.events()) == events
    journal.close()


async def test_no_segment_begins_behind_a_torn_line(
    tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes again after a torn batch stands in the same segment, where the last one holds."""
    no_shortening(monkeypatch)
    journal = Journal(tmp_path, "s1", segment_bytes=10)
    await journal.commit(session.fact("whole"))
    journal._file._segment_bytes = 10_000
    lost = session.fact("torn")
    await torn(journal, lost)
    journal._file._segment_bytes = 10
    await journal.commit(lost)
    assert len(segments(tmp_path)) == 1
    await journal.commit(session.fact("next"))
    assert len(segments(tmp_path)) == 2
    assert [event.seq for event in journal.events()] == [1, 2, 3]
    journal.close()


async def test_a_session_is_live_without_a_gap(tmp_path: Path) -> None:
    """Whoever looks while it goes from segment to segment always finds a locked one."""
    argv = [sys.executable, "-m", "tests.store.writer", str(tmp_path), "s1", "1000000"]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"READY\n"
        for _ in range(2000):
            newest = segments(tmp_path)[-1]
            following = segment(tmp_path, "s1", newest.number + 1)
            assert is_live(newest.path) or following.path.exists()
            writer.stdout.readline()
        writer.kill()
    assert len(segments(tmp_path)) > 10


# ── durability ───────────────────────────────────────────────────────────────────────────────────


async def test_disk_syncs_each_batch_before_it_is_acknowledged(
    tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file's bytes after each batch, and the folders when the file is made."""
    synced: list[str] = []
    monkeypatch.setattr(segment_file, "sync", lambda file: synced.append("file"))
    monkeypatch.setattr(segment_file, "sync_folder", lambda folder: synced.append(folder.name))
    journal = Journal(tmp_path / "store", "s1", durability="disk")
    await journal.commit(session.fact())
    assert synced == ["journals", "store", "file"]
    await journal.commit(session.fact())
    assert synced[3:] == ["file"]
    journal.close()
    synced.clear()
    await Journal(tmp_path / "store", "s2").commit(session.fact())
    assert synced == []


async def test_what_could_not_be_synced_is_not_acknowledged(
    tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that refuses is named; the event stays with its caller and may come again."""
    journal, event = Journal(tmp_path, "s1", durability="disk"), session.fact()

    def refuse(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(segment_file, "sync", refuse)
        journal.record(event)
        with pytest.raises(JournalError, match="Input/output error") as caught:
            await journal.flush()
    assert "disk" in caught.value.remedy
    assert (journal.pending, journal.written) == (1, 0)
    await journal.flush()
    assert {e.seq for e in journal.events()} == {1}
    journal.close()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_sync_of_real_files_raises_nothing(tmp_path: Path, kind: str) -> None:
    """What this machine's file system makes of it: file and folder can be synced."""
    if kind == "folder":
        sync_folder(tmp_path)
        return
    with (tmp_path / "f").open("wb", buffering=0) as file:
        file.write(b"x")
        sync(file.fileno())
