"""One query without a terminal: the answer on stdout, everything else on stderr."""

import argparse
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio

from bolt_tui.cli import OutputError
from bolt_tui.opening import Settings, settings
from bolt_tui.progress import show_progress
from engine.agents.answer import usage_error
from engine.bus import Subscription
from engine.errors import BadQuery
from engine.events import encoder, ended
from engine.evidence import Answer, Plan, Status, Table, Understanding, clean
from engine.runtime import Engine, checked

MAX_STDIN_BYTES = 65_536
EXIT: dict[Status, int] = {
    "answered": 0,
    "failed": 1,
    "nothing_found": 3,
    "degraded": 0,
    "timed_out": 124,
    "cancelled": 130,
}
STRICT_EXIT = 4
USAGE_ERROR = 2
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Request:
    """What to answer and how to print it."""

    settings: Settings
    query: str
    output: str = "text"
    timeout_s: float | None = None
    strict: bool = False
    explain: bool = False
    record: Path | None = None


def request(arguments: argparse.Namespace) -> Request:
    """Return what the command line asks for.

    Raises:
        BadProject, BadQuery, ConfigError.
    """
    return Request(
        settings(arguments),
        _query(arguments),
        arguments.output or "text",
        arguments.timeout,
        arguments.strict,
        arguments.explain,
        None if arguments.record is None else Path(arguments.record),
    )


def _query(arguments: argparse.Namespace) -> str:
    if arguments.command == "monitor" and arguments.duration is not None:
        return f":monitor --duration {arguments.duration:g}"
    if arguments.command == "benchmark" and arguments.quick:
        return ":benchmark --quick"
    if arguments.command == "history" and arguments.limit is not None:
        return f":history --limit {arguments.limit}"
    if arguments.command is not None:
        return f":{arguments.command}"
    return _stdin() if arguments.run == "-" else str(arguments.run)


def _stdin() -> str:
    """Read the query from stdin.

    Raises:
        BadQuery: it is no UTF-8 text, or far too long.
    """
    data = sys.stdin.buffer.read(MAX_STDIN_BYTES + 1)
    if len(data) > MAX_STDIN_BYTES:
        raise BadQuery(f"the query on stdin is longer than {MAX_STDIN_BYTES:,} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[error.start]:02x} at {error.start}"
        raise BadQuery(f"the query on stdin is not UTF-8 text ({found})") from error


def run(wanted: Request) -> int:
    """Answer the query, print the answer and return the exit code.

    Raises:
        BadQuery: before anything was opened.
        BrokenPipeError: whoever read our output has gone.
    """
    checked(wanted.query)
    if sys.stdout is None:
        raise OutputError("stdout is closed: there is nowhere to write the answer")
    received: list[int] = []
    answer = anyio.run(_answer, wanted, received)
    if wanted.output != "ndjson" or wanted.explain:
        emit(answer, wanted.output)
    if wanted.explain:
        return 0
    return _exit_code(answer, wanted, received)


async def _answer(wanted: Request, received: list[int]) -> Answer:
    given = wanted.settings
    opened = Engine.open(given.project, settings=given.loaded, record=wanted.record)
    async with opened as engine, _signals(engine, received):
        for ignored in engine.settings.ignored:
            _note(str(ignored))
        if wanted.explain:
            return _explained(*await engine.explain(wanted.query))
        with engine.bus.subscribe() as subscription:
            async with anyio.create_task_group() as group:
                if wanted.output == "ndjson":
                    group.start_soon(_stream, subscription, engine, received)
                elif sys.stderr.isatty():
                    group.start_soon(show_progress, subscription, sys.stderr)
                answer = await engine.ask(wanted.query, timeout_s=wanted.timeout_s)
                subscription.close()
        return answer


@asynccontextmanager
async def _signals(engine: Engine, received: list[int]) -> AsyncIterator[None]:
    """Let a first signal cancel the query, which still gets its answer; a second one ends all."""

    async def watch() -> None:
        with anyio.open_signal_receiver(*_SIGNALS) as signals:
            async for number in signals:
                if received:
                    os._exit(128 + number)
                received.append(number)
                engine.cancel_all()

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        yield
        group.cancel_scope.cancel()


async def _stream(subscription: Subscription, engine: Engine, received: list[int]) -> None:
    """Write each event as a line; when nobody reads any more, end the query."""
    async for event in subscription:
        try:
            _write(encoder.encode(event) + b"\n")
        except BrokenPipeError:
            _sink_stdout()
            received.append(signal.SIGPIPE)
            engine.cancel_all()
            return


def _explained(understanding: Understanding, plan: Plan) -> Answer:
    rows = tuple(
        (
            task.id,
            task.tool,
            ", ".join(f"{key}={value}" for key, value in task.arguments.items()),
            ", ".join(task.needs),
            task.capability,
        )
        for task in plan.tasks
    )
    count = len(plan.tasks)
    return Answer(
        status="answered",
        level="full",
        query=understanding,
        verdict=f"A plan of {count} task{'' if count == 1 else 's'}, not run",
        sections=(Table("Plan", ("task", "tool", "arguments", "needs", "capability"), rows),),
        assumptions=plan.assumptions,
    )


def emit(answer: Answer, output: str) -> None:
    """Write the answer to stdout; a refused one is a sentence on stderr unless data is wanted.

    Who watches a terminal while stdout goes elsewhere is told there of a failure, too.
    """
    refused = usage_error(answer)
    elsewhere = sys.stderr.isatty() and not sys.stdout.isatty()
    if refused or (answer.status == "failed" and elsewhere):
        _note(answer.verdict)
    if output == "ndjson":  # no query ran: the one event is its end
        _write(encoder.encode(ended("", answer)) + b"\n")
    elif output == "json":
        _write(encoder.encode(answer) + b"\n")
    elif not refused:
        _write(_rendered(answer, output).encode())


def _rendered(answer: Answer, output: str) -> str:
    if output == "markdown":
        from bolt_tui.rendering import markdown

        return markdown.render(answer)
    from bolt_tui.rendering import text

    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    width = shutil.get_terminal_size((text.WIDTH, 24)).columns
    return text.render(answer, colour=colour, width=width)


def _exit_code(answer: Answer, wanted: Request, received: list[int]) -> int:
    if signal.SIGPIPE in received:
        return 0
    if usage_error(answer):
        return USAGE_ERROR
    if answer.status == "cancelled" and received:
        return 128 + received[0]
    if answer.status == "degraded" and wanted.strict:
        return STRICT_EXIT
    return EXIT[answer.status]


def _write(data: bytes) -> None:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _sink_stdout()  # what is left in the buffer can't be written either
        raise OutputError(f"the answer can't be written to stdout: {error.strerror}") from error


def _note(sentence: str) -> None:
    sys.stderr.write(f"bolt-tui: {clean(sentence)}\n")


def _sink_stdout() -> None:
    """Give Python something to flush into at exit where stdout's reader has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
