import anyio
import pytest

from engine.breaker.board import Absent, CircuitOpen
from engine.breaker.policy import Policy
from engine.events import CircuitChanged

from .board_scene import Blameless, Scene, nothing, running, until

pytestmark = pytest.mark.anyio


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_each_capability_is_announced_once(scene: Scene) -> None:
    """Adding publishes the circuit, announcing publishes the first level, once."""
    scene.board.add("symbols", nothing)
    scene.board.add_absent("market", "no positions")
    scene.board.announce()
    assert scene.circuits() == [("symbols", None, "closed"), ("market", None, "absent")]
    assert scene.levels() == [(None, "full")]
    assert scene.board.states() == {"symbols": "closed", "market": "absent"}


async def test_every_transition_is_one_event(scene: Scene) -> None:
    """Opening is published once, with cause, count and the wait; later failures say nothing."""
    scene.board.add("symbols", nothing)
    scene.board.announce()
    scene.open("symbols")
    scene.board.report("symbols", RuntimeError("more"))
    change = [e for e in scene.events if isinstance(e, CircuitChanged)][-1]
    assert scene.circuits() == [("symbols", None, "closed"), ("symbols", "closed", "open")]
    assert (change.cause, change.failures, change.next_try_s) == ("it broke", 2, 10.0)
    assert scene.levels() == [(None, "full"), ("full", "limited")]
    assert scene.board.standing.why == "symbols failed"


async def test_new_words_on_a_level_are_published(scene: Scene) -> None:
    """A second failure on the same rung changes the reason, and is told once."""
    for name in ("symbols", "graph", "kernels.cpu"):
        scene.board.add(name, nothing)
    scene.board.announce()
    for name in ("symbols", "graph", "kernels.cpu"):
        scene.open(name)
    assert scene.levels() == [
        (None, "full"), ("full", "limited"), ("limited", "limited"), ("limited", "monitoring"),
    ]  # fmt: skip


async def test_the_error_of_the_block_goes_on(scene: Scene) -> None:
    """The guard counts an error and hands it to the caller as it was."""
    scene.board.add("symbols", nothing)
    error = ValueError("mine")
    with pytest.raises(ValueError, match="mine") as caught, scene.board.guard("symbols"):
        raise error
    assert caught.value is error


async def test_a_blameless_error_counts_as_nothing(scene: Scene) -> None:
    """A refused question neither opens a circuit nor clears what others failed."""
    scene.board.add("symbols", nothing)
    for _ in range(10):
        scene.fail("symbols", Blameless())
    assert scene.board.states()["symbols"] == "closed"
    scene.fail("symbols")
    scene.fail("symbols", Blameless())
    scene.fail("symbols")
    assert scene.board.states()["symbols"] == "open"


async def test_a_blameless_error_out_of_a_task_group_is_seen_as_one(scene: Scene) -> None:
    """A task group's wrapping hides neither the blame nor the cause."""
    scene.board.add("symbols", nothing)
    for _ in range(5):
        scene.fail("symbols", ExceptionGroup("group", [Blameless()]))
    assert scene.board.states()["symbols"] == "closed"
    for _ in range(2):
        scene.fail("symbols", ExceptionGroup("group", [RuntimeError("a\nb\x1b[31m")]))
    assert next(scene.board.rows())[3] == "a b\ufffd[31m"


async def test_a_cancelled_block_is_no_failure(scene: Scene) -> None:
    """Cancelling guarded work leaves the circuit as it was."""
    scene.board.add("symbols", nothing)
    for _ in range(5):
        with anyio.CancelScope() as scope, scene.board.guard("symbols"):
            scope.cancel()
            await anyio.sleep(1)
    assert scene.board.states()["symbols"] == "closed"
    assert next(scene.board.rows())[2] == 0


