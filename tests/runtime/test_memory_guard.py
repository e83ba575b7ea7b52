"""The guard against real processes that really hold memory; only the clock is moved by hand."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import anyio
import pytest

from engine.agents.tool import Unavailable
from engine.breaker.board import Board
from engine.breaker.memory import CALM_S, Budget
from engine.breaker.policy import Policy
from engine.bus import Bus
from engine.clock import ManualClock
from engine.events import CircuitChanged, Event, MemoryChanged, Notice
from engine.probes.linux import LinuxMachine
from engine.probes.own_memory import MemoryReading, OwnMemory, tree_here
from engine.probes.reading import Unknown
from engine.runtime.memory_guard import Cache, MemoryGuard

pytestmark = pytest.mark.anyio

MB = 1 << 20
# Holds as many MB as the last line says.
_HOLDER = """
for line in iter(input, ""):
    held = None
    held = b"x" * (int(line) << 20)
    print("held", flush=True)
"""


class Holder:
    """A process that holds as much as it is told to; shed, it holds nothing."""

    def __init__(self, child: "Popen[str]") -> None:
        self.pid = child.pid
        self.sheds = 0
        self._child = child

    def hold(self, megabytes: int) -> None:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(f"{megabytes}\n")
        self._child.stdin.flush()
        assert self._child.stdout.readline() == "held\n"

    async def shed(self) -> None:
        self.sheds += 1
        self.hold(0)


@contextmanager
def holder() -> Iterator[Holder]:
    argv = [sys.executable, "-S", "-E", "-c", _HOLDER]
    with Popen(argv, stdin=PIPE, stdout=PIPE, text=True) as child:
        made = Holder(child)
        made.hold(0)  # it has started: what it takes by itself is there
        yield made
        child.communicate("\n")


@pytest.fixture
def one() -> Iterator[Holder]:
    with holder() as made:
        yield made


@pytest.fixture
def other() -> Iterator[Holder]:
    with holder() as made:
        yield made


class Scene:
    """A guard, with `free_mb` of its budget free while the holders hold nothing."""

    def __init__(self, root: Path, *caches: Cache, free_mb: int = 200) -> None:
        self.root = root
        self.clock = ManualClock()
        self.bus = Bus("s1", self.clock)
        self.events: list[Event] = []
        self.bus.record = self.events.append
        self.board = Board(self.bus.publish, self.clock, Policy())
        self.read = OwnMemory(tree_here(), LinuxMachine("", root))
        now = self.read()
        assert isinstance(now, MemoryReading)
        # 80 % and 95 % of so much would differ from run to run: the marks are what counts here.
        total = now.used_bytes + free_mb * MB
        budget = Budget(total, 1 - 100 * MB / total, 1 - 40 * MB / total)
        self.guard = MemoryGuard(budget, lambda: self.read, self.bus, self.board, self.clock)
        self.guard.register(*caches)
        self.guard.enter()
        self.board.announce()

    async def look(self, after_s: float = 2.0) -> None:
        self.clock.advance(after_s)
        await self.guard.look()

    def of(self, kind: type[MemoryChanged]) -> list[MemoryChanged]:
        return [event for event in self.events if isinstance(event, kind)]

    def states(self) -> list[str]:
        return [event.state for event in self.of(MemoryChanged)]


def of_process(name: str, held: Holder, restore: Callable[[], None] | None = None) -> Cache:
    return Cache(name, held.shed, pid=lambda: held.pid, restore=restore)


async def test_it_sheds_one_cache_after_the_other(
    tmp_path: Path, one: Holder, other: Holder
) -> None:
    """Above the first mark the next cache goes at each look, and only until there is room."""
    scene = Scene(tmp_path, of_process("first", one), of_process("second", other))
    one.hold(40)
    other.hold(115)
    await scene.look()
    assert (one.sheds, other.sheds) == (1, 0)
    await scene.look()
    assert (one.sheds, other.sheds) == (1, 1)
    await scene.look()
    assert (one.sheds, other.sheds) == (1, 1)
    assert scene.board.states()["memory"] == "closed"
    assert scene.states() == ["shedding"]


async def test_heavy_tasks_are_refused_and_it_climbs_back(tmp_path: Path, one: Holder) -> None:
    """Over the second mark: refused at once, with who holds what; once it is calm, allowed."""
    scene = Scene(tmp_path)
    await scene.guard.admit()
    one.hold(190)
    scene.clock.advance(1.1)
    with pytest.raises(Unavailable, match=r"^heavy tasks are refused: ") as refused:
        await scene.guard.admit()
    assert "the biggest holders are " in refused.value.error.cause
    assert "other children" in refused.value.error.cause
    assert refused.value.error.remedy.startswith("it is allowed again below ")
    assert refused.value.error.remedy.endswith("or raise memory.max_memory_gb")
    assert scene.board.standing.level == "monitoring"
    one.hold(0)
    async with anyio.create_task_group() as group:
        group.start_soon(scene.board.run)
        with anyio.fail_after(30):
            while scene.board.states()["memory"] != "closed":
                scene.clock.advance(1.0)
                await anyio.sleep(0.02)
        group.cancel_scope.cancel()
    await scene.guard.admit()
    for _ in range(2):
        await scene.look(CALM_S)
    assert scene.states() == ["normal", "refusing", "shedding", "normal"]


async def test_the_holders_add_up(tmp_path: Path, one: Holder) -> None:
    """The event names the biggest first, and all together are what is used."""
    scene = Scene(tmp_path, of_process("a cache", one))
    one.hold(190)
    await scene.look()
    event = scene.of(MemoryChanged)[-1]
    assert event.state == "refusing"
    assert dict(event.holders)["a cache"] > 190 * MB
    assert [size for _, size in event.holders] == sorted(
        (size for _, size in event.holders), reverse=True
    )
    assert sum(size for _, size in event.holders) == event.used_bytes
    assert event.used_bytes > event.budget_bytes * 0.9
    assert one.sheds == 1


async def test_what_was_shed_comes_back_once_there_is_room_for_it(
    tmp_path: Path, one: Holder, other: Holder
) -> None:
    """Not while somebody else has taken the room: it would have to go again at once."""
    back: list[str] = []
    scene = Scene(tmp_path, of_process("a cache", one, lambda: back.append("a cache")))
    one.hold(84)
    other.hold(25)
    await scene.look()
    for _ in range(10):
        await scene.look()
    assert scene.states() == ["shedding", "normal"]
    assert back == []
    other.hold(0)
    await scene.look()
    assert back == ["a cache"]


async def test_what_the_cache_dies_of_is_told(tmp_path: Path, one: Holder, other: Holder) -> None:
    """One that can't be shed keeps no other from it."""

    async def broken() -> None:
        raise OSError("no way")

    scene = Scene(
        tmp_path, Cache("broken", broken, pid=lambda: one.pid), of_process("second", other)
    )
    one.hold(190)
    other.hold(10)
    await scene.look()
    notices = [event for event in scene.events if isinstance(event, Notice)]
    assert [notice.text for notice in notices] == ["broken could not be shed: no way"]
    assert other.sheds == 1


