import os
from pathlib import Path

import anyio
import pytest

from engine.clock import SystemClock
from engine.events import AnyEvent, Event, HealthChecked, QueryEnded, SessionLeft, Validated
from engine.store.journals.journal import line
from engine.store.leases.pool import Pool
from engine.store.past.past import Past
from engine.store.sessions.endings import Endings, recent

from .events import Session
from .stores import NOON_S, folded, write, write_raw
from .test_sessions import Person, writing

pytestmark = pytest.mark.anyio

EVER_S = float("-inf")


def said(events: list[AnyEvent]) -> list[str]:
    """Return each end as `session query`."""
    return [
        f"{e.session} {e.query if isinstance(e, QueryEnded) else type(e).__name__}" for e in events
    ]


def ends(session: str, *queries: str, at_s: float = NOON_S) -> list[Event]:
    one = Session(session, wall_s=at_s)
    return [one.answered(query, "fine") for query in queries]


async def test_an_end_is_told_once_whoever_ended(tmp_path: Path) -> None:
    """Answers, failures, cancellations of every session are in the next look, in none after."""
    look = Endings(tmp_path, EVER_S).look
    assert look() == []
    one, two = Person(tmp_path, "s1"), Person(tmp_path, "s2")
    await one.joins()
    await one.does(one.says.asked("q1", "status"), one.says.answered("q1", "fine"))
    await two.does(two.says.answered("q1", "no", "failed"))
    assert sorted(said(look())) == ["s1 q1", "s2 q1"]
    await two.does(two.says.answered("q2", "", "cancelled"), two.says.sample())
    assert said(look()) == ["s2 q2"]
    assert look() == []
    one.journal.close()
    two.journal.close()


async def test_checks_and_validations_are_ends_too(tmp_path: Path) -> None:
    """What a single run found of the machine's health is read with all that it says."""
    look = Endings(tmp_path, EVER_S).look
    one = Person(tmp_path, "s1")
    checked = HealthChecked(state="critical", text="no ripgrep")
    await one.does(one.says.stamped(checked))
    await one.does(one.says.stamped(Validated(phase="all", full=False, ready_pct=40.0)))
    health, validated = look()
    assert isinstance(health, HealthChecked)
    assert health.text == "no ripgrep"
    assert isinstance(validated, Validated)
    one.journal.close()


async def test_a_session_that_came_and_went_between_two_looks_is_seen(tmp_path: Path) -> None:
    """A single run leaves its journal behind, and a fold leaves it there for a minute more."""
    look = Endings(tmp_path, EVER_S).look
    look()
    run = Person(tmp_path, "s1")
    await run.joins()
    await run.does(run.says.answered("q1", "fine"))
    await run.leaves()
    folded(tmp_path)
    assert said(look()) == ["s1 q1"]
    folded(tmp_path)
    assert look() == []


async def test_segments_that_roll_are_read_each_once(tmp_path: Path) -> None:
    """A session's ends are told whichever of its files they are in."""
    look = Endings(tmp_path, EVER_S).look
    one = Person(tmp_path, "s1", segment_bytes=1)
    told = list[str]()
    for number in range(6):
        await one.does(one.says.answered(f"q{number}", "fine"))
        if number % 2:
            told += said(look())
    assert told == [f"s1 q{number}" for number in range(6)]
    one.journal.close()


def test_the_first_look_passes_over_what_is_older(tmp_path: Path) -> None:
    """Only of what was there at the beginning: a clock that is set back later hides nothing."""
    old = write(tmp_path, "a", ends("a", "q1", at_s=NOON_S - 7200))
    os.utime(old, (NOON_S - 7000, NOON_S - 7000))
    write(tmp_path, "b", [*ends("b", "q1", at_s=NOON_S - 7200), *ends("b", "q2")])
    look = Endings(tmp_path, NOON_S - 60).look
    assert said(look()) == ["b q2"]
    with old.open("ab") as file:
        file.write(b"".join(map(line, ends("a", "q2", at_s=NOON_S - 86_400))))
    write(tmp_path, "c", ends("c", "q1", at_s=NOON_S - 86_400))
    assert said(look()) == ["a q2", "c q1"]


