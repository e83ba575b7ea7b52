import math

import anyio
import pytest
from msgspec.structs import replace

from engine.breaker.board import CircuitOpen
from engine.breaker.circuit import How
from engine.breaker.errors import BadForce, UnknownCapability
from engine.breaker.policy import Policy
from engine.events import CircuitChanged

from .board_scene import Scene, nothing, running

pytestmark = pytest.mark.anyio


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    for name in ("symbols", "search.scan"):
        scene.board.add(name, nothing)
    scene.board.add_absent("market", "no positions")
    scene.board.announce()
    return scene


def last(scene: Scene) -> CircuitChanged:
    return scene.changes()[-1]


async def test_forced_open_refuses_with_reason_and_time(scene: Scene) -> None:
    """Work is refused in a sentence, the event says how, why and until when, the level falls."""
    scene.board.force("symbols", "open", " a  reindex\n", for_s=30)
    with (
        pytest.raises(
            CircuitOpen, match=r"^symbols is forced open \(a reindex\); it stays so for 30 s more$"
        ),
        scene.board.guard("symbols"),
    ):
        pass
    event = last(scene)
    assert (event.was, event.state, event.forced, event.reason) == (
        "closed",
        "open",
        "open",
        "a reindex",
    )
    assert event.until_s == scene.clock.wall_s() + 30
    assert (event.next_try_s, scene.board.standing.level) == (None, "limited")


async def test_a_force_ends_at_its_time_and_a_release_before(scene: Scene) -> None:
    """Both are told with their cause; then work is admitted again."""
    scene.board.force("symbols", "open", "maintenance", for_s=30)
    scene.clock.advance(30)
    await running(scene, lambda: scene.board.states()["symbols"] == "closed")
    assert last(scene).cause == "the time of its force is over"
    scene.board.force("symbols", "open", "maintenance")
    with pytest.raises(CircuitOpen, match="until it is released"):
        scene.board.guard("symbols")
    assert scene.board.release("symbols")
    assert not scene.board.release("symbols")
    assert (last(scene).cause, last(scene).forced) == ("released", None)
    with scene.board.guard("symbols"):
        pass


async def test_no_canary_lifts_a_force(scene: Scene) -> None:
    """However much time passes, what is forced open without an end stays so."""
    scene.board.force("symbols", "open", "maintenance")
    scene.clock.advance(1e6)
    async with anyio.create_task_group() as group:
        group.start_soon(scene.board.run)
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    assert scene.board.states()["symbols"] == "open"


@pytest.mark.parametrize("how", ["closed", "disabled"])
async def test_held_closed_it_never_opens(scene: Scene, how: How) -> None:
    """Failures go on to the caller, and the circuit stays; its row says who holds it and why."""
    scene.board.force("symbols", how, "noise", for_s=60)
    for _ in range(20):
        scene.fail("symbols")
    scene.clock.advance(10)
    row = next(scene.board.rows())
    assert (row.state, row.forced, row.reason, row.forced_s) == ("closed", how, "noise", 50.0)
    assert row.calls == (20 if how == "closed" else 0)


@pytest.mark.parametrize(
    ("capability", "how", "reason", "for_s", "said"),
    [
        ("symbol", "open", "x", None, 'there is no capability "symbol"; did you mean "symbols"?'),
        (
            "weather",
            "open",
            "x",
            None,
            'there is no capability "weather"; expected one of symbols, search.scan, market',
        ),
        ("market", "open", "x", None, "market is absent: no positions; there is nothing to force"),
        (
            "symbols",
            "ajar",
            "x",
            None,
            "force symbols: expected one of open, closed, disabled, found 'ajar'",
        ),
        (
            "symbols",
            "open",
            " ",
            None,
            "force symbols open: expected a reason, found none; say why",
        ),
        (
            "symbols",
            "open",
            "x",
            -5,
            "force symbols open: expected seconds above 0, or no time for until it is released, "
            "found -5",
        ),
        (
            "symbols",
            "open",
            "x",
            math.nan,
            "force symbols open: expected seconds above 0, or no time for until it is released, "
            "found nan",
        ),
    ],
)
async def test_a_force_that_makes_no_sense_is_refused(
    scene: Scene, capability: str, how: How, reason: str, for_s: float | None, said: str
) -> None:
    """The sentence says what was expected and found; nothing has changed."""
    before, events = list(scene.board.rows()), len(scene.events)
    with pytest.raises((BadForce, UnknownCapability)) as caught:
        scene.board.force(capability, how, reason, for_s)
    assert str(caught.value) == said
    assert (list(scene.board.rows()), len(scene.events)) == (before, events)


