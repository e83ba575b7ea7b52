"""Work that a signal stops: what it has made by then is undone or kept as the work itself says."""

import os
import signal
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import anyio

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

T = TypeVar("T")


async def until_signal(work: Callable[[], Awaitable[T]], received: list[int]) -> T | None:
    """Do the work, or as much of it as there is time for before a signal; then return None.

    The signal is added to `received`; a second one ends the process at once.
    """
    given: list[T] = []
    failed: list[Exception] = []

    async def watch() -> None:
        with anyio.open_signal_receiver(*SIGNALS) as signals:
            async for number in signals:
                if received:
                    os._exit(128 + number)
                received.append(number)
                group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        try:
            given.append(await work())
        except Exception as error:
            # A boundary: a group would wrap it; it is raised again below.
            failed.append(error)
        group.cancel_scope.cancel()
    if failed:
        raise failed[0]
    return given[0] if given else None
