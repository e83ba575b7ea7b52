"""A session that commits one event after the other: `python -m tests.store.writer STORE SESSION N`.

It prints the number of each one that was acknowledged, and READY before the first. Beside each
commit goes an event that nobody waits for. What can't be written is said on stderr and tried again.
"""

import os
import sys
from pathlib import Path

import anyio

from engine.bus import Bus
from engine.clock import SystemClock
from engine.events import Event, Notice, SessionJoined, SessionLeft
from engine.store.journals.journal import Journal, JournalError

SEGMENT_BYTES = 1 << 14  # many rotations, so that folding has something to do meanwhile


async def main(folder: Path, session: str, commits: int, pause_s: float) -> None:
    journal, bus = (
        Journal(folder, session, segment_bytes=SEGMENT_BYTES),
        Bus(session, SystemClock()),
    )

    async def commit(event: Event) -> None:
        bus.stamp(event)
        await committed(journal, event)

    await commit(SessionJoined(project="p", pid=os.getpid(), version="0"))
    acknowledge("READY")
    for number in range(commits):
        unasked = Notice(key="k", severity="info", text="before")
        bus.stamp(unasked)
        journal.record(unasked)
        event = Notice(key="k", severity="info", text="x" * (number % 300))
        await commit(event)
        acknowledge(event.seq)
        await anyio.sleep(pause_s)
    await commit(SessionLeft(reason="closed"))
    journal.close()


def acknowledge(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


async def committed(journal: Journal, event: Event) -> None:
    while True:
        try:
            return await journal.commit(event)
        except JournalError as error:
            sys.stderr.write(f"{error}; {error.remedy}\n")
            await anyio.sleep(0.01)


if __name__ == "__main__":
    pause_s = float(sys.argv[4]) if len(sys.argv) > 4 else 0.0
    anyio.run(main, Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), pause_s)
