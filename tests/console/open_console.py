"""Open the console in this terminal, for tests: `python -m tests.console.open_console KIND`.

KIND: replay (a stand-in over a tape), engine (the real one on a folder), broken (one that does not
open), stuck (one that does not close), crash (F1 raises).
"""

import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio

from bolt_tui.app import Console, ConsoleSettings, run_console
from bolt_tui.engine_port import EnginePort

from . import recordings
from .stand_in import StandIn


def _open(kind: str, project: Path) -> AbstractAsyncContextManager[EnginePort]:
    if kind == "engine":
        from engine.runtime import Engine

        return Engine.open(project, live=True)
    return _replay(kind)


@asynccontextmanager
async def _replay(kind: str) -> AsyncIterator[EnginePort]:
    if kind == "broken":
        raise OSError("the store can't be read: input/output error")
    try:
        yield StandIn(recordings.idle_mac(5))
    finally:
        if kind == "stuck":
            await anyio.sleep(60)


def _raise(_: Console) -> None:
    raise RuntimeError("crashed on purpose")


def main() -> int:
    kind, project = sys.argv[1], Path(sys.argv[2])
    if kind == "crash":
        Console.action_help = _raise  # type: ignore[method-assign, assignment]
    settings = ConsoleSettings(folder=project, close_budget_s=0.5)

    async def run() -> int:
        return await run_console(lambda: _open(kind, project), settings=settings)

    return anyio.run(run)


if __name__ == "__main__":
    sys.exit(main())