async def test_releasing_an_unknown_name_is_refused(scene: Scene) -> None:
    """As forcing it is."""
    with pytest.raises(UnknownCapability, match=r"did you mean .search\.scan"):
        scene.board.release("search.scn")


def earlier(scene: Scene, ago_s: float = 4.0, **fields: object) -> CircuitChanged:
    event = CircuitChanged(
        capability="symbols",
        state="open",
        was="closed",
        cause="it broke then",
        failures=3,
        next_try_s=20.0,
        wall_s=scene.clock.wall_s() - ago_s,
    )
    return replace(event, **fields)


@pytest.mark.parametrize("late", [False, True])
async def test_what_was_open_stays_open_until_its_time(*, late: bool) -> None:
    """The next session waits what is left of the wait, then tries; also where it is added later."""
    scene = Scene()
    if not late:
        scene.board.add("symbols", nothing)
    scene.board.restore([earlier(scene)])
    if late:
        scene.board.add("symbols", nothing)
    scene.board.announce()
    assert next(scene.board.rows())[:5] == ("symbols", "open", 3, "it broke then", 16.0)
    assert last(scene).was == (None if late else "closed")
    assert scene.levels() == [(None, "limited")]
    scene.clock.advance(16)
    await running(scene, lambda: scene.board.states()["symbols"] == "closed")


@pytest.mark.parametrize(
    "fields",
    [
        {"ago_s": 20.0},  # its wait is over
        {"ago_s": 3700.0, "next_try_s": 9000.0},  # too long ago
        {"state": "half_open", "next_try_s": None},
        {"state": "closed", "next_try_s": None},
        {"forced": "open", "reason": "x", "until_s": 1.0, "next_try_s": None},  # over
        {"forced": "open", "reason": "x", "until_s": None, "next_try_s": None},  # with its session
        {"capability": "weather"},
    ],
)
async def test_all_else_starts_closed(fields: dict[str, object]) -> None:
    """What is over, long ago or of nobody here is not taken over."""
    scene = Scene()
    scene.board.add("symbols", nothing)
    scene.board.restore([earlier(scene, **fields)])  # type: ignore[arg-type]
    assert (scene.board.states(), len(scene.changes())) == ({"symbols": "closed"}, 1)


async def test_a_force_with_an_end_goes_on_to_it(scene: Scene) -> None:
    """Also hours later: its end counts, not its beginning."""
    until_s = scene.clock.wall_s() + 100
    event = earlier(
        scene, ago_s=9000, forced="open", reason="reindex", until_s=until_s, next_try_s=None
    )
    scene.board.restore([event])
    row = next(scene.board.rows())
    assert (row.state, row.forced, row.reason, row.forced_s) == ("open", "open", "reindex", 100.0)
    assert last(scene).until_s == pytest.approx(until_s)


@pytest.mark.parametrize(("longest_s", "left_s"), [(60.0, 20.0), (15.0, 15.0)])
async def test_a_clock_set_back_a_day_lengthens_no_wait(longest_s: float, left_s: float) -> None:
    """An event of the future waits what it said, and never beyond this session's longest wait."""
    scene = Scene(Policy(failure_threshold=2, wait_s=10, max_wait_s=longest_s))
    scene.board.add("symbols", nothing)
    scene.board.restore([earlier(scene, ago_s=-86_400.0)])
    assert next(scene.board.rows()).next_try_s == left_s
    scene.clock.set_wall(0.0)
    scene.clock.advance(left_s)
    await running(scene, lambda: scene.board.states()["symbols"] == "closed")
