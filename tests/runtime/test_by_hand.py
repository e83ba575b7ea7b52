"""The engine held by hand: forced, pinned, released, and each told as an event."""

from pathlib import Path

import anyio
import pytest

from engine.breaker.board import Board
from engine.breaker.degradation import BadPin, Ladder
from engine.breaker.errors import BadForce, UnknownCapability
from engine.breaker.policy import Policy
from engine.clock import SystemClock
from engine.config import load
from engine.events import CircuitChanged, Event, LevelChanged
from engine.runtime import Engine

pytestmark = pytest.mark.anyio


async def _answers() -> None:
    """A canary that always sings."""


def _held(told: list[Event], *, step_s: float = 0.05) -> Board:
    board = Board(told.append, SystemClock(), Policy(), ladder=Ladder(step_s=step_s))
    board.add("graph", _answers)
    board.announce()
    return board


async def test_a_pin_that_ends_lets_the_level_climb() -> None:
    """Its end and each step up are told, though nothing else happens."""
    told: list[Event] = []
    board = _held(told)
    async with anyio.create_task_group() as group:
        group.start_soon(board.run)
        await anyio.sleep(0.05)
        board.pin("monitoring", "drill", 0.1)
        assert board.standing.pinned
        with anyio.fail_after(10):
            while board.standing.level != "full" or board.standing.pinned:  # noqa: ASYNC110
                await anyio.sleep(0.02)
        group.cancel_scope.cancel()
    levels = [event for event in told if isinstance(event, LevelChanged)]
    moved = [(one.was, one.level) for one in levels[1:] if one.was != one.level]
    assert moved == [("full", "monitoring"), ("monitoring", "limited"), ("limited", "full")]
    assert levels[1].pinned
    assert not levels[-1].pinned


async def test_a_pin_to_the_present_level_is_told_too() -> None:
    """What is pinned is shown as pinned, also where nothing moves; so is its release."""
    told: list[Event] = []
    board = _held(told)
    board.pin("full", "drill")
    assert board.unpin()
    assert not board.unpin()
    levels = [event for event in told if isinstance(event, LevelChanged)]
    assert [(one.level, one.pinned) for one in levels] == [
        ("full", False), ("full", True), ("full", False),
    ]  # fmt: skip


def test_a_forced_circuit_has_not_failed() -> None:
    """The level says whose doing it is, and what lifts it."""
    board = _held([])
    board.force("graph", "open", "upgrade")
    assert (board.standing.why, board.standing.lift) == (
        "graph forced open", "graph being released",
    )  # fmt: skip


async def test_the_engine_is_held_and_let_go(tmp_path: Path) -> None:
    """Force, pin and release act on the open engine; a bad name is refused with its nearest."""
    settings = load(tmp_path, flags={"store.folder": str(tmp_path / "store")})
    async with Engine.open(tmp_path, settings=settings) as engine:
        told: list[Event] = []
        record = engine.bus.record

        def also(event: Event) -> None:
            told.append(event)
            if record is not None:
                record(event)

        engine.bus.record = also
        engine.force("search.scan", "open", "drill", 60.0)
        assert engine.board.states()["search.scan"] == "open"
        assert engine.release("search.scan")
        assert not engine.release("search.scan")
        engine.pin("limited", "drill", 60.0)
        assert engine.board.standing.pinned
        assert engine.release("level")
        with pytest.raises(UnknownCapability, match=r'did you mean "search\.scan"'):
            engine.force("search.scn", "open", "drill")
        with pytest.raises(BadPin):
            engine.pin("full", "")
        with pytest.raises(BadForce):
            engine.force("search.scan", "closed", " ")
    forced = [one.forced for one in told if isinstance(one, CircuitChanged)]
    assert "open" in forced
    assert any(isinstance(one, LevelChanged) and one.pinned for one in told)
