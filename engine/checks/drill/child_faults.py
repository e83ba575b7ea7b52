"""Faults of child processes: killed or stopped from outside, by signals."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import anyio

from engine.checks.drill.fault import (
    IMPORTS,
    RAISES_S,
    SEARCH,
    SLOWS_S,
    Expected,
    Fault,
    Hold,
    Scene,
)

INDEX: Final = "index_process.py"
CODE: Final = "code_process.py"
STOPPED: Final = "stopped"  # a file of the numbers of those that may be stopped still
_LOOK_S: Final = 0.05


def children(script: str) -> list[int]:
    """Return this process's descendants that run the script."""
    import psutil  # type: ignore[import-untyped]

    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if any(word.endswith(script) for word in child.cmdline()):
                found.append(child.pid)
    return found


async def _signal(script: str, number: signal.Signals) -> list[int]:
    pids = await anyio.to_thread.run_sync(children, script)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    return pids


def killed(script: str, every_s: float = _LOOK_S) -> Hold:
    """Kill the process again and again, as soon as there is one or at this pace."""

    @asynccontextmanager
    async def hold(_: Scene) -> AsyncIterator[None]:
        async def kill() -> None:
            while True:
                await _signal(script, signal.SIGKILL)
                await anyio.sleep(every_s)

        async with anyio.create_task_group() as group:
            group.start_soon(kill)
            yield
            group.cancel_scope.cancel()

    return hold


def hung(script: str) -> Hold:
    """Stop the process, and each that is started in its place, until it is over."""

    @asynccontextmanager
    async def hold(scene: Scene) -> AsyncIterator[None]:
        async def stop() -> None:
            known: set[int] = set()
            while True:
                known |= set(await _signal(script, signal.SIGSTOP))
                (scene.folder / STOPPED).write_text(" ".join(map(str, known)), encoding="utf-8")
                await anyio.sleep(_LOOK_S)

        try:
            async with anyio.create_task_group() as group:
                group.start_soon(stop)
                yield
                group.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                await _signal(script, signal.SIGCONT)

    return hold


def end_stopped(folder: Path) -> None:
    """End what a session left stopped that was itself ended: it would stay for ever."""
    import psutil

    file = folder / STOPPED
    if not file.is_file():
        return
    for pid in map(int, file.read_text(encoding="utf-8").split()):
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            # The number may be another process's by now.
            if any(word.endswith((INDEX, CODE)) for word in process.cmdline()):
                process.kill()


@asynccontextmanager
async def nothing(_: Scene) -> AsyncIterator[None]:
    yield


FAULTS: Final = (
    Fault(
        "search_killed",
        "the process of the text index is killed as often as it is started",
        Expected("search.index", "limited", SEARCH, frozenset({"answered"})),
        killed(INDEX),
    ),
    Fault(
        "search_hung",
        "the process of the text index is stopped (SIGSTOP)",
        Expected("search.index", "limited", SEARCH, frozenset({"answered"}), within_s=SLOWS_S),
        hung(INDEX),
    ),
    Fault(
        "code_killed",
        "the process that knows the Python files is killed as often as it is started",
        Expected("graph", "limited", IMPORTS, frozenset({"degraded"}), within_s=RAISES_S),
        killed(CODE),
    ),
    Fault(
        "code_hung",
        "the process that knows the Python files is stopped (SIGSTOP)",
        Expected("graph", "limited", IMPORTS, frozenset({"degraded"}), within_s=SLOWS_S),
        hung(CODE),
    ),
    Fault(
        "search_storm",
        "20 ask at the same time while the index's process is killed each second",
        Expected(None, None, SEARCH, frozenset({"answered"})),
        killed(INDEX, every_s=1.0),
        notice=False,
        lasts_s=8.0,
        askers=20,
    ),
    Fault(
        "nothing",
        "20 ask at the same time and nothing is done",
        Expected("", "full", SEARCH, frozenset({"answered"})),
        nothing,
        notice=False,
        lasts_s=5.0,
        askers=20,
        most_errors=0.0,
    ),
)
