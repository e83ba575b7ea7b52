"""The console on a real engine: paints first, then imports and opens what it watches."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

import anyio

from bolt_tui.app import ConsoleSettings, EnginePort, run_console
from bolt_tui.opening import Settings
from engine.store.folder import store_folder


def run(checked: Settings) -> int:
    """Run the console until it ends and return the exit code."""
    if os.get_terminal_size(sys.stderr.fileno()).columns:
        for name in ("COLUMNS", "LINES"):
            os.environ.pop(name, None)  # an exported size would pin the screen to it
    config = checked.loaded.config
    settings = ConsoleSettings(
        theme=config.console.theme or None,
        keys=config.console.keys,
        frames_per_s=config.console.fps,
        folder=store_folder(config.store.folder),
    )

    @asynccontextmanager
    async def open_engine() -> AsyncIterator[EnginePort]:
        # The import takes longer than a frame: in a thread, so that the screen stays alive.
        runtime = await anyio.to_thread.run_sync(import_module, "engine.runtime")
        async with runtime.Engine.open(
            checked.project, settings=checked.loaded, live=True
        ) as engine:
            yield engine

    return anyio.run(lambda: run_console(open_engine, settings=settings))
