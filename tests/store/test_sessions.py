import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.events import Event, HostSample, SessionJoined, SessionLeft
from engine.file_lock import Owner
from engine.store.journals.journal import Journal, line
from engine.store.sessions.seats import Seat
from engine.store.sessions.sessions import Peer, Peers, changes, peers

from .events import Session

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]


class Person:
    """One session that writes what it does."""

    def __init__(self, folder: Path, name: str, segment_bytes: int = 1 << 20) -> None:
        self.says = Session(name)
        self.journal = Journal(folder, name, segment_bytes=segment_bytes)

    async def does(self, *events: Event) -> None:
        for event in events:
            self.journal.record(event)
        await self.journal.flush()

    async def joins(self) -> None:
        joined = SessionJoined(project="/home/me/wheel", pid=42, version="1", interactive=True)
        await self.does(self.says.stamped(joined))

    async def leaves(self) -> None:
        await self.does(self.says.stamped(SessionLeft(reason="closed")))
        self.journal.close()


@pytest.fixture
def watch(tmp_path: Path) -> Peers:
    return Peers(tmp_path)


async def test_who_is_there_is_known_by_name(tmp_path: Path, watch: Peers) -> None:
    """A session that joined is here, with its project, its process and since when."""
    assert watch.look() == []
    one = Person(tmp_path, "s1")
    await one.joins()
    here = Peer("s1", 42, "/home/me/wheel", True, "here", (), 1001.0)
    assert watch.look() == [here]
    assert peers(tmp_path) == [here]
    assert here.live
    one.journal.close()


async def test_what_runs_is_what_was_asked_and_has_no_answer(tmp_path: Path, watch: Peers) -> None:
    """Questions run from their asking to their end, the oldest first."""
    one = Person(tmp_path, "s1")
    await one.joins()
    await one.does(one.says.asked("q1", "status"), one.says.asked("q2", "risk"))
    assert watch.look()[0].running == ("status", "risk")
    await one.does(one.says.answered("q1", "fine"), one.says.stamped(HostSample()))
    assert watch.look()[0].running == ("risk",)
    await one.does(one.says.answered("q2", "", "failed"))
    assert watch.look()[0].running == ()
    one.journal.close()


async def test_one_that_closed_left_and_one_that_did_not_died(tmp_path: Path, watch: Peers) -> None:
    """Whose lock is free after SessionLeft left; whose lock is just free died. Told once."""
    first, second = Person(tmp_path, "s1"), Person(tmp_path, "s2")
    for person in (first, second):
        await person.joins()
    watch.look()
    await first.leaves()
    await second.does(second.says.asked("q1", "never answered"))
    second.journal.close()
    assert [(p.session, p.state, p.running) for p in watch.look()] == [
        ("s1", "left", ()),
        ("s2", "died", ()),
    ]
    assert watch.look() == []


async def test_who_had_ended_before_is_no_peer(tmp_path: Path) -> None:
    """Journals that wait to be folded are not read again and again."""
    one = Person(tmp_path, "s1")
    await one.joins()
    await one.leaves()
    watch = Peers(tmp_path)
    assert watch.look() == []
    assert watch._tails == {}


async def test_a_session_is_followed_from_segment_to_segment(tmp_path: Path, watch: Peers) -> None:
    """What was asked in a segment before the newest one still runs, seen early or late."""
    one = Person(tmp_path, "s1", segment_bytes=1)
    await one.joins()
    watch.look()
    for number in range(4):
        await one.does(one.says.asked(f"q{number}", f"question {number}"))
    await one.does(one.says.answered("q2", ""))
    running = ("question 0", "question 1", "question 3")
    assert [p.running for p in watch.look()] == [p.running for p in peers(tmp_path)] == [running]
    await one.leaves()
    assert [p.state for p in watch.look()] == ["left"]


async def test_where_the_beginning_is_folded_the_seat_says_who_it_is(
    tmp_path: Path, watch: Peers
) -> None:
    """A session whose first segment is gone is known by its seat, and without one by its name."""
    one = Person(tmp_path, "s1", segment_bytes=1)
    await one.joins()
    first = one.journal.path
    await one.does(one.says.asked("q1", "status"))
    first.unlink()
    assert watch.look() == [Peer("s1", None, "", False, "here", ("status",), None)]
    seat = Seat.take(tmp_path, 3, Owner("s1", 42, "/home/me/wheel", 1001.0))
    assert watch.look() == [Peer("s1", 42, "/home/me/wheel", True, "here", ("status",), 1001.0)]
    seat.release()
    one.journal.close()


