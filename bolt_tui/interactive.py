"""The console on a real engine: paints first, then imports and opens what it watches."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import anyio

from bolt_tui.app import ConsoleSettings, EnginePort, run_console
from bolt_tui.opening import Settings
from bolt_tui.refusing import refuse
from engine.evidence import Answer
from engine.store.folder import store_folder


@dataclass(frozen=True, slots=True)
class Replay:
    """A recording to show, so many times as fast as it happened."""

    path: Path
    speed: float


def run(checked: Settings, *, record: Path | None = None, replay: Replay | None = None) -> int:
    """Run the console until it ends and return the exit code.

    `record` names a new file to write the session to, `replay` a recording to show instead.

    Raises:
        RecordingError: the recording can't be read, or the file is there already.
    """
    if os.get_terminal_size(sys.stderr.fileno()).columns:
        for name in ("COLUMNS", "LINES"):
            os.environ.pop(name, None)  # an exported size would pin the screen to it

    async def last_resort(query: str, reason: str) -> Answer:
        from bolt_tui.last_resort import answer

        cause = f"the engine can't be opened ({reason})"
        return await answer(checked, query, cause, in_console=True)

    config = checked.loaded.config
    settings = ConsoleSettings(
        theme=config.console.theme or None,
        keys=config.console.keys,
        frames_per_s=config.console.fps,
        folder=store_folder(config.store.folder),
        replay_speed=replay.speed if replay else None,
        last_resort=last_resort,
    )
    if replay is not None:
        from bolt_tui import replay as player

        return player.run(replay.path, settings)
    if record is not None and record.exists():
        from engine.store.past.recording import RecordingError

        raise RecordingError(f"{record} is there already; name another file")

    if sentence := _no_seat(store_folder(config.store.folder), config.store.concurrent_sessions):
        return refuse(sentence)

    @asynccontextmanager
    async def open_engine() -> AsyncIterator[EnginePort]:
        # The imports take longer than a frame: in a thread, so that the screen stays alive.
        runtime = await anyio.to_thread.run_sync(import_module, "engine.runtime")
        handed_in = await anyio.to_thread.run_sync(import_module, "bolt_tui.handed_in")
        async with runtime.Engine.open(
            checked.project,
            settings=checked.loaded,
            live=True,
            record=record,
            tools=handed_in.tools(),
        ) as engine:
            yield engine

    return anyio.run(lambda: run_console(open_engine, settings=settings))


def _no_seat(folder: Path, limit: int) -> str | None:
    """Return who has the seats, where all are taken; the engine itself takes one when it opens."""
    from engine.store.errors import SeatsTaken
    from engine.store.sessions.seats import sitting

    try:
        others = sitting(folder)
    except OSError:
        return None  # the engine says so, and goes on without a seat
    return str(SeatsTaken(limit, others)) if len(others) >= limit else None
