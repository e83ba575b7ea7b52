"""Asking the worker process (`outline_worker.py`) about Python files."""

import json
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Final

import anyio

from engine.process import spawn
from engine.search.errors import ScanFailed
from engine.search.printable import printable
from engine.search.ripgrep import failures_as_scan_failed
from engine.search.symbols import LineCounts, Outline, Symbol, SyntaxProblem
from engine.search.worker_lines import Answer, OutlineLine, Request

_SCRIPT: Final = str(Path(__file__).with_name("outline_worker.py"))
_CHUNK_BYTES: Final = 1 << 16


async def read_outlines(
    root: str, files: Sequence[str], *, timeout_s: float = 30.0
) -> dict[str, Outline | str]:
    """Return the outline of each of `files` (relative to `root`), or why it can't be read.

    Raises:
        ScanFailed
    """
    request: Request = {"root": root, "files": list(files)}
    answers = await ask_worker(request, timeout_s=timeout_s)
    return {
        answer["path"]: _outline(answer) if answer["answer"] == "outline" else answer["reason"]
        for answer in answers
        if answer["answer"] != "done"
    }


async def ask_worker(request: Request, *, timeout_s: float) -> list[Answer]:
    """Return all that a worker answers; it is killed when the caller is cancelled.

    Raises:
        ScanFailed
    """
    answers: list[Answer] = []
    with failures_as_scan_failed(timeout_s), anyio.fail_after(timeout_s):
        async for line in _lines(json.dumps(request).encode() + b"\n"):
            answers.append(json.loads(line))  # noqa: PERF401
    if not answers or answers[-1]["answer"] != "done":
        raise ScanFailed("the process that reads Python files ended early")
    return answers


async def _lines(request: bytes) -> AsyncIterator[bytes]:
    # -S -E: neither installed packages nor the environment can change what it does.
    argv = [sys.executable, "-S", "-E", _SCRIPT]
    async with spawn(argv, stdin=PIPE, stderr=DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            await process.stdin.send(request)
        except anyio.BrokenResourceError:
            raise ScanFailed("the process that reads Python files did not start") from None
        rest = b""
        async for chunk in process.stdout:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line


def _outline(answer: OutlineLine) -> Outline:
    symbols = tuple(
        Symbol(
            symbol["name"],
            symbol["kind"],
            symbol["line"],
            symbol["end_line"],
            None if symbol["doc"] is None else printable(symbol["doc"]),
        )
        for symbol in answer["symbols"]
    )
    problem = answer["problem"]
    return Outline(
        symbols,
        LineCounts(*answer["lines"]),
        None if problem is None else SyntaxProblem(problem[0], printable(problem[1])),
    )
