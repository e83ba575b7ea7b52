"""One line on a terminal's stderr that shows how far a query is; gone when it ends."""

from typing import TextIO

from engine.bus import Subscription
from engine.events import (
    QueryEnded,
    QueryPlanned,
    TaskCancelled,
    TaskFailed,
    TaskFinished,
    TaskProgressed,
    TaskStarted,
)
from engine.evidence import clean

_CLEAR = "\r\x1b[2K"
_WIDTH = 78


async def show_progress(subscription: Subscription, stream: TextIO) -> None:
    """Draw until the query ends."""
    total = done = 0
    current = ""
    async for event in subscription:
        if isinstance(event, QueryPlanned):
            total = len(event.tasks)
        elif isinstance(event, TaskStarted):
            current = event.task
        elif isinstance(event, TaskProgressed):
            current = f"{event.task}: {event.text}"
        elif isinstance(event, TaskFinished | TaskFailed | TaskCancelled):
            done += 1
        elif isinstance(event, QueryEnded):
            break
        else:
            continue
        line = clean(f"{done} of {total} tasks · {current}")[:_WIDTH]
        stream.write(f"{_CLEAR}{line}")
        stream.flush()
    stream.write(_CLEAR)
    stream.flush()