async def test_the_systems_pressure_counts(tmp_path: Path) -> None:
    """PSI in distress for two looks refuses heavy tasks although the program holds little."""
    pressure = tmp_path / "proc" / "pressure"
    pressure.mkdir(parents=True)
    scene = Scene(tmp_path)
    (pressure / "memory").write_text("some avg10=60.00 avg60=0.00 avg300=0.00 total=1\n")
    await scene.look()
    assert scene.board.states()["memory"] == "closed"
    await scene.look()
    with pytest.raises(Unavailable, match="the system's memory pressure is critical"):
        await scene.guard.admit()
    (pressure / "memory").write_text("some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n")
    for _ in range(3):
        await scene.look(CALM_S)
    assert scene.states() == ["normal", "refusing", "shedding", "normal"]


async def test_a_memory_that_can_not_be_read_is_absent(tmp_path: Path) -> None:
    """Unknown is no trouble: the board says why, tasks begin, a later reading brings it back."""
    scene = Scene(tmp_path)
    whole, scene.read = scene.read, lambda: Unknown("no /proc")  # type: ignore[assignment]
    for _ in range(2):
        await scene.look()
    await scene.guard.admit()
    changes = [e for e in scene.events if isinstance(e, CircuitChanged)]
    assert [(e.state, e.cause) for e in changes] == [
        ("closed", "present"),
        ("absent", "it can't be read: no /proc"),
    ]
    guard = scene.guard
    guard._read = whole
    await scene.look()
    assert scene.board.states()["memory"] == "closed"


async def test_a_forced_circuit_refuses(tmp_path: Path) -> None:
    """What the operator forces open is refused though memory is plenty."""
    scene = Scene(tmp_path)
    scene.board.force("memory", "open", "maintenance")
    with pytest.raises(Unavailable, match="maintenance"):
        await scene.guard.admit()
    scene.board.release("memory")
    await scene.guard.admit()