async def test_absent_and_open_are_raised_before_the_block(scene: Scene) -> None:
    """Neither lets the block begin; each says what is the matter."""
    scene.board.add("symbols", nothing)
    scene.board.add_absent("market", "no positions are configured")
    scene.open("symbols")
    scene.clock.advance(4)
    entered = []

    def enter(capability: str) -> None:
        with scene.board.guard(capability):
            entered.append(capability)

    with pytest.raises(Absent, match=r"^market is absent: no positions are configured$"):
        enter("market")
    with pytest.raises(
        CircuitOpen, match=r"^symbols is out of order \(it broke\); it is tried again in 6 s$"
    ):
        enter("symbols")
    with pytest.raises(Absent, match=r"^weather is absent: nothing here provides it$"):
        enter("weather")
    assert entered == []


async def test_without_a_capability_nothing_is_guarded(scene: Scene) -> None:
    """Work that needs no capability runs as it is."""
    with scene.board.guard(None):
        pass
    with pytest.raises(RuntimeError, match="mine"), scene.board.guard(None):
        raise RuntimeError("mine")
    assert scene.events == []


async def test_what_turns_up_later_is_no_longer_absent(scene: Scene) -> None:
    """A capability that is found after it was missing gets its circuit."""
    scene.board.add_absent("probes.gpu", "none found")
    scene.board.add("probes.gpu", nothing)
    with scene.board.guard("probes.gpu"):
        pass
    assert [row[:2] for row in scene.board.rows()] == [("probes.gpu", "closed")]


async def test_what_is_absent_is_looked_for_when_it_is_asked_for(scene: Scene) -> None:
    """The look may add it, and the very block that asked begins."""
    there: list[str] = []

    def look() -> None:
        if there:
            scene.board.add("market", nothing)

    scene.board.add_absent("market", "no positions", look)
    with pytest.raises(Absent, match="no positions"), scene.board.guard("market"):
        pass
    there.append("positions.csv")
    with scene.board.guard("market"):
        pass
    assert scene.board.states() == {"market": "closed"}


async def test_a_report_counts_like_a_guarded_call(scene: Scene) -> None:
    """Failures that happen elsewhere open the circuit too; unknown names are passed over."""
    scene.board.add("store.write", nothing)
    scene.board.report("store.write", RuntimeError("full"))
    scene.board.report("store.write", None)
    scene.board.report("store.write", RuntimeError("full"))
    assert scene.board.states() == {"store.write": "closed"}
    scene.board.report("store.write", RuntimeError("full"))
    assert scene.board.states() == {"store.write": "open"}
    scene.board.report("weather", RuntimeError("rain"))


async def test_rows_say_how_long_until_the_next_try(scene: Scene) -> None:
    """Each row has state, failures in a row, cause and the rest of the wait, never below zero."""
    scene.board.add("symbols", nothing)
    scene.board.add_absent("market", "none")
    scene.open("symbols")
    scene.clock.advance(3)
    assert [row[:5] for row in scene.board.rows()] == [
        ("symbols", "open", 2, "it broke", 7.0),
        ("market", "absent", 0, "none", None),
    ]
    scene.clock.advance(30)
    assert next(scene.board.rows())[4] == 0.0


async def test_a_canary_closes_the_circuit_and_the_level_follows(scene: Scene) -> None:
    """Once the wait is over the canary is tried; it brings the circuit back, then the level."""
    scene.board.add("symbols", nothing)
    scene.board.announce()
    scene.open("symbols")
    scene.clock.advance(10)
    await running(scene, lambda: scene.board.states()["symbols"] == "closed")
    # The third is no change of the level: what it waits for now is its dwell.
    assert scene.levels() == [(None, "full"), ("full", "limited"), ("limited", "limited")]
    scene.clock.advance(60)
    await running(scene, lambda: len(scene.levels()) == 4)
    assert scene.circuits()[1:] == [
        ("symbols", "closed", "open"),
        ("symbols", "open", "half_open"),
        ("symbols", "half_open", "closed"),
    ]
    assert scene.levels()[2:] == [("limited", "limited"), ("limited", "full")]
    with scene.board.guard("symbols"):
        pass