def test_damage_hides_nothing_but_itself(tmp_path: Path) -> None:
    """A flipped line is passed over, and half a line is told when it is whole."""
    first, flipped, half = map(line, ends("s1", "q1", "q2", "q3"))
    path = write_raw(tmp_path, "s1", first + flipped.replace(b"fine", b"fime") + half[:50])
    look = Endings(tmp_path, EVER_S).look
    assert said(look()) == ["s1 q1"]
    assert look() == []
    with path.open("ab") as file:
        file.write(half[50:])
    assert said(look()) == ["s1 q3"]


def test_a_journal_that_can_not_be_read_is_read_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no file handle is free the others are told, and nothing is lost."""
    write(tmp_path, "a", ends("a", "q1"))
    write(tmp_path, "b", ends("b", "q1"))
    look, real = Endings(tmp_path, EVER_S).look, os.open

    def refusing(path: Path, flags: int) -> int:
        if Path(path).name == "a.jsonl":
            raise OSError(24, "Too many open files")
        return real(path, flags)

    monkeypatch.setattr(os, "open", refusing)
    assert said(look()) == ["b q1"]
    monkeypatch.undo()
    assert said(look()) == ["a q1"]


def test_a_look_with_nothing_new_opens_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a listing and a stat of each segment; of a long journal only the end is read."""
    path = write(tmp_path, "s1", ends("s1", *(f"q{n}" for n in range(200))))
    look = Endings(tmp_path, EVER_S).look
    assert len(look()) == 200
    opened, read, real_open, real_pread = list[Path](), list[int](), os.open, os.pread

    def counted_open(path: Path, flags: int) -> int:
        opened.append(path)
        return real_open(path, flags)

    def counted_pread(file: int, size: int, offset: int) -> bytes:
        data = real_pread(file, size, offset)
        read.append(len(data))
        return data

    monkeypatch.setattr(os, "open", counted_open)
    monkeypatch.setattr(os, "pread", counted_pread)
    assert look() == []
    assert opened == []
    with path.open("ab") as file:
        file.write(b"".join(map(line, ends("s1", "last"))))
    assert said(look()) == ["s1 last"]
    assert sum(read) < 1000


def test_what_is_not_there_any_more_is_forgotten(tmp_path: Path) -> None:
    """A deleted journal is no error and leaves nothing in memory."""
    path = write(tmp_path, "s1", ends("s1", "q1"))
    endings = Endings(tmp_path, EVER_S)
    endings.look()
    path.unlink()
    assert endings.look() == []
    assert endings._places == {}


def test_a_writer_is_followed_to_its_last_whole_line(tmp_path: Path) -> None:
    """Beside a process that goes from segment to segment and is killed, every line is passed."""
    endings = Endings(tmp_path, EVER_S)
    with writing(tmp_path, "s1") as process:
        assert process.stdout is not None
        for _ in range(200):
            assert endings.look() == []
            process.stdout.readline()
        process.kill()
        process.wait()
    endings.look()
    for name, place in endings._places.items():
        assert b"\n" not in (tmp_path / "journals" / name).read_bytes()[place:]


async def test_recent_is_the_folded_and_the_fresh(tmp_path: Path) -> None:
    """What parts and journals say of the window is told, in the order of its times."""
    write(tmp_path, "a", [*ends("a", "q0", at_s=NOON_S - 7200), *ends("a", "q1")])
    folded(tmp_path)
    one = Session("b", wall_s=NOON_S + 5)
    left = SessionLeft(reason="closed")
    write(tmp_path, "b", [one.answered("q1", "fine"), one.stamped(left)])
    pool = Pool(1)
    try:
        with anyio.fail_after(30):
            found = await recent(Past(pool, tmp_path), NOON_S + 60, 3600)
    finally:
        await pool.close()
    assert said(found) == ["a q1", "b q1"]


async def test_between_recent_and_the_first_look_nothing_is_lost(tmp_path: Path) -> None:
    """The hand-over: what ends after the beginning is in the look, of this machine's own clock."""
    now_s = SystemClock().wall_s()
    write(tmp_path, "a", ends("a", "q1", at_s=now_s - 50))
    endings = Endings(tmp_path, now_s)
    write(tmp_path, "b", ends("b", "q1", at_s=now_s))
    assert said(endings.look()) == ["b q1"]