async def test_a_damaged_or_half_written_line_is_passed_over(tmp_path: Path, watch: Peers) -> None:
    """The line that is still being written is read when it is whole; a flipped one never."""
    one = Person(tmp_path, "s1")
    await one.joins()
    watch.look()
    with one.journal.path.open("ab") as file:
        file.write(b'{"crc":"00000000","type":"QueryAsked","query":"q0","text":"flipped"}\n')
        whole = Person(tmp_path, "s2").says.asked("q1", "slowly")
        raw = line(whole)
        file.write(raw[:40])
        file.flush()
        assert watch.look()[0].running == ()
        file.write(raw[40:])
        file.flush()
        assert watch.look()[0].running == ("slowly",)
    one.journal.close()


async def test_each_look_reads_only_what_is_new(
    tmp_path: Path, watch: Peers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once read, a journal costs nothing but the question whether there is more."""
    one = Person(tmp_path, "s1")
    await one.joins()
    await one.does(*(one.says.fact("x" * 200) for _ in range(500)))
    watch.look()
    read: list[int] = []
    real = os.pread

    def pread(file: int, size: int, offset: int) -> bytes:
        data = real(file, size, offset)
        read.append(len(data))
        return data

    monkeypatch.setattr(os, "pread", pread)
    watch.look()
    assert sum(read) == 0
    await one.does(one.says.asked("q1", "short"))
    watch.look()
    assert 0 < sum(read) < 500
    one.journal.close()


@contextmanager
def writing(folder: Path, session: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A session in a process of its own, which has joined."""
    argv = [sys.executable, "-m", "tests.store.writer", str(folder), session, "1000000", "0.001"]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"READY\n"
        yield process
        process.kill()


def test_a_killed_process_is_seen_to_have_died(tmp_path: Path, watch: Peers) -> None:
    """kill -9 frees the lock; whoever looks next says so."""
    with writing(tmp_path, "s1") as process:
        assert [(p.session, p.pid, p.state) for p in watch.look()] == [("s1", process.pid, "here")]
        process.kill()
        process.wait()
        assert [(p.pid, p.state) for p in watch.look()] == [(process.pid, "died")]


def test_a_stopped_process_is_still_there(tmp_path: Path, watch: Peers) -> None:
    """SIGSTOP keeps the lock, and the look does not wait for it."""
    with writing(tmp_path, "s1") as process:
        process.send_signal(signal.SIGSTOP)
        for _ in range(3):
            assert [p.state for p in watch.look()] == ["here"]
        process.send_signal(signal.SIGCONT)


def test_a_session_that_goes_from_segment_to_segment_never_seems_to_end(
    tmp_path: Path, watch: Peers
) -> None:
    """In 1500 looks at a writer whose segments are small it is always here."""
    with writing(tmp_path, "s1") as process:
        assert process.stdout is not None
        seen = set()
        for _ in range(1500):
            seen.add(tuple((p.session, p.state) for p in watch.look()))
            process.stdout.readline()
    assert seen == {(("s1", "here"),)}
    assert watch._tails["s1"].at.number > 5


# ── as events ────────────────────────────────────────────────────────────────────────────────────

A = Peer("a", 1, "/p", True, "here", (), 1.0)
B = Peer("b", 2, "/p", False, "here", ("risk",), 2.0)


def test_only_what_changed_becomes_an_event() -> None:
    """A new peer, one that asked and one that ended are told; who is as before is not."""
    now = Peer("b", 2, "/p", False, "left", (), 2.0)
    assert [e.peer for e in changes([], [A, B], "me")] == ["a", "b"]
    assert changes([A, B], [A, B], "me") == []
    (event,) = changes([A, B], [A, now], "me")
    assert (event.peer, event.state, event.running, event.pid) == ("b", "left", (), 2)


def test_a_session_is_not_its_own_peer() -> None:
    """What it does itself is no news to it; who is not known yet is told when they are."""
    assert changes([], [A], "a") == []
    unknown = Peer("c", None, "", False, "here")
    assert changes([], [unknown], "a") == []
    known = Peer("c", 3, "/q", True, "here", (), 3.0)
    assert [e.pid for e in changes([unknown], [known], "a")] == [3]
