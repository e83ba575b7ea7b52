"""What the executor costs, and how parallel it is: `python -m tests.benchmarks.executor`.

Bars: at most 20 µs a task over an empty tool; a plan 1 → 6 → 1 of tools that block 200 ms within
5 % of 600 ms.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from engine.agents.executor import Executor, Run
from engine.agents.tool import Call, Tool
from engine.evidence import Evidence, Plan, PlannedTask
from engine.runtime import Engine

TASKS = 2000
NOTHING = Evidence("nothing to do")


async def empty(_: Call) -> Evidence:
    return NOTHING


async def blocking(_: Call) -> Evidence:
    await anyio.to_thread.run_sync(time.sleep, 0.2)
    return NOTHING


def wide() -> Plan:
    return Plan(tuple(PlannedTask(f"t{n}", "empty") for n in range(TASKS)))


def diamond() -> Plan:
    middle = [PlannedTask(f"m{n}", "blocking", needs=("first",)) for n in range(6)]
    names = tuple(task.id for task in middle)
    return Plan(
        (PlannedTask("first", "blocking"), *middle, PlannedTask("last", "blocking", needs=names))
    )


async def yardstick() -> None:
    """Eight bare anyio tasks over a queue: a deadline, the tool, a checkpoint, no event."""
    queue = deque(wide().tasks)

    async def work() -> None:
        while queue:
            queue.popleft()
            with anyio.move_on_after(60):
                await asyncio.sleep(0)
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(work)


async def timed_us(work: Callable[[], Awaitable[None]]) -> float:
    before = time.perf_counter()
    await work()
    return (time.perf_counter() - before) * 1e6 / TASKS


async def main() -> None:
    with TemporaryDirectory() as folder:
        async with Engine.open(Path(folder)) as engine:
            tools = {"empty": Tool(empty), "blocking": Tool(blocking)}
            executor = Executor(tools.__getitem__, engine._services, 8)
            print(f"{TASKS} empty tasks, 8 agents, every event journaled in batches:")
            for number in range(7):
                run = Run(f"e{number}", wide(), time.perf_counter())
                bare_us = await timed_us(yardstick)
                each_us = await timed_us(partial(executor.execute, run))
                ratio = each_us / bare_us
                print(f"  {each_us:6.1f} µs a task, {ratio:.2f} × bare anyio ({bare_us:.1f} µs)")
                await anyio.sleep(0.6)
            print("1 → 6 → 1 tools that block 200 ms:")
            for number in range(3):
                run = Run(f"d{number}", diamond(), time.perf_counter())
                before = time.perf_counter()
                await executor.execute(run)
                took_ms = (time.perf_counter() - before) * 1000
                print(f"  {took_ms:6.1f} ms, {took_ms / 600 - 1:+.1%} of 600 ms")


if __name__ == "__main__":
    anyio.run(main)
