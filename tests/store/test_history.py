import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.events import Event, SessionJoined
from engine.store.journals.journal import line
from engine.store.leases.pool import Lease, Pool
from engine.store.past.history import PastQuery

from .events import Session
from .stores import past_queries

pytestmark = pytest.mark.anyio


@pytest.fixture
async def lease() -> AsyncIterator[Lease]:
    pool = Pool(1)
    async with pool.lease() as one:
        yield one
    await pool.close()


def write(folder: Path, session: str, events: list[Event], *, before: bytes = b"") -> Path:
    path = folder / "journals" / f"{session}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(before + b"".join(map(line, events)))
    return path


def texts(past: list[PastQuery]) -> list[str]:
    return [row.text for row in past]


async def test_an_empty_store_has_no_history(lease: Lease, tmp_path: Path) -> None:
    """Without a folder, without journals, and with an empty journal there are no queries."""
    assert await past_queries(lease, tmp_path / "nowhere", 10) == []
    (tmp_path / "journals").mkdir()
    assert await past_queries(lease, tmp_path, 10) == []
    write(tmp_path, "s1", [])
    assert await past_queries(lease, tmp_path, 10) == []


async def test_all_sessions_are_told_newest_first(lease: Lease, tmp_path: Path) -> None:
    """The order is that of the wall clock over all sessions, whatever their names."""
    for number, name in enumerate(["b", "a", "c"]):
        session = Session(name, wall_s=1000.0 + number)
        events = []
        for turn in range(3):
            events.append(session.asked(f"q{turn}", f"{name}{turn}"))
            session.clock.advance(10)
        write(tmp_path, name, events)
    past = await past_queries(lease, tmp_path, 100)
    assert texts(past) == ["c2", "a2", "b2", "c1", "a1", "b1", "c0", "a0", "b0"]
    assert texts(await past_queries(lease, tmp_path, 4)) == ["c2", "a2", "b2", "c1"]


async def test_queries_of_the_same_instant_keep_their_sessions_order(
    lease: Lease, tmp_path: Path
) -> None:
    """Within a session the sequence number decides where the clock doesn't."""
    session = Session()
    events = []
    for turn in range(9):
        events.append(session.asked(f"q{turn}", f"t{turn}"))
        session.clock.advance(-1.0)
    write(tmp_path, "s1", events)
    assert texts(await past_queries(lease, tmp_path, 20)) == [f"t{n}" for n in range(8, -1, -1)]


async def test_a_query_comes_with_its_answer_and_its_project(lease: Lease, tmp_path: Path) -> None:
    """Status, verdict and duration are the answer's; the project is the session's."""
    session = Session()
    write(
        tmp_path,
        "s1",
        [
            session.stamped(SessionJoined(project="/src/wheel", pid=1, version="0")),
            session.asked("q1", "status"),
            session.answered("q1", "All is well"),
            session.asked("q2", "broken"),
            session.answered("q2", "It broke", "failed"),
            session.asked("q3", "stopped"),
            session.answered("q3", "Cancelled.", "cancelled"),
            session.asked("q4", "still open"),
        ],
    )
    past = await past_queries(lease, tmp_path, 10)
    assert [(row.text, row.status, row.verdict, row.elapsed_ms) for row in past] == [
        ("still open", "unfinished", "", None),
        ("stopped", "cancelled", "Cancelled.", 7.5),
        ("broken", "failed", "It broke", 7.5),
        ("status", "answered", "All is well", 7.5),
    ]
    assert {row.project for row in past} == {"/src/wheel"}
    assert past[-1].asked_at_s == 1002.0


async def test_the_same_query_id_in_two_sessions_is_two_queries(
    lease: Lease, tmp_path: Path
) -> None:
    """Answers are matched within a session only."""
    one, two = Session("s1"), Session("s2", wall_s=2000.0)
    write(tmp_path, "s1", [one.asked("q1", "first"), one.answered("q1", "one")])
    write(tmp_path, "s2", [two.asked("q1", "second")])
    past = await past_queries(lease, tmp_path, 10)
    assert [(row.text, row.verdict) for row in past] == [("second", ""), ("first", "one")]


async def test_a_line_that_was_written_twice_counts_once(lease: Lease, tmp_path: Path) -> None:
    """After a full disk events may stand there several times; none crowds out another."""
    session = Session()
    events = [session.asked(f"q{n}", f"t{n}") for n in range(6)]
    write(tmp_path, "s1", [*events, *events, *events, *events])
    assert texts(await past_queries(lease, tmp_path, 6)) == ["t5", "t4", "t3", "t2", "t1", "t0"]


async def test_damaged_lines_are_passed_over(lease: Lease, tmp_path: Path) -> None:
    """A flipped byte, a torn end and an unknown kind cost only their own lines."""
    session = Session()
    events = [session.asked(f"q{n}", f"text {n}") for n in range(5)]
    path = write(tmp_path, "s1", events)
    raw = path.read_bytes().replace(b"text 3", b"text X")
    path.write_bytes(b'{"crc":"00000000","type":"QueryAsked"}\n' + raw[:-9])
    assert texts(await past_queries(lease, tmp_path, 10)) == ["text 2", "text 1", "text 0"]


@pytest.mark.parametrize("seed", range(12))
async def test_binary_garbage_hides_no_line(lease: Lease, tmp_path: Path, seed: int) -> None:
    """Nulls, odd quotes, control characters and invalid UTF-8 between lines hide none of them."""
    import random

    rng, session, data, count = random.Random(seed), Session(), b"", 0
    for _ in range(30):
        if rng.random() < 0.5:
            count += 1
            data += line(session.asked(f"q{count}", 'quoted "text" \\ \x1f ü 取 \r\n \''))
        else:
            rubbish = (b'"', b"\r\n", b"\xff\xfe", b"\0" * 999, b"\x1f", rng.randbytes(200))
            data += rng.choice(rubbish) + b"\n"
    write(tmp_path, "s1", [], before=data)
    assert len(await past_queries(lease, tmp_path, 100)) == count


async def test_a_file_of_garbage_does_not_hide_the_other_sessions(
    lease: Lease, tmp_path: Path
) -> None:
    """A journal that is nothing but bytes is passed over."""
    write(tmp_path, "a", [], before=os.urandom(100_000))
    write(tmp_path, "b", [Session("b").asked("q1", "here")])
    write(tmp_path, "c", [], before=b"x" * 3_000_000)
    assert texts(await past_queries(lease, tmp_path, 5)) == ["here"]


@pytest.mark.parametrize("name", ["a [b]", "star*q?", "it's", "größe", "x;y,z", "100%41"])
async def test_the_stores_folder_may_be_called_anything(
    lease: Lease, tmp_path: Path, name: str
) -> None:
    """Letters that mean something to a shell or to SQL mean nothing in a path."""
    write(tmp_path / name, "s1", [Session().asked("q1", "found")])
    assert texts(await past_queries(lease, tmp_path / name, 5)) == ["found"]


async def test_a_text_that_looks_like_a_line_is_only_a_text(lease: Lease, tmp_path: Path) -> None:
    """A query may quote a journal without becoming several."""
    session = Session()
    inner = line(session.asked("q9", "inner")).decode()
    write(
        tmp_path,
        "s1",
        [session.asked("q1", inner), session.asked("q2", '"wall_s":99999999999.0')],
    )
    assert texts(await past_queries(lease, tmp_path, 5)) == ['"wall_s":99999999999.0', inner]
