"""A console too many is refused before anything is drawn, by name of who is there."""

import os
from pathlib import Path

from bolt_tui.interactive import _no_seat
from engine.file_lock import Owner
from engine.store.sessions.seats import Seat


def test_a_console_too_many_is_told_who_is_there(tmp_path: Path) -> None:
    """The sentence names process, project and since when; a seat that is free again is free."""
    assert _no_seat(tmp_path / "nowhere", 1) is None
    seat = Seat.take(tmp_path, 1, Owner("s", os.getpid(), "/code/wheel", 1.7e9))
    said = _no_seat(tmp_path, 1)
    assert said is not None
    assert f"process {os.getpid()} on /code/wheel since 2023-11-14" in said
    assert "store.concurrent_sessions" in said
    assert _no_seat(tmp_path, 2) is None
    seat.release()
    assert _no_seat(tmp_path, 1) is None
