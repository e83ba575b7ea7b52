"""One query without a terminal: the answer on stdout, everything else on stderr."""

import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

import anyio

from bolt_tui.handed_in import tools
from bolt_tui.printing import emit, exit_code, note, sink_stdout, write
from bolt_tui.request import Request
from engine.bus import Subscription
from engine.config import ConfigError
from engine.errors import EngineError
from engine.events import Notice, encoder
from engine.evidence import Answer, Plan, Table, Understanding, counted
from engine.runtime import Engine, checked

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(wanted: Request) -> int:
    """Answer the query, print the answer and return the exit code.

    Raises:
        BadQuery: before anything was opened.
        BrokenPipeError: whoever read our output has gone.
    """
    checked(wanted.query)
    received: list[int] = []
    try:
        answer = anyio.run(_answer, wanted, received)
    except _NotOpened as refused:
        from bolt_tui import last_resort

        return last_resort.run(wanted, refused.cause)
    if wanted.output != "ndjson" or wanted.explain:
        emit(answer, wanted.output)
    if wanted.explain:
        return 0
    return _exit_code(answer, wanted, received)


class _NotOpened(Exception):
    """The engine can't be opened, for a reason that is not the user's request."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


async def _answer(wanted: Request, received: list[int]) -> Answer:
    given = wanted.settings
    opened = Engine.open(
        given.project,
        settings=given.loaded,
        record=wanted.record,
        watch=wanted.watch,
        tools=tools(),
    )
    async with AsyncExitStack() as stack:
        try:
            engine = await stack.enter_async_context(opened)
        except (ConfigError, EngineError):
            raise
        except Exception as error:
            # A boundary: without an engine the existing tools answer, and the cause is shown.
            raise _NotOpened(error) from error
        await stack.enter_async_context(_signals(engine, received))
        for ignored in engine.settings.ignored:
            note(str(ignored))
        if wanted.explain:
            return _explained(*await engine.explain(wanted.query))
        if wanted.watch:
            await stack.enter_async_context(_service(engine))
            if wanted.query == ":monitor" and wanted.output != "ndjson":
                await stack.enter_async_context(_log(engine))
        return await _asked(engine, wanted, received)


async def _asked(engine: Engine, wanted: Request, received: list[int]) -> Answer:
    with engine.bus.subscribe() as subscription:
        async with anyio.create_task_group() as group:
            if wanted.output == "ndjson":
                group.start_soon(_stream, subscription, engine, received)
            elif sys.stderr.isatty():
                from bolt_tui.progress import show_progress

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


@asynccontextmanager
async def _service(engine: Engine) -> AsyncIterator[None]:
    """Tell whoever started this as a service that it is ready, at work, and about to stop."""
    from bolt_tui.ready_notice import ReadyNotice

    notice = ReadyNotice()
    async with anyio.create_task_group() as group:
        notice.ready()
        group.start_soon(notice.keep, engine.trouble)
        try:
            yield
        finally:
            notice.stopping()
            group.cancel_scope.cancel()


@asynccontextmanager
async def _log(engine: Engine) -> AsyncIterator[None]:
    """Have each notice that matters said on stderr, and its end: it is all that a log shows."""
    with engine.bus.subscribe() as subscription:
        async with anyio.create_task_group() as group:
            group.start_soon(say_notices, subscription)
            yield
            subscription.close()


async def say_notices(subscription: Subscription) -> None:
    """Say the warnings until the subscription ends, each with its time."""
    told = set[str]()
    async for event in subscription:
        if not isinstance(event, Notice):
            continue
        if event.severity == "info" and not (event.resolved and event.key in told):
            continue
        (told.discard if event.resolved else told.add)(event.key)
        when = datetime.fromtimestamp(event.wall_s).astimezone().isoformat(timespec="seconds")
        how = "over" if event.resolved else event.severity
        remedy = f"; {event.remedy}" if event.remedy else ""
        note(f"{when} {how}: {event.text}{remedy}")


async def _stream(subscription: Subscription, engine: Engine, received: list[int]) -> None:
    """Write each event as a line; when nobody reads any more, end the query."""
    async for event in subscription:
        try:
            write(encoder.encode(event) + b"\n")
        except BrokenPipeError:
            sink_stdout()
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
    return Answer(
        status="answered",
        level="full",
        query=understanding,
        verdict=f"A plan of {counted(len(plan.tasks), 'task')}, not run",
        sections=(Table("Plan", ("task", "tool", "arguments", "needs", "capability"), rows),),
        assumptions=plan.assumptions,
    )


def _exit_code(answer: Answer, wanted: Request, received: list[int]) -> int:
    if signal.SIGPIPE in received:
        return 0
    if answer.status == "cancelled" and received:
        return 128 + received[0]
    return exit_code(answer, strict=wanted.strict)
