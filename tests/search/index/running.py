"""An index of a project that runs for the length of a block."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio

from engine.search.index.client import IndexClient, IndexState

_READY_S = 60.0
GIGABYTE = 1 << 30


@dataclass
class Running:
    """The client, all states that it told of and all errors of processes that ended."""

    client: IndexClient
    states: list[IndexState]
    lost: list[Exception] = field(default_factory=list)

    async def until(self, state: str, within_s: float = _READY_S) -> IndexState:
        """Return when the index is in that state."""
        await eventually(lambda: self.client.state.state == state, within_s)
        return self.client.state


async def eventually(true: Callable[[], bool], within_s: float) -> None:
    """Return when `true` is; TimeoutError after `within_s`."""
    with anyio.fail_after(within_s):
        while not true():  # noqa: ASYNC110 - what is waited for is often another process's doing
            await anyio.sleep(0.005)


@asynccontextmanager
async def running(
    rg: str, root: str, *, follow: bool = True, limit_bytes: int = GIGABYTE, wait: bool = True
) -> AsyncIterator[Running]:
    """Keep an index of `root`; where `wait`, it is ready when the block begins."""
    states: list[IndexState] = []
    client = IndexClient(
        root, lambda: rg, limit_bytes=limit_bytes, follow=follow, tell=states.append
    )
    kept = Running(client, states)
    async with anyio.create_task_group() as group:
        group.start_soon(client.run, kept.lost.append)
        if wait:
            await kept.until("ready")
        yield kept
        group.cancel_scope.cancel()
