"""One session that writes, or reads, while others do: `python -m … write|read STORE NAME N`.

A writer commits N numbered records, each acknowledged before the next. A reader counts what it sees
until its stdin ends, and fails where that ever shrinks; it prints how often it looked.
"""

import os
import sys
import threading
from pathlib import Path

import anyio

from engine.bus import Bus
from engine.clock import SystemClock
from engine.events import Event, Notice, SessionJoined, SessionLeft
from engine.store.journals.journal import Journal
from engine.store.leases.pool import Pool
from engine.store.past.events import EVER_S
from engine.store.past.past import Past


async def write(store: Path, name: str, count: int) -> None:
    """Commit so many records; raises JournalError where one can't be written."""
    clock = SystemClock()
    journal, bus = Journal(store, name, clock=clock), Bus(name, clock)

    async def commit(event: Event) -> None:
        bus.stamp(event)
        await journal.commit(event)

    await commit(SessionJoined(project="validate", pid=os.getpid(), version="0"))
    for number in range(count):
        await commit(Notice(key=f"{name}.{number}", severity="info", text="x" * (number % 300)))
    await commit(SessionLeft(reason="closed"))
    journal.close()


async def read(store: Path) -> None:
    """Count again and again; raises StoreReadError where the store can't be read."""
    ended = threading.Event()

    def wait() -> None:
        os.read(0, 1)
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    pool, looks, before = Pool(1), 0, 0
    past = Past(pool, store)
    while not ended.is_set() or not looks:
        seen = len(await past.events(0.0, EVER_S, types=(Notice,)))
        if seen < before:
            sys.exit(f"it saw {before} records and then {seen}")
        before, looks = seen, looks + 1
    await pool.close()
    sys.stdout.write(f"{looks}\n")


def main() -> None:
    """Do what the command line says."""
    task, store = sys.argv[1], Path(sys.argv[2])
    if task == "write":
        anyio.run(write, store, sys.argv[3], int(sys.argv[4]))
    else:
        anyio.run(read, store)


if __name__ == "__main__":
    main()
