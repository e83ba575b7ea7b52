import fcntl
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.file_lock import Owner
from engine.store.errors import SeatsTaken, SeatsUnreadable
from engine.store.sessions.seats import Seat, sitting

ROOT = Path(__file__).parents[2]
ME = Owner("s9", os.getpid(), "/home/me/wheel", 1_800_000_000.0)

SIT = """
import os, sys
from pathlib import Path
from engine.store.errors import SeatsTaken
from engine.file_lock import Owner
from engine.store.sessions.seats import Seat
try:
    seat = Seat.take(Path(sys.argv[1]), int(sys.argv[2]), Owner("s", os.getpid(), "p", 1.0))
    print("seat", seat.number, flush=True)
except SeatsTaken as error:
    print("taken", len(error.sitting), flush=True)
sys.stdin.read()
"""


def sitter(folder: Path, limit: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SIT, str(folder), str(limit)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def gone(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


def test_a_seat_is_taken_until_it_is_released(tmp_path: Path) -> None:
    """So many may sit; the next is refused, and let in once somebody stands up."""
    seats = [Seat.take(tmp_path, 2, ME) for _ in range(2)]
    assert [seat.number for seat in seats] == [1, 2]
    assert sitting(tmp_path) == [ME, ME]
    with pytest.raises(SeatsTaken):
        Seat.take(tmp_path, 2, ME)
    seats[0].release()
    seats[0].release()
    assert sitting(tmp_path) == [ME]
    again = Seat.take(tmp_path, 2, ME)
    assert again.number == 1
    again.release()
    seats[1].release()
    assert sitting(tmp_path) == []


def test_a_refusal_names_who_is_there(tmp_path: Path) -> None:
    """Process, project and since when, and what to do."""
    seat = Seat.take(tmp_path, 1, ME)
    with pytest.raises(SeatsTaken) as caught:
        Seat.take(tmp_path, 1, Owner("s2"))
    assert caught.value.sitting == (ME,)
    assert re.fullmatch(
        rf"1 interactive session is open, and 1 may be: process {os.getpid()} on /home/me/wheel "
        r"since 2027-01-1\d \d\d:\d\d\. Close one, or raise store\.concurrent_sessions",
        str(caught.value),
    )
    seat.release()


def test_a_killed_session_leaves_no_seat_taken(tmp_path: Path) -> None:
    """The seat of a process that was killed is free at once."""
    other = sitter(tmp_path, 1)
    assert said(other) == "seat 1"
    with pytest.raises(SeatsTaken):
        Seat.take(tmp_path, 1, ME)
    gone(other)
    Seat.take(tmp_path, 1, ME).release()


def test_many_at_once_get_as_many_seats_as_there_are(tmp_path: Path) -> None:
    """Of six processes that come together three sit, each on a seat of its own."""
    processes = [sitter(tmp_path, 3) for _ in range(6)]
    answers = sorted(said(process) for process in processes)
    for process in processes:
        gone(process)
    assert answers == ["seat 1", "seat 2", "seat 3", "taken 3", "taken 3", "taken 3"]


def test_a_smaller_limit_counts_everyone(tmp_path: Path) -> None:
    """Who allows fewer sessions than are there is refused, wherever the others sit."""
    seats = [Seat.take(tmp_path, 3, ME) for _ in range(3)]
    seats[0].release()
    with pytest.raises(SeatsTaken, match="2 interactive sessions are open, and 2 may be"):
        Seat.take(tmp_path, 2, ME)
    for seat in seats:
        seat.release()


def test_who_looks_does_not_sit(tmp_path: Path) -> None:
    """Somebody who is finding out whether the seat is taken keeps nobody from it for long."""
    Seat.take(tmp_path, 1, ME).release()
    looker = (tmp_path / "seats" / "1.json").open()
    fcntl.flock(looker, fcntl.LOCK_SH)
    assert sitting(tmp_path) == []
    threading.Timer(0.02, looker.close).start()
    Seat.take(tmp_path, 1, ME).release()


def test_a_seat_whose_file_says_nothing_is_taken_all_the_same(tmp_path: Path) -> None:
    """Damaged text is no free seat: it is shown as somebody unknown."""
    seat = Seat.take(tmp_path, 1, ME)
    (tmp_path / "seats" / "1.json").write_bytes(b'{"pid":')
    (tmp_path / "seats" / "notes.txt").touch()
    assert sitting(tmp_path) == [Owner()]
    with pytest.raises(SeatsTaken, match="a process that has not said who it is"):
        Seat.take(tmp_path, 1, ME)
    seat.release()


def test_a_project_whose_path_is_no_text_can_sit(tmp_path: Path) -> None:
    """Bytes of a path that are not UTF-8 are shown as a replacement character."""
    seat = Seat.take(tmp_path, 1, Owner("s1", 1, "/home/\udcff", 1.0))
    assert sitting(tmp_path) == [Owner("s1", 1, "/home/\ufffd", 1.0)]
    seat.release()


def test_without_a_store_nobody_sits(tmp_path: Path) -> None:
    """Looking makes no folder."""
    assert sitting(tmp_path / "none") == []
    assert not (tmp_path / "none").exists()


def test_a_folder_that_cant_be_made_is_named(tmp_path: Path) -> None:
    """The caller decides whether to go on without a seat; the sentence says why there is none."""
    (tmp_path / "store").touch()
    with pytest.raises(SeatsUnreadable, match=r"seats in .*store/seats can't be used: Not a dir"):
        Seat.take(tmp_path / "store", 1, ME)
