"""Twenty queries at once through one engine: `python -m tests.benchmarks.load [PROJECT]`.

Bar: no error, no lost event, loop lag p99 under 8 ms (measured every 5 ms).
"""

import sys
import time
from pathlib import Path

import anyio

from engine.clock import SystemClock
from engine.events import QueryEnded, TaskFinished, TaskStarted
from engine.runtime import Engine
from engine.runtime.loop_lag import LoopLag

QUERIES = ["system status", "hardware monitoring", "memory usage", "performance metrics"] * 5


async def main() -> None:
    project = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    async with Engine.open(project) as engine:
        for number in range(5):
            lag = LoopLag(SystemClock(), interval_s=0.005)
            statuses: list[str] = []
            before = time.perf_counter()
            with engine.bus.subscribe() as subscription:
                async with anyio.create_task_group() as watch:
                    watch.start_soon(lag.run)

                    async def ask(text: str, into: list[str] = statuses) -> None:
                        into.append((await engine.ask(text)).status)

                    async with anyio.create_task_group() as askers:
                        for text in QUERIES:
                            askers.start_soon(ask, text)
                    watch.cancel_scope.cancel()
                events = subscription.take()
            counts = [
                sum(isinstance(event, kind) for event in events)
                for kind in (TaskStarted, TaskFinished, QueryEnded)
            ]
            print(
                f"round {number + 1}: {statuses.count('answered')} of 20 answered in "
                f"{time.perf_counter() - before:.2f} s; {counts[0]} tasks started, {counts[1]} "
                f"finished, {counts[2]} queries ended; loop lag p99 {lag.p99_ms:.2f} ms, "
                f"most {lag.max_ms:.2f} ms"
            )


if __name__ == "__main__":
    anyio.run(main)
