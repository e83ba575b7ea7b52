"""`bolt-tui soak [--hours H] [--speed X]`: days of a session's life in minutes, watched for leaks.

Exit codes: 0 nothing was wrong; 1 something was; 2 there can be no such hours or speed; 4 with
--strict it was too short to judge growth; 130 it was ended before its time.
"""

import argparse
import signal
import tempfile
from pathlib import Path

import anyio

from bolt_tui.commands.soak_scorecard import scorecard
from bolt_tui.opening import settings
from bolt_tui.printing import emit, exit_code, note
from engine.checks.recorded import record
from engine.checks.soak.report import Progress
from engine.checks.soak.soak import Outcome, Soak, soak
from engine.clock import SystemClock
from engine.store.errors import JournalError
from engine.store.folder import store_folder

_HOURS = 48.0
_SPEED = 2000.0
_TOLD_H = 6


def run(arguments: argparse.Namespace) -> int:
    """Soak, put the verdict on record, and return the exit code.

    Raises:
        BadSoak, ConfigError, BadProject.
    """
    asked = Soak(arguments.hours or _HOURS, arguments.speed or _SPEED)
    given = settings(arguments)
    received: list[int] = []
    outcome = anyio.run(_soaked, asked, received)
    if outcome is None:
        return 128 + received[-1]
    store = store_folder(given.loaded.config.store.folder)
    try:
        record(store, given.project, SystemClock(), outcome.notice)
    except JournalError as error:
        note(f"the verdict is not in the history: {error}")
    answer = scorecard(outcome)
    emit(answer, arguments.output or "text")
    return exit_code(answer, strict=arguments.strict)


async def _soaked(asked: Soak, received: list[int]) -> Outcome | None:
    """Soak until a signal, which is added to `received`; None at the second: nothing is kept."""
    stopped, outcome = anyio.Event(), None
    told = _Narration(asked.hours)
    with tempfile.TemporaryDirectory(prefix="bolt-tui-soak-") as folder:
        async with anyio.create_task_group() as group:
            group.start_soon(_listen, stopped, received, group.cancel_scope)
            outcome = await soak(asked, Path(folder), told.say, stopped)
            group.cancel_scope.cancel()
    return outcome


async def _listen(stopped: anyio.Event, received: list[int], scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for number in signals:
            received.append(number)
            if stopped.is_set():
                scope.cancel()
                return
            note("it ends with what there is so far")
            stopped.set()


class _Narration:
    """A line each few hours of its own time."""

    def __init__(self, hours: float) -> None:
        self._hours, self._next_h = hours, float(_TOLD_H)

    def say(self, progress: Progress) -> None:
        mark = progress.mark
        if mark.at_s / 3600 >= self._next_h:
            self._next_h += _TOLD_H
            held = f"{mark.rss_bytes / (1 << 20):.0f} MiB, {mark.threads} threads"
            note(f"{mark.at_s / 3600:.0f} of {self._hours:g} hours: {held}")
