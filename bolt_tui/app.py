"""The console's life: the terminal first, then the engine, and both put away at the end.

The main coroutine owns everything. A holder task waits for the first paint, opens the engine and
holds it; beside it runs the app, which only draws. Whatever ends the app, the engine is closed in
its budget, and the terminal is left as it was found.
"""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from types import FrameType

import anyio

from bolt_tui.engine_port import EnginePort, OpenEngine
from bolt_tui.face import Console
from bolt_tui.settings import ConsoleSettings

__all__ = ["Console", "ConsoleSettings", "EnginePort", "OpenEngine", "run_console"]

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
NO_TERMINAL = 2
RESTORE_S = 1.0  # what the terminal itself may take to be put back
# Keyboard protocol, mouse, paste and focus reports off; the main screen and the cursor back.
RESTORE = (
    b"\x1b[<u\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"
    b"\x1b[?2004l\x1b[?1004l\x1b[?7h\x1b[?1049l\x1b[?25h"
)


async def run_console(open_engine: OpenEngine, *, settings: ConsoleSettings | None = None) -> int:
    """Run the console until its user or a signal ends it, and return the exit code.

    0 after quit, 128 + n after signal n, 1 after a crash (its traceback is on stderr), 2 without a
    terminal.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        sys.stderr.write('bolt-tui needs a terminal; without one, use: bolt-tui --run "QUERY"\n')
        return NO_TERMINAL
    settings = settings or ConsoleSettings()
    gc.disable()  # until the first paint, which collections would delay by a tenth
    app = Console(settings)
    engine = _Holder(app, open_engine)
    with _signals(app, settings.close_budget_s + RESTORE_S):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(engine.hold)
            try:
                await app.run_async()
            finally:
                engine.let_go(settings.close_budget_s)
    return app.return_code or 0


class _Holder:
    """Opens the engine after the first paint and keeps it until it is let go."""

    def __init__(self, app: Console, open_engine: OpenEngine) -> None:
        self._app = app
        self._open = open_engine
        self._is_open = False
        self._stop = anyio.Event()
        self._scope = anyio.CancelScope(shield=True)

    async def hold(self) -> None:
        with self._scope:
            try:
                await self._app.painted.wait()
                gc.freeze()
                gc.enable()
                async with self._open() as engine:
                    self._is_open = True
                    self._app.attach(engine)
                    await self._stop.wait()
            except Exception as error:  # the console stays and says what it was
                if not self._stop.is_set():
                    self._app.refuse(_sentence(error))

    def let_go(self, budget_s: float) -> None:
        """Close the engine within the budget; one that is still being opened is given up."""
        self._stop.set()
        if self._is_open:
            self._scope.deadline = anyio.current_time() + budget_s
        else:
            self._scope.cancel()


def _sentence(error: BaseException) -> str:
    """Return the first thing that went wrong, out of its groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) or type(error).__name__


@contextmanager
def _signals(app: Console, limit_s: float) -> Iterator[None]:
    """Leave the app on a signal; where that hangs, end the process all the same."""
    loop = asyncio.get_running_loop()
    timers: list[Timer] = []

    def arm(number: int, _: FrameType | None) -> None:
        """Runs at once, also where the loop is stuck in a write to a terminal that is gone."""
        timer = Timer(limit_s, _end_now, (128 + number,))
        timer.daemon = True
        timer.start()
        timers.append(timer)

    def leave(number: int) -> None:
        app.exit(return_code=128 + number)

    for number in SIGNALS:
        loop.add_signal_handler(number, leave, number)
        signal.signal(number, arm)  # beside the loop's own way, which it doesn't touch
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
        for timer in timers:
            timer.cancel()


def _end_now(code: int) -> None:
    """Put the terminal back by hand and end; the graceful way hung, or the terminal is gone."""
    last = Timer(RESTORE_S, os._exit, (code,))  # a terminal that nobody reads takes no byte more
    last.daemon = True
    last.start()
    try:
        os.write(sys.stderr.fileno(), RESTORE)
    finally:
        os._exit(code)
