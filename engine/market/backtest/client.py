"""Puts a backtest to processes of its own, so that the engine's loop and lock stay free.

BacktestFailed      the process said why it can't, or ended without an answer
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Final

import anyio
import msgspec

from engine.evidence import Evidence
from engine.market.backtest.evidence import sweep as sweep_evidence
from engine.market.backtest.request import Case, Done, Failed, Found, Line, Request
from engine.market.sweep import Row, shares
from engine.process import spawn

Progress = Callable[[int, int], None]

_ENGINE: Final = Path(__file__).parents[3]


class BacktestFailed(Exception):
    """There is no backtest; the sentence says why."""


async def ask(request: Request, progress: Progress = lambda done, total: None) -> Evidence:
    """Return the evidence of a backtest or a validation.

    Raises:
        BacktestFailed: see the module; ProcessError: the process can't be started.
    """
    said: list[Found | Failed] = []

    def take(line: Line) -> None:
        if isinstance(line, Done):
            progress(line.done, line.total)
        elif isinstance(line, Found | Failed):
            said.append(line)

    await _talk(request, take)
    match said:
        case [Found(evidence)]:
            return evidence
        case [Failed(cause)]:
            raise BacktestFailed(cause)
        case _:
            raise BacktestFailed("the backtest process ended without an answer")


async def sweep(
    request: Request, workers: int, progress: Progress = lambda done, total: None
) -> Evidence:
    """Return the evidence of a sweep, its cases dealt out to so many processes.

    Raises:
        BacktestFailed: see the module; ProcessError: a process can't be started.
    """
    rows: list[Row] = []
    causes: list[str] = []
    total = len(request.rules)

    def take(line: Line) -> None:
        if isinstance(line, Case):
            rows.append(line.row)
            progress(len(rows), total)
        elif isinstance(line, Failed):
            causes.append(line.cause)

    async with anyio.create_task_group() as group:
        for rules in shares(request.rules, max(workers, 1)):
            group.start_soon(_talk, msgspec.structs.replace(request, rules=rules), take)
    if causes:
        raise BacktestFailed(causes[0])
    if len(rows) < total or not rows:
        raise BacktestFailed(f"only {len(rows)} of {total} cases came back")
    return sweep_evidence(rows, request.assumptions)


async def _talk(request: Request, take: Callable[[Line], None]) -> None:
    """Hand `take` what a process says to the request, line by line, until it ends."""
    body = await anyio.to_thread.run_sync(partial(msgspec.json.encode, request))
    command = [sys.executable, "-m", "engine.market.backtest.worker"]
    paths = [str(_ENGINE), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    async with spawn(command, env=environment, stdin=PIPE, stderr=DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(anyio.BrokenResourceError, BrokenPipeError, ConnectionResetError):
            await process.stdin.send(body)
            await process.stdin.aclose()
        rest = b""
        async for chunk in process.stdout:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                take(msgspec.json.decode(line, type=Line))
