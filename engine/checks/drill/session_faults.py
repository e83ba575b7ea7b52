"""Faults of the session itself: its clock, its probes, its memory, its agents."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Final

import anyio

from engine.agents.executor import Run
from engine.agents.tool import Call, Tool
from engine.checks.drill.fault import IMPORTS, SEARCH, SLOWS_S, STATUS, Expected, Fault, Scene
from engine.clock import Clock
from engine.config import Loaded
from engine.events import Event, GpuDevice, GpuSample
from engine.evidence import Evidence, Plan, PlannedTask
from engine.probes.gpu import Found, GpuProbe
from engine.probes.reading import Unknown
from engine.process import spawn
from engine.runtime import Engine
from engine.runtime.opening import Opening

DAY_S: Final = 86_400.0
STUCK: Final = "drill.stuck"
_AGENTS: Final = 2
_STUCK_TIMEOUT_S: Final = 1.0
_GPU_GONE: Final = "the scratch GPU has fallen off the bus"
_BUDGET_GB: Final = 0.5
_HOG: Final = """
import sys
held = b"1" * int(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


# ── the clock ────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def jumped(scene: Scene) -> AsyncIterator[None]:
    """Set the wall clock back a day while a circuit waits, then ahead by two."""
    board = scene.open.board
    for _ in range(board.policy.failure_threshold):
        board.report("symbols", RuntimeError("the drill opens it, to see it close"))
    scene.clock.shift_s = -DAY_S
    with anyio.move_on_after(2 * board.policy.wait_s + 1) as limit:
        while board.states()["symbols"] != "closed":  # noqa: ASYNC110 - a look now and then
            await anyio.sleep(0.05)
    if limit.cancelled_caught:
        scene.wrong.append("with the clock a day back the circuit was not tried again in time")
    scene.clock.shift_s = DAY_S
    yield
    scene.clock.shift_s = 0.0


# ── the probes ───────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def probe_hung(scene: Scene) -> AsyncIterator[None]:
    scene.clock.hold_probe()
    try:
        yield
    finally:
        scene.clock.free_probe()


class ScratchGpu:
    """A GPU that is there until it is taken away; it stands for a driver that loses its card."""

    def __init__(self) -> None:
        self.gone = False

    async def read(self) -> Found:
        if self.gone:
            return Found(without=(Unknown(_GPU_GONE),))
        return Found((GpuDevice("scratch GPU", "drill", busy_pct=1.0),))

    async def aclose(self) -> None:
        return


class GpuEngine(Engine):
    """An engine with a scratch GPU in place of the machine's."""

    def __init__(self, project: Path, settings: Loaded, clock: Clock, how: Opening) -> None:
        super().__init__(project, settings, clock, how)
        self.gpu = ScratchGpu()
        self._sampling.gpu = GpuProbe(clock, source=self.gpu)


@asynccontextmanager
async def gpu_gone(scene: Scene) -> AsyncIterator[None]:
    engine = scene.open
    assert isinstance(engine, GpuEngine)
    engine.gpu.gone = True
    yield
    engine.gpu.gone = False


def _says_it_is_gone(event: Event) -> bool:
    return isinstance(event, GpuSample) and _GPU_GONE in (event.reason or "")


def _has_gpu(engine: Engine) -> bool:
    return any(isinstance(one, GpuSample) and one.devices for one in engine.state_events())


# ── memory ───────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def squeezed(_: Scene) -> AsyncIterator[None]:
    """Have a child hold nearly all of the session's budget."""
    size = int(_BUDGET_GB * 0.96 * (1 << 30))
    async with spawn([sys.executable, "-c", _HOG, str(size)], stdin=PIPE, stderr=DEVNULL) as hog:
        assert hog.stdout is not None
        await hog.stdout.receive()
        yield


# ── agents ───────────────────────────────────────────────────────────────────────────────────────


class StuckEngine(Engine):
    """An engine with a tool that no plan names, which heeds neither time nor cancellation."""

    def __init__(self, project: Path, settings: Loaded, clock: Clock, how: Opening) -> None:
        stuck = Tool(self._stay, idempotent=False, timeout_s=_STUCK_TIMEOUT_S)
        super().__init__(project, settings, clock, replace(how, tools={STUCK: stuck}))
        self.leave = anyio.Event()

    async def occupy(self) -> None:
        """Have every agent do the task that doesn't end, until `leave`."""
        tasks = tuple(PlannedTask(f"t{number}", STUCK) for number in range(_AGENTS))
        await self._executor.execute(Run("drill", Plan(tasks), self._clock.monotonic_s()))

    async def _stay(self, _: Call) -> Evidence:
        with anyio.CancelScope(shield=True):
            await self.leave.wait()
        return Evidence("it ended after all")


@asynccontextmanager
async def agents_stuck(scene: Scene) -> AsyncIterator[None]:
    engine = scene.open
    assert isinstance(engine, StuckEngine)
    async with anyio.create_task_group() as group:
        group.start_soon(engine.occupy)
        try:
            yield
        finally:
            engine.leave.set()


FAULTS: Final = (
    Fault(
        "clock_jumped",
        "the wall clock goes back a day while a circuit waits, then ahead by two",
        Expected("symbols", "limited", SEARCH, frozenset({"answered"})),
        jumped,
        notice=False,
        lasts_s=2.0,
        most_errors=0.0,
    ),
    Fault(
        "probe_hung",
        "the host probe's reading doesn't come back",
        Expected("probes.host", "full", SEARCH, frozenset({"answered"}), within_s=SLOWS_S),
        probe_hung,
    ),
    Fault(
        "gpu_gone",
        "the GPU that was there can't be read any more",
        Expected("", "full", STATUS, frozenset({"answered"}), within_s=SLOWS_S),
        gpu_gone,
        engine=GpuEngine,
        seen=_says_it_is_gone,
        well=_has_gpu,
        most_errors=0.0,
    ),
    Fault(
        "memory_squeezed",
        f"a child takes nearly all of a budget of {_BUDGET_GB:g} GB",
        Expected(
            "memory",
            "monitoring",
            IMPORTS,
            frozenset({"degraded"}),
            within_s=SLOWS_S,
        ),
        squeezed,
        settings={"memory.max_memory_gb": str(_BUDGET_GB)},
    ),
    Fault(
        "agents_stuck",
        f"every agent is at a task of {_STUCK_TIMEOUT_S:g} s that doesn't end",
        Expected("agents", "monitoring", STATUS, frozenset({"answered"}), within_s=SLOWS_S),
        agents_stuck,
        engine=StuckEngine,
        settings={"agents.max": str(_AGENTS)},
    ),
)
