"""Leaks that are made on purpose, in this very process, are found by what is read of it."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

import anyio
import pytest

from engine.checks.soak.clock import LeapingClock, LeapingLoop, Work
from engine.checks.soak.gates import Mark, gates
from engine.checks.soak.marks import mark

HOUR_S = 3600.0
HOURS = 24


class Spill:
    """Leaves something behind each hour, and takes all of it away at the end."""

    def __init__(self) -> None:
        self.held: list[bytearray] = []
        self.files: list[IO[bytes]] = []
        self.tasks: list[asyncio.Task[bool]] = []
        self.children: list[subprocess.Popen[bytes]] = []
        self.over = threading.Event()

    def nothing(self) -> None:
        """Leave nothing behind."""

    def memory(self) -> None:
        # Written to: the system counts no page that nobody touched.
        self.held.append(bytearray(b"1") * (1 << 20))

    def file(self) -> None:
        self.files.append(Path(__file__).open("rb"))  # noqa: SIM115

    def task(self) -> None:
        self.tasks.append(asyncio.create_task(asyncio.Event().wait()))

    def thread(self) -> None:
        threading.Thread(target=self.over.wait, daemon=True).start()

    def child(self) -> None:
        argv = [sys.executable, "-S", "-E", "-c", "import sys; sys.stdin.read()"]
        self.children.append(subprocess.Popen(argv, stdin=subprocess.PIPE))

    async def wipe(self) -> None:
        self.over.set()
        for file in self.files:
            file.close()
        for task in self.tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for child in self.children:
            child.communicate(b"")


def day(spill: Spill, leak: Callable[[], None], store: Path) -> list[Mark]:
    """Return the marks of a day in which it leaks each hour."""
    clock, work, marks = LeapingClock(), Work(), list[Mark]()

    async def main() -> None:
        start_s = clock.monotonic_s()
        try:
            for _ in range(HOURS):
                await anyio.sleep(HOUR_S)
                leak()
                marks.append(mark(clock.monotonic_s() - start_s, store, len(asyncio.all_tasks())))
        finally:
            await spill.wipe()

    anyio.run(main, backend_options={"loop_factory": lambda: LeapingLoop(clock, work, 1e9)})
    return marks


@pytest.mark.parametrize(
    ("leak", "grows"),
    [
        ("nothing", set[str]()),
        ("memory", {"rss_bytes"}),
        ("file", {"descriptors"}),
        ("task", {"tasks"}),
        ("thread", {"threads"}),
        ("child", {"children", "descriptors"}),  # each has a pipe
    ],
)
def test_a_leak_is_found_by_its_gate(leak: str, grows: set[str], tmp_path: Path) -> None:
    """One an hour for a day, in a process that does nothing else; without one all is flat."""
    spill = Spill()
    found = {gate.name: gate.verdict for gate in gates(day(spill, getattr(spill, leak), tmp_path))}
    assert {name for name, verdict in found.items() if verdict == "grows"} == grows
