from pathlib import Path

import pytest

from engine.events import CircuitChanged, EngineSample, Event, LevelChanged
from engine.store.sessions.live_session import TAIL_BYTES, lately, since_it_began

from .events import Session
from .stores import write
from .test_sessions import Person

pytestmark = pytest.mark.anyio


def sampled(session: Session, count: int) -> list[Event]:
    return [session.stamped(EngineSample(agents_running=n)) for n in range(count)]


def test_the_end_of_a_journal_is_what_was_said_lately(tmp_path: Path) -> None:
    """Of a long journal only the last samples are read, whole ones, in their order."""
    one = Session("s1")
    events = [*sampled(one, 2000), one.fact("x" * 2000), *sampled(one, 3)]
    path = write(tmp_path, "s1", events)
    assert path.stat().st_size > 2 * TAIL_BYTES
    found = lately(tmp_path, "s1", (EngineSample,))
    assert found == [event for event in events if isinstance(event, EngineSample)][-len(found) :]
    assert 100 < len(found) < 1000


def test_a_segment_that_has_just_begun_leaves_the_one_before(tmp_path: Path) -> None:
    """And what another session said is none of it."""
    one = Session("s1")
    first, last = sampled(one, 2), one.fact()
    write(tmp_path, "s1", first)
    write(tmp_path, "s1", [last], 1)
    write(tmp_path, "s10", sampled(Session("s10"), 2))
    assert lately(tmp_path, "s1", (EngineSample,)) == first
    assert lately(tmp_path, "nobody", (EngineSample,)) == []


async def test_all_that_it_said_is_there_until_its_beginning_is_folded(tmp_path: Path) -> None:
    """Facts may be as old as the session: without the first segment nobody here knows them."""
    one = Person(tmp_path, "s1", segment_bytes=1)
    await one.joins()
    first = one.journal.path
    changed = one.says.stamped(CircuitChanged(capability="graph", state="open"))
    level = one.says.stamped(LevelChanged(level="limited"))
    await one.does(changed)
    await one.does(one.says.sample(), level)
    types = (CircuitChanged, LevelChanged)
    assert since_it_began(tmp_path, "s1", types) == [changed, level]
    first.unlink()
    assert since_it_began(tmp_path, "s1", types) is None
    one.journal.close()