async def test_no_canary_is_tried_before_its_time(scene: Scene) -> None:
    """While the clock stands still an open circuit stays open, also when the wall clock jumps."""
    tried = []

    async def canary() -> None:
        tried.append(1)

    scene.board.add("symbols", canary)
    scene.open("symbols")
    scene.clock.set_wall(4e9)
    async with anyio.create_task_group() as group:
        group.start_soon(scene.board.run)
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    assert tried == []
    scene.clock.set_wall(0.0)
    scene.clock.advance(10)
    await running(scene, lambda: bool(tried))


async def test_a_canary_that_raises_reopens_and_waits_longer(scene: Scene) -> None:
    """The canary's own error becomes the cause, and the wait doubles."""

    async def canary() -> None:
        async with anyio.create_task_group():
            raise OSError("no such device")

    scene.board.add("symbols", canary)
    scene.open("symbols")
    scene.clock.advance(10)
    await running(scene, lambda: scene.circuits()[-1][1:] == ("half_open", "open"))
    assert next(scene.board.rows())[:5] == ("symbols", "open", 3, "no such device", 20.0)


async def test_a_canary_that_hangs_is_ended(scene: Scene) -> None:
    """A canary has a longest time; after it the circuit is open again, and says why."""
    scene = Scene(Policy(failure_threshold=2, wait_s=0.01, max_wait_s=0.05))
    scene.board.add("symbols", anyio.sleep_forever)
    scene.open("symbols")
    scene.clock.advance(1)
    await running(scene, lambda: scene.circuits()[-1][1:] == ("half_open", "open"))
    assert next(scene.board.rows())[3] == "its canary took longer than 0.05 s"


async def test_a_hanging_canary_does_not_hold_up_the_others(scene: Scene) -> None:
    """Circuits are tried side by side."""
    scene.board.add("graph", anyio.sleep_forever)
    scene.board.add("symbols", nothing)
    scene.open("graph")
    scene.open("symbols")
    scene.clock.advance(10)
    await running(scene, lambda: scene.board.states()["symbols"] == "closed")
    assert scene.board.states()["graph"] in ("half_open", "open")


async def test_a_circuit_that_opens_later_is_tried_too(scene: Scene) -> None:
    """A board that found nothing to do wakes up when a circuit opens."""
    scene.board.add("symbols", nothing)
    async with anyio.create_task_group() as group:
        group.start_soon(scene.board.run)
        await anyio.wait_all_tasks_blocked()
        scene.open("symbols")
        scene.clock.advance(10)
        await until(lambda: scene.board.states()["symbols"] == "closed")
        scene.open("symbols")
        scene.clock.advance(10)
        await until(lambda: scene.board.states()["symbols"] == "closed")
        group.cancel_scope.cancel()


async def test_a_board_that_ends_gives_its_canary_back(scene: Scene) -> None:
    """A canary that is cancelled with its board leaves its place to the next one."""
    hangs = [True]

    async def canary() -> None:
        if hangs:
            await anyio.sleep_forever()

    scene.board.add("symbols", canary)
    scene.open("symbols")
    scene.clock.advance(10)
    await running(scene, lambda: scene.board.states()["symbols"] == "half_open")
    assert next(scene.board.rows()).canaries == 0
    hangs.clear()
    await running(scene, lambda: scene.board.states()["symbols"] == "closed")


@pytest.mark.parametrize("most", [1, 3])
async def test_fifty_callers_at_once_start_so_many_canaries(most: int) -> None:
    """However many ask of a circuit that is due, its canaries run and all of them wait outside."""
    scene = Scene(Policy(failure_threshold=2, canaries=most))
    tried, refused = [], []

    async def canary() -> None:
        tried.append(1)
        await anyio.sleep_forever()

    async def ask() -> None:
        try:
            with scene.board.guard("symbols"):
                await anyio.lowlevel.checkpoint()
        except CircuitOpen:
            refused.append(1)

    scene.board.add("symbols", canary)
    scene.open("symbols")
    scene.clock.advance(10)
    async with anyio.create_task_group() as group:
        group.start_soon(scene.board.run)
        await until(lambda: bool(tried))
        async with anyio.create_task_group() as callers:
            for _ in range(50):
                callers.start_soon(ask)
        assert next(scene.board.rows()).canaries == most
        group.cancel_scope.cancel()
    assert (len(tried), len(refused)) == (most, 50)


