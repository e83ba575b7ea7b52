from pathlib import Path

import pytest

from engine.events import CircuitChanged, CircuitState, Event, Notice, SessionJoined
from engine.store.journals.journal import Journal, line
from engine.store.journals.segments import segment
from engine.store.sessions.last_circuits import TAIL_BYTES, last_circuits

pytestmark = pytest.mark.anyio

HERE = "/home/me/desk"


def changed(capability: str, state: CircuitState, wall_s: float = 1.0) -> CircuitChanged:
    return CircuitChanged(capability=capability, state=state, wall_s=wall_s)


async def journal(folder: Path, session: str, *events: Event, project: str = HERE) -> Journal:
    """Return a session's journal with these events; it is live until it is closed."""
    kept = Journal(folder, session)
    joined = SessionJoined(project=project, pid=1, version="1", interactive=True)
    for event in (joined, *events):
        kept.record(event)
    await kept.flush()
    return kept


def read(folder: Path) -> dict[str, str]:
    return {e.capability: e.state for e in last_circuits(folder, HERE, "c")}


async def test_the_newest_change_of_each_circuit_is_found(tmp_path: Path) -> None:
    """Of the newest finished session on this project, and of no other."""
    earlier = await journal(tmp_path, "a", changed("graph", "open"))
    newest = await journal(
        tmp_path,
        "b",
        changed("graph", "closed"),
        changed("symbols", "closed"),
        Notice(key="x", severity="info", text='it says ","type":"CircuitChanged", too'),
        changed("symbols", "open"),
    )
    elsewhere = await journal(tmp_path, "bb", changed("graph", "absent"), project="/home/me/other")
    own = await journal(tmp_path, "c", changed("graph", "half_open"))
    earlier.close()
    elsewhere.close()
    assert read(tmp_path) == {"graph": "open"}  # b is live still
    newest.close()
    assert read(tmp_path) == {"graph": "closed", "symbols": "open"}
    own.close()


async def test_only_the_end_of_a_long_journal_is_read(tmp_path: Path) -> None:
    """Over several segments, as far as the bound goes; torn lines are passed over."""
    kept = await journal(tmp_path, "b", changed("graph", "open"))
    kept.close()
    notice = line(Notice(key="x", severity="info", text="y" * 1000))
    between = notice * (TAIL_BYTES // 2 // len(notice))
    segment(tmp_path, "b", 1).path.write_bytes(between + line(changed("symbols", "open")))
    torn = line(changed("symbols", "closed"))[:-20]
    segment(tmp_path, "b", 2).path.write_bytes(line(changed("market", "open")) + torn)
    assert read(tmp_path) == {"symbols": "open", "market": "open", "graph": "open"}
    segment(tmp_path, "b", 3).path.write_bytes(between * 3)
    assert read(tmp_path) == {}


async def test_without_a_store_or_a_beginning_nothing_is_known(tmp_path: Path) -> None:
    """No store, an empty journal and one whose first segment was folded tell nothing."""
    assert read(tmp_path) == {}
    kept = await journal(tmp_path, "b", changed("graph", "open"))
    kept.close()
    segment(tmp_path, "b", 0).path.rename(segment(tmp_path, "b", 1).path)
    assert read(tmp_path) == {}
    segment(tmp_path, "bb", 0).path.touch()
    assert read(tmp_path) == {}


async def test_a_session_without_circuits_hides_no_earlier_one(tmp_path: Path) -> None:
    """A health check writes a session that has none; the console before it still counts."""
    kept = await journal(tmp_path, "a", changed("graph", "open"))
    kept.close()
    (await journal(tmp_path, "b")).close()
    assert read(tmp_path) == {"graph": "open"}
