"""A screenshot of the real console on a real project, with an answer on it.

python -m tests.console.screenshot PROJECT "QUERY" FILE.svg
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from bolt_tui.app import Console, ConsoleSettings
from engine.config import load
from engine.events import QueryEnded
from engine.runtime import Engine

from .snapshotting import _ID

WATCHED_S = 60.0


async def main(project: Path, query: str, file: Path) -> None:
    with TemporaryDirectory() as folder:
        settings = load(project, flags={"store.folder": folder})
        app = Console(ConsoleSettings())
        async with (
            Engine.open(project, settings=settings, live=True) as engine,
            app.run_test(size=(120, 40)) as pilot,
        ):
            app.attach(engine)
            await anyio.sleep(WATCHED_S)
            with engine.bus.subscribe() as subscription:
                app.ask(query)
                async for event in subscription:
                    if isinstance(event, QueryEnded):
                        break
            await anyio.sleep(1.5)
            await pilot.pause()
            svg = app.export_screenshot(title="bolt-tui")
    file.write_text(_ID.sub("terminal-", svg), encoding="utf-8")


if __name__ == "__main__":
    anyio.run(main, Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