async def test_every_call_is_timed_and_slow_ones_open(scene: Scene) -> None:
    """Blocks and reports that succeed slowly open the circuit by their share, and say so."""
    scene = Scene(Policy(slow_s=1.0, slow_rate=0.8, minimum_calls=4, failure_threshold=99))
    scene.board.add("symbols", nothing)
    scene.board.add("probes.host", nothing)
    for _ in range(4):
        with scene.board.guard("symbols"):
            scene.clock.advance(1.5)
        scene.board.report("probes.host", None, took_s=1.5)
    assert scene.board.states() == {"symbols": "open", "probes.host": "open"}
    change = scene.changes()[-1]
    assert (change.cause, change.slow_rate, change.failure_rate, change.calls) == (
        "4 of 4 calls took longer than 1 s",
        1.0,
        0.0,
        4,
    )


async def test_blocks_that_run_at_once_are_timed_each_for_itself(scene: Scene) -> None:
    """A guard is one block's own, though it is used again for later ones."""
    scene = Scene(Policy(slow_s=1.0, minimum_calls=100, window_calls=100))
    scene.board.add("symbols", nothing)
    for _ in range(3):
        first, second = scene.board.guard("symbols"), scene.board.guard("symbols")
        with first:
            scene.clock.advance(2.0)
            with second:
                pass
    circuit = next(scene.board.rows())
    assert circuit.calls == 6
    assert scene.board._circuits["symbols"].counts(scene.clock.monotonic_s()) == (6, 0, 3)


async def test_a_block_after_another_is_given_nothing_new(scene: Scene) -> None:
    """The guard of a block that has ended is the next block's; a new era has none of the old."""
    scene.board.add("symbols", nothing)
    first = scene.board.guard("symbols")
    with first:
        pass
    again = scene.board.guard("symbols")
    assert again is first
    scene.board.force("symbols", "closed", "for a new era")
    with again:
        pass
    assert scene.board.guard("symbols") is not first


async def test_one_failure_is_followed_up_by_the_canary() -> None:
    """The circuit of what is broken opens though nobody asks for it a second time."""
    scene = Scene(Policy(failure_threshold=5))

    async def broken() -> None:
        raise OSError("no such device")

    scene.board.add("graph", broken)
    async with anyio.create_task_group() as group:
        group.start_soon(scene.board.run)
        scene.fail("graph")
        await until(lambda: scene.board.states()["graph"] == "open")
        group.cancel_scope.cancel()
    assert scene.changes()[-1].cause == "no such device"


async def test_a_doubt_that_the_canary_dispels_changes_nothing() -> None:
    """The canary is called once, and the failure that was counted stays counted."""
    scene = Scene(Policy(failure_threshold=5))
    sung = []

    async def canary() -> None:
        sung.append(1)

    scene.board.add("graph", canary)
    async with anyio.create_task_group() as group:
        group.start_soon(scene.board.run)
        scene.fail("graph")
        scene.fail("graph")
        await until(lambda: bool(sung))
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    assert (len(sung), next(scene.board.rows())[1:3]) == (1, ("closed", 2))


async def test_a_listener_that_raises_breaks_nothing() -> None:
    """Neither the work nor the circuit nor the level notices; how often it raised is counted."""
    scene = Scene()

    def broken(_: object) -> None:
        raise RuntimeError("the listener broke")

    scene.board._publish = broken
    scene.board.add("symbols", nothing)
    scene.board.announce()
    scene.open("symbols")
    assert scene.board.states() == {"symbols": "open"}
    assert scene.board.standing.level == "limited"
    assert scene.board.unheard == 4


async def test_the_hook_hears_of_each_change_after_its_event(scene: Scene) -> None:
    """Who serves answers by what is out may read the board when it is told."""
    heard: list[tuple[str, str]] = []
    scene.board.changed = lambda name: heard.append((name, scene.board.states()[name]))
    scene.board.add("symbols", nothing)
    scene.open("symbols")
    assert heard == [("symbols", "closed"), ("symbols", "open")]
