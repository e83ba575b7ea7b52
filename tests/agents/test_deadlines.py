"""One timer for many deadlines."""

import anyio
import pytest

from engine.agents.deadlines import Deadlines

pytestmark = pytest.mark.anyio


async def test_each_scope_is_cancelled_at_its_own_time() -> None:
    """An earlier deadline that comes later is not held up by one that was there before."""
    deadlines, ended = Deadlines(), []

    async def wait(name: str, timeout_s: float) -> None:
        with anyio.CancelScope() as scope:
            deadlines.add(scope, timeout_s)
            await anyio.sleep(30)
        assert scope.cancelled_caught
        ended.append(name)

    async with anyio.create_task_group() as group:
        for name, timeout_s in (("late", 0.3), ("early", 0.05), ("middle", 0.15)):
            group.start_soon(wait, name, timeout_s)
    assert ended == ["early", "middle", "late"]


async def test_a_dropped_scope_is_left_alone() -> None:
    """What ended in time is not cancelled afterwards, and others still are."""
    deadlines = Deadlines()
    with anyio.CancelScope() as first:
        deadlines.add(first, 0.02)
        deadlines.drop(first)
        await anyio.sleep(0.1)
    with anyio.CancelScope() as second:
        deadlines.add(second, 0.02)
        await anyio.sleep(30)
    assert not first.cancel_called
    assert second.cancelled_caught
