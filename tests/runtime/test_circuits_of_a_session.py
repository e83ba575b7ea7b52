from pathlib import Path

import pytest

from engine.evidence import Table
from engine.runtime import Engine

pytestmark = pytest.mark.anyio


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    return folder


async def test_a_forced_circuit_is_told_with_how_why_and_how_long(project: Path) -> None:
    """The answer names it, it stands before the sound and the absent, and its cause comes last."""
    async with Engine.open(project) as engine:
        engine.board.force("symbols", "closed", "noise", for_s=60)
        for _ in range(9):
            engine.board.report("symbols", None)
        engine.board.report("symbols", RuntimeError("it broke"))
        answer = await engine.ask("circuit breaker state")
    assert "symbols is forced closed for 60 s more (noise)" in answer.verdict
    table = next(
        section
        for section in answer.sections
        if isinstance(section, Table) and section.title == "Circuits, last 20 calls, 60 s"
    )
    rows = {str(row[0]): dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert rows["symbols"] == {
        "capability": "symbols",
        "state": "closed, forced",
        "failures": 1,
        "next try s": None,
        "calls": 10,
        "failed %": 10.0,
        "slow %": 0.0,
        "cause": "by the operator: noise; it broke",
    }
    assert table.columns[-1] == "cause"
    assert rows["market"]["calls"] is None
    states = [str(row[1]) for row in table.rows]
    assert states == sorted(states, key=("closed, forced", "closed", "absent").index)


async def test_what_is_forced_with_an_end_is_so_in_the_next_session(project: Path) -> None:
    """It goes through the journal; what was forced without an end ended with its session."""
    async with Engine.open(project) as engine:
        engine.board.force("symbols", "open", "reindex", for_s=600)
        engine.board.force("kernels.cpu", "open", "hot")
    async with Engine.open(project) as engine:
        rows = {row.capability: row for row in engine.board.rows()}
        assert engine.board.standing.level == "limited"
    assert (rows["symbols"].forced, rows["symbols"].reason) == ("open", "reindex")
    assert rows["symbols"].forced_s == pytest.approx(600, abs=60)
    assert rows["kernels.cpu"].state == "closed"


async def test_another_project_is_not_touched(project: Path, tmp_path: Path) -> None:
    """Circuits are of a project's sessions."""
    async with Engine.open(project) as engine:
        engine.board.force("symbols", "open", "reindex", for_s=600)
    async with Engine.open(tmp_path) as engine:
        assert engine.board.states()["symbols"] == "closed"
